//! The recorded clients' requests through a real workerd, and natively on what Cloudflare shows of them: the same event line,
//! byte for byte, and the same verdict at the origin.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use filter_core::engine::Engine;
use filter_core::facts::Ja4By;
use serde_json::{Map, Value};
use wasm_tests::client::{Answer, Connection};
use wasm_tests::cloudflare::{Build, Options, Workerd, wire};
use wasm_tests::evidence::corpus::Data;
use wasm_tests::origin::Origin;
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

/// How many were the same; all must be. `None`: there is no workerd.
fn same_lines(host: &str, requests: Vec<Request>) -> Option<usize> {
    let host = Host::named(host).unwrap();
    let bundle = recorded::reporting_bundle();
    let engine = recorded::engine(&bundle);
    let told = Arc::new(Mutex::new(BTreeMap::new()));
    let origin = told_to(Arc::clone(&told));
    // The Worker as it is deployed: workerd can show it everything that the edge would.
    let workerd = Workerd::start(&Options::new(Build::Production, origin.address, &bundle))?;
    let mut count = 0;
    for mut request in requests {
        host.project(&mut request);
        // Cloudflare computes its own; the recorder's stands for it.
        request.tls.ja4_by = Ja4By::Spec;
        let bytes = wire::wire(&request, &Map::new());
        compare(&workerd, &engine, &request, &bytes, count, &told);
        count += 1;
    }
    Some(count)
}

/// Sends the bytes and compares the event with what is said natively of `request`.
fn compare(workerd: &Workerd, engine: &Engine, request: &Request, bytes: &[u8], index: usize, told: &Told) {
    let answer =
        ask(workerd.address, bytes).unwrap_or_else(|error| panic!("{}: {error}\n{}", request.id, bytes.escape_ascii()));
    let event = workerd.event(index).unwrap_or_else(|error| {
        panic!("{}: {error:#}\n{}\n{} {}", request.id, bytes.escape_ascii(), answer.status, answer.text())
    });
    let said: Value = serde_json::from_str(&event).unwrap();
    let id = said["id"].as_str().unwrap();
    let lent = request.facts();
    let facts = lent.facts();
    let native = engine.judge(&facts, said["t"].as_u64().unwrap());
    assert_eq!(event, native.event(id), "{}\n{}", request.id, bytes.escape_ascii());
    match said["action"].as_str() {
        Some("tag") => {
            let tags = told.lock().unwrap().remove(std::str::from_utf8(request.path.as_bytes()).unwrap_or_default());
            assert_eq!(
                tags,
                Some(native.request_headers().into_iter().map(|(n, v)| (n.to_owned(), v)).collect()),
                "{}",
                request.id
            );
        }
        Some("block") => {
            let reply = native.reply().unwrap();
            assert_eq!((answer.status, &answer.body), (reply.status, &reply.body), "{}", request.id);
            for (name, value) in reply.headers {
                assert_eq!(answer.header(name), Some(value.as_str()), "{} {name}", request.id);
            }
        }
        _ => {}
    }
}

/// Sends and reads; a client that wants to switch protocols is answered all the same.
fn ask(to: SocketAddr, bytes: &[u8]) -> anyhow::Result<Answer> {
    let mut connection = Connection::open(to)?;
    connection.socket().write_all(bytes)?;
    if bytes.starts_with(b"HEAD ") {
        // Its answer says how long a body would be, and has none.
        connection.socket().set_read_timeout(Some(std::time::Duration::from_secs(10)))?;
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && std::io::Read::read(connection.socket(), &mut byte)? > 0 {
            head.push(byte[0]);
        }
        let head = String::from_utf8(head)?;
        let status = head.get(9..12).unwrap_or_default().parse()?;
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let headers = lines.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        return Ok(Answer { status, headers, ..Answer::default() });
    }
    connection.read()
}

type Told = Mutex<BTreeMap<String, Vec<(String, String)>>>;

/// An origin that writes down what it was told, by path.
fn told_to(told: Arc<Told>) -> Origin {
    Origin::with(move |start, headers, _| {
        let tags: Vec<_> = ["x-weir-score", "x-weir-class", "x-weir-reasons", "x-weir-bundle", "x-weir-signature"]
            .iter()
            .filter_map(|name| headers.iter().find(|(other, _)| other == name).cloned())
            .collect();
        if !tags.is_empty() {
            let path = start.split(' ').nth(1).unwrap_or_default();
            told.lock().unwrap().insert(path.to_owned(), tags);
        }
        Answer { status: 200, ..Answer::default() }
    })
    .unwrap()
}
