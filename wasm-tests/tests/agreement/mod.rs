//! What an edge says and does about a request, compared with what is said natively.

pub mod corpus;

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use filter_core::engine::Engine;
use serde_json::Value;
use wasm_tests::client::{Answer, Connection};
use wasm_tests::origin::Origin;
use weir::trace::Request;

/// Sends the bytes and compares the host's event, tags and reply with what is said natively of `request`.
pub fn compare(
    to: SocketAddr,
    event: impl FnOnce() -> anyhow::Result<String>,
    engine: &Engine,
    request: &Request,
    bytes: &[u8],
    told: &Told,
) {
    let answer = ask(to, bytes).unwrap_or_else(|error| panic!("{}: {error}\n{}", request.id, bytes.escape_ascii()));
    let event = event().unwrap_or_else(|error| {
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

/// Tags, by path.
pub type Told = Mutex<BTreeMap<String, Vec<(String, String)>>>;

/// An origin that writes down what it was told, by path.
pub fn told_to(told: Arc<Told>) -> Origin {
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
