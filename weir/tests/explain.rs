//! `weir explain`, as a person runs it.

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
fn a_trace_line_is_explained() {
    let desk = Desk::new();
    let ran = desk.judge(&["explain", &data("small.trace.jsonl"), "--id", "nameless"]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for part in [
        "POST https://shop.example/login?token=abc HTTP/1.1",
        "2026-11-21T20:17:00.400Z",
        "203.0.113.8 (peer)",
        "bot, score ",
        "block, by rule `nameless`",
        "+6.00  user_agent_missing (tools)",
        "not seen by this host: ",
    ] {
        assert!(ran.out.contains(part), "`{part}` is missing in\n{}", ran.out);
    }
    assert!(!ran.out.contains('\x1b'), "colours are for terminals");
    let by_line = desk.judge(&["explain", &data("small.trace.jsonl"), "--line", "3"]);
    assert_eq!(by_line.out, ran.out);
}

#[test]
fn every_kind_of_file_is_explained() {
    let desk = Desk::new();
    for arguments in [
        &["request.http", "--scheme", "https", "--address", "203.0.113.7"][..],
        &["session.har", "--entry", "1"],
        &["access.log", "--line", "1"],
        &["envoy.log", "--id", "e-1"],
        &["small.trace.jsonl", "--id", "curl"],
    ] {
        let file = data(arguments[0]);
        let ran = desk.judge(&[&["explain", file.as_str(), "-o", "json"], &arguments[1..]].concat());
        assert_eq!(ran.code, 0, "{arguments:?}: {}", ran.err);
        let told: Value = serde_json::from_str(&ran.out).unwrap();
        assert_eq!(told["verdict"]["class"], "tool", "{arguments:?}");
        assert_eq!(told["request"]["names itself"], "curl (command_line)", "{arguments:?}");
    }
}

#[test]
fn an_event_and_a_case_are_explained() {
    let desk = Desk::new();
    let (events, cases) = (desk.path("events.ndjson"), desk.path("cases.jsonl"));
    let ran = desk.judge(&["replay", "-o", "ndjson", "--cases", &cases, &data("small.trace.jsonl")]);
    std::fs::write(&events, ran.out).unwrap();
    // An event needs no bundle.
    let event = run(&["explain", &events, "--id", "nameless"], b"");
    assert_eq!(event.code, 0, "{}", event.err);
    assert!(event.out.contains("block, by rule `nameless`") && event.out.contains("user_agent_missing"));
    let line = std::fs::read_to_string(&events).unwrap();
    let blocked =
        line.lines().map(|line| serde_json::from_str::<Value>(line).unwrap()).find(|event| event["id"] == "nameless");
    let receipt = blocked.unwrap()["receipt"].as_str().unwrap().to_owned();
    assert_eq!(run(&["explain", &events, "--receipt", &receipt], b"").out, event.out);
    assert_eq!(run(&["explain", &events, "--receipt", "nothing"], b"").code, 2);
    let case = desk.judge(&["explain", &cases, "--id", "nameless"]);
    assert!(case.out.contains("case the same verdict as recorded"), "{}", case.out);
}

#[test]
fn a_wrong_choice_is_said() {
    let desk = Desk::new();
    for (arguments, part) in [
        (&["small.trace.jsonl"][..], "choose one with --line or --id"),
        (&["small.trace.jsonl", "--line", "2"], "line 2 is an answer"),
        (&["small.trace.jsonl", "--id", "nobody"], "there is no request with id `nobody`"),
        (&["session.har"], "there are 2 entries; choose one with --entry"),
    ] {
        let file = data(arguments[0]);
        let ran = desk.judge(&[&["explain", file.as_str()], &arguments[1..]].concat());
        assert_eq!(ran.code, 2, "{arguments:?}");
        assert!(ran.err.contains(part), "{}", ran.err);
    }
}

#[test]
fn a_request_that_holds_control_characters_is_shown_not_obeyed() {
    let desk = Desk::new();
    let headers = serde_json::json!([["user-agent", "sqlmap\u{1b}]0;owned\u{7}"], ["x-\u{9b}2J", "a\u{1b}[8mhidden"]]);
    let request = serde_json::json!({
        "t": 1, "id": "one\u{1b}[2J",
        "request": { "method": "GET\u{1b}[H", "authority": "shop\u{1b}[1;1H.example", "path": "/a\u{1b}[2J\r/b", "headers": headers },
    });
    std::fs::write(desk.path("hostile.jsonl"), format!("{request}\n")).unwrap();
    let file = desk.path("hostile.jsonl");
    for verb in [&["explain", file.as_str(), "--line", "1"][..], &["replay", &file], &["discover", &file]] {
        let ran = run(verb, b"");
        let all = format!("{}{}", ran.out, ran.err);
        assert!(all.chars().all(|c| !c.is_control() || c == '\n' || c == '\t'), "{verb:?}: {all:?}");
        assert!(verb[0] != "explain" || ran.out.contains("GET\\x1b[H"), "{all}");
    }
}

#[test]
fn what_came_before_counts_where_it_is_asked_for_and_is_said() {
    let desk = Desk::new();
    // One program, every second sharp.
    let lines: Vec<String> = (0..40)
        .map(|n| {
            let t = 1_763_700_000_000u64 + n * 1000;
            format!(r#"{{"t":{t},"id":"r{n}","request":{{"method":"GET","authority":"shop.example","path":"/p/{n}","headers":[["user-agent","curl/8.5.0"]]}},"client":{{"address":"203.0.113.7","provenance":"peer"}}}}"#)
        })
        .collect();
    let trace = desk.path("walk.jsonl");
    std::fs::write(&trace, lines.join("\n")).unwrap();
    let alone = desk.judge(&["explain", &trace, "--id", "r39"]);
    assert!(alone.out.contains("judged on its own") && !alone.out.contains("rhythm_regular"), "{}", alone.out);
    for selector in [["--id", "r39"], ["--line", "40"]] {
        let whole = desk.judge(&[&["explain", &trace, "--remember"], &selector[..]].concat());
        assert!(
            whole.out.contains("memory counts") && whole.out.contains("rhythm_regular"),
            "{}{}",
            whole.out,
            whole.err
        );
    }
    let json: Value = serde_json::from_str(&desk.judge(&["explain", &trace, "--id", "r0", "-o", "json"]).out).unwrap();
    assert_eq!(json["remembered"], false);
    let none = desk.judge(&["explain", &trace, "--remember", "--id", "r99"]);
    assert!(none.code == 2 && none.err.contains("has no such request"), "{}", none.err);
    assert!(desk.judge(&["explain", &trace, "--remember"]).err.contains("needs --line or --id"));
}
