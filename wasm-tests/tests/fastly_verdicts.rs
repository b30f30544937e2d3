//! The recorded clients' requests through a real Viceroy, and natively on what Fastly shows of them: the same event line, byte for
//! byte, and the same verdict at the origin.

mod agreement;

use std::sync::Arc;

use agreement::{Told, compare, corpus, told_to};
use filter_core::facts::{Fact, HeaderOrder, Ja4By};
use serde_json::{Map, json};
use wasm_tests::evidence::corpus::Data;
use wasm_tests::fastly::{Build, Options, Viceroy, seam};
use wasm_tests::recorded;
use weir::host::Host;
use weir::trace::{Request, Text, Tls};

#[test]
fn the_committed_corpus() {
    let requests: Vec<_> = recorded::clients().into_iter().map(|recorded| recorded.request).collect();
    if let Some(count) = same_lines(requests) {
        assert!(count > 300, "only {count} requests");
    }
}

/// 163 clients, from browsers over libraries in ten languages to scanners.
#[test]
fn the_large_recording() {
    let Some(data) = Data::from_env() else { return };
    let requests: Vec<_> = data.clients().unwrap().into_iter().flat_map(|client| client.requests).collect();
    if let Some(count) = same_lines(requests) {
        assert!(count > 1500, "only {count} requests");
    }
}

/// Visitors' navigations, captures of browsers, and what attackers sent to an exposed interface.
#[test]
fn visitors_and_attackers() {
    let Some((requests, least)) = corpus::visitors_and_attackers() else { return };
    if let Some(count) = same_lines(requests) {
        assert!(count >= least, "only {count} requests");
    }
}

/// What Viceroy itself shows, with the module as it is deployed: names in lower case, those of one name together.
#[test]
fn what_viceroy_shows() {
    let bundle = recorded::reporting_bundle();
    let engine = recorded::engine(&bundle);
    let told = Arc::new(Told::default());
    let origin = told_to(Arc::clone(&told));
    let Some(viceroy) = Viceroy::start(&Options::new(Build::Production, origin.address, &bundle)) else { return };
    let recorded = recorded::clients().into_iter().map(|recorded| recorded.request);
    let mut count = 0;
    for mut request in recorded.filter(is_plain_get) {
        let bytes = seam::wire(&request, &Map::new());
        let mut shown: Vec<(Text, Text)> = Vec::new();
        let host = (Text::from("host"), request.authority.clone());
        let is_host = |(name, _): &(Text, Text)| name.as_bytes().eq_ignore_ascii_case(b"host");
        let sends_host = request.headers.iter().any(is_host);
        let test = (Text::from(seam::HEADER), Text(header_of(&bytes)));
        for (name, value) in (!sends_host).then_some(host).into_iter().chain(request.headers.clone()).chain([test]) {
            let name = Text(name.as_bytes().to_ascii_lowercase());
            match shown.iter().rposition(|(other, _)| *other == name) {
                Some(place) => shown.insert(place + 1, (name, value)),
                None => shown.push((name, value)),
            }
        }
        request = Request {
            headers: shown,
            header_order: HeaderOrder::Original,
            scheme: Fact::Present(Text::from("http")),
            version: Fact::Present(Text::from("1.1")),
            pseudo_order: Fact::Unknown,
            h2_fingerprint: Fact::Unknown,
            tls: Tls::plain(),
            ..request
        };
        request.client.address = Fact::Present("127.0.0.1".parse().unwrap());
        request.client.asn = Fact::Present(54113);
        request.client.organisation = Fact::Present(Text::from("Fastly, Inc"));
        request.client.country = Fact::Present(Text::from("US"));
        compare(viceroy.address, || viceroy.event(count), &engine, &request, &bytes, &told);
        count += 1;
    }
    assert!(count > 100, "only {count} requests");
}

fn is_plain_get(request: &Request) -> bool {
    request.method.as_bytes() == b"GET"
        && matches!(&request.version, Fact::Present(version) if version.as_bytes() == b"1.1")
}

fn header_of(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().find_map(|line| line.strip_prefix(seam::HEADER)?.strip_prefix(": "));
    line.unwrap().as_bytes().to_vec()
}

/// How many were the same; all must be. `None`: there is no Viceroy.
fn same_lines(requests: Vec<Request>) -> Option<usize> {
    let host = Host::named("fastly").unwrap();
    let bundle = recorded::reporting_bundle();
    let engine = recorded::engine(&bundle);
    let told = Arc::new(Told::default());
    let origin = told_to(Arc::clone(&told));
    let viceroy = Viceroy::start(&Options::new(Build::Seam, origin.address, &bundle))?;
    let mut count = 0;
    for mut request in requests {
        host.project(&mut request);
        // Fastly computes its own; the recorder's stands for it.
        request.tls.ja4_by = Ja4By::Spec;
        let bytes = seam::wire(&request, &Map::from_iter([("t".to_owned(), json!(request.t))]));
        compare(viceroy.address, || viceroy.event(count), &engine, &request, &bytes, &told);
        count += 1;
    }
    Some(count)
}
