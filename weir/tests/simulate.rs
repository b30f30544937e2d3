//! `weir simulate`, as a person runs it, and the committed table.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail"
)]

mod common;

use std::collections::BTreeMap;

use common::{Desk, run};
use serde_json::Value;

fn objects(text: &str) -> Vec<Value> {
    text.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
}

#[test]
fn replay_reads_the_trace_and_finds_the_same() {
    let desk = Desk::new();
    let few = ["--people", "40", "--attack", "50", "--seed", "3"];
    for (by, disguise) in [("script", "OAT-008"), ("browser", "OAT-014")] {
        let trace = run(&[&["simulate", disguise, "--trace", by], &few[..]].concat(), b"");
        assert_eq!(trace.code, 0, "{}", trace.err);
        let file = desk.path("made-up.trace.jsonl");
        std::fs::write(&file, &trace.out).unwrap();
        let replayed = run(&["replay", "--output", "ndjson", &file], b"");
        assert_eq!((replayed.code, replayed.err.as_str()), (0, ""));
        let events = objects(&replayed.out);
        let bots = |who: &str| {
            let is = |event: &&Value| event["id"].as_str().unwrap().starts_with(who) && event["class"] == "bot";
            events.iter().filter(is).count()
        };
        let judged = run(&[&["simulate", disguise, "--output", "json"], &few[..]].concat(), b"");
        let found = objects(&judged.out).into_iter().find(|found| found["by"] == by).unwrap();
        assert!(found["requests"].as_u64().unwrap() > 50 && found["people"].as_u64().unwrap() > 300, "{found}");
        assert_eq!(
            (found["caught"].as_u64(), found["wronged"].as_u64()),
            (Some(bots("OAT") as u64), Some(bots("person") as u64))
        );
        assert!(bots("OAT") > 0, "{found}");
    }
}

#[test]
fn what_is_missing_is_said() {
    let ran = run(&["simulate", "OAT-022"], b"");
    assert!(ran.code == 2 && ran.err.contains("there are OAT-001 to OAT-021"), "{}", ran.err);
    let ran = run(&["simulate", "--trace", "script"], b"");
    assert!(ran.code == 2 && ran.err.contains("name it, such as OAT-008"), "{}", ran.err);
}

/// The page's list after some words.
fn listed<'p>(page: &'p str, words: &str) -> Vec<&'p str> {
    let rest = page.split_once(words).unwrap_or_else(|| panic!("the page does not say `{words}`")).1;
    rest.split_once('.').unwrap().0.split(", ").filter(|id| *id != "none").collect()
}

#[test]
fn the_committed_table_holds_at_a_small_scale() {
    let page = include_str!("../../wasm-tests/EVIDENCE.md").split_once("<!-- simulate: generated -->").unwrap().1;
    let page = page.split_once("<!-- end of simulate -->").unwrap().0;
    let ran = run(&["simulate", "--output", "json", "--people", "300", "--attack", "30", "--seed", "11"], b"");
    assert_eq!(ran.code, 0, "{}", ran.err);
    let found = objects(&ran.out);
    assert_eq!(found.len(), 42);
    for (by, name) in [("script", "scripts"), ("browser", "browsers")] {
        let unseen = listed(page, &format!("Carried out by {name}: not seen at all: "));
        let rest = page.split_once(&format!("Carried out by {name}:")).unwrap().1;
        let partly = listed(rest, "less than half of it: ");
        let recall: BTreeMap<&str, u64> = found
            .iter()
            .filter(|found| found["by"] == by)
            .map(|found| (found["threat"].as_str().unwrap(), found["recall"].as_u64().unwrap()))
            .collect();
        for (threat, recall) in recall {
            let expected = match (unseen.contains(&threat), partly.contains(&threat)) {
                (true, _) => 0..=5,
                // Fewer programs teach less of what they do as usual: more of it is found.
                (_, true) => 0..=80,
                _ => 40..=100,
            };
            assert!(
                expected.contains(&recall),
                "{threat} by {name}: {recall} % of it was found, the page says otherwise"
            );
        }
    }
    for found in &found {
        // Browsers share addresses with people, and the default bundle tells clients by address and browser.
        let most = if found["by"] == "script" { 0 } else { found["people"].as_u64().unwrap() / 100 };
        assert!(found["wronged"].as_u64().unwrap() <= most, "people were judged bots: {found}");
    }
}
