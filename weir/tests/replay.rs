//! `weir replay`, as a person runs it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail"
)]

mod common;

use std::collections::HashMap;
use std::io::Write;

use common::{Desk, data, run};
use serde_json::Value;

/// Events of a replay by id.
fn events(text: &str) -> HashMap<String, Value> {
    let parse = |line: &str| serde_json::from_str::<Value>(line).unwrap();
    text.lines().map(parse).map(|event| (event["id"].as_str().unwrap().to_owned(), event)).collect()
}

#[test]
fn a_trace_gives_one_event_a_request() {
    let desk = Desk::new();
    let ran = desk.judge(&["replay", "--output", "ndjson", &data("small.trace.jsonl")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let events = events(&ran.out);
    assert_eq!(events.len(), 3);
    assert_eq!((events["curl"]["class"].as_str(), events["curl"]["action"].as_str()), (Some("tool"), Some("allow")));
    assert_eq!(events["curl"]["shadow"][0], "tools-seen");
    let nameless = &events["nameless"];
    assert_eq!((nameless["action"].as_str(), nameless["rule"].as_str()), (Some("block"), Some("nameless")));
    assert_eq!((nameless["class"].as_str(), nameless["endpoint"].as_str()), (Some("bot"), Some("login")));
    assert!(nameless["reasons"].as_array().unwrap().iter().any(|reason| reason["signal"] == "user_agent_missing"));
    assert_eq!(events["health"]["rule"], "health");
    assert!(ran.err.contains("1 request never read by the server") && ran.err.contains("small.trace.jsonl:5"));
}

#[test]
fn the_summary_counts() {
    let desk = Desk::new();
    let ran = desk.judge(&["replay", &data("small.trace.jsonl"), &data("access.log"), &data("envoy.log")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    for line in ["8 requests, 6 answers", "nameless (enforce)", "tools-seen (shadow)", "user_agent_missing", "curl"] {
        assert!(ran.out.contains(line), "{line} is missing in\n{}", ran.out);
    }
    let ran =
        desk.judge(&["replay", "-o", "json", &data("small.trace.jsonl"), &data("access.log"), &data("envoy.log")]);
    let summary: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!((summary["requests"].as_u64(), summary["answers"].as_u64()), (Some(8), Some(6)));
    assert_eq!(summary["problems"]["unreadable"], 2);
    let count = |list: &str, key: &str, value: &str| {
        let row = summary[list].as_array().unwrap().iter().find(|row| row[key] == value).unwrap().clone();
        row["requests"].as_u64().unwrap()
    };
    assert_eq!(count("names", "name", "curl"), 3);
    assert_eq!(count("rules", "rule", "nameless"), 3);
    assert_eq!(summary["actions"]["block"], 3);
}

#[test]
fn without_memory_answers_are_passed_over() {
    let ran = Desk::new().judge(&["replay", "--stateless", &data("small.trace.jsonl"), &data("access.log")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert!(ran.out.contains("answers passed over") && !ran.out.contains(" answers,"), "{}", ran.out);
}

#[test]
fn a_log_speaks_for_two_headers_only() {
    let desk = Desk::new();
    let ran = desk.judge(&["replay", "--output", "ndjson", &data("access.log")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let events = events(&ran.out);
    let fired: Vec<_> =
        events["access.log:2"]["reasons"].as_array().unwrap().iter().map(|r| r["signal"].clone()).collect();
    assert_eq!(fired, ["user_agent_missing"], "nothing that needs other headers may fire");
    assert_eq!(events["access.log:4"]["reasons"].as_array().unwrap().len(), 0, "{}", events["access.log:4"]);
}

#[test]
fn gzip_and_standard_input_are_read() {
    let desk = Desk::new();
    let mut encoder = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    encoder.write_all(&std::fs::read(data("access.log")).unwrap()).unwrap();
    let packed = encoder.finish().unwrap();
    let ran = run(&["replay", "-", "-o", "json", "--bundle", &desk.path("bundle.json")], &packed);
    assert_eq!(ran.code, 0, "{}", ran.err);
    assert_eq!(serde_json::from_str::<Value>(&ran.out).unwrap()["requests"], 3);
}

#[test]
fn bad_lines_are_listed_and_the_rest_goes_on() {
    let desk = Desk::new();
    let file = desk.path("mixed.log");
    let text = std::fs::read_to_string(data("access.log")).unwrap();
    std::fs::write(&file, format!("{text}nonsense\n{text}")).unwrap();
    let ran = desk.judge(&["replay", "-o", "json", &file]);
    assert_eq!(ran.code, 1);
    assert!(
        ran.err.contains("1 line not readable") && ran.err.contains("mixed.log:5: there is no `[time]`"),
        "{}",
        ran.err
    );
    assert_eq!(serde_json::from_str::<Value>(&ran.out).unwrap()["requests"], 6);
}

#[test]
fn what_cannot_be_done_is_said() {
    let desk = Desk::new();
    let refused = |arguments: &[&str], code: i32, part: &str| {
        let ran = desk.judge(arguments);
        assert_eq!(ran.code, code, "{arguments:?}: {}", ran.err);
        assert!(ran.err.contains(part), "{}", ran.err);
    };
    refused(&["replay", "/nowhere.log"], 2, "`/nowhere.log` cannot be read");
    refused(&["replay", &data("policy.json"), "--as", "nginx"], 2, "there is no host `nginx`");
    refused(&["replay", &data("request.http")], 2, "the first line is in none of the forms");
    refused(&["replay"], 2, "required");
    let ran = run(&["replay", &data("access.log"), "--bundle", &data("policy.json")], b"");
    assert_eq!(ran.code, 2);
    let said = ran.err.contains("policy.json` is a policy's source; build its bundle first: weir build ");
    assert!(said, "{}", ran.err);
}

#[test]
fn a_host_that_sees_less_says_less() {
    let desk = Desk::new();
    let reasons = |host: &str| {
        let ran = desk.judge(&["replay", "-o", "ndjson", "--as", host, &data("small.trace.jsonl")]);
        events(&ran.out)["nameless"]["reasons"].as_array().unwrap().len()
    };
    assert!(reasons("cloudflare") <= reasons("sidecar"));
}

#[test]
fn cases_hold_no_secret_and_give_the_same_verdict_again() {
    let desk = Desk::new();
    let cases = desk.path("cases.jsonl");
    let ran = desk.judge(&["replay", "--cases", &cases, "--as", "envoy", &data("small.trace.jsonl")]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let text = std::fs::read_to_string(&cases).unwrap();
    // The block and the shadow match are reported, the health check is not.
    assert_eq!(text.lines().count(), 2);
    assert!(!text.contains("abc") && !text.contains("cGFzc3dvcmQ9MQ"), "{text}");
    assert!(text.contains("\"redacted\":[\"cookie\",\"query\",\"body\"],\"exact\":true"), "{text}");

    let again = desk.judge(&["replay", "-o", "json", &cases]);
    assert_eq!(again.code, 0, "{}", again.err);
    let summary: Value = serde_json::from_str(&again.out).unwrap();
    assert_eq!((summary["cases"]["same"].as_u64(), summary["cases"]["broken"].as_u64()), (Some(2), Some(0)));

    // A case whose verdict was tampered with is broken, and the exit code says so.
    std::fs::write(&cases, text.replace("\"class\":\"bot\"", "\"class\":\"human\"")).unwrap();
    let broken = desk.judge(&["replay", "-o", "json", &cases]);
    assert_eq!(broken.code, 1);
    let summary: Value = serde_json::from_str(&broken.out).unwrap();
    assert_eq!(summary["cases"]["broken"], 1);
    assert!(summary["cases"]["first"][0].as_str().unwrap().contains("`class` was \"human\", is \"bot\""));
}
