//! The recorded clients' requests through a real Viceroy, and natively on what Fastly shows of them: the same event line, byte for
//! byte, and the same verdict at the origin.

mod agreement;

use std::sync::Arc;

use agreement::{Told, compare, told_to};
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

/// Visitors' navigations, captures of browsers, and what attackers sent to an exposed interface: every so many of each.
/// `WEIR_CORPUS=all` takes 20,000 in all, which takes minutes.
#[test]
fn visitors_and_attackers() {
    let Some(data) = Data::from_env() else { return };
    let is_all = std::env::var("WEIR_CORPUS").is_ok_and(|which| which == "all");
    let (step, least) = if is_all { (2, 20_000) } else { (80, 500) };
    let visitors = data.visitors().unwrap().into_iter().step_by(step);
    let attackers = data.honeypot().unwrap().into_iter().filter(can_be_sent).step_by(step);
    let captures = data.captures().unwrap().into_iter().map(|(_, request)| request);
    // What the host is sent is all there is: no header is unknown.
    let requests = visitors.chain(captures).chain(attackers).map(|request| Request { headers_known: None, ..request });
    if let Some(count) = same_lines(requests.collect()) {
        assert!(count >= least, "only {count} requests");
    }
}

/// Whether Viceroy's HTTP server takes it for a request of this client's: most of what it does not is no HTTP.
fn can_be_sent(request: &Request) -> bool {
    const ITS_OWN: [&str; 5] = ["connection", "transfer-encoding", "upgrade", "expect", "te"];
    let is_token = |text: &Text| {
        let mut bytes = text.as_bytes().iter();
        !text.as_bytes().is_empty() && bytes.all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
    };
    let is_path = |b: &u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(b);
    let path = request.path.as_bytes();
    let is_header = |(name, value): &(Text, Text)| {
        let name_text = String::from_utf8_lossy(name.as_bytes()).to_ascii_lowercase();
        let value = value.as_bytes();
        let is_short = name_text != "content-length" || value.len() < 6;
        let is_host = name_text != "host" || value.iter().all(|b| b.is_ascii_alphanumeric() || b"-.:".contains(b));
        is_token(name)
            && !ITS_OWN.contains(&name_text.as_str())
            && is_short
            && is_host
            && value.trim_ascii() == value
            && value.iter().all(|b| *b >= b' ' && *b != 0x7f)
    };
    path.starts_with(b"/")
        && path.iter().all(is_path)
        && request.method.as_bytes() != b"CONNECT"
        && is_token(&request.method)
        && request.headers.iter().all(is_header)
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
