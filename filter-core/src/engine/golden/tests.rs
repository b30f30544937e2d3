use super::*;
use crate::keys::Keys;
use crate::policy::wire;
use alloc::borrow::ToOwned;

const BLOCK: &str = r#"{"id":"no-name","when":{"signal":["user_agent_missing"]},"then":{"block":{"status":429}}}"#;
const FACTS: &str =
    r#""@method: GET","@authority: shop.example","@path: /a","@address: 203.0.113.7","@provenance: peer""#;

fn bundle(rules: &str, tests: &str) -> Bundle {
    let text = format!(r#"{{"rules":[{rules}],"otherwise":"allow","tests":{{{tests}}}}}"#);
    let content: wire::Content = serde_json::from_str(&text).unwrap();
    Bundle::parse(wire::write(&content, 1).unwrap().as_bytes()).unwrap()
}

fn settings() -> Settings {
    Settings { allow_unsigned: true, ..Settings::default() }
}

fn said(rules: &str, tests: &str) -> String {
    match Engine::tested::<Tables>(bundle(rules, tests), &settings()) {
        Ok(engine) => {
            assert!(engine.bundle().tests().is_empty(), "they are dropped");
            "passes".to_owned()
        }
        Err(problems) => problems.to_string(),
    }
}

fn test(expect: &str) -> String {
    format!(r#""one":[{FACTS},{expect}]"#)
}

#[test]
fn what_is_expected_is_compared_with_the_verdict() {
    for met in [
        r#""=action: block","=rule: no-name","=status: 429""#,
        r#""=class: bot","=endpoint: none","=score_at_least: 1","=score_at_most: 99""#,
        r#""=signal: user_agent_missing","=no_signal: header_malformed","=no_shadow: x""#,
    ] {
        assert_eq!(said(BLOCK, &test(met)), "passes", "{met}");
    }
    for (wrong, message) in [
        (
            r#""=action: allow","=rule: otherwise""#,
            "action is `block`, expected `allow` and rule is `no-name`, expected `otherwise`",
        ),
        (r#""=status: 403""#, "status is `429`, expected `403`"),
        (r#""=class: human""#, "class is `bot`, expected `human`"),
        (r#""=endpoint: login""#, "endpoint is `none`, expected `login`"),
        (r#""=score_at_least: 101""#, ", expected at least 101"),
        (r#""=score_at_most: 0""#, ", expected at most 0"),
        (r#""=signal: header_malformed""#, "signal `header_malformed` did not fire"),
        (r#""=no_signal: user_agent_missing""#, "signal `user_agent_missing` fired"),
        (r#""=shadow: x""#, "shadow rule `x` did not match"),
    ] {
        let said = said(BLOCK, &test(wrong));
        assert!(said.starts_with("/content/tests: golden test `one` fails: "), "{said}");
        assert!(said.contains(&format!("{message}; `weir test`")), "{wrong}: {said}");
    }
}

#[test]
fn a_bundle_that_fails_its_tests_does_not_serve_and_the_last_good_one_stays() {
    let mut slot = crate::policy::Slot::default();
    let mut offer = |rules: &str, tests: &str, serial: u64| {
        let text = format!(r#"{{"rules":[{rules}],"otherwise":"allow","tests":{{{tests}}}}}"#);
        let content: wire::Content = serde_json::from_str(&text).unwrap();
        let text = wire::write(&content, serial).unwrap();
        let settings = settings();
        let offered = slot.offer(text.as_bytes(), &settings, 0, |bundle| Engine::tested::<()>(bundle, &settings));
        (offered.map_err(|problems| problems.to_string()), slot.serving().unwrap().bundle().serial())
    };
    let blocked = test(r#""=action: block""#);
    assert_eq!(offer(BLOCK, &blocked, 1), (Ok(crate::policy::Activation::Activated), 1));
    let (refused, serving) = offer("", &blocked, 2);
    assert!(refused.unwrap_err().contains("golden test `one` fails: action is `allow`, expected `block`"));
    assert_eq!(serving, 1);
    assert_eq!(offer("", &test(r#""=action: allow""#), 2), (Ok(crate::policy::Activation::Activated), 2));
}

#[test]
fn all_that_fail_are_told_at_once_and_the_request_of_several() {
    let steps =
        format!(r#""two":[{FACTS},"=action: allow","then","@after: 1000","user-agent: curl/8.5.0","=action: block"]"#);
    let said = said(BLOCK, &[test(r#""=action: allow""#), steps].join(","));
    let expected = [
        "/content/tests: golden test `one` fails: action is `block`, expected `allow`; ",
        "/content/tests: golden test `two` fails: at request 1 action is `block`, expected `allow` and at request 2 action is `allow`, expected `block`; ",
    ];
    let lines: Vec<&str> = said.lines().collect();
    assert_eq!(lines.len(), 2, "{said}");
    assert!(lines.iter().zip(expected).all(|(line, start)| line.starts_with(start)), "{said}");
}

#[test]
fn what_this_version_does_not_know_is_refused() {
    for line in [
        "=colour: red",
        "=signal: later",
        "=score_at_least: x",
        "@colour: red",
        "@method",
        "@address: here",
        "@provenance: friend",
        "@tls: 9",
        "@header_order: random",
        "@after",
        "<:status: fine",
    ] {
        let test = format!(r#""one":["@path: /","then","{line}"]"#);
        let expected = format!(
            "/content/tests: golden test `one` says `{line}`; this version knows no such fact, expectation or value"
        );
        assert_eq!(said("", &test), expected);
    }
}

#[test]
fn every_fact_reaches_the_engine() {
    let facts = [
        ("method", "POST"),
        ("scheme", "https"),
        ("authority", "a.example"),
        ("path", "/p"),
        ("version", "2"),
        ("pseudo_order", "masp"),
        ("header_order", "original"),
        ("body", "x"),
        ("address", "2001:db8::1"),
        ("provenance", "cdn"),
        ("asn", "64500"),
        ("organisation", "Example"),
        ("country", "DE"),
        ("tls", "1.2"),
        ("ja4", "t12"),
        ("ja4_by", "envoy"),
        ("ja3", "a"),
        ("cipher", "c"),
        ("h2", "1:2"),
    ];
    let mut made = Facts::default();
    for (name, value) in facts {
        let before = format!("{made:?}");
        facts::set(&mut made, name, Some(value)).unwrap();
        assert_ne!(format!("{made:?}"), before, "{name}");
    }
    assert!(format!("{made:?}").matches("Unknown").count() == 0, "{made:?}");
    for name in ["scheme", "version", "body", "tls", "ja4", "asn", "address", "country"] {
        facts::set(&mut made, name, None).unwrap();
    }
    assert_eq!(format!("{made:?}").matches("Absent").count(), 8, "{made:?}");
}

/// One client that asks every second sharp, and is answered.
fn walker(expect: &str) -> String {
    format!(
        r#""walker":["@after: 1763700000000",{FACTS},"user-agent: curl/8.5.0","<:status: 200","=no_signal: rhythm_regular",
           "then","@after: 1000","@times: 40","@path: /p/{{n}}","<:status: 200",{expect}]"#
    )
}

const WALKER: &str = r#"{"id":"walker","when":{"signal":["rhythm_regular"]},"then":"monitor"}"#;

#[test]
fn several_requests_are_remembered_where_the_host_remembers() {
    assert_eq!(said(WALKER, &walker(r#""=signal: rhythm_regular","=rule: walker""#)), "passes");
    assert!(said(WALKER, &walker(r#""=action: allow""#)).contains("action is `monitor`, expected `allow`"));
    let wrong = bundle(WALKER, &walker(r#""=action: allow""#));
    assert!(Engine::tested::<()>(wrong, &settings()).is_ok(), "left out where nothing is remembered");
}

#[test]
fn the_host_s_own_settings_change_no_test() {
    let tests = test(r#""=action: block""#);
    let rules = r#"{"id":"here","when":{"address":{"blocks":["203.0.113.0/24"]}},"then":{"block":{}}}"#;
    let plain = settings();
    let proxied = Settings {
        keys: Some(Keys::derive(b"a secret of sixteen")),
        client_address: ClientAddressSettings { trusted_hops: 1, ..ClientAddressSettings::default() },
        ..settings()
    };
    for settings in [plain, proxied] {
        let engine = Engine::tested::<Tables>(bundle(rules, &tests), &settings).unwrap();
        assert_eq!(engine.keys.is_some(), settings.keys.is_some(), "they are the host's again");
        assert_eq!(engine.client_address.trusted_hops, settings.client_address.trusted_hops);
    }
}

#[test]
fn more_than_the_limits_is_refused() {
    let parse = |tests: &str| {
        let text = format!(r#"{{"otherwise":"allow","tests":{{{tests}}}}}"#);
        let manifest = wire::Manifest::of(&text, 1);
        let text = format!("{}\n{text}\n", serde_json::to_string(&manifest).unwrap());
        Bundle::parse(text.as_bytes()).map(|_| ()).map_err(|problems| problems.to_string())
    };
    let many = |count: usize| (0..count).map(|n| format!(r#""{n}":[]"#)).collect::<Vec<_>>().join(",");
    assert!(parse(&many(256)).is_ok());
    assert_eq!(parse(&many(257)).unwrap_err(), "/content/tests: 257 members; at most 256 are allowed");
    let often = |times: u32| format!(r#""a":["@times: {times}","then"]"#);
    assert!(parse(&often(1023)).is_ok());
    assert_eq!(parse(&often(1024)).unwrap_err(), "/content/tests: 1025 requests; at most 1024 are allowed");
    let long = format!(r#""a":["{}"]"#, "x".repeat(128 << 10));
    assert_eq!(parse(&long).unwrap_err(), "/content/tests: 131082 bytes; at most 131072 are allowed");
    assert!(parse(r#""a":[],"a":[]"#).unwrap_err().contains("/content/tests/a"));
    assert!(parse(r#""a":[1]"#).unwrap_err().contains("/content/tests/a/0"));
}

/// A login at an endpoint that is looked into.
fn login(name: &str, rest: &str) -> String {
    format!(
        r#"{FACTS},"@method: POST","@path: /login","content-type: application/x-www-form-urlencoded",
           "@body: user={name}&password=made-up",{rest}"#
    )
}

fn logins(tests: &str) -> Bundle {
    let endpoint = r#"{"id":"login","path":"/login","label":"login","body":"inspect",
        "outcome":{"failed":[{"json":{"pointer":"/ok","value":"false"}},{"size":{"at_least":900}}]}}"#;
    let rules = r#"{"id":"failing","when":{"count":{"name":"account.failures_17m","at_least":1}},"then":{"block":{}}},
        {"id":"named","when":{"count":{"name":"account.clients","at_least":1}},"then":"monitor"}"#;
    let text = format!(r#"{{"endpoints":[{endpoint}],"rules":[{rules}],"otherwise":"allow","tests":{{{tests}}}}}"#);
    let content: wire::Content = serde_json::from_str(&text).unwrap();
    Bundle::parse(wire::write(&content, 1).unwrap().as_bytes()).unwrap()
}

#[test]
fn accounts_are_told_apart_under_the_tests_own_secret() {
    let json = r#""<:status: 200","<content-type: application/json","<:body: {\"ok\":false}""#;
    let tests = [
        format!(r#""one":[{}]"#, login("ann", r#""=rule: named""#)),
        format!(
            r#""by body":[{},"then","=rule: failing","then","@body: user=bea&password=x","=rule: named"]"#,
            login("ann", json)
        ),
        format!(r#""by size":[{},"then","=rule: failing"]"#, login("ann", r#""<:status: 200","<:size: 900""#)),
        format!(r#""passed":[{},"then","=rule: named"]"#, login("ann", r#""<:status: 200","<:size: 899""#)),
        // Nothing says whose account it is, so it is judged on its own.
        format!(r#""nobody":[{},"@body: x=1"]"#, login("ann", r#""=rule: otherwise""#)),
    ];
    for secret in ["a secret of sixteen", "another secret of another host"] {
        let settings = Settings { keys: Some(Keys::derive(secret.as_bytes())), ..settings() };
        for test in &tests {
            let engine = Engine::tested::<Tables>(logins(test), &settings).map_err(|problems| problems.to_string());
            assert_eq!(
                engine.as_ref().map(|engine| engine.keys().unwrap().seed()),
                Ok(Keys::derive(secret.as_bytes()).seed())
            );
        }
        let wrong = format!(r#""one":[{}]"#, login("ann", r#""=rule: otherwise""#));
        let said = Engine::tested::<Tables>(logins(&wrong), &settings).unwrap_err().to_string();
        assert!(said.contains("rule is `named`, expected `otherwise`"), "{said}");
        assert!(Engine::tested::<()>(logins(&wrong), &settings).is_ok(), "left out where nothing is remembered");
    }
}
