//! `weir up --candidate` as a process: a candidate that would hurt people is taken back by itself, one that would not serves.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail"
)]

mod common;

use std::fs;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::time::Duration;

use common::up::Up;
use common::{Desk, run};
use filter_core::policy::wire;
use serde_json::Value;

/// A proxy that takes the clients' addresses from its balancer.
fn start(arguments: &[&str]) -> Up {
    Up::start(&[&["--proxy-protocol-from", "127.0.0.1"], arguments].concat())
}

/// The status that a client gets.
fn status(up: &Up, client: &str, method: &str, path: &str) -> u16 {
    let answer = ask(&up.address, &behind(client), client, method, path);
    answer.split(' ').nth(1).unwrap_or_else(|| panic!("{answer}")).parse().unwrap()
}

/// Each client comes from an address of its own, which a balancer names.
fn behind(client: &str) -> String {
    let number: u8 = client.rsplit('-').next().and_then(|number| number.parse().ok()).unwrap_or(250);
    format!("PROXY TCP4 198.51.100.{number} 192.0.2.1 51234 80\r\n")
}

fn ask_admin(address: &str, path: &str) -> String {
    ask(address, "", "", "GET", path)
}

fn ask(address: &str, before: &str, client: &str, method: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    let lines = format!("Host: shop.example\r\nUser-Agent: {client}\r\nContent-Length: 0\r\nConnection: close\r\n");
    write!(stream, "{before}{method} {path} HTTP/1.1\r\n{lines}\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// Lets everybody in.
fn origin() -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let answer = |mut stream: TcpStream| {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        let start = lines.next().transpose()?.unwrap_or_default();
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        let answer = if start.contains("/login") { "302 Found\r\nLocation: /account" } else { "200 OK" };
        write!(stream, "HTTP/1.1 {answer}\r\nContent-Length: 0\r\nConnection: close\r\n\r\n")
    };
    std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| drop(answer(stream))));
    url
}

/// Blocks clients whose user agent begins so; replaced in one step, as `weir build` does.
fn write_bundle(path: &str, blocked: &str, serial: u64) {
    let content = serde_json::json!({
        "endpoints": [{ "id": "log-in", "path": "/login", "methods": ["POST"], "label": "login" }],
        "rules": [{ "id": format!("no-{blocked}"), "then": { "block": {} },
                    "when": { "header": { "name": "user-agent", "value": { "prefix": blocked } } } }],
        "otherwise": "allow",
    });
    let text = wire::write(&serde_json::from_value(content).unwrap(), serial).unwrap();
    fs::write(format!("{path}.part"), text).unwrap();
    fs::rename(format!("{path}.part"), path).unwrap();
}

#[test]
fn a_candidate_that_hurts_people_goes_and_one_that_does_not_serves() {
    let desk = Desk::new();
    let [bundle, next, rollout, events] =
        ["now.json", "next.json", "rollout.json", "events"].map(|name| desk.path(name));
    write_bundle(&bundle, "attacker", 1);
    fs::write(&rollout, r#"{"automatic":true,"guardrails":{"harmed_share":100000,"good_clients":40,"seconds":0}}"#)
        .unwrap();
    let mut up = start(&[
        "--origin",
        &origin(),
        "--bundle",
        &bundle,
        "--candidate",
        &next,
        "--rollout",
        &rollout,
        "--events",
        &events,
    ]);
    assert!(ask_admin(&up.admin, "/shadow").contains("no candidate is tried"));
    write_bundle(&next, "person", 2);
    up.wait_for("is tried beside the bundle in use");
    for number in 0..40 {
        let person = format!("person-{number}");
        assert_eq!((status(&up, &person, "GET", "/"), status(&up, &person, "POST", "/login")), (200, 302), "{person}");
    }
    up.wait_for("roll_back");
    assert_eq!((status(&up, "person-1", "GET", "/"), status(&up, "attacker", "GET", "/")), (200, 403));
    let url = format!("http://{}", up.admin);
    let ran = run(&["shadow", "report", &url], b"");
    for part in ["allow (otherwise) -> block (no-person)", "at log-in", "40 clients reached a goal", "40: 100.0 %"] {
        assert!(ran.out.contains(part), "`{part}` is missing in\n{}{}", ran.out, ran.err);
    }
    // The same does not come again, though its file is put there anew.
    write_bundle(&next, "person", 3);
    up.wait_for("was taken back already");

    write_bundle(&next, "scraper", 4);
    up.wait_for("is tried beside the bundle in use");
    assert_eq!(status(&up, "scraper", "GET", "/prices"), 200, "not yet");
    for number in 0..60 {
        assert_eq!(status(&up, &format!("person-{number}"), "POST", "/login"), 302);
    }
    up.wait_for("promote");
    up.wait_for("in use");
    assert_eq!((status(&up, "scraper", "GET", "/prices"), status(&up, "person-1", "GET", "/")), (403, 200));
    let metrics = ask_admin(&up.admin, "/metrics");
    assert!(metrics.contains("weir_bundle_serial 4"), "{metrics}");
    let shelf = desk.path("shelf");
    assert_eq!(run(&["push", &next, &shelf], b"").code, 0);
    let ran = run(&["status", &shelf, "--node", &url], b"");
    assert!(ran.code == 0 && ran.out.contains("serial 4 since 2"), "{}{}", ran.out, ran.err);
    assert!(!ran.out.contains("candidate"), "it serves: {}", ran.out);
    drop(up);
    let told = fs::read_to_string(&events).unwrap();
    let rulings: Vec<Value> = told
        .lines()
        .map(|line| serde_json::from_str(line).unwrap())
        .filter(|line: &Value| line["ruling"].is_string())
        .collect();
    assert_eq!(
        rulings.iter().map(|line| line["ruling"].as_str().unwrap()).collect::<Vec<_>>(),
        ["roll_back", "promote"]
    );
    assert_eq!((&rulings[1]["shadow"]["harder"], &rulings[1]["shadow"]["clients"]["harmed"]), (&1.into(), &0.into()));
}

#[test]
fn what_is_wrong_with_a_candidate_is_said_and_the_bundle_serves() {
    let desk = Desk::new();
    let [bundle, next] = ["now.json", "next.json"].map(|name| desk.path(name));
    write_bundle(&bundle, "attacker", 5);
    write_bundle(&next, "person", 5);
    let events = desk.path("events");
    let mut up = start(&["--origin", &origin(), "--bundle", &bundle, "--candidate", &next, "--events", &events]);
    let refused = up.wait_for("is not tried");
    let id = wire::Manifest::of(fs::read_to_string(&next).unwrap().lines().nth(1).unwrap(), 5).id;
    assert!(refused.contains(&format!("the candidate `{next}`, bundle `{id}` serial 5, is not tried")), "{refused}");
    up.wait_for("serial 5 served with other content");
    write_bundle(&next, "person", 6);
    up.wait_for("is tried beside");
    fs::write(&next, "{}").unwrap();
    up.wait_for("a bundle is two lines");
    assert_eq!((status(&up, "person", "GET", "/"), status(&up, "attacker", "GET", "/")), (200, 403));
    let shown = ask_admin(&up.admin, "/shadow");
    assert!(
        shown.contains("\"ruling\":\"hold\"") && shown.contains("\"disagreements\":2"),
        "the one before goes on: {shown}"
    );
    let shelf = desk.path("shelf");
    assert_eq!(run(&["push", &bundle, &shelf], b"").code, 0);
    let ran = run(&["status", &shelf, "--node", &format!("http://{}", up.admin)], b"");
    assert!(
        ran.code == 0 && ran.out.contains("beside it candidate ") && ran.out.contains(": hold, since "),
        "{}",
        ran.out
    );
    let ran = run(&["up", "--listen", "127.0.0.1:0", "--candidate", &next, "--rollout", &bundle], b"");
    assert!(ran.code == 2 && ran.err.contains("is no rollout"), "{}", ran.err);
}

/// Answers with a bundle, whatever is asked.
fn shelf(bundle: String) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/next", listener.local_addr().unwrap());
    let answer = move |mut stream: TcpStream| {
        let mut lines = BufReader::new(stream.try_clone()?).lines();
        while lines.next().transpose()?.is_some_and(|line| !line.is_empty()) {}
        write!(stream, "HTTP/1.1 200 OK\r\nContent-Length: {}\r\nConnection: close\r\n\r\n{bundle}", bundle.len())
    };
    std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| drop(answer(stream))));
    url
}

#[test]
fn host_settings_name_a_candidate() {
    let desk = Desk::new();
    let [bundle, next, settings] = ["now.json", "next.json", "settings.json"].map(|name| desk.path(name));
    write_bundle(&bundle, "attacker", 1);
    write_bundle(&next, "person", 2);
    let text = fs::read_to_string(&next).unwrap();
    let events = desk.path("events");
    let sources = [
        serde_json::json!({ "poll": { "url": shelf(text.clone()), "interval": 1 }, "share": 0 }),
        serde_json::json!({ "bundle": text, "share": 0 }),
    ];
    let origin = origin();
    let arguments = ["--origin", &origin, "--bundle", &bundle, "--settings", &settings, "--events", &events];
    for candidate in sources {
        let secret = "correct horse battery staple";
        let said = serde_json::json!({ "allow_unsigned": true, "secret": secret, "candidate": candidate });
        fs::write(&settings, said.to_string()).unwrap();
        let mut up = start(&arguments);
        up.wait_for("is tried beside the bundle in use");
        assert_eq!((status(&up, "person-1", "GET", "/"), status(&up, "attacker", "GET", "/")), (200, 403));
        let shown = ask_admin(&up.admin, "/shadow");
        // Of nobody's requests but those that the active bundle interferes with.
        let shown: Value = serde_json::from_str(shown.lines().last().unwrap()).unwrap();
        let counts =
            ["share", "requests", "disagreements", "harder", "softer"].map(|name| shown["shadow"][name].as_u64());
        assert_eq!(counts, [0, 1, 1, 0, 1].map(Some), "{shown}");
    }
    let refused = |more: &[&str]| {
        let ran = run(&[&["up", "--listen", "127.0.0.1:0"], &arguments[..], more].concat(), b"");
        assert_eq!(ran.code, 2, "{}", ran.err);
        ran.err
    };
    assert!(refused(&["--candidate", &next]).contains("both name a bundle to try; take one out"));
    fs::write(&settings, r#"{"allow_unsigned":true,"candidate":{"poll":{"store":"s","key":"k"}}}"#).unwrap();
    assert!(refused(&[]).contains("/candidate/poll: this host asks a URL, not a cluster or a store; give `url`"));
    fs::write(&settings, r#"{"allow_unsigned":true,"candidate":{"share":1}}"#).unwrap();
    assert!(refused(&[]).contains("/candidate: not clear where the candidate comes from; give `bundle`"));
}
