//! Redirects, routes and tarpits through a real Envoy.

use std::io::Write;
use std::net::SocketAddr;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wasm_tests::bundles;
use wasm_tests::client::{Answer, Connection, curl, request, send};
use wasm_tests::envoy::{Config, Envoy, Route, filter};
use wasm_tests::host::{Process, Request as HostRequest};
use wasm_tests::module;
use wasm_tests::origin::Origin;

fn rule(id: &str, then: Value) -> Value {
    json!({ "id": id, "when": { "path": { "prefix": format!("/{id}") } }, "then": then })
}

fn envoy(rules: Value, change: impl FnOnce(&mut Config)) -> Option<Envoy> {
    let settings = bundles::settings(&bundles::with_rules(rules, 1));
    let origin = Origin::start().unwrap();
    let mut config = Config::new(Route::Upstream(origin.port()), filter(module::envoy(), &settings));
    change(&mut config);
    Envoy::start(&config, 1)
}

fn get(path: &str, headers: &[(&str, &[u8])]) -> Vec<u8> {
    request("GET", path, &[&[("host", &b"shop.example"[..])], headers].concat(), b"")
}

#[test]
fn a_redirect_leads_to_one_place_and_not_in_circles() {
    let then = json!({ "redirect": { "location": "/closed", "status": 303 } });
    let all = json!([{ "id": "all", "when": "always", "then": then }]);
    let Some(envoy) = envoy(all, |_| ()) else { return };
    let sent = send(envoy.plain, &get("/anything?next=//evil.example", &[])).unwrap();
    assert_eq!((sent.status, sent.header("location")), (303, Some("/closed")));
    assert_eq!(send(envoy.plain, &get("/closed", &[])).unwrap().status, 200);
    let lines = envoy.access_log("/anything", 1).unwrap();
    assert!(lines[0].starts_with("303 weir_redirect{rule=all} action=redirect;rule=all;"), "{lines:?}");
    let url = format!("http://{}/shop.Cart/Add", envoy.plain);
    let grpc = ["--http2-prior-knowledge", "--include", "-X", "POST", "-H", "content-type: application/grpc", &url];
    let answer = curl(&grpc).unwrap();
    assert!(answer.status == 200 && answer.text().contains("grpc-status: 7"), "{}", answer.text());
    assert!(!answer.text().to_lowercase().contains("location:"), "{}", answer.text());
}

#[test]
fn a_route_leads_to_another_cluster_and_nobody_chooses_it_himself() {
    let decoy = Origin::with(|_, headers, _| {
        let route = headers.iter().find(|(name, _)| name == "x-weir-route").map_or("", |(_, value)| value);
        Answer { status: 200, headers: Vec::new(), body: format!("decoy {route}").into_bytes() }
    });
    let port = decoy.unwrap().port();
    let rules = json!([rule("trap", json!({ "route": { "to": "decoy" } }))]);
    let Some(envoy) = envoy(rules, |config| config.decoy = Some(port)) else { return };
    assert_eq!(send(envoy.plain, &get("/trap/1", &[])).unwrap().text(), "decoy decoy");
    let forged = send(envoy.plain, &get("/other", &[("X-Weir-Route", b"decoy")])).unwrap().text();
    assert!(forged.starts_with("GET /other") && !forged.contains("x-weir-route"), "{forged}");
    let twice = send(envoy.plain, &get("/trap/1", &[("x-weir-route", b"elsewhere")])).unwrap();
    assert_eq!(twice.text(), "decoy decoy");
    let lines = envoy.access_log("/trap/1", 2).unwrap();
    assert!(lines[0].starts_with("200 via_upstream action=route;rule=trap;"), "{lines:?}");
}

fn timed(to: SocketAddr, request: &[u8]) -> (Answer, Duration) {
    let started = Instant::now();
    (send(to, request).unwrap(), started.elapsed())
}

/// With the body's callback, which Envoy needs where only the headers are stopped.
fn stop_headers_only(config: &mut Config) {
    let plugin = &mut config.filter["typed_config"]["config"];
    plugin["allow_on_headers_stop_iteration"] = json!(true);
    plugin["vm_config"]["capability_restriction_config"]["allowed_capabilities"]["proxy_on_request_body"] = json!({});
}

#[test]
fn a_tarpit_holds_for_its_time_and_no_more_than_it_may() {
    let held =
        |after: &str| json!({ "tarpit": { "seconds": 1, "most": 3, "after": after, "block": { "status": 429 } } });
    let rules = json!([rule("pass", held("pass")), rule("block", held("block"))]);
    for change in [(|_| ()) as fn(&mut Config), stop_headers_only] {
        let Some(envoy) = envoy(rules.clone(), change) else { return };
        let at_once = Duration::from_millis(900);
        for (path, status) in [("/pass", 200), ("/block", 429)] {
            for body in [&b""[..], &[b'x'; 50_000]] {
                let (answer, took) = timed(envoy.plain, &request("POST", path, &[("host", b"shop.example")], body));
                assert_eq!(answer.status, status, "{path}");
                assert!(took >= at_once && took < Duration::from_secs(10), "{path}, {} bytes: {took:?}", body.len());
                if status == 200 {
                    assert!(answer.text().contains(&format!("body bytes: {}\n", body.len())), "{}", answer.text());
                }
            }
        }
        // Three are held, the fourth is blocked at once.
        let mut held: Vec<Connection> = (0..3).map(|_| Connection::open(envoy.plain).unwrap()).collect();
        held.iter_mut().for_each(|one| one.socket().write_all(&get("/pass", &[])).unwrap());
        std::thread::sleep(Duration::from_millis(300));
        let (answer, took) = timed(envoy.plain, &get("/pass", &[]));
        assert!(answer.status == 429 && took < at_once, "{} after {took:?}", answer.status);
        // A client that leaves makes room.
        drop(held.pop());
        std::thread::sleep(Duration::from_millis(100));
        let (answer, took) = timed(envoy.plain, &get("/pass", &[]));
        assert!(answer.status == 200 && took >= at_once, "{} after {took:?}", answer.status);
        held.iter_mut().for_each(|one| assert_eq!(one.read().unwrap().status, 200));
        assert_eq!(envoy.stat("wasm.weir.vm_reload").unwrap(), 0);
        assert_eq!(send(envoy.plain, &get("/other", &[])).unwrap().status, 200);
    }
}

#[test]
fn a_limit_limits_or_is_refused_where_nothing_is_remembered() {
    let limits = json!([{ "id": "l", "key": ["address"], "requests": 3, "seconds": 60 }]);
    let rules = json!([{ "id": "r", "when": "always", "then": { "limit": { "by": "l" } } }]);
    let content = json!({
        "settings": { "limits": bundles::few_records() }, "limits": limits, "rules": rules, "otherwise": "allow",
    });
    let process = Process::envoy().unwrap();
    let mut vm = process.vm().unwrap();
    let root = vm.configure(&bundles::settings(&bundles::of(content, 1))).unwrap();
    let Some(root) = root else {
        assert_eq!(process.world().logged("rule `r` limits, and this host keeps no memory to count in").len(), 1);
        return;
    };
    let from = || HostRequest::get("/").state("", "203.0.113.7", "TLSv1.3", "HTTP/2");
    let seen: Vec<_> = (0..4).map(|_| vm.request(root, from()).unwrap()).collect();
    assert_eq!(seen.iter().filter(|seen| seen.continued).count(), 3);
    let reply = seen[3].reply.as_ref().unwrap();
    assert_eq!((reply.status, reply.details.as_str()), (429, "weir_limit{rule=r}"));
    assert!(reply.headers.iter().any(|(name, value)| name == b"retry-after" && value == b"20"), "{:?}", reply.headers);
}
