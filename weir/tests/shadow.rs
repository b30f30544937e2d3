//! `weir shadow`: candidates beside the active bundle, on made-up traffic with attackers and people.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail"
)]

mod common;

use common::{Desk, Ran, run};
use serde_json::{Value, json};

/// The simulated shop's login.
const LOGIN: &str = r#"{ "id": "shop-login", "path": "/api/login", "methods": ["POST"], "label": "login" }"#;

struct Rollout {
    desk: Desk,
    trace: String,
    active: String,
}

impl Rollout {
    /// Credential stuffing by a script while people log in.
    fn new() -> Self {
        let desk = Desk::new();
        let trace = desk.path("stuffing.trace.jsonl");
        let arguments = ["simulate", "OAT-008", "--trace", "script", "--people", "250", "--attack", "10"];
        std::fs::write(&trace, run(&arguments, b"").out).unwrap();
        let mut rollout = Rollout { desk, trace, active: String::new() };
        rollout.active = rollout.build("active", 1, "");
        rollout
    }

    fn build(&self, name: &str, serial: u64, rules: &str) -> String {
        let policy =
            format!(r#"{{ "serial": {serial}, "endpoints": [{LOGIN}], "rules": [{rules}], "otherwise": "allow" }}"#);
        let (source, bundle) = (self.desk.path(&format!("{name}.json")), self.desk.path(&format!("{name}.bundle")));
        std::fs::write(&source, policy).unwrap();
        let ran = run(&["build", &source, "-o", &bundle], b"");
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        bundle
    }

    /// Blocks what is not a browser, as the trace's attackers are.
    fn good(&self) -> String {
        self.build("good", 2, r#"{ "id": "bots", "when": "score >= 50", "then": { "block": {} } }"#)
    }

    /// Blocks the browser that the made-up people log in with.
    fn bad(&self) -> String {
        self.build("bad", 2, r#"{ "id": "firefox", "when": "claim.family == 'firefox'", "then": { "block": {} } }"#)
    }

    fn run(&self, verb: &str, candidate: &str, more: &[&str]) -> Ran {
        run(&[&["shadow", verb, &self.trace, "--candidate", candidate, "--bundle", &self.active], more].concat(), b"")
    }

    fn report(&self, candidate: &str) -> Value {
        let ran = self.run("report", candidate, &["--output", "json"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        serde_json::from_str(&ran.out).unwrap()
    }

    fn write(&self, name: &str, text: &str) -> String {
        let path = self.desk.path(name);
        std::fs::write(&path, text).unwrap();
        path
    }
}

/// The commands of `weir/SHADOW.md`, with what they print; ids of bundles apart, which change with the compiler.
#[test]
fn the_page_shows_these_runs() {
    let desk = Desk::new();
    let data = |name: &str| common::data(&format!("rollout/{name}"));
    for name in ["now", "next", "harsh"] {
        let ran = run(&["build", &data(&format!("{name}.json")), "--output", &desk.path(name)], b"");
        assert_eq!(ran.code, 0, "{}", ran.err);
    }
    let trace = desk.path("shop.trace.jsonl");
    let made = run(&["simulate", "OAT-008", "--trace", "script", "--people", "250", "--attack", "10"], b"");
    std::fs::write(&trace, made.out).unwrap();
    let decide = |candidate: &str| {
        let arguments =
            ["shadow", "decide", &trace, "--bundle", &desk.path("now"), "--candidate", &desk.path(candidate)];
        run(&[&arguments[..], &["--rollout", &data("rollout.json")]].concat(), b"")
    };
    let (harsh, next) = (decide("harsh"), decide("next"));
    let page = include_str!("../SHADOW.md");
    assert_eq!((harsh.code, next.code), (1, 0), "{}{}", harsh.out, next.out);
    for line in harsh.out.lines().filter(|line| !line.starts_with("candidate ")) {
        assert!(page.contains(line), "SHADOW.md lacks\n{line}\nof\n{}", harsh.out);
    }
    assert!(next.out.contains("\npromote: "), "{}", next.out);
}

#[test]
fn who_would_be_touched_is_told_apart() {
    let rollout = Rollout::new();
    let report = rollout.report(&rollout.good());
    let row = &report["rows"][0];
    assert_eq!((&row["active"]["action"], &row["candidate"]["rule"]), (&json!("allow"), &json!("bots")), "{report:#}");
    assert_eq!(row["endpoint"], "shop-login");
    assert!(row["turnouts"]["failed"].as_u64() > row["turnouts"]["succeeded"].as_u64(), "{row:#}");
    assert!(row["samples"][0]["id"].as_str().unwrap().starts_with("OAT-008/"), "{row:#}");
    assert_eq!(report["harder"], report["disagreements"]);
    let good = report["clients"]["good"].as_u64().unwrap();
    assert!(good >= 20 && report["clients"]["touched"].as_u64().unwrap() >= 50, "{report:#}");
    let bad = rollout.report(&rollout.bad());
    assert_eq!(bad["clients"]["good"], good, "the same people");
    let harmed = bad["clients"]["harmed"].as_u64().unwrap();
    assert!(harmed * 4 > good && harmed <= good, "{bad:#}");
    let share = bad["harmed_share"]["share"].as_f64().unwrap();
    assert!(
        bad["harmed_share"]["least"].as_f64().unwrap() < share && share < bad["harmed_share"]["most"].as_f64().unwrap()
    );
}

#[test]
fn a_table_for_a_person() {
    let rollout = Rollout::new();
    let ran = rollout.run("report", &rollout.bad(), &["--goal", "shop-login"]);
    for part in [
        "the active bundle alone in 0",
        "allow (otherwise) -> block (firefox)",
        "reached a goal (shop-login)",
        "client ",
    ] {
        assert!(ran.out.contains(part), "`{part}` is missing in\n{}", ran.out);
    }
    let misspelt = rollout.run("report", &rollout.bad(), &["--goal", "shop-logni"]);
    let said = "goal: the bundle has no endpoint with id or label `shop-logni`; write `shop-login`";
    assert!(misspelt.code == 2 && misspelt.err.contains(said), "{}", misspelt.err);
    let nobody = rollout.run("report", &rollout.bad(), &["--goal", "checkout"]);
    assert!(nobody.out.contains("no client reached a goal (checkout)"), "{}", nobody.out);
}

#[test]
fn guardrails_decide() {
    let rollout = Rollout::new();
    let loose = r#"{"guardrails":{"harmed_share":200000,"good_clients":15,"seconds":600}}"#;
    let cases = [
        (rollout.good(), "{}", 1, "hold: too few clients"),
        (rollout.good(), loose, 0, "promote: "),
        (rollout.bad(), loose, 1, "roll_back: "),
        (rollout.good(), r#"{"goals":["checkout"],"guardrails":{"seconds":0}}"#, 1, "hold: too few clients"),
        (rollout.good(), r#"{"guardrails":{"harmed_share":200000,"good_clients":15}}"#, 1, "hold: it has not run long"),
    ];
    for (candidate, text, code, said) in cases {
        let file = rollout.write("rollout.json", text);
        let ran = rollout.run("decide", &candidate, &["--rollout", &file]);
        assert_eq!(ran.code, code, "{text}: {}{}", ran.out, ran.err);
        assert!(ran.out.contains(said), "{text}: {}", ran.out);
    }
    let file = rollout.write("rollout.json", r#"{"share":1000001}"#);
    let ran = rollout.run("decide", &rollout.bad(), &["--rollout", &file]);
    assert!(ran.code == 2 && ran.err.contains("/share: `1000001` is out of range"), "{}", ran.err);
    let file = rollout.write("rollout.json", r#"{"guardrail":{}}"#);
    let ran = rollout.run("decide", &rollout.bad(), &["--rollout", &file]);
    assert!(ran.code == 2 && ran.err.contains("unknown field `guardrail`"), "{}", ran.err);
}

#[test]
fn a_log_is_ruled_on_for_the_candidate_that_is_named() {
    let rollout = Rollout::new();
    let candidate = rollout.good();
    let id = rollout.report(&candidate)["candidate"].as_str().unwrap().to_owned();
    let line = |candidate: &str, t: u64| {
        json!({"candidate": candidate, "active": "a", "t": t, "id": "r", "client": null, "share": 1_000_000, "goals": ["login"], "requests": 64,
            "did": null, "would": null, "endpoint": null, "harder": false, "softer": false, "late": false, "turnout": null,
            "member": "0000000000000208", "good": true})
    };
    // As hosts write it: the candidate comes first.
    let text = |line: Value| {
        let rest = line.to_string().replace(&format!(r#""candidate":{},"#, line["candidate"]), "");
        format!("{{\"candidate\":{},{}", line["candidate"], rest.trim_start_matches('{'))
    };
    let forged = [line("ffffffffffffffff", 1_700_000_100_000), line(&id, u64::MAX)].map(text);
    let log = [text(line(&id, 1_700_000_000_000)), text(line(&id, 1_700_000_090_000)), forged.join("\n")].join("\n");
    let log = rollout.write("events.log", &log);
    let loose = rollout.write("loose.json", r#"{"guardrails":{"harmed_share":1000000,"good_clients":1,"seconds":60}}"#);
    let decide = |more: &[&str]| run(&[&["shadow", "decide", &log, "--rollout", &loose], more].concat(), b"");
    for named in [&candidate, &id, &id[..16]] {
        let ran = decide(&["--candidate", named]);
        let said = format!("candidate {} beside a\nabout 128 requests", &id[..16]);
        assert!(ran.out.contains(&said) && ran.err.is_empty(), "{named}: {}{}", ran.out, ran.err);
    }
    let ran = decide(&[]);
    assert!(ran.code == 2 && ran.err.contains("give `--candidate` with its bundle or its id"), "{}", ran.err);
    let ran = decide(&["--candidate", &rollout.bad()]);
    assert!(ran.code == 2 && ran.err.contains("nothing is told of this candidate, but of `"), "{}", ran.err);
    let ran = decide(&["--candidate", &id, "--goal", "login"]);
    assert!(ran.code == 2 && ran.err.contains("`--goal` is for recorded traffic"), "{}", ran.err);
}

#[test]
fn reports_of_several_hosts_add_up() {
    let rollout = Rollout::new();
    let ran = rollout.run("report", &rollout.bad(), &["--output", "json"]);
    let mut report: Value = serde_json::from_str(&ran.out).unwrap();
    let one = rollout.write("one.json", &ran.out);
    let both = |from: &[&str]| run(&[&["shadow", "report", "-o", "json"], from].concat(), b"");
    let twice: Value = serde_json::from_str(&both(&[&one, &one]).out).unwrap();
    for number in ["requests", "disagreements"] {
        assert_eq!(twice[number].as_u64().unwrap(), 2 * report[number].as_u64().unwrap());
    }
    assert_eq!(twice["rows"].as_array().unwrap().len(), report["rows"].as_array().unwrap().len());
    assert_eq!((&twice["since"], &twice["until"]), (&report["since"], &report["until"]));
    // What a host says again replaces what it said, and stands among other lines.
    report.as_object_mut().unwrap().remove("harmed_share");
    let line = |vm: &str| format!("[info] weir: {}\n", json!({"shadow": report, "vm": vm}));
    let log = format!("[info] other\n{}{}[warn] other\n{}", line("a"), line("b"), line("a"));
    let log = rollout.write("envoy.log", &log);
    let told: Value = serde_json::from_str(&both(&[&log]).out).unwrap();
    assert_eq!(told["requests"], twice["requests"]);
    let other = rollout.report(&rollout.good());
    let other = rollout.write("other.json", &other.to_string());
    let ran = both(&[&one, &other]);
    assert!(ran.code == 2 && ran.err.contains("reports about different bundles: candidate"), "{}", ran.err);
    let ran = both(&[&rollout.active]);
    assert!(ran.code == 2 && ran.err.contains("there is no report of a candidate in it"), "{}", ran.err);
}
