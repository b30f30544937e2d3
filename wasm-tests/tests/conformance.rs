//! The same traces natively and in the built module: the same event line, byte for byte.

use std::fs::File;
use std::io::BufReader;

use filter_core::engine::Engine;
use filter_core::policy::{Bundle, Settings};
use serde_json::{Value, json};
use wasm_tests::host::{Process, Request, replay};
use wasm_tests::{bundles, module};
use weir::host::Host;
use weir::trace::{Reader, Record};

/// The default bundle, but for that every request gets an event.
fn bundle() -> String {
    let text = std::fs::read_to_string(module::root().join("policies/bundles/default.json")).unwrap();
    let mut content: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    content["otherwise"] = json!("monitor");
    bundles::of(content, 1)
}

fn requests() -> Vec<weir::trace::Request> {
    let envoy = Host::named("envoy").unwrap();
    let file = File::open(module::root().join("wasm-tests/traces/clients.jsonl")).unwrap();
    let mut requests = Vec::new();
    for (_, record) in Reader::new(BufReader::new(file)).map(Result::unwrap) {
        if let Record::Request(mut request) = record.unwrap() {
            envoy.project(&mut request);
            requests.push(replay::with_id(*request));
        }
    }
    requests
}

#[test]
fn event_lines_are_the_same_natively_and_in_wasm() {
    let settings = bundles::settings(&bundle());
    let mut parsed = Settings::parse(settings.as_bytes()).unwrap();
    parsed.source = Default::default();
    let engine = Engine::new(Bundle::parse(bundle().as_bytes()).unwrap(), &parsed).unwrap();
    let process = Process::envoy().unwrap();
    let mut workers = Vec::new();
    for _ in 0..2 {
        let mut vm = process.vm().unwrap();
        let root = vm.configure(&settings).unwrap().unwrap_or_else(|| panic!("{:?}", process.world().log));
        workers.push((vm, root));
    }
    let requests = requests();
    assert!(requests.len() > 300, "only {} requests in the corpus", requests.len());
    for (number, request) in requests.iter().enumerate() {
        let lent = request.facts();
        let facts = lent.facts();
        let native = engine.decide(&facts, request.t).event(&request.id);
        process.world_mut().log.clear();
        process.world_mut().now = request.t * 1_000_000;
        let (vm, root) = &mut workers[number % 2];
        vm.request(*root, Request::from(request)).unwrap();
        let world = process.world();
        let lines: Vec<&str> = world.log.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(lines, [native.as_str()], "{}", request.id);
    }
}
