//! The page about traces says what is read.
#![allow(clippy::unwrap_used, clippy::indexing_slicing, reason = "a test fails by panicking")]

mod common;

use common::run;
use filter_core::facts::{Fact, TlsVersion};
use serde_json::Value;
use weir::trace::{Record, Request};

const PAGE: &str = include_str!("../TRACES.md");

fn example() -> &'static str {
    PAGE.split_once("```jsonl\n").unwrap().1.split_once("```").unwrap().0
}

#[test]
fn the_example_is_read_and_judged() {
    let records: Vec<Record> = example().lines().map(|line| Record::parse(line.as_bytes()).unwrap()).collect();
    for (record, line) in records.iter().zip(example().lines()) {
        let (written, read): (Value, Value) =
            (serde_json::from_str(&record.to_json()).unwrap(), serde_json::from_str(line).unwrap());
        assert_eq!(written["request"]["path"], read["request"]["path"]);
        assert_eq!(Record::parse(record.to_json().as_bytes()).unwrap(), *record, "nothing is lost: {line}");
    }
    let requests: Vec<&Request> = records
        .iter()
        .filter_map(|record| match record {
            Record::Request(request) => Some(&**request),
            Record::Response(_) => None,
        })
        .collect();
    let tls: Vec<Fact<TlsVersion>> = requests.iter().map(|request| request.tls.version).collect();
    assert_eq!(tls, [Fact::Present(TlsVersion::V1_3), Fact::Absent, Fact::Unknown], "seen, none, and not seen");
    assert_eq!(requests[1].headers[1].1.as_bytes(), b"\xff");
    let ran = run(&["replay", "-"], example().as_bytes());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    let told = run(&["replay", "-", "--output", "json"], example().as_bytes());
    let told: Value = serde_json::from_str(&told.out).unwrap();
    assert_eq!(told["requests"], 3, "{told}");
}

/// Each member that the example has is in the table, and no member is made up.
#[test]
fn what_is_not_on_the_page_is_refused() {
    let line = example().lines().next().unwrap();
    for (member, with) in
        [("request", "\"request\":{"), ("client", "\"client\":{"), ("tls", "\"tls\":{"), ("h2", "\"h2\":{")]
    {
        let odd = line.replacen(with, &format!("{with}\"colour\":1,"), 1);
        assert!(Record::parse(odd.as_bytes()).unwrap_err().to_string().contains("colour"), "{member}");
    }
}
