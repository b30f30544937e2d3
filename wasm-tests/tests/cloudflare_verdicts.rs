//! The recorded clients' requests through a real workerd, and natively on what Cloudflare shows of them: the same event line,
//! byte for byte, and the same verdict at the origin.

mod agreement;

use std::sync::Arc;

use agreement::{Told, compare, corpus, told_to};
use filter_core::facts::Ja4By;
use serde_json::Map;
use wasm_tests::cloudflare::{Build, Options, Workerd, wire};
use wasm_tests::evidence::corpus::Data;
use wasm_tests::recorded;
use weir::host::Host;
use weir::trace::Request;

#[test]
fn the_committed_corpus() {
    let requests: Vec<_> = recorded::clients().into_iter().map(|recorded| recorded.request).collect();
    if let Some(count) = same_lines("cloudflare", requests) {
        assert!(count > 300, "only {count} requests");
    }
}

#[test]
fn the_committed_corpus_with_bot_management() {
    let requests: Vec<_> = recorded::clients().into_iter().map(|recorded| recorded.request).collect();
    if let Some(count) = same_lines("cloudflare-enterprise", requests) {
        assert!(count > 300, "only {count} requests");
    }
}

/// 163 clients, from browsers over libraries in ten languages to scanners.
#[test]
fn the_large_recording() {
    let Some(data) = Data::from_env() else { return };
    let requests: Vec<_> = data.clients().unwrap().into_iter().flat_map(|client| client.requests).collect();
    if let Some(count) = same_lines("cloudflare", requests) {
        assert!(count > 1500, "only {count} requests");
    }
}

/// Visitors' navigations, captures of browsers, and what attackers sent to an exposed interface.
#[test]
fn visitors_and_attackers() {
    let Some((requests, least)) = corpus::visitors_and_attackers() else { return };
    if let Some(count) = same_lines("cloudflare", requests) {
        assert!(count >= least, "only {count} requests");
    }
}

/// How many were the same; all must be. `None`: there is no workerd.
fn same_lines(host: &str, requests: Vec<Request>) -> Option<usize> {
    let host = Host::named(host).unwrap();
    let bundle = recorded::reporting_bundle();
    let engine = recorded::engine(&bundle);
    let told = Arc::new(Told::default());
    let origin = told_to(Arc::clone(&told));
    // The Worker as it is deployed: workerd can show it everything that the edge would.
    let workerd = Workerd::start(&Options::new(Build::Production, origin.address, &bundle))?;
    let mut count = 0;
    for mut request in requests {
        host.project(&mut request);
        // Cloudflare computes its own; the recorder's stands for it.
        request.tls.ja4_by = Ja4By::Spec;
        let bytes = wire::wire(&request, &Map::new());
        compare(workerd.address, || workerd.event(count), &engine, &request, &bytes, &told);
        count += 1;
    }
    Some(count)
}
