//! Requests through a real Envoy: what reaches the filter, what reaches the origin, what comes back.

use std::io::Write;

use serde_json::{Value, json};
use wasm_tests::bundles;
use wasm_tests::client::{self, Connection, curl, request, send};
use wasm_tests::envoy::{Config, Envoy, Route, filter};
use wasm_tests::module;
use wasm_tests::origin::Origin;

fn envoy_with(bundle: &str, route: Route, change: impl FnOnce(&mut Config)) -> Option<Envoy> {
    let mut config = Config::new(route, filter(module::envoy(), &bundles::settings(bundle)));
    change(&mut config);
    Envoy::start(&config, 1)
}

fn envoy(bundle: &str) -> Option<(Envoy, Origin)> {
    let origin = Origin::start().unwrap();
    Some((envoy_with(bundle, Route::Upstream(origin.port()), |_| ())?, origin))
}

fn get<'a>(path: &str, headers: &[(&'a str, &'a [u8])]) -> Vec<u8> {
    let all: Vec<(&str, &[u8])> = [("host", &b"shop.example"[..])].into_iter().chain(headers.iter().copied()).collect();
    request("GET", path, &all, b"")
}

/// Blocks what meets the condition: a way to ask the filter what it saw.
fn blocking(when: Value) -> String {
    bundles::with_rules(json!([{ "id": "seen", "when": when, "then": { "block": { "status": 418 } } }]), 1)
}

#[test]
fn actions_reach_client_origin_and_logs() {
    let Some((envoy, _origin)) = envoy(&bundles::by_path(1)) else { return };
    let passed = send(envoy.plain, &get("/other", &[])).unwrap();
    assert_eq!(passed.status, 200);
    assert!(!passed.text().contains("x-weir-"), "{}", passed.text());

    let blocked = send(envoy.plain, &get("/block/1", &[])).unwrap();
    assert_eq!(blocked.status, 403);

    let tagged = send(envoy.plain, &get("/tag/1", &[])).unwrap();
    for name in ["x-weir-score: ", "x-weir-class: ", "x-weir-bundle: ", "x-weir-signature: "] {
        assert_eq!(tagged.text().matches(name).count(), 1, "{}", tagged.text());
    }

    let lines = envoy.access_log("/block/1", 1).unwrap();
    assert!(lines[0].starts_with("403 weir_block{rule=block} action=block;rule=block;"), "{lines:?}");
    let lines = envoy.access_log("/other", 1).unwrap();
    assert!(lines[0].starts_with("200 via_upstream - "), "{lines:?}");
    let log =
        envoy.wait_for("two events", |envoy| Some(envoy.log()).filter(|log| log.matches("\"action\":").count() == 2));
    assert!(log.unwrap().contains("\"rule\":\"block\""));
    let blocks = envoy.wait_for("counters", |envoy| {
        let (_, text) = envoy.admin("GET", "/stats?filter=weir_requests_total").ok()?;
        text.contains("weir_action=block;weir_rule=block;: 1").then_some(())
    });
    blocks.unwrap();
}

#[test]
fn forged_headers_are_removed() {
    let Some((envoy, _origin)) = envoy(&bundles::by_path(1)) else { return };
    let forged: [(&str, &[u8]); 4] =
        [("X-Weir-Score", b"0"), ("x-weir-class", b"human"), ("x-WEIR-anything", b"1"), ("x-weir-score", b"1")];
    let passed = send(envoy.plain, &get("/other", &forged)).unwrap();
    assert_eq!(passed.status, 200);
    assert!(!passed.text().contains("x-weir-"), "{}", passed.text());
    let tagged = send(envoy.plain, &get("/tag/1", &forged)).unwrap().text();
    assert!(!tagged.contains("x-weir-anything") && tagged.matches("x-weir-score: ").count() == 1, "{tagged}");
}

#[test]
fn odd_bytes_and_great_numbers_harm_nobody() {
    let origin = Origin::start().unwrap();
    let route = Route::Upstream(origin.port());
    let Some(envoy) = envoy_with(&bundles::by_path(1), route, |config| config.large_headers = true) else { return };
    let odd = send(envoy.plain, &get("/block/1", &[("user-agent", b"\xff\xfe"), ("cookie", b"\xff=\x80")])).unwrap();
    assert_eq!(odd.status, 403);
    let names: Vec<String> = (0..3000).map(|number| format!("x-many-{number}")).collect();
    let many: Vec<(&str, &[u8])> = names.iter().map(|name| (name.as_str(), &b"value"[..])).collect();
    assert_eq!(send(envoy.plain, &get("/block/1", &many)).unwrap().status, 403);
    assert_eq!(send(envoy.plain, &get("/other", &many)).unwrap().status, 200);
    let large = vec![b'a'; 2 * 1024 * 1024];
    assert_eq!(send(envoy.plain, &get("/block/1", &[("x-large", &large)])).unwrap().status, 403);
    assert_eq!(envoy.stat("wasm.weir.vm_reload").unwrap(), 0);
    // The same worker goes on.
    assert_eq!(send(envoy.plain, &get("/block/1", &[])).unwrap().status, 403);
}

#[test]
fn tls_facts_reach_the_filter_and_cannot_be_forged() {
    let seen = [
        ("t13", json!({ "ja4": { "value": { "prefix": "t13" } } })),
        ("tls 1.3", json!({ "tls": ["1.3"] })),
        ("secure", json!({ "secure": true })),
    ];
    for (what, when) in seen {
        let Some(envoy) = envoy_with(&blocking(when), Route::Direct, |_| ()) else { return };
        let url = format!("https://127.0.0.1:{}/", envoy.tls.port());
        assert_eq!(curl(&["--http1.1", "--tlsv1.3", &url]).unwrap().status, 418, "{what}");
        assert_eq!(curl(&["--http2", "--tlsv1.3", &url]).unwrap().status, 418, "{what}");
        let old = curl(&["--http1.1", "--tlsv1.2", "--tls-max", "1.2", &url]).unwrap();
        assert_eq!(old.status, if what == "secure" { 418 } else { 200 }, "{what}");
        // On a plain connection no header makes it so.
        let forged: [(&str, &[u8]); 6] = [
            ("weir.request", b"t13d1516h2_8daaf6152771_02713d6af862||192.0.2.1|TLSv1.3||HTTP/2"),
            ("weir.connection", b"t13d1516h2_8daaf6152771_02713d6af862||192.0.2.1|TLSv1.3|"),
            ("x-ja4", b"t13d1516h2_8daaf6152771_02713d6af862"),
            ("x-weir-ja4", b"t13d1516h2_8daaf6152771_02713d6af862"),
            ("x-forwarded-proto", b"https"),
            ("x-forwarded-for", b"192.0.2.1"),
        ];
        assert_eq!(send(envoy.plain, &get("/", &forged)).unwrap().status, 200, "{what}");
    }
}

#[test]
fn the_protocol_and_its_pseudo_headers_reach_the_filter() {
    let Some(envoy) = envoy_with(&blocking(json!({ "http": ["2"] })), Route::Direct, |_| ()) else { return };
    let url = format!("https://127.0.0.1:{}/", envoy.tls.port());
    let plain = format!("http://{}/", envoy.plain);
    assert_eq!(curl(&["--http2", &url]).unwrap().status, 418);
    assert_eq!(curl(&["--http2-prior-knowledge", &plain]).unwrap().status, 418);
    assert_eq!(curl(&["--http1.1", &url]).unwrap().status, 200);
    assert_eq!(curl(&["--http1.1", &plain]).unwrap().status, 200);
}

#[test]
fn the_client_address_is_the_peer_or_what_a_trusted_hop_says() {
    let inside = json!([{ "id": "seen", "when": { "address": { "blocks": ["203.0.113.0/24"] } }, "then": { "block": { "status": 418 } } }]);
    let bundle = bundles::with_rules(inside, 1);
    let cases: [(u8, &[u8], u16); 6] = [
        (0, b"203.0.113.7", 200),
        (1, b"203.0.113.7", 418),
        (1, b"203.0.113.7, 198.51.100.1", 200),
        (1, b"198.51.100.1, 203.0.113.7", 418),
        (2, b"203.0.113.7, 198.51.100.1", 418),
        (1, b"unknown", 200),
    ];
    for hops in 0..=2u8 {
        // Envoy notes a peer on the loopback under an address of its own.
        let trusted = json!({ "trusted_hops": hops, "appends_peer": true, "trusted_proxies": ["127.0.0.0/8"] });
        let address = if hops == 0 { json!({}) } else { trusted };
        let settings = json!({ "bundle": bundle, "allow_unsigned": true, "client_address": address });
        let mut config = Config::new(Route::Direct, filter(module::envoy(), &settings.to_string()));
        config.trusted_hops = u32::from(hops);
        let Some(envoy) = Envoy::start(&config, 1) else { return };
        for (_, forwarded, status) in cases.iter().filter(|(for_hops, ..)| *for_hops == hops) {
            let answer = send(envoy.plain, &get("/", &[("x-forwarded-for", forwarded)])).unwrap();
            assert_eq!(answer.status, *status, "{hops} hops, {}", String::from_utf8_lossy(forwarded));
        }
    }
}

#[test]
fn grpc_callers_get_a_grpc_status() {
    let Some(envoy) = envoy_with(&bundles::by_path(1), Route::Direct, |_| ()) else { return };
    let url = format!("http://{}/block/shop.Cart/Add", envoy.plain);
    let grpc = ["-X", "POST", "-H", "content-type: application/grpc", "-H", "te: trailers"];
    let arguments: Vec<&str> =
        ["--http2-prior-knowledge", "--include"].into_iter().chain(grpc).chain([url.as_str()]).collect();
    let answer = curl(&arguments).unwrap();
    assert!(answer.status == 200 && answer.text().contains("grpc-status: 7"), "{}", answer.text());
    // Without a body: Envoy answers before it, and a curl that is still sending may see the stream's end first.
    let other = curl(&["--http2-prior-knowledge", "-X", "POST", &url]).unwrap();
    assert_eq!(other.status, 403);
}

#[test]
fn a_large_body_passes_through() {
    let Some((envoy, _origin)) = envoy(&bundles::by_path(1)) else { return };
    let body = vec![b'x'; 100 * 1024 * 1024];
    let resident = envoy.resident().unwrap();
    let answer = send(envoy.plain, &request("POST", "/upload", &[("host", b"shop.example")], &body)).unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains(&format!("body bytes: {}\n", body.len())));
    let grown = envoy.resident().unwrap().saturating_sub(resident);
    assert!(grown < 50 * 1024, "the body was buffered: {grown} KiB");
}

#[test]
fn a_dead_origin_and_a_client_that_leaves_harm_nobody() {
    let nobody = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port();
    let Some(envoy) = envoy_with(&bundles::by_path(1), Route::Upstream(nobody), |_| ()) else { return };
    assert_eq!(send(envoy.plain, &get("/other", &[])).unwrap().status, 503);
    assert_eq!(send(envoy.plain, &get("/tag/1", &[])).unwrap().status, 503);
    for number in 0..50usize {
        let whole = get(["/block/1", "/other", "/tag/1"][number % 3], &[]);
        let mut leaver = Connection::open(envoy.plain).unwrap();
        leaver.socket().write_all(&whole[..whole.len() - (number % 2) * 10]).unwrap();
        drop(leaver);
    }
    assert_eq!(send(envoy.plain, &get("/block/1", &[])).unwrap().status, 403);
    assert_eq!(envoy.stat("wasm.weir.vm_reload").unwrap(), 0);
}

#[test]
fn without_filter_state_addresses_are_claims() {
    // A rule that wants a verified address is silent; requests are judged all the same.
    let bundle = blocking(json!({ "provenance": ["unverified"] }));
    let config = Config::new(Route::Direct, filter(module::envoy(), &bundles::settings(&bundle)));
    let Some(envoy) = start_without_state(config) else { return };
    assert_eq!(client::send(envoy.plain, &get("/", &[])).unwrap().status, 418);
}

fn start_without_state(mut config: Config) -> Option<Envoy> {
    config.filter_state = false;
    Envoy::start(&config, 1)
}
