//! Redirects, routes, tarpits and limits through the deployed module in a real Viceroy.

use std::io::Write;
use std::time::{Duration, Instant};

use serde_json::{Value, json};
use wasm_tests::bundles;
use wasm_tests::client::{Answer, Connection, request, send};
use wasm_tests::fastly::{Build, Options, Viceroy};
use wasm_tests::origin::Origin;

fn rule(id: &str, then: Value) -> Value {
    json!({ "id": id, "when": { "path": { "prefix": format!("/{id}") } }, "then": then })
}

fn options(rules: Value) -> Options {
    Options::new(Build::Production, Origin::start().unwrap().address, &bundles::with_rules(rules, 1))
}

fn get(path: &str, headers: &[(&str, &[u8])]) -> Vec<u8> {
    request("GET", path, &[&[("host", &b"shop.example"[..])], headers].concat(), b"")
}

#[test]
fn a_redirect_leads_to_one_place_and_not_in_circles() {
    let then = json!({ "redirect": { "location": "https://help.example/bots" } });
    let rules = json!([rule("x", then), rule("y", json!({ "redirect": { "location": "/y" } }))]);
    let Some(viceroy) = Viceroy::start(&options(rules)) else { return };
    let sent = send(viceroy.address, &get("/x?next=//evil.example", &[("accept", b"application/json")])).unwrap();
    assert_eq!((sent.status, sent.header("location")), (302, Some("https://help.example/bots")));
    assert_eq!(sent.header("content-type"), Some("application/json"));
    assert_eq!(send(viceroy.address, &get("/y", &[])).unwrap().status, 200);
    assert_eq!(send(viceroy.address, &get("/y/1", &[])).unwrap().header("location"), Some("/y"));
}

#[test]
fn a_route_leads_to_another_backend_and_nobody_chooses_it_himself() {
    let decoy = Origin::with(|_, _, _| Answer { status: 200, headers: Vec::new(), body: b"decoy".to_vec() }).unwrap();
    let rules = json!([
        rule("trap", json!({ "route": { "to": "decoy" } })),
        rule("nowhere", json!({ "route": { "to": "missing" } })),
    ]);
    for memory in [false, true] {
        let mut options = options(rules.clone());
        options.more = format!("[local_server.backends.decoy]\nurl = \"http://{}\"\n", decoy.address);
        options.knobs["memory"] = json!(memory);
        let Some(viceroy) = Viceroy::start(&options) else { return };
        assert_eq!(send(viceroy.address, &get("/trap/1", &[])).unwrap().text(), "decoy");
        let other = send(viceroy.address, &get("/nowhere", &[])).unwrap().text();
        assert!(other.starts_with("GET /nowhere"), "without such a backend it goes where all go: {other}");
        let forged = send(viceroy.address, &get("/other", &[("X-Weir-Route", b"decoy")])).unwrap().text();
        assert!(forged.starts_with("GET /other") && !forged.contains("x-weir-route"), "{forged}");
    }
}

#[test]
fn a_tarpit_holds_for_its_time_and_no_more_than_it_may() {
    let held =
        |after: &str| json!({ "tarpit": { "seconds": 2, "most": 2, "after": after, "block": { "status": 429 } } });
    let rules = json!([rule("pass", held("pass")), rule("block", held("block"))]);
    let Some(viceroy) = Viceroy::start(&options(rules)) else { return };
    let timed = |path: &str| {
        let started = Instant::now();
        (send(viceroy.address, &get(path, &[])).unwrap().status, started.elapsed())
    };
    let time = Duration::from_millis(1_900);
    for (path, expected) in [("/pass", 200), ("/block", 429)] {
        let (status, took) = timed(path);
        assert!(status == expected && took >= time, "{path}: {status} after {took:?}");
    }
    let mut held: Vec<Connection> = (0..2).map(|_| Connection::open(viceroy.address).unwrap()).collect();
    for one in &mut held {
        one.socket().write_all(&get("/pass", &[])).unwrap();
        // Two that ask at once may take one place.
        std::thread::sleep(Duration::from_millis(300));
    }
    let (status, took) = timed("/pass");
    assert!(status == 429 && took < time, "{status} after {took:?}");
    held.iter_mut().for_each(|one| assert_eq!(one.read().unwrap().status, 200));
    let (status, took) = timed("/pass");
    assert!(status == 200 && took >= time, "there is room again: {status} after {took:?}");
}

fn limited(memory: bool) -> Options {
    let limits = json!([
        { "id": "l", "key": ["address"], "requests": 3, "seconds": 60 },
        { "id": "by_header", "key": ["address", { "header": "x-token" }], "requests": 1, "seconds": 60 },
    ]);
    let rules = json!([
        rule("token", json!({ "limit": { "by": "by_header" } })),
        { "id": "r", "when": "always", "then": { "limit": { "by": "l" } } },
    ]);
    let content = json!({
        "settings": { "limits": bundles::few_records() }, "limits": limits, "rules": rules, "otherwise": "allow",
    });
    let mut options = options(json!([]));
    options.bundle = Some(bundles::of(content, 1));
    options.knobs["memory"] = json!(memory);
    // Each request in a sandbox of its own: nothing is counted in memory.
    options.knobs["sandbox"]["requests"] = json!(1);
    options
}

#[test]
fn a_limit_says_when_to_come_again() {
    let Some(viceroy) = Viceroy::start(&limited(true)) else { return };
    let answers: Vec<Answer> = (0..4).map(|_| send(viceroy.address, &get("/", &[])).unwrap()).collect();
    assert_eq!(answers.iter().map(|answer| answer.status).collect::<Vec<_>>(), [200, 200, 200, 429]);
    let wait: u64 = answers[3].header("retry-after").unwrap().parse().unwrap();
    assert!((1..=20).contains(&wait), "{wait}");
    let event: Value = serde_json::from_str(&viceroy.event(0).unwrap()).unwrap();
    assert_eq!((&event["action"], &event["rule"]), (&"limit".into(), &"r".into()));
}

#[test]
fn each_key_has_its_own_limit() {
    let Some(viceroy) = Viceroy::start(&limited(true)) else { return };
    let status = |token: &[u8]| send(viceroy.address, &get("/token", &[("x-token", token)])).unwrap().status;
    assert_eq!([status(b"a"), status(b"b"), status(b"a"), status(b"b")], [200, 200, 429, 429]);
    // What the first rule refuses, the second does not count: two of its three are used.
    let statuses: Vec<u16> = (0..2).map(|_| send(viceroy.address, &get("/", &[])).unwrap().status).collect();
    assert_eq!(statuses, [200, 429]);
}

#[test]
fn what_limits_is_refused_where_nothing_is_remembered() {
    let Some(viceroy) = Viceroy::start(&limited(false)) else { return };
    assert_eq!(send(viceroy.address, &get("/", &[])).unwrap().status, 200);
    let said = "rule `r` limits, and this host keeps no memory to count in";
    viceroy.wait_for(said, |viceroy| viceroy.lines().iter().any(|line| line.contains(said)).then_some(())).unwrap();
}
