//! Verdicts of two Envoy workers on recorded requests, and natively on what Envoy made of them: the same, reasons included.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::BufReader;

use filter_core::engine::Engine;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, HeaderOrder, Ja4By, Provenance, TlsFacts};
use filter_core::policy::{Bundle, Settings};
use serde_json::{Value, json};
use wasm_tests::client::{request, send};
use wasm_tests::envoy::{Config, Envoy, Route, filter};
use wasm_tests::origin::Origin;
use wasm_tests::{bundles, module};
use weir::trace::{Reader, Record};

/// The default bundle's tables and weights; every request passes and gets an event.
fn bundle() -> String {
    let text = std::fs::read_to_string(module::root().join("policies/bundles/default.json")).unwrap();
    let mut content: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    content["otherwise"] = json!("monitor");
    content["rules"] = json!([]);
    content["tests"] = json!({}); // they expect what passes to be allowed
    bundles::of(content, 1)
}

/// Requests of the corpus as HTTP/1.1 bytes; Envoy takes WebSocket handshakes only where it is told to.
fn requests() -> Vec<Vec<u8>> {
    let file = File::open(module::root().join("wasm-tests/traces/clients.jsonl")).unwrap();
    let records = Reader::new(BufReader::new(file)).map(|line| line.unwrap().1.unwrap());
    let asked = records.filter_map(|record| match record {
        Record::Request(request) => Some(request),
        Record::Response(_) => None,
    });
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    asked
        .filter(|asked| asked.method.as_bytes() == b"GET")
        .filter(|asked| asked.headers.iter().all(|(name, _)| !name.as_bytes().starts_with(b"sec-websocket")))
        .map(|asked| {
            let sent: Vec<(String, Vec<u8>)> =
                asked.headers.iter().map(|(name, value)| (text(name.as_bytes()), value.as_bytes().to_vec())).collect();
            let mut headers: Vec<(&str, &[u8])> = vec![("host", b"shop.example")];
            headers.extend(sent.iter().map(|(name, value)| (name.as_str(), value.as_slice())));
            request("GET", &text(asked.path.as_bytes()), &headers, b"")
        })
        .collect()
}

#[test]
fn two_workers_and_the_desk_say_the_same() {
    let origin = Origin::start().unwrap();
    let settings = bundles::settings(&bundle());
    let config = Config::new(Route::Upstream(origin.port()), filter(module::envoy(), &settings));
    let Some(envoy) = Envoy::start(&config, 2) else { return };
    let mut passed = BTreeMap::new();
    for bytes in requests() {
        // A connection each, so that both workers get some.
        let answer = send(envoy.plain, &bytes).unwrap();
        assert_eq!(answer.status, 200, "{}\n{}", String::from_utf8_lossy(&bytes), answer.text());
        let echo = answer.text();
        let id = echo.lines().find_map(|line| line.strip_prefix("x-request-id: ")).unwrap().to_owned();
        passed.insert(id, echo);
    }
    let count = passed.len();
    let log = envoy
        .wait_for("all events", |envoy| Some(envoy.log()).filter(|log| log.matches("{\"id\":").count() >= count))
        .unwrap();
    let mut parsed = Settings::parse(settings.as_bytes()).unwrap();
    parsed.source = Default::default();
    let engine = Engine::new(Bundle::parse(bundle().as_bytes()).unwrap(), &parsed).unwrap();
    for line in log.lines().filter_map(|line| line.find("{\"id\":").and_then(|at| line.get(at..))) {
        let event: Value = serde_json::from_str(line).unwrap();
        let echo = &passed[event["id"].as_str().unwrap()];
        let native = engine_on(&engine, echo, event["t"].as_u64().unwrap());
        assert_eq!(line, native, "{echo}");
    }
    assert!(count > 100, "only {count} requests");
}

/// Judges what the origin saw, which is what the filter saw and the one header that Envoy adds after it.
fn engine_on(engine: &Engine, echo: &str, now: u64) -> String {
    let mut lines = echo.lines();
    let path = lines.next().unwrap().split(' ').nth(1).unwrap();
    let pairs: Vec<(&str, &str)> = lines.filter_map(|line| line.split_once(": ")).collect();
    let after = ["host", "x-envoy-expected-rq-timeout-ms", "body bytes"];
    let headers: Vec<Header<'_>> = pairs
        .iter()
        .filter(|(name, _)| !after.contains(name))
        .map(|(name, value)| Header { name: name.as_bytes(), value: value.as_bytes() })
        .collect();
    let client = ClientFacts {
        address: Fact::Present("127.0.0.1".parse().unwrap()),
        provenance: Provenance::Peer,
        ..ClientFacts::default()
    };
    let tls = TlsFacts {
        version: Fact::Absent,
        ja4: Fact::Absent,
        ja4_by: Ja4By::Envoy,
        ja3: Fact::Absent,
        cipher: Fact::Absent,
    };
    let facts = Facts {
        method: b"GET",
        scheme: Fact::Present(b"http"),
        authority: b"shop.example",
        path: path.as_bytes(),
        version: Fact::Present(b"1.1"),
        pseudo_order: Fact::Absent,
        headers: &headers,
        header_order: HeaderOrder::Kept,
        client,
        tls,
        ..Facts::default()
    };
    let id = pairs.iter().find(|(name, _)| *name == "x-request-id").unwrap().1;
    engine.judge(&facts, now).event(id)
}
