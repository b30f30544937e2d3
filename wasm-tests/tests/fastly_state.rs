//! Sessions through a real Viceroy whose cache holds the records, and natively over the same records: the same event lines.

use std::collections::BTreeMap;

use filter_core::facts::{Fact, Header, Outcome};
use serde_json::{Map, Value, json};
use wasm_tests::client::{Answer, send};
use wasm_tests::fastly::cache::Cache;
use wasm_tests::fastly::{Build, Options, Viceroy, seam};
use wasm_tests::origin::Origin;
use wasm_tests::recorded;
use weir::host::Host;
use weir::trace::Request;

/// Milliseconds from verdict to answer, as the module with the seam has it.
const LATER: u64 = 10;

/// What the origin answers: by path, so that both sides know.
fn answer(path: &str) -> (u16, &'static [(&'static str, &'static str)], usize) {
    match path {
        path if path.contains("/item/") => (404, &[], 9),
        path if path.ends_with(".css") || path.ends_with(".js") => (200, &[("etag", "\"1\"")], 40),
        _ => (200, &[("set-cookie", "seen=1; Path=/")], 120),
    }
}

#[test]
fn a_session_is_remembered_as_natively() {
    let origin = Origin::with(|start, _, _| {
        let (status, headers, size) = answer(start.split(' ').nth(1).unwrap_or_default());
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Answer { status, headers, body: vec![b'x'; size] }
    })
    .unwrap();
    let bundle = recorded::reporting_bundle();
    let engine = recorded::engine(&bundle);
    let mut options = Options::new(Build::Seam, origin.address, &bundle);
    options.knobs["memory"] = json!(true);
    let Some(viceroy) = Viceroy::start(&options) else { return };
    let host = Host::named("fastly").unwrap();
    let mut cache = Cache::default();
    let mut fired: BTreeMap<String, u32> = BTreeMap::new();
    for (index, mut request) in session().into_iter().enumerate() {
        host.project(&mut request);
        request.tls.ja4_by = filter_core::facts::Ja4By::Spec;
        let bytes = seam::wire(&request, &Map::from_iter([("t".to_owned(), json!(request.t))]));
        let (status, headers, size) = answer(std::str::from_utf8(request.path.as_bytes()).unwrap());
        assert_eq!(send(viceroy.address, &bytes).unwrap().status, status);
        // It is written when the records are: nothing is under way when the next request goes out.
        let event = viceroy.event(index).unwrap();
        let said: Value = serde_json::from_str(&event).unwrap();
        for reason in said["reasons"].as_array().unwrap().iter().filter(|reason| reason["pillar"] == "behaviour") {
            *fired.entry(reason["signal"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        let lent = request.facts();
        let lines: Vec<Header<'_>> =
            headers.iter().map(|(name, value)| Header { name: name.as_bytes(), value: value.as_bytes() }).collect();
        let outcome = Outcome {
            status: Fact::Present(status),
            size: Fact::Present(size as u64),
            took: Fact::Present(LATER),
            headers: &lines,
            ..Outcome::default()
        };
        let native = cache.request(
            &engine,
            &lent.facts(),
            said["id"].as_str().unwrap(),
            &outcome,
            [request.t, request.t + LATER],
        );
        assert_eq!(event, native, "request {index}");
    }
    assert!(fired.len() >= 2, "behaviour is seen: {fired:?}");
}

/// Two recorded clients by turns: one goes through numbered items that are not there, fast; one reads pages.
fn session() -> Vec<Request> {
    let recorded = recorded::clients();
    let first = |kind: &str| {
        let found = recorded.iter().find(|one| one.kind == kind && one.request.method.as_bytes() == b"GET");
        found.unwrap_or_else(|| panic!("no {kind}")).request.clone()
    };
    let (walker, reader) = (first("library"), first("browser"));
    let mut requests = Vec::new();
    for number in 0..120u64 {
        let (from, path, last) = match number % 4 {
            3 => (&reader, format!("/pages/{}", number / 4), 8),
            _ => (&walker, format!("/item/{number}"), 7),
        };
        let mut request = Request { t: 1_760_000_000_000 + number * 250, path: path.as_str().into(), ..from.clone() };
        request.client.address = Fact::Present(format!("203.0.113.{last}").parse().unwrap());
        requests.push(request);
    }
    requests
}
