//! Rate limits through the engine: who is counted with whom, what counts, and what a full table does.
#![allow(
    clippy::unwrap_used,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

use filter_core::engine::Engine;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, Provenance};
use filter_core::policy::{Bundle, Settings, check_content, wire};
use filter_core::state::Tables;
use serde_json::{Value, json};

const NOW: u64 = 1_731_000_000_000;

/// An engine with its tables.
struct Host {
    engine: Engine,
    tables: Tables,
}

/// What a request is.
#[derive(Clone, Copy)]
struct Sent<'s> {
    from: [u8; 4],
    provenance: Provenance,
    path: &'s str,
    headers: &'s [(&'s str, &'s str)],
}

impl Default for Sent<'_> {
    fn default() -> Self {
        Sent { from: [203, 0, 113, 7], provenance: Provenance::Peer, path: "/", headers: &[] }
    }
}

/// What became of it.
#[derive(Debug, PartialEq, Eq)]
struct Done {
    action: &'static str,
    shadows: Vec<String>,
    status: Option<u16>,
    headers: Vec<(&'static str, String)>,
}

impl Host {
    fn new(content: &Value) -> Self {
        let content: wire::Content = serde_json::from_value(content.clone()).unwrap();
        let bundle = Bundle::parse(wire::write(&content, 1).unwrap().as_bytes()).unwrap();
        let engine = Engine::new(bundle, &Settings { allow_unsigned: true, ..Settings::default() }).unwrap();
        let tables = Tables::new(engine.bundle().limits());
        Host { engine, tables }
    }

    fn send(&mut self, sent: Sent<'_>, at: u64) -> Done {
        let headers: Vec<Header<'_>> = sent
            .headers
            .iter()
            .map(|(name, value)| Header { name: name.as_bytes(), value: value.as_bytes() })
            .collect();
        let facts = Facts {
            method: b"GET",
            authority: b"shop.example",
            path: sent.path.as_bytes(),
            headers: &headers,
            client: ClientFacts {
                address: Fact::Present(sent.from.into()),
                provenance: sent.provenance,
                ..ClientFacts::default()
            },
            ..Facts::default()
        };
        let plan = self.engine.plan(&facts, NOW + at);
        let records = self.tables.lend(plan.touched());
        let verdict = self.engine.decide(plan, records);
        let reply = verdict.reply();
        Done {
            action: verdict.action().as_str(),
            shadows: verdict.decision.shadows().map(|rule| rule.id.clone()).collect(),
            status: reply.as_ref().map(|reply| reply.status),
            headers: reply.map_or_else(Vec::new, |reply| reply.headers),
        }
    }

    /// Sends several at once and says how many pass.
    fn passed(&mut self, sent: Sent<'_>, times: usize, at: u64) -> usize {
        (0..times).filter(|_| self.send(sent, at).action == "allow").count()
    }
}

/// Rules that each ask one limit of `requests` a minute, all records left out but the cells.
fn content(limits: Value, rules: Value) -> Value {
    let none = json!({ "clients": 0, "details": 0, "addresses": 0, "networks": 0, "tools": 0, "accounts": 0, "endpoints": 0, "sites": 0 });
    json!({ "settings": { "limits": none }, "limits": limits, "rules": rules, "otherwise": "allow" })
}

fn rule(id: &str, by: &str) -> Value {
    json!({ "id": id, "when": "always", "then": { "limit": { "by": by } } })
}

fn one(key: Value, requests: u32) -> Value {
    let limits = json!([{ "id": "l", "key": key, "requests": requests, "seconds": 60 }]);
    content(limits, json!([rule("r", "l")]))
}

#[test]
fn requests_of_one_key_are_counted_together() {
    let base = Sent::default();
    let other_address = Sent { from: [198, 51, 100, 1], ..base };
    let same_network = Sent { from: [203, 0, 113, 8], ..base };
    let key_a = Sent { headers: &[("x-api-key", "a")], ..base };
    let key_b = Sent { headers: &[("x-api-key", "b")], ..base };
    let cookie_a = Sent { headers: &[("cookie", "x=1; sid=a")], ..base };
    let cookie_b = Sent { headers: &[("cookie", "sid=b")], ..base };
    let agent = Sent { headers: &[("user-agent", "other/1")], ..base };
    let path = Sent { path: "/other", ..base };
    let cases = [
        (json!(["address"]), base, agent, other_address),
        (json!(["network"]), base, same_network, other_address),
        (json!(["client"]), base, path, agent),
        (json!(["path"]), base, other_address, path),
        (json!(["host", "method"]), base, other_address, base),
        (json!([]), base, other_address, base),
        (json!([{ "header": "X-Api-Key" }]), key_a, Sent { from: [1, 2, 3, 4], ..key_a }, key_b),
        (json!([{ "cookie": "sid" }]), cookie_a, Sent { path: "/x", ..cookie_a }, cookie_b),
        (json!(["address", "path"]), base, agent, path),
    ];
    for (key, first, same, other) in cases {
        let mut host = Host::new(&one(key.clone(), 4));
        assert_eq!(host.passed(first, 3, 0), 3, "{key}");
        assert_eq!(host.passed(same, 3, 0), 1, "{key}: one is left for the same key");
        let is_another =
            !std::ptr::eq(first.path, other.path) || first.from != other.from || first.headers != other.headers;
        assert_eq!(host.passed(other, 1, 0), usize::from(is_another), "{key}");
    }
}

#[test]
fn who_has_no_key_or_an_unvouched_one_is_not_counted() {
    let base = Sent::default();
    let claimed = Sent { provenance: Provenance::Unverified, ..base };
    for (key, sent) in [
        (json!([{ "header": "x-api-key" }]), base),
        (json!([{ "header": "x-api-key" }]), Sent { headers: &[("x-api-key", "")], ..base }),
        (json!([{ "cookie": "sid" }]), base),
        (json!(["account"]), base),
        (json!(["bot"]), base),
        (json!(["address"]), claimed),
        (json!(["network"]), claimed),
        (json!(["client"]), claimed),
    ] {
        assert_eq!(Host::new(&one(key.clone(), 1)).passed(sent, 5, 0), 5, "{key}");
    }
    let mut named = one(json!(["client"]), 1);
    named["settings"]["identity"] = json!([{ "cookie": "sid" }]);
    let session = Sent { headers: &[("cookie", "sid=1")], ..claimed };
    assert_eq!(Host::new(&named).passed(session, 5, 0), 1, "a session's name is no address");
}

#[test]
fn the_answer_says_when_to_come_again_and_it_is_so() {
    let mut host = Host::new(&one(json!(["address"]), 4));
    let sent = Sent::default();
    assert_eq!(host.passed(sent, 9, 0), 4);
    let refused = host.send(sent, 1_000);
    assert_eq!((refused.action, refused.status), ("limit", Some(429)));
    let header = |name: &str| refused.headers.iter().find(|(other, _)| *other == name).map(|(_, value)| value.as_str());
    assert_eq!(header("retry-after"), Some("14"));
    assert_eq!(header("ratelimit-policy"), Some("\"l\";q=4;w=60"));
    assert_eq!(header("ratelimit"), Some("\"l\";r=0;t=14"));
    assert_eq!(host.send(sent, 14_999).action, "limit");
    assert_eq!(host.send(sent, 15_000).action, "allow", "what is refused costs nothing");
    let grpc = Sent { headers: &[("content-type", "application/grpc")], ..sent };
    let refused = host.send(grpc, 15_000);
    let status = refused.headers.iter().find(|(name, _)| *name == "grpc-status");
    assert_eq!((refused.status, status), (Some(200), Some(&("grpc-status", "8".to_string()))));
}

#[test]
fn what_one_limit_refuses_others_do_not_count() {
    let limits = json!([
        { "id": "wide", "key": ["address"], "requests": 10, "seconds": 60 },
        { "id": "narrow", "key": ["address"], "requests": 2, "seconds": 1 },
    ]);
    let mut host = Host::new(&content(limits, json!([rule("w", "wide"), rule("n", "narrow"), rule("again", "wide")])));
    let sent = Sent::default();
    assert_eq!(host.passed(sent, 100, 0), 2);
    for second in 1..5 {
        assert_eq!(host.passed(sent, 100, second * 1_000), 2);
    }
    assert_eq!(host.passed(sent, 100, 5_000), 0, "ten have passed, and two rules counted each of them once");
}

#[test]
fn a_shadow_limit_counts_and_reports_and_refuses_nobody() {
    let limits = json!([{ "id": "l", "key": ["address"], "requests": 2, "seconds": 60 }]);
    let mut shadow = rule("s", "l");
    shadow["mode"] = json!("shadow");
    let mut host = Host::new(&content(limits, json!([shadow])));
    let shadows: Vec<usize> = (0..4).map(|_| host.send(Sent::default(), 0)).map(|done| done.shadows.len()).collect();
    assert_eq!(shadows, [0, 0, 1, 1]);
}

#[test]
fn conditions_and_allow_rules_say_who_is_counted() {
    let limits = json!([{ "id": "l", "key": [], "requests": 1, "seconds": 60 }]);
    let mut all =
        content(limits, json!([{ "id": "r", "when": { "path": { "is": "/x" } }, "then": { "limit": { "by": "l" } } }]));
    all["allow"] =
        json!([{ "id": "a", "when": { "header": { "name": "x-key", "value": { "is": "0123456789abcdef" } } } }]);
    let mut host = Host::new(&all);
    let (base, key) = (Sent { path: "/x", ..Sent::default() }, [("x-key", "0123456789abcdef")]);
    assert_eq!(host.passed(Sent::default(), 5, 0), 5);
    assert_eq!(host.passed(Sent { headers: &key, ..base }, 5, 0), 5);
    assert_eq!(host.passed(base, 5, 0), 1);
}

#[test]
fn a_flood_of_keys_closes_the_limit_for_nobody_and_opens_it_for_no_heavy_one() {
    let mut wire = one(json!([{ "header": "x-api-key" }]), 20);
    wire["settings"]["limits"]["cells"] = json!(64);
    let mut host = Host::new(&wire);
    let heavy = Sent { headers: &[("x-api-key", "heavy")], ..Sent::default() };
    assert_eq!(host.passed(heavy, 200, 0), 20);
    for number in 0..20_000u32 {
        let name = number.to_string();
        let once = Sent { headers: &[("x-api-key", &name)], ..Sent::default() };
        assert_eq!(host.send(once, 1).action, "allow", "a new key passes, with a cell or without one");
    }
    assert_eq!(host.passed(heavy, 200, 2), 0, "its cell was not taken by those that came once");
}

#[test]
fn limits_without_memory_are_refused_by_hosts_and_silent_in_the_core() {
    let bundle = one(json!(["address"]), 1);
    let host = Host::new(&bundle);
    let problems = host.engine.bundle().check_without_memory().unwrap_err().to_string();
    assert!(problems.starts_with("/content/rules/0/then: rule `r` limits"), "{problems}");
    let facts = Facts { method: b"GET", authority: b"a.example", path: b"/", ..Facts::default() };
    assert!((0..5).all(|_| host.engine.judge(&facts, NOW).action().as_str() == "allow"));
    let plain = Host::new(&json!({ "otherwise": "allow" }));
    assert!(plain.engine.bundle().check_without_memory().is_ok());
    assert_eq!(plain.engine.bundle().limits().cells, 0, "who has no limits pays for none");
    let mut none = bundle;
    none["settings"]["limits"]["cells"] = json!(0);
    let problems = check_content(&none.to_string()).unwrap_err().to_string();
    assert!(problems.contains("/settings/limits/cells: there are limits, and nothing to count in"), "{problems}");
}
