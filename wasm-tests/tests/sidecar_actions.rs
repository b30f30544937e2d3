//! Redirects, routes and tarpits through a running sidecar.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wasm_tests::bundles;
use wasm_tests::client::{Answer, Connection, request, send};
use wasm_tests::origin::Origin;
use wasm_tests::sidecar::{Options, Sidecar};

fn rule(id: &str, then: Value) -> Value {
    json!({ "id": id, "when": { "path": { "prefix": format!("/{id}") } }, "then": then })
}

fn options(rules: Value) -> Options {
    Options::new(Origin::start().unwrap().address, &bundles::with_rules(rules, 1))
}

fn get(path: &str, headers: &[(&str, &[u8])]) -> Vec<u8> {
    request("GET", path, &[&[("host", &b"shop.example"[..])], headers].concat(), b"")
}

#[test]
fn a_redirect_leads_to_one_place_and_not_in_circles() {
    let then = json!({ "redirect": { "location": "https://help.example/bots" } });
    let sidecar =
        Sidecar::start(options(json!([rule("x", then), rule("y", json!({ "redirect": { "location": "/y" } }))])));
    let sidecar = sidecar.unwrap();
    let sent = send(sidecar.plain, &get("/x?next=//evil.example", &[("accept", b"application/json")])).unwrap();
    assert_eq!((sent.status, sent.header("location")), (302, Some("https://help.example/bots")));
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert_eq!(send(sidecar.plain, &get("/y", &[])).unwrap().status, 200);
    assert_eq!(send(sidecar.plain, &get("/y/1", &[])).unwrap().header("location"), Some("/y"));
}

#[test]
fn a_route_leads_to_another_origin_and_nobody_chooses_it_himself() {
    let decoy = Origin::with(|_, _, _| Answer { status: 200, headers: Vec::new(), body: b"decoy".to_vec() }).unwrap();
    let rules = json!([rule("trap", json!({ "route": { "to": "decoy" } }))]);
    let refused = Sidecar::start(options(rules.clone())).err().unwrap().to_string();
    assert!(refused.contains("routes to `decoy`") && refused.contains("--route decoy=URL"), "{refused}");
    let options = Options { routes: vec![("decoy".to_owned(), decoy.address)], ..options(rules) };
    let sidecar = Sidecar::start(options).unwrap();
    assert_eq!(send(sidecar.plain, &get("/trap/1", &[])).unwrap().text(), "decoy");
    let forged = send(sidecar.plain, &get("/other", &[("X-Weir-Route", b"decoy")])).unwrap().text();
    assert!(forged.starts_with("GET /other") && !forged.contains("x-weir-route"), "{forged}");
}

#[test]
fn a_tarpit_holds_for_its_time_and_no_more_than_it_may() {
    let held =
        |after: &str| json!({ "tarpit": { "seconds": 1, "most": 2, "after": after, "block": { "status": 429 } } });
    let sidecar = Sidecar::start(options(json!([rule("pass", held("pass")), rule("block", held("block"))]))).unwrap();
    let timed = |path: &str| {
        let started = Instant::now();
        (send(sidecar.plain, &get(path, &[])).unwrap().status, started.elapsed())
    };
    let at_once = Duration::from_millis(900);
    for (path, expected) in [("/pass", 200), ("/block", 429)] {
        let (status, took) = timed(path);
        assert!(status == expected && took >= at_once, "{path}: {status} after {took:?}");
    }
    let mut held: Vec<Connection> = (0..2).map(|_| Connection::open(sidecar.plain).unwrap()).collect();
    held.iter_mut().for_each(|one| one.socket().write_all(&get("/pass", &[])).unwrap());
    std::thread::sleep(Duration::from_millis(300));
    let (status, took) = timed("/pass");
    assert!(status == 429 && took < at_once, "{status} after {took:?}");
    assert_eq!(sidecar.metric("weir_tarpit_full_total").as_deref(), Some("weir_tarpit_full_total 1"));
    // A client that leaves makes room.
    drop(held.pop());
    std::thread::sleep(Duration::from_millis(100));
    let (status, took) = timed("/pass");
    assert!(status == 200 && took >= at_once, "{status} after {took:?}");
    held.iter_mut().for_each(|one| assert_eq!(one.read().unwrap().status, 200));
}

#[test]
fn a_limit_says_when_to_come_again() {
    let limits = json!([{ "id": "l", "key": ["address"], "requests": 3, "seconds": 60 }]);
    let rules = json!([{ "id": "r", "when": "always", "then": { "limit": { "by": "l" } } }]);
    let content = json!({
        "settings": { "limits": bundles::few_records() }, "limits": limits, "rules": rules, "otherwise": "allow",
    });
    let options = Options::new(Origin::start().unwrap().address, &bundles::of(content, 1));
    let sidecar = Sidecar::start(options).unwrap();
    let answers: Vec<Answer> = (0..4).map(|_| send(sidecar.plain, &get("/", &[])).unwrap()).collect();
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200, 200, 200, 429]);
    assert!(matches!(answers[3].header("retry-after"), Some("19" | "20")), "{:?}", answers[3].header("retry-after"));
    let event: Value = serde_json::from_str(&sidecar.event().unwrap()).unwrap();
    assert_eq!((&event["action"], &event["rule"]), (&"limit".into(), &"r".into()));
    let metrics = sidecar.proxy.metrics.text();
    assert!(metrics.contains("weir_action=\"limit\",weir_rule=\"r\"} 1"), "{metrics}");
}
