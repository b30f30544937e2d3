//! Conditions, by the cases in `cases.json`: a request, conditions, and whether each holds, does not, or is unknown.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::{Value, json};

use crate::engine::Engine;
use crate::facts::{Fact, Facts, TlsFacts};
use crate::policy::{Bundle, Settings, wire};
use crate::signals::infrastructure::wire::write;
use crate::signals::vectors::Sample;

/// Two /24s: 192.0.2.0 is `cloud`, 198.51.100.0 is `googlebot`.
fn ranges() -> String {
    let mut bytes = Vec::new();
    let (cloud, google) = (0xC000_0200u128, 0xC633_6400u128);
    let gap = google.saturating_sub(cloud).saturating_sub(256);
    for number in [cloud, 256, 0, gap, 256, 1] {
        write(number, &mut bytes);
    }
    BASE64_STANDARD.encode(bytes)
}

/// A bundle whose first rule has the condition, and whose second its negation.
fn engine(when: &Value) -> Engine {
    let content = json!({
        "names": [
            {"token": "sqlmap/", "name": "sqlmap", "category": "attack_tool"},
            {"token": "googlebot/", "name": "Googlebot", "category": "search_engine", "operator": "Google", "ranges": "googlebot"},
        ],
        "networks": {
            "lists": [{"name": "cloud", "kind": "hosting"}, {"name": "googlebot", "kind": "crawler"}],
            "sets": ["1", "2"],
            "v4": ranges(),
        },
        "endpoints": [
            {"id": "user", "path": "/api/users/{id}", "label": "account"},
            {"id": "login", "path": "/login", "label": "signin"},
        ],
        "lists": {"paths": ["/", "/api/users/42"]},
        "rules": [
            {"id": "yes", "when": when, "then": "monitor"},
            {"id": "no", "when": {"not": when}, "then": "monitor"},
        ],
        "otherwise": "allow",
    });
    let content: wire::Content = serde_json::from_value(content).unwrap();
    let bundle = Bundle::parse(wire::write(&content, 1).unwrap().as_bytes()).unwrap_or_else(|e| panic!("{when}: {e}"));
    Engine::new(bundle, &Settings { allow_unsigned: true, ..Settings::default() }).unwrap()
}

/// The case's changes to the facts, then the rule that matches.
fn holds(engine: &Engine, facts: &Facts<'_>, changes: &Value) -> Option<bool> {
    let mut facts = *facts;
    if let Some(asn) = changes.get("asn") {
        facts.client.asn = asn.as_u64().map_or(Fact::Absent, |asn| Fact::Present(u32::try_from(asn).unwrap()));
    }
    if let Some(country) = changes.get("country") {
        facts.client.country = country.as_str().map_or(Fact::Absent, |code| Fact::Present(code.as_bytes()));
    }
    let known: Option<Vec<&[u8]>> = changes
        .get("headers_known")
        .map(|names| names.as_array().unwrap().iter().map(|name| name.as_str().unwrap().as_bytes()).collect());
    facts.headers_known = known.as_deref();
    for unknown in changes.get("unknown").and_then(Value::as_array).into_iter().flatten() {
        match unknown.as_str().unwrap() {
            "version" => facts.version = Fact::Unknown,
            "tls" => facts.tls = TlsFacts::default(),
            "scheme" => facts.scheme = Fact::Unknown,
            "address" => facts.client.address = Fact::Unknown,
            other => panic!("no fact {other}"),
        }
    }
    match engine.judge(&facts, 0).rule().map(|rule| rule.id.as_str()) {
        Some("yes") => Some(true),
        Some(_) => Some(false),
        None => None,
    }
}

#[test]
fn every_condition_holds_where_it_should() {
    let groups: Vec<Value> = serde_json::from_str(include_str!("cases.json")).unwrap();
    let mut wrong: Vec<String> = Vec::new();
    let mut kinds: Vec<String> = Vec::new();
    for group in &groups {
        let sample = Sample::parse(group["request"].as_str().unwrap()).unwrap();
        for case in group["cases"].as_array().unwrap() {
            let (when, expected) = (&case[0], case[1].as_bool());
            let found = sample.with(|facts| holds(&engine(when), facts, &group["facts"]));
            if found != expected {
                wrong.push(format!("{}: {when}: {found:?} in place of {expected:?}", group["about"]));
            }
            kinds.push(when.as_object().map_or("always".to_string(), |o| o.keys().next().unwrap().clone()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    kinds.sort();
    kinds.dedup();
    assert_eq!(kinds.len(), 30, "a kind of condition has no case: {kinds:?}");
}

#[test]
fn no_path_that_could_be_read_otherwise_earns_a_pass() {
    let content = |when: Value| {
        json!({
            "endpoints": [{"id": "hooks", "path": "/hooks/**", "label": "partner"}],
            "allow": [{"id": "pass", "when": when}],
            "rules": [{"id": "hooks", "when": {"path": {"prefix": "/hooks/"}}, "then": {"block": {}}}],
            "otherwise": "monitor",
        })
    };
    let engine = |when: Value| {
        let content: wire::Content = serde_json::from_value(content(when)).unwrap();
        let bundle = Bundle::parse(wire::write(&content, 1).unwrap().as_bytes()).unwrap();
        Engine::new(bundle, &Settings { allow_unsigned: true, ..Settings::default() }).unwrap()
    };
    let rule = |engine: &Engine, path: &str| {
        let facts = Facts { method: b"GET", authority: b"a.example", path: path.as_bytes(), ..Facts::default() };
        engine.judge(&facts, 0).rule().map_or("none", |rule| rule.id.as_str()).to_string()
    };
    for when in [
        json!({"path": {"prefix": "/hooks/"}}),
        json!({"endpoint": ["hooks"]}),
        json!({"label": ["partner"]}),
        json!({"not": {"path": {"prefix": "/admin"}}}),
    ] {
        let engine = engine(when.clone());
        assert_eq!(rule(&engine, "/hooks/a?x=/../admin"), "pass", "{when}");
        // The rule that blocks is about the normal form, as ever.
        for path in
            ["/hooks/%2e%2e/hooks/a", "/hooks/..;/admin", "/hooks/..%2Fadmin", "/hooks/%252e%252e/admin", "/hooks/a#b"]
        {
            assert_eq!(rule(&engine, path), "hooks", "{when} {path}");
        }
    }
    let either = engine(json!({"any": [{"path": {"prefix": "/hooks/"}}, {"method": ["GET"]}]}));
    assert_eq!(rule(&either, "/hooks/..%2Fadmin"), "pass", "for another reason");
}
