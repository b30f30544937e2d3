//! The smaller verbs, as a person runs them.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail"
)]

mod common;

use common::{Desk, data, run};
use serde_json::Value;

#[test]
fn a_sound_bundle_is_told() {
    let desk = Desk::new();
    let ran = run(&["check", &desk.path("bundle.json")], b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("(serial 7), 3 rules"), "{}", ran.out);
}

#[test]
fn every_problem_of_a_bundle_is_shown_at_once() {
    let desk = Desk::new();
    let sound = std::fs::read_to_string(desk.path("bundle.json")).unwrap();
    let wrong = sound
        .lines()
        .nth(1)
        .unwrap()
        .replace("user_agent_missing\":6000", "no_such_signal\":6000")
        .replace("command_line", "robot");
    let content: Value = serde_json::from_str(&wrong).unwrap();
    let line = serde_json::to_string(&content).unwrap();
    let manifest = serde_json::to_string(&filter_core::policy::wire::Manifest::of(&line, 7)).unwrap();
    let file = desk.path("wrong.json");
    std::fs::write(&file, format!("{manifest}\n{line}\n")).unwrap();
    let ran = run(&["check", &file], b"");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(
        ran.out.contains("no_such_signal") && ran.out.contains("`robot`") && ran.out.contains("2 problems"),
        "{}",
        ran.out
    );
    let ran = run(&["check", "-o", "json", &file], b"");
    let found: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((ran.code, found.as_array().unwrap().len()), (1, 2));
    assert!(
        found.as_array().unwrap().iter().all(|finding| finding["line"] == 2 && finding["column"].as_u64() > Some(1))
    );
}

#[test]
fn host_settings_are_checked() {
    let ran = run(&["check", "-"], b"{\n  \"secret\": \"short\",\n  \"nod\": 1\n}");
    assert_eq!(ran.code, 1);
    assert!(ran.out.contains("-:2:13") && ran.out.contains("`nod`"), "{}", ran.out);
    let desk = Desk::new();
    let bundle = std::fs::read_to_string(desk.path("bundle.json")).unwrap();
    let settings = |bundle: &str| serde_json::json!({"bundle": bundle, "allow_unsigned": true}).to_string();
    let sound = run(&["check", "-"], settings(&bundle).as_bytes());
    assert!(sound.code == 0 && sound.out.contains("(serial 7), 3 rules"), "{}{}", sound.out, sound.err);
    let broken = run(&["check", "-"], settings(&bundle.replace("nameless", "Name less")).as_bytes());
    assert!(
        broken.code == 1 && broken.out.contains("/bundle") && broken.out.contains("/manifest/id"),
        "{}",
        broken.out
    );
    let untrusted = run(&["check", "-"], settings(&bundle).replace("true", "false").as_bytes());
    assert_eq!(untrusted.code, 1, "{}", untrusted.out);
    let unclear = run(&["check", "-"], b"hello");
    assert_eq!(unclear.code, 2);
    assert!(unclear.err.contains("say which with --kind"), "{}", unclear.err);
}

#[test]
fn a_policy_is_built_and_judges() {
    let desk = Desk::new();
    let (source, bundle) = (desk.path("policy.json"), desk.path("built.json"));
    std::fs::write(
        &source,
        r#"{"serial":3,"rules":[{"id":"all","when":"true","then":{"block":{}}}],"otherwise":"allow"}"#,
    )
    .unwrap();
    let ran = run(&["build", &source, "-o", &bundle], b"");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.contains("serial 3"), "{}", ran.out);
    let judged = run(&["replay", "-o", "json", "--bundle", &bundle, &data("access.log")], b"");
    assert_eq!(serde_json::from_str::<Value>(&judged.out).unwrap()["actions"]["block"], 3, "{}", judged.err);
    let meant = run(&["check", &source, "--allow", "W0503", "--allow", "W0510"], b"");
    assert_eq!(meant.code, 0, "{}", meant.out);
}

#[test]
fn a_wrong_policy_is_not_built() {
    let desk = Desk::new();
    let (source, bundle) = (desk.path("policy.json"), desk.path("built.json"));
    let text = "{\n  \"serial\": 3,\n  \"rules\": [{\"id\": \"a\", \"when\": \"class == 'robot'\", \"then\": \"allow\"}],\n  \"otherwise\": \"allow\"\n}\n";
    std::fs::write(&source, text).unwrap();
    let ran = run(&["build", &source, "-o", &bundle], b"");
    assert_eq!(ran.code, 1, "{}", ran.err);
    assert!(ran.out.contains("policy.json:3:") && ran.out.contains("`robot`"), "{}", ran.out);
    assert!(!std::path::Path::new(&bundle).exists());
    // Of what cannot be read, too, everything is said at once.
    let text = text.replace("\"when\"", "\"wenn\"").replace("\"otherwise\": \"allow\"", "\"otherwise\": \"allov\"");
    std::fs::write(&source, text).unwrap();
    let ran = run(&["check", &source], b"");
    assert!(ran.code == 1 && ran.out.contains("`wenn`") && ran.out.contains("`allov`"), "{}", ran.out);
    assert!(ran.out.contains("policy.json:3:") && ran.out.contains("policy.json:4:16"), "{}", ran.out);
    std::fs::write(&source, "{\n  \"serial\": 3,\n  \"rulez\": []\n}\n").unwrap();
    let ran = run(&["check", "--kind", "policy", &source], b"");
    assert!(ran.code == 1 && ran.out.contains("policy.json:3:") && ran.out.contains("rulez"), "{}", ran.out);
}

#[test]
fn the_default_bundle_is_built_in() {
    let ran = run(&["replay", &data("access.log")], b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("3 requests"));
}

#[test]
fn signals_are_listed() {
    let table = run(&["signals"], b"");
    assert!(table.out.contains("user_agent_missing") && table.out.contains("no user agent was sent"));
    let markdown = run(&["signals", "-o", "markdown"], b"");
    assert!(markdown.out.lines().skip(2).all(|line| line.starts_with("| `") && line.ends_with(" |")));
    let all: Value = serde_json::from_str(&run(&["signals", "-o", "json"], b"").out).unwrap();
    assert_eq!(all.as_array().unwrap().len(), filter_core::signals::COUNT);
    assert_eq!(markdown.out.lines().count(), filter_core::signals::COUNT + 2);
}

#[test]
fn completions_and_pages_are_made() {
    for shell in ["bash", "zsh", "fish"] {
        assert!(run(&["completions", shell], b"").out.contains("replay"), "{shell}");
    }
    assert!(run(&["man"], b"").out.starts_with(".ie"));
    let desk = Desk::new();
    assert_eq!(run(&["man", "--folder", &desk.folder.display().to_string()], b"").code, 0);
    assert!(std::fs::read_to_string(desk.path("weir-replay.1")).unwrap().contains("Combined"));
}

#[test]
fn help_has_examples_for_each_verb() {
    for verb in [
        "inspect",
        "diff",
        "build",
        "check",
        "keygen",
        "verify",
        "push",
        "history",
        "rollback",
        "status",
        "discover",
        "replay",
        "explain",
        "signals",
        "completions",
        "man",
    ] {
        let ran = run(&[verb, "--help"], b"");
        assert_eq!(ran.code, 0);
        assert!(ran.out.contains("Example") && ran.out.contains(&format!("weir {verb}")), "{verb}: {}", ran.out);
    }
    assert_eq!(run(&["nonsense"], b"").code, 2);
    assert_eq!(run(&["replay", &data("access.log"), "--output", "xml"], b"").code, 2);
}

#[test]
fn what_is_seldom_meant_is_warned_of() {
    let desk = Desk::new();
    let (source, bundle) = (desk.path("policy.json"), desk.path("built.json"));
    let policy = "{\n  \"serial\": 3,\n  \"rules\": [\n    {\"id\": \"a\", \"when\": \"request.method == 'POST'\", \"then\": \"tag\"},\n    {\"id\": \"b\", \"when\": \"request.method == 'POST' && score >= 50\", \"then\": {\"block\": {}}},\n    // the office\n    {\"id\": \"c\", \"when\": \"client.address.inside('192.0.2.0/24')\", \"then\": {\"block\": {}}}\n  ],\n  \"otherwise\": \"allow\"\n}\n";
    std::fs::write(&source, policy).unwrap();
    let ran = run(&["check", &source], b"");
    assert!(
        ran.code == 1 && ran.out.contains("warning[W0501]") && ran.out.contains("policy.json:5:25"),
        "{}{}",
        ran.out,
        ran.err
    );
    let own = run(&["check", &source, "--own", "192.0.2.0/28", "--allow", "W0501", "-o", "json"], b"");
    let found: Value = serde_json::from_str(&own.out).unwrap();
    assert_eq!(
        (found[0]["code"].as_str(), found[0]["level"].as_str(), found[0]["line"].as_u64()),
        (Some("W0511"), Some("warning"), Some(7))
    );
    assert_eq!(found.as_array().unwrap().len(), 1);
    let built = run(&["build", &source, "-o", &bundle], b"");
    assert!(built.code == 0 && built.err.contains("warning[W0501]"), "{}{}", built.out, built.err);
    let ran = run(&["check", &bundle, "--allow", "W0501"], b"");
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
}

#[test]
fn a_bundle_is_looked_into_and_compared() {
    let desk = Desk::new();
    let text = std::fs::read_to_string(desk.path("bundle.json")).unwrap();
    let mut content: Value = serde_json::from_str(text.lines().nth(1).unwrap()).unwrap();
    let shown = run(&["inspect", &desk.path("bundle.json")], b"");
    assert!(
        shown.code == 0 && shown.out.contains("signed     by nobody") && shown.out.contains("serial     7"),
        "{}",
        shown.out
    );
    let json: Value =
        serde_json::from_str(&run(&["inspect", "-o", "json", &desk.path("bundle.json")], b"").out).unwrap();
    assert_eq!(json["rules"].as_array().unwrap().len(), 3);
    assert!(json["cost"].as_u64().unwrap() >= 60 && json["manifest"]["serial"] == 7);

    content["rules"]
        .as_array_mut()
        .unwrap()
        .push(serde_json::json!({"id": "all", "when": "always", "then": {"block": {}}}));
    content["weights"]["user_agent_missing"] = serde_json::json!(1);
    content["lists"] = serde_json::json!({"l": ["a"]});
    let content: filter_core::policy::wire::Content = serde_json::from_value(content).unwrap();
    std::fs::write(desk.path("new.json"), filter_core::policy::wire::write(&content, 8).unwrap()).unwrap();
    let (old, new) = (desk.path("bundle.json"), desk.path("new.json"));
    let same = run(&["diff", &old, &old, "--on", &data("access.log")], b"");
    assert!(same.out.starts_with("both mean the same\n\n0 of 3 requests"), "{}{}", same.out, same.err);
    let ran = run(&["diff", &old, &new, "--on", &data("access.log")], b"");
    for expected in
        ["+ rule all: ", "~ weight user_agent_missing\n    - 6000\n    + 1\n", "+ list l: [\"a\"]", "-> block (all)"]
    {
        assert!(ran.out.contains(expected), "{expected}: {}{}", ran.out, ran.err);
    }
    let json: Value =
        serde_json::from_str(&run(&["diff", &new, &old, "--on", &data("access.log"), "-o", "json"], b"").out).unwrap();
    let of_rule = json["changes"].as_array().unwrap().iter().find(|change| change["part"] == "rule").unwrap();
    assert!(of_rule["before"]["id"] == "all" && of_rule.get("after").is_none());
    let moved: u64 =
        json["verdicts"]["moves"].as_array().unwrap().iter().map(|one| one["requests"].as_u64().unwrap()).sum();
    assert_eq!(Some(moved), json["verdicts"]["changed"].as_u64());
    assert!(moved > 0);
}
