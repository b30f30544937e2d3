//! Two workers of a real Envoy that tell each other what they saw.

use std::time::{Duration, Instant};

use serde_json::json;
use wasm_tests::bundles;
use wasm_tests::client::{Connection, request};
use wasm_tests::envoy::{Config, Envoy, Route, filter};
use wasm_tests::module;

/// Pages at each worker: too few for `pages_flood` (80 within a minute or so) alone, enough together.
const EACH: usize = 60;
/// Two of a worker's ticks.
const TWO_TICKS: Duration = Duration::from_millis(2 * 2_016);
/// Between two looks: each is a request, too.
const LOOK: Duration = Duration::from_millis(1_000);

fn page(number: usize) -> Vec<u8> {
    let headers: [(&str, &[u8]); 8] = [
        ("host", b"shop.example"),
        ("user-agent", b"Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"),
        ("accept", b"text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"),
        ("accept-language", b"en-US,en;q=0.5"),
        ("sec-fetch-dest", b"document"),
        ("sec-fetch-mode", b"navigate"),
        ("sec-fetch-site", b"same-origin"),
        ("sec-fetch-user", b"?1"),
    ];
    request("GET", &format!("/page/{number}"), &headers, b"")
}

#[test]
fn a_client_spread_over_two_workers_is_judged_as_one_within_two_ticks() {
    if wasm_tests::envoy::binary().is_none() {
        return;
    }
    let rules = json!([{ "id": "flood", "when": { "signal": ["pages_flood"] }, "then": { "block": {} } }]);
    let settings = bundles::settings(&bundles::with_rules(rules, 1));
    let mut config = Config::new(Route::Direct, filter(module::envoy_with_all(), &settings));
    config.balanced = true;
    let Some(envoy) = Envoy::start(&config, 2) else { return };
    // The second goes to the worker that does not have the first.
    let mut connections = [Connection::open(envoy.plain).unwrap(), Connection::open(envoy.plain).unwrap()];
    for number in 0..EACH {
        for connection in &mut connections {
            assert_eq!(connection.send(&page(number)).unwrap().status, 200, "page {number}: too few at one worker");
        }
    }
    let sent = Instant::now();
    let mut blocked = [None; 2];
    while blocked.contains(&None) && sent.elapsed() < 3 * TWO_TICKS {
        for (connection, blocked) in connections.iter_mut().zip(&mut blocked) {
            if blocked.is_none() && connection.send(&page(0)).unwrap().status == 403 {
                *blocked = Some(sent.elapsed());
                *connection = Connection::open(envoy.plain).unwrap();
            }
        }
        std::thread::sleep(LOOK);
    }
    eprintln!("blocked after {blocked:?}");
    assert!(
        blocked.iter().all(|after| after.is_some_and(|after| after <= TWO_TICKS + LOOK)),
        "{blocked:?}\n{}",
        envoy.log()
    );
    assert_eq!(envoy.stat("wasm.weir.vm_reload").unwrap(), 0);
}
