//! A million requests through one Envoy worker: its memory stays flat.
//!
//! `WEIR_LOAD_REQUESTS` sets another number.

use std::io::{BufRead, BufReader, Write};
use std::net::TcpStream;
use std::thread;

use wasm_tests::bundles;
use wasm_tests::client::{read_answer, request};
use wasm_tests::envoy::{Config, Envoy, Route, filter};
use wasm_tests::module;

const CONNECTIONS: u64 = 8;
/// One request in so many is blocked.
const BLOCKED: u64 = 32;
/// KiB that allocator, statistics and logs may come to after the warm-up.
const GROWTH: u64 = 8 * 1024;

#[test]
fn memory_is_flat_over_a_million_requests() {
    let wanted = std::env::var("WEIR_LOAD_REQUESTS").ok().and_then(|text| text.parse().ok()).unwrap_or(1_000_000u64);
    let config = Config::new(Route::Direct, filter(module::envoy(), &bundles::settings(&bundles::by_path(1))));
    let Some(envoy) = Envoy::start(&config, 1) else { return };
    assert_eq!(load(&envoy, wanted / 10), wanted / 10 / CONNECTIONS * CONNECTIONS);
    let before = envoy.resident().unwrap();
    let done = load(&envoy, wanted);
    let after = envoy.resident().unwrap();
    eprintln!("{done} requests, resident memory {before} -> {after} KiB");
    assert!(done >= wanted / 2, "{done} of {wanted}");
    assert!(after < before + GROWTH, "{before} -> {after} KiB over {done} requests");
    assert_eq!(envoy.stat("wasm.weir.vm_reload").unwrap(), 0);
}

/// Sends about `count` requests; returns how many were answered as they should be.
fn load(envoy: &Envoy, count: u64) -> u64 {
    let answered = (0..CONNECTIONS).map(|number| {
        let to = envoy.plain;
        thread::spawn(move || {
            let mut stream = TcpStream::connect(to).unwrap();
            stream.set_nodelay(true).unwrap();
            let mut answers = BufReader::with_capacity(64 * 1024, stream.try_clone().unwrap());
            (0..count / CONNECTIONS).map(|round| u64::from(one(&mut stream, &mut answers, number, round))).sum::<u64>()
        })
    });
    let threads: Vec<_> = answered.collect();
    threads.into_iter().map(|thread| thread.join().unwrap()).sum()
}

/// Every request differs. No pipelining: Envoy closes a connection after a reply of its own if more is waiting on it.
fn one(stream: &mut TcpStream, answers: &mut impl BufRead, connection: u64, round: u64) -> bool {
    let blocked = round.is_multiple_of(BLOCKED);
    let path = if blocked { "/block/1".into() } else { format!("/page/{connection}/{round}") };
    let agent = format!("Mozilla/5.0 (X11; Linux x86_64; rv:{round}.0) Gecko/20100101 Firefox/{round}.0");
    let headers: [(&str, &[u8]); 4] = [
        ("host", b"shop.example"),
        ("user-agent", agent.as_bytes()),
        ("accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("accept-language", b"en-US,en;q=0.5"),
    ];
    stream.write_all(&request("GET", &path, &headers, b"")).unwrap();
    read_answer(answers).unwrap().status == if blocked { 403 } else { 200 }
}
