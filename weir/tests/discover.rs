//! `weir discover`, as a person runs it.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail"
)]

mod common;

use std::fmt::Write as _;

use common::{Desk, data, run};
use serde_json::Value;

fn json(arguments: &[&str], code: i32) -> Value {
    let ran = run(&[&["discover", "-o", "json"], arguments].concat(), b"");
    assert_eq!(ran.code, code, "{}", ran.err);
    serde_json::from_str(&ran.out).unwrap()
}

fn endpoint<'v>(report: &'v Value, template: &str) -> &'v Value {
    let all = report["endpoints"].as_array().unwrap();
    all.iter().find(|one| one["template"] == template).unwrap_or_else(|| panic!("no `{template}` in {report:#}"))
}

/// The README shows this run.
#[test]
fn the_example_in_the_readme() {
    let ran = run(&["discover", &data("shop.log"), "--against", &data("shop.yaml")], b"");
    assert_eq!(ran.code, 1, "{}", ran.err);
    let readme = include_str!("../../README.md");
    for line in ran.out.lines() {
        assert!(readme.contains(line.trim_end()), "README.md lacks\n{line}\nof\n{}", ran.out);
    }
}

#[test]
fn the_inventory_of_a_log() {
    let report = json(&[&data("shop.log")], 0);
    let product = endpoint(&report, "/api/products/{}");
    assert_eq!((product["requests"].as_u64(), product["variables"][0][0].as_str()), (Some(7), Some("number")));
    let methods: Vec<_> =
        product["operations"].as_array().unwrap().iter().map(|one| one["method"].as_str().unwrap()).collect();
    assert_eq!(methods, ["DELETE", "GET"]);
    let list = &endpoint(&report, "/api/products")["operations"][0];
    assert_eq!(
        (list["query"]["page"]["integer"].as_u64(), list["query"]["sort"]["string"].as_u64()),
        (Some(6), Some(6))
    );
    assert_eq!((list["clients"].as_u64(), list["mean_bytes"].as_u64()), (Some(6), Some(2210)));
    let login = endpoint(&report, "/login");
    assert_eq!(
        (login["labels"][0]["label"].as_str(), login["operations"][0]["statuses"]["302"].as_u64()),
        (Some("login"), Some(3))
    );
    assert_eq!(endpoint(&report, "/api/cart/items")["operations"][0]["authenticated_share"], 1.0);
    assert_eq!(endpoint(&report, "/healthz")["labels"][0]["label"], "health");
    assert_eq!(endpoint(&report, "/static/app-{}.js")["labels"][0]["label"], "static");
    assert_eq!((report["not_found"]["requests"].as_u64(), report["overflow"].as_u64()), (Some(3), Some(0)));
}

#[test]
fn a_trace_knows_bodies_and_answers() {
    let desk = Desk::new();
    let file = desk.path("shop.trace.jsonl");
    let mut text = String::new();
    for number in 0..4 {
        let t = 1_795_292_220_310u64 + number * 1000;
        writeln!(
            text,
            r#"{{"t":{t},"id":"r{number}","request":{{"method":"POST","scheme":"https","authority":"API.shop.example:443","path":"/v1/sessions","headers":[["content-type","application/json"],["authorization","Bearer x"]],"body":"eyJlbWFpbCI6ImFAYi5leGFtcGxlIiwicGFzc3dvcmQiOiJ4In0="}},"client":{{"address":"203.0.113.7"}}}}"#
        )
        .unwrap();
        writeln!(
            text,
            r#"{{"t":{},"id":"r{number}","response":{{"status":201,"headers":[["content-type","application/json; charset=utf-8"]]}}}}"#,
            t + 40
        )
        .unwrap();
    }
    std::fs::write(&file, text).unwrap();
    let report = json(&[&file], 0);
    let session = endpoint(&report, "/v1/sessions");
    let post = &session["operations"][0];
    assert_eq!(session["host"], "api.shop.example");
    assert_eq!(session["labels"][0]["reasons"][0], "a parameter `password`");
    assert_eq!((post["body"]["email"]["email"].as_u64(), post["statuses"]["201"].as_u64()), (Some(4), Some(4)));
    assert_eq!(
        (post["answer_types"]["application/json"].as_u64(), post["authenticated_share"].as_f64()),
        (Some(4), Some(1.0))
    );
    assert!(post["milliseconds"]["p50"].as_u64().unwrap().abs_diff(40) < 6);
}

#[test]
fn what_was_seen_as_a_description_agrees_with_what_was_seen() {
    let desk = Desk::new();
    let ran = run(&["discover", "-o", "openapi", &data("shop.log")], b"");
    let seen: Value = serde_json::from_str(&ran.out).unwrap();
    assert_eq!(seen["openapi"], "3.1.0");
    assert_eq!(seen["paths"]["/api/products/{productId}"]["parameters"][0]["schema"]["type"], "integer");
    let file = desk.path("seen.json");
    std::fs::write(&file, &ran.out).unwrap();
    let report = json(&["--against", &file, &data("shop.log")], 0);
    let comparison = &report["comparison"];
    for list in ["shadow", "unused", "drifted"] {
        assert_eq!(comparison[list].as_array().unwrap().len(), 0, "{comparison:#}");
    }
}

#[test]
fn every_version_is_compared() {
    let desk = Desk::new();
    let file = desk.path("api.json");
    let two = r##"{"swagger":"2.0","basePath":"/api","paths":{"/products":{"get":{"parameters":[{"$ref":"#/parameters/page"},{"name":"sort","in":"query","type":"integer"}],"responses":{"200":{}}}},"/products/{id}":{"get":{"responses":{"default":{}}},"delete":{"responses":{"2XX":{}}}}},"parameters":{"page":{"name":"page","in":"query","type":"integer"}}}"##;
    let three = r##"{"openapi":"3.1.0","servers":[{"url":"https://{host}/{base}","variables":{"host":{"default":"x"},"base":{"default":"api"}}}],"paths":{"/products":{"get":{"parameters":[{"name":"page","in":"query","schema":{"type":["integer","null"]}},{"name":"sort","in":"query","schema":{"type":"integer"}}],"responses":{"200":{}}}},"/products/{id}":{"get":{"responses":{"default":{}}},"delete":{"responses":{"2XX":{}}}}}}"##;
    for text in [two, three] {
        std::fs::write(&file, text).unwrap();
        let report = json(&["--against", &file, &data("shop.log")], 1);
        let drifted = report["comparison"]["drifted"].as_array().unwrap();
        assert_eq!(drifted.len(), 1, "{drifted:#?}");
        assert_eq!(drifted[0]["differences"][0], "query parameter `sort` is described as integer, string was sent");
        assert_eq!(report["comparison"]["agreed"], 2);
        assert!(report["comparison"]["shadow"].as_array().unwrap().iter().any(|one| one["template"] == "/login"));
    }
}

#[test]
fn what_is_no_description_is_said() {
    let desk = Desk::new();
    let file = desk.path("api.yaml");
    for (text, part) in [
        ("a: [", "neither JSON nor YAML"),
        ("{\"openapi\":", "not JSON"),
        ("openapi: 4.0.0\npaths: {}", "no OpenAPI description of version 2.0, 3.0 or 3.1"),
        ("openapi: 3.0.0", "there is no `paths`"),
    ] {
        std::fs::write(&file, text).unwrap();
        let ran = run(&["discover", "--against", &file, &data("shop.log")], b"");
        assert_eq!(ran.code, 2, "{}", ran.err);
        assert!(ran.err.contains(part), "{}", ran.err);
    }
    assert_eq!(run(&["discover", "/nowhere.log"], b"").code, 2);
}
