//! Logins through a running sidecar: bodies pass unchanged, are looked at where the policy says so, and their secrets go nowhere.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::{Arc, Mutex};

use filter_core::fingerprint::credentials::account;
use filter_core::keys::Keys;
use serde_json::{Value, json};
use wasm_tests::bundles;
use wasm_tests::client::{Answer, request, send};
use wasm_tests::origin::Origin;
use wasm_tests::sidecar::{Options, Sidecar};

const SECRET: &[u8] = b"correct horse battery staple, thirty-two bytes";
const PASSWORD: &str = "zq8-planted-password";

fn bundle() -> String {
    let content = json!({
        "endpoints": [{
            "id": "login", "path": "/login", "methods": ["POST"], "label": "login", "body": "inspect", "body_limit": 4096,
            "outcome": { "failed": [{ "json": { "pointer": "/ok", "value": "false" } }] }
        }],
        "rules": [{ "id": "all", "when": { "path": { "prefix": "/" } }, "then": "monitor" }],
        "otherwise": "allow",
    });
    bundles::of(content, 1)
}

/// An origin that keeps what it was sent and lets nobody in.
fn refusing() -> (Origin, Arc<Mutex<Vec<Vec<u8>>>>) {
    let kept = Arc::new(Mutex::new(Vec::new()));
    let keep = Arc::clone(&kept);
    let origin = Origin::with(move |_, _, body| {
        keep.lock().unwrap().push(body.to_vec());
        let body = format!(r#"{{"padding":"{}","ok":false}}"#, "x".repeat(20));
        Answer {
            status: 200,
            headers: vec![("content-type".into(), "application/json".into())],
            body: body.into_bytes(),
        }
    });
    (origin.unwrap(), kept)
}

fn login(sidecar: &Sidecar, path: &str, body: &[u8]) -> Answer {
    let headers: [(&str, &[u8]); 2] = [("Host", b"shop.example"), ("Content-Type", b"application/json")];
    send(sidecar.plain, &request("POST", path, &headers, body)).unwrap()
}

fn event(sidecar: &Sidecar) -> Value {
    serde_json::from_str(&sidecar.event().unwrap()).unwrap()
}

#[test]
fn names_are_found_answers_read_and_bodies_pass_unchanged() {
    let (origin, kept) = refusing();
    let sidecar = Sidecar::start(Options::new(origin.address, &bundle())).unwrap();
    let keys = Keys::derive(SECRET);
    let mut lines = String::new();
    let mut is_found = false;
    for number in 0..36 {
        let user = format!("user{number}@example.com");
        // Far longer than what is looked at.
        let body = format!(r#"{{"email":"{user}","password":"{PASSWORD}","rest":"{}"}}"#, "y".repeat(100_000));
        let answer = login(&sidecar, "/login", body.as_bytes());
        assert!(answer.status == 200 && answer.text().ends_with(r#""ok":false}"#), "{answer:?}");
        assert!(kept.lock().unwrap().last().unwrap() == body.as_bytes(), "the origin got another body");
        let event = event(&sidecar);
        assert_eq!(event["account"], account(user.as_bytes(), &keys).unwrap().to_string());
        assert_eq!(event["endpoint"], "login");
        let reasons = event["reasons"].as_array().unwrap();
        is_found |= reasons.iter().any(|reason| reason["signal"] == "accounts_by_client");
        lines.push_str(&event.to_string());
    }
    assert!(is_found, "failures were not read off the answers: {lines}");
    assert!(lines.contains("password_sprayed"), "{lines}");
    let shown = lines + &sidecar.proxy.metrics.text();
    let reversed: String = PASSWORD.chars().rev().collect();
    for secret in [PASSWORD, &reversed, "user7@example.com", "enE4LXBsYW50ZWQ"] {
        assert!(!shown.contains(secret), "{secret} shows");
    }
}

#[test]
fn elsewhere_no_body_is_looked_at() {
    let (origin, kept) = refusing();
    let sidecar = Sidecar::start(Options::new(origin.address, &bundle())).unwrap();
    let body = br#"{"email":"ann@example.com","password":"p"}"#;
    login(&sidecar, "/profile", body);
    assert_eq!(event(&sidecar)["account"], Value::Null);
    login(&sidecar, "/login", b"");
    assert_eq!(event(&sidecar)["account"], Value::Null, "nothing to look at");
    assert_eq!(*kept.lock().unwrap(), [body.to_vec(), Vec::new()]);
}

#[test]
fn a_panic_over_a_login_shows_no_secret_and_costs_nothing() {
    let told = Arc::new(Mutex::new(String::new()));
    let tell = Arc::clone(&told);
    let before = std::panic::take_hook();
    std::panic::set_hook(Box::new(move |panic| {
        tell.lock().unwrap().push_str(&panic.to_string());
        before(panic);
    }));
    let (origin, kept) = refusing();
    let options = Options::new(origin.address, &bundle()).probe(|facts| {
        assert!(!facts.body.is_present(), "the decision on a login fails");
    });
    let sidecar = Sidecar::start(options).unwrap();
    let body = format!(r#"{{"email":"ann@example.com","password":"{PASSWORD}"}}"#);
    assert_eq!(login(&sidecar, "/login", body.as_bytes()).status, 200);
    assert_eq!(*kept.lock().unwrap(), [body.into_bytes()]);
    let told = told.lock().unwrap();
    assert!(told.contains("the decision on a login fails") && !told.contains(PASSWORD), "{told}");
}
