//! The same traces natively and in the built module: the same event line, byte for byte.

use wasm_tests::evidence::corpus::Data;
use wasm_tests::host::{Process, Request, replay};
use wasm_tests::{bundles, recorded};
use weir::bundle::{open, pack};
use weir::host::Host;
use weir::trace;

#[test]
fn the_committed_corpus() {
    let requests: Vec<_> = recorded::clients().into_iter().map(|recorded| recorded.request).collect();
    assert!(requests.len() > 300, "only {} requests in the corpus", requests.len());
    same_lines(requests);
}

/// 163 clients, from browsers over libraries in ten languages to scanners.
#[test]
fn the_large_recording() {
    let Some(data) = Data::from_env() else { return };
    let requests: Vec<_> = data.clients().unwrap().into_iter().flat_map(|client| client.requests).collect();
    assert!(requests.len() > 1500, "only {} requests in the recording", requests.len());
    same_lines(requests);
}

/// The two lines and the compact form are one engine: every line is the same, of the committed corpus and of what data there is.
#[test]
fn both_forms_of_a_bundle_judge_alike() {
    let bundle = recorded::reporting_bundle();
    let compact = String::from_utf8(pack(&open(bundle.as_bytes()).unwrap(), true).unwrap()).unwrap();
    let [line, compact] = [bundle, compact].map(|bundle| recorded::engine(&bundle));
    let mut requests: Vec<_> = recorded::clients().into_iter().map(|recorded| recorded.request).collect();
    if let Some(data) = Data::from_env() {
        requests.extend(data.clients().unwrap().into_iter().flat_map(|client| client.requests));
        requests.extend(data.honeypot().unwrap().into_iter().step_by(4));
        requests.extend(data.visitors().unwrap().into_iter().step_by(4));
    }
    for request in &requests {
        let lent = request.facts();
        let facts = lent.facts();
        assert_eq!(
            compact.judge(&facts, request.t).event(&request.id),
            line.judge(&facts, request.t).event(&request.id)
        );
    }
}

/// Each request as Envoy shows it, natively and in one of two VMs by turns.
fn same_lines(requests: Vec<trace::Request>) {
    let envoy = Host::named("envoy").unwrap();
    let bundle = recorded::reporting_bundle();
    let engine = recorded::engine(&bundle);
    let process = Process::envoy().unwrap();
    let mut workers = Vec::new();
    for _ in 0..2 {
        let mut vm = process.vm().unwrap();
        let configured = vm.configure(&bundles::settings(&bundle)).unwrap();
        let root = configured.unwrap_or_else(|| panic!("{:?}", process.world().log));
        workers.push((vm, root));
    }
    for (number, mut request) in requests.into_iter().enumerate() {
        envoy.project(&mut request);
        let request = replay::with_id(request);
        let lent = request.facts();
        let facts = lent.facts();
        let native = engine.judge(&facts, request.t).event(&request.id);
        process.world_mut().log.clear();
        process.world_mut().now = request.t * 1_000_000;
        let (vm, root) = &mut workers[number % 2];
        vm.request(*root, Request::from(&request)).unwrap();
        let world = process.world();
        let lines: Vec<&str> = world.log.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(lines, [native.as_str()], "{}", request.id);
    }
}
