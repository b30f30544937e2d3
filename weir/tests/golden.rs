//! `weir test`, and the verbs that refuse what fails its own tests.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use common::{Desk, run};
use serde_json::Value;

/// A policy whose test expects this action of a request without user agent, which it blocks.
fn policy(desk: &Desk, action: &str) -> String {
    let text = format!(
        r#"{{
  "serial": 8,
  "rules": [
    {{ "id": "nameless", "when": "'user_agent_missing' in signals", "then": {{ "block": {{}} }} }},
    {{ "id": "never", "when": "request.path == '/never'", "then": "monitor" }}
  ],
  "otherwise": "allow",
  "tests": [
    {{ "name": "nameless ones", "request": {{}}, "expect": {{ "action": "{action}" }} }},
    {{ "name": "named ones", "request": {{ "headers": ["user-agent: curl/8.5.0"] }}, "expect": {{ "rule": "otherwise" }} }}
  ]
}}"#
    );
    std::fs::write(desk.path("policy.json"), text).unwrap();
    desk.path("policy.json")
}

#[test]
fn what_differs_is_shown_with_its_reasons() {
    let desk = Desk::new();
    let ran = run(&["test", &policy(&desk, "allow")], b"");
    let shown: Vec<&str> = ran.out.lines().skip(1).map(str::trim_end).collect();
    assert_eq!(ran.code, 1, "{}{}", ran.out, ran.err);
    assert_eq!(
        shown[..5],
        [
            "  ok    named ones",
            "  FAIL  nameless ones",
            "        request 1 GET shop.example/ by without user agent",
            "          action          expected allow, got block",
            "          judged          block by nameless, class bot, score 62",
        ]
    );
    assert!(shown[5].contains("user_agent_missing") && shown[6] == "  2 tests, 1 failed", "{}", ran.out);
    let one = run(&["test", "--filter", "named ones", "--output", "ndjson", &desk.path("policy.json")], b"");
    let tests: Vec<Value> = one.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    assert_eq!((tests.len(), one.code), (1, 0), "{}", one.out);
    assert_eq!((&tests[0]["name"], &tests[0]["passed"]), (&"named ones".into(), &true.into()));
    assert_eq!(run(&["test", "--filter", "nobody", &desk.path("policy.json")], b"").code, 1, "nothing was shown");
    assert_eq!(run(&["test", &desk.path("bundle.json")], b"").code, 1, "a bundle without tests");
}

#[test]
fn coverage_names_the_rules_that_no_test_touches() {
    let desk = Desk::new();
    let path = policy(&desk, "block");
    let ran = run(&["test", "--coverage", &path], b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    for line in ["  rules 1 of 2, 50 %", "    never  never", "        1  nameless", "        1  user_agent_missing"] {
        assert!(ran.out.lines().any(|shown| shown == line), "{line}: {}", ran.out);
    }
    assert_eq!(run(&["test", "--coverage", "--at-least", "51", &path], b"").code, 1);
    assert_eq!(run(&["test", "--coverage", "--at-least", "50", &path], b"").code, 0);
    let json: Value = serde_json::from_str(&run(&["test", "-c", "-o", "json", &path], b"").out).unwrap();
    assert_eq!((&json[0]["rules_percent"], &json[0]["coverage"]["rules"][1]["requests"]), (&50.into(), &0.into()));
}

#[test]
fn what_fails_is_not_built_checked_or_pushed() {
    let desk = Desk::new();
    let (path, bundle) = (policy(&desk, "allow"), desk.path("built.json"));
    let built = run(&["build", &path, "-o", &bundle], b"");
    assert_eq!(built.code, 1);
    assert!(built.out.contains("test `nameless ones` fails: action is `block`, expected `allow`"), "{}", built.out);
    assert!(built.out.contains("W0610") && !std::path::Path::new(&bundle).exists());
    let skipped = run(&["build", "--skip-tests", &path, "-o", &bundle], b"");
    assert_eq!(skipped.code, 0, "{}{}", skipped.out, skipped.err);
    assert!(skipped.err.contains("the golden tests were not run and are not in the bundle"), "{}", skipped.err);
    assert!(!std::fs::read_to_string(&bundle).unwrap().contains("nameless ones"));
    // Somebody else's tool may have put a bundle together that fails.
    run(&["build", &policy(&desk, "block"), "-o", &bundle], b"");
    let text = std::fs::read_to_string(&bundle).unwrap();
    let line = text.lines().nth(1).unwrap().replace("=action: block", "=action: allow");
    let manifest = filter_core::policy::wire::Manifest::of(&line, 9);
    let wrong = format!("{}\n{line}\n", serde_json::to_string(&manifest).unwrap());
    std::fs::write(&bundle, wrong).unwrap();
    for verb in [&["check", &bundle][..], &["push", &bundle, &desk.path("shelf")]] {
        let ran = run(verb, b"");
        assert_eq!(ran.code, 1, "{verb:?}: {}{}", ran.out, ran.err);
        assert!(
            ran.out.contains("golden test `nameless ones` fails: action is `block`, expected `allow`"),
            "{}",
            ran.out
        );
    }
    let explained = run(&["test", &bundle], b"");
    assert!(explained.code == 1 && explained.out.contains("FAIL  nameless ones"), "{}", explained.out);
}
