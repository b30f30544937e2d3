//! The recorded clients' requests through the real proxy, and natively on what a sidecar shows of them: the same event line,
//! byte for byte, and the same verdict at the origin.
//!
//! What TLS said when a client was recorded cannot be said again: it is handed to the connection, as the listener does after
//! a handshake. `weir up` has no other way in than the listener.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use filter_core::facts::Fact;
use filter_core::state::Tables;
use serde_json::Value;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;
use wasm_tests::client::Answer;
use wasm_tests::evidence::corpus::Data;
use wasm_tests::origin::Origin;
use wasm_tests::recorded;
use wasm_tests::sidecar::{Options, Sidecar, wire};
use weir::host::Host;
use weir::trace::{Request, Text};
use weir_sidecar::connection::{self, Limits};
use weir_sidecar::facts::{Connection, Session};

#[test]
fn the_committed_corpus() {
    let requests: Vec<_> = recorded::clients().into_iter().map(|recorded| recorded.request).collect();
    assert!(same_lines(requests) > 300);
}

/// 163 clients, from browsers over libraries in ten languages to scanners.
#[test]
fn the_large_recording() {
    let Some(data) = Data::from_env() else { return };
    let requests: Vec<_> = data.clients().unwrap().into_iter().flat_map(|client| client.requests).collect();
    assert!(same_lines(requests) > 1500);
}

/// How many were the same; all must be.
fn same_lines(requests: Vec<Request>) -> usize {
    let host = Host::named("sidecar").unwrap();
    let bundle = recorded::reporting_bundle();
    let engine = recorded::engine(&bundle);
    // The proxy keeps records: accounts are named from them.
    let mut tables = Tables::new(engine.bundle().limits());
    let told = Arc::new(Mutex::new(BTreeMap::new()));
    let origin = told_to(Arc::clone(&told));
    let sidecar = Sidecar::start(Options::new(origin.address, &bundle)).unwrap();
    let mut count = 0;
    for mut request in requests {
        // What goes out is what was recorded; the projection is of what the sidecar then shows.
        let Some(wire::Wire { bytes, is_http2, is_whole }) = wire::of(&request) else {
            panic!("no version: {}", request.id)
        };
        if is_http2 && matches!(request.h2_fingerprint, Fact::Unknown) {
            let order = match &request.pseudo_order {
                Fact::Present(order) => order.as_bytes().iter().map(|b| char::from(*b).to_string()).collect::<Vec<_>>(),
                _ => panic!("no order: {}", request.id),
            };
            request.h2_fingerprint = Fact::Present(Text::from(format!("{}{}", wire::BARE, order.join(",")).as_bytes()));
        }
        host.project(&mut request);
        let reading = send(&sidecar, connection(&request), &bytes, is_http2);
        let event = sidecar.event().unwrap_or_else(|error| panic!("{}: {error}", request.id));
        let said: Value = serde_json::from_str(&event).unwrap();
        let id = said["id"].as_str().unwrap();
        let lent = request.facts();
        let facts = lent.facts();
        let plan = engine.plan(&facts, said["t"].as_u64().unwrap());
        let records = tables.lend(plan.touched());
        let native = engine.decide(plan, records);
        assert_eq!(event, native.event(id), "{}\n{}", request.id, bytes.escape_ascii());
        if said["action"] == "tag" && is_whole {
            let score = wait_for(&told, id);
            assert_eq!(score, said["score"].to_string(), "{}", request.id);
        }
        if !is_whole {
            // The client goes away; its connection to the origin must become free.
            reading.abort();
        }
        count += 1;
    }
    count
}

/// An origin that writes down the score it was told, by the request's id.
fn told_to(told: Arc<Mutex<BTreeMap<String, String>>>) -> Origin {
    Origin::with(move |_, headers, _| {
        let value = |name: &str| headers.iter().find(|(other, _)| other == name).map(|(_, value)| value.clone());
        if let (Some(id), Some(score)) = (value("x-request-id"), value("x-weir-score")) {
            told.lock().unwrap().insert(id, score);
        }
        Answer { status: 200, ..Answer::default() }
    })
    .unwrap()
}

fn wait_for(told: &Mutex<BTreeMap<String, String>>, id: &str) -> String {
    for _ in 0..2000 {
        if let Some(score) = told.lock().unwrap().get(id) {
            return score.clone();
        }
        std::thread::sleep(std::time::Duration::from_millis(5));
    }
    panic!("the origin was told nothing of {id}");
}

fn connection(request: &Request) -> Connection {
    let text = |fact: &Fact<Text>| match fact {
        Fact::Present(text) => Fact::Present(String::from_utf8_lossy(text.as_bytes()).into_owned()),
        Fact::Absent => Fact::Absent,
        Fact::Unknown => Fact::Unknown,
    };
    let is_tls = matches!(&request.scheme, Fact::Present(scheme) if scheme.as_bytes() == b"https");
    let tls = is_tls.then(|| Session {
        version: request.tls.version,
        ja4: text(&request.tls.ja4),
        ja4_by: request.tls.ja4_by,
        cipher: text(&request.tls.cipher),
    });
    Connection { peer: request.client.address, tls }
}

/// Sends the bytes on a connection of their own, in two pieces.
#[allow(clippy::async_yields_async, reason = "reading goes on when the bytes are sent")]
fn send(sidecar: &Sidecar, connection: Connection, bytes: &[u8], is_http2: bool) -> JoinHandle<()> {
    let proxy = Arc::clone(&sidecar.proxy);
    let (first, second) = bytes.split_at(bytes.len() / 3);
    sidecar.runtime().block_on(async move {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
        let mut client = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
        let (server, _) = listener.accept().await.unwrap();
        let (_keep, stopping) = watch::channel(false);
        tokio::spawn(async move {
            let _ = connection::http(proxy, server, connection, is_http2, &Limits::default(), stopping).await;
        });
        client.write_all(first).await.unwrap();
        tokio::task::yield_now().await;
        client.write_all(second).await.unwrap();
        // The answer, where there is one: a request that does not end gets none.
        tokio::spawn(async move {
            let mut rest = Vec::new();
            let _ = client.read_to_end(&mut rest).await;
            drop(_keep);
        })
    })
}
