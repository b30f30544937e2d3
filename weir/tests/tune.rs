//! `weir tune`, as a person runs it.

#![allow(clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "a test may fail")]

mod common;

use common::{Desk, run};
use serde_json::Value;

/// A visit: a request to buy and its answer. A browser leaves nothing out; the others leave out its languages.
fn visit(number: u32, is_odd: bool, status: u16) -> String {
    let t = 1_763_700_000_000 + u64::from(number) * 500;
    let languages = if is_odd { "" } else { r#"["accept-language","de-DE,de;q=0.5"],"# };
    let headers = format!(
        r#"["accept","text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"],{languages}["accept-encoding","gzip, deflate, br, zstd"],["user-agent","Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"],["sec-fetch-dest","document"],["sec-fetch-mode","navigate"],["sec-fetch-site","same-origin"],["origin","https://shop.example"]"#
    );
    let address = format!("10.{}.{}.{}", 1 + number / 40_000, number / 200 % 200, number % 200);
    format!(
        "{{\"t\":{t},\"id\":\"{number}\",\"request\":{{\"method\":\"POST\",\"scheme\":\"https\",\"authority\":\"shop.example\",\"path\":\"/buy\",\"version\":\"1.1\",\"headers\":[{headers}]}},\"client\":{{\"address\":\"{address}\",\"provenance\":\"peer\"}}}}\n{{\"t\":{},\"id\":\"{number}\",\"response\":{{\"status\":{status},\"headers\":[]}}}}\n",
        t + 9
    )
}

fn desk() -> Desk {
    let desk = Desk::new();
    let policy = r#"{"serial": 1, "endpoints": [{"id": "buy", "path": "/buy", "methods": ["POST"], "label": "checkout"}], "otherwise": "allow"}"#;
    std::fs::write(desk.path("policy.json"), policy).unwrap();
    assert_eq!(run(&["build", &desk.path("policy.json"), "-o", &desk.path("bundle.json")], b"").code, 0);
    desk
}

#[test]
fn a_threshold_its_curve_and_the_rule_that_keeps_it() {
    let desk = desk();
    // 3 of 2,000 who buy are odd, and so are all 100 who fail to.
    let traffic: String =
        (0..2100).map(|n| if n < 2000 { visit(n, n < 3, 303) } else { visit(n, true, 402) }).collect();
    std::fs::write(desk.path("day.jsonl"), traffic).unwrap();
    let (bundle, day, svg) = (desk.path("bundle.json"), desk.path("day.jsonl"), desk.path("curve.svg"));
    let tune =
        |more: &[&str]| run(&[&["tune", "--endpoint", "checkout", "--bundle", &bundle, &day], more].concat(), b"");
    let told = tune(&["--touch", "0.1%", "--output", "json", "--svg", &svg]);
    assert_eq!(told.code, 0, "{}{}", told.out, told.err);
    let tight: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(tight["sessions"]["good"], 2000);
    assert_eq!(tight["solved"]["good"]["sessions"], 0);
    let loose: Value = serde_json::from_str(&tune(&["--touch", "0.0015", "--output", "json"]).out).unwrap();
    assert_eq!(
        (&loose["solved"]["good"]["sessions"], &loose["solved"]["others"]["sessions"]),
        (&3.into(), &100.into())
    );
    assert!(loose["solved"]["at_least"].as_u64() < tight["solved"]["at_least"].as_u64());
    assert_eq!(loose["curve"].as_array().unwrap().len(), 100);
    assert!(std::fs::read_to_string(&svg).unwrap().starts_with("<svg "));

    // The rule, put into the policy, does what was said.
    let mut policy: Value = serde_json::from_str(&std::fs::read_to_string(desk.path("policy.json")).unwrap()).unwrap();
    policy["rules"] = loose["patch"]["rules"].clone();
    policy["rules"][0]["mode"] = "enforce".into();
    std::fs::write(desk.path("policy.json"), policy.to_string()).unwrap();
    assert_eq!(run(&["build", &desk.path("policy.json"), "-o", &bundle], b"").code, 0);
    let replayed = run(&["replay", &day, "--bundle", &bundle, "--output", "json"], b"");
    let counts: Value = serde_json::from_str(&replayed.out).unwrap();
    assert_eq!(counts["actions"]["block"], 103, "{}", replayed.out);
    let text = tune(&["--touch", "0.15%"]).out;
    assert!(
        text.contains("2000 sessions with good outcomes, 100 others") && text.contains("put this into the policy:"),
        "{text}"
    );
}

#[test]
fn what_cannot_be_tuned_says_why() {
    let desk = desk();
    std::fs::write(desk.path("day.jsonl"), visit(1, false, 402)).unwrap();
    let bundle = desk.path("bundle.json");
    let tune = |more: &[&str]| run(&[&["tune", "--bundle", &bundle, &desk.path("day.jsonl")], more].concat(), b"");
    let none = tune(&["--touch", "1%"]);
    assert!(none.code == 1 && none.out.starts_with("no session of 1 requests turned out good"), "{}", none.out);
    let unknown = tune(&["--touch", "1%", "--endpoint", "till"]);
    assert_eq!(
        unknown.err,
        "error: the bundle has no endpoint with id or label `till`; expected `buy` or `checkout`, or describe it under `endpoints`\n"
    );
    let nothing = tune(&["--touch", "1%", "--good", "payment"]);
    assert!(
        nothing.code == 2 && nothing.err.contains("the bundle has no login, and none of `payment`"),
        "{}",
        nothing.err
    );
    for touch in ["0", "100%", "x"] {
        assert!(tune(&["--touch", touch]).err.contains("give a share between 0 and all"), "{touch}");
    }
}

#[test]
fn misspelt_endpoints_are_refused_and_what_stands_in_the_way_is_named() {
    let desk = desk();
    let (bundle, day) = (desk.path("bundle.json"), desk.path("day.jsonl"));
    // Those who buy with the stolen cards are the only ones.
    let script = |n: u32| {
        visit(n, true, 303)
            .replace(r#"["accept-encoding","gzip, deflate, br, zstd"],"#, "")
            .replace("Firefox/140.0", "Firefox/20.0")
    };
    std::fs::write(&day, (0..50).map(script).collect::<String>()).unwrap();
    let tune = |more: &[&str]| run(&[&["tune", "--touch", "0.1%", "--bundle", &bundle, &day], more].concat(), b"");
    for (argument, name) in [("--endpoint", "checkuot"), ("--good", "chekout")] {
        let ran = tune(&[argument, name]);
        let said = format!("no endpoint with id or label `{name}`; write `checkout`, or describe it under `endpoints`");
        assert!(ran.code == 2 && ran.err.contains(&said), "{}", ran.err);
    }
    let ran = tune(&[]);
    assert!(
        ran.code == 1 && ran.out.contains("50 of them score 100 and count as good: 50 by what passed at `buy`"),
        "{}",
        ran.out
    );
    assert!(ran.out.contains("name with --good only what shows people, without `buy`"), "{}", ran.out);
    assert!(!ran.out.contains("--no-logins"), "there are no logins: {}", ran.out);
}
