//! What CEL says about the part of it that conditions have, as facts of our own, by the sections of its public conformance
//! suite (cel-spec, `tests/simple`, 2026-11), and the sections that conditions do not have (`data/cel_spec.json`).
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    dead_code,
    reason = "a test fails by panicking; the modules are shared"
)]

#[path = "differential/core.rs"]
mod core_side;
#[path = "differential/random.rs"]
mod random;
#[path = "differential/requests.rs"]
mod requests;

use filter_core::signals::vectors::Sample;
use serde_json::Value;

#[test]
fn conditions_mean_what_cel_says() {
    let data: Value = serde_json::from_str(include_str!("data/cel_spec.json")).unwrap();
    let mut wrong = Vec::new();
    let mut facts = 0;
    for (section, cases) in data["covered"].as_object().unwrap() {
        for case in cases.as_array().unwrap() {
            let (when, expected) = (case[0].as_str().unwrap(), &case[1]);
            let request = case[2].as_str().or(data["request"].as_str()).unwrap();
            let engine = core_side::engine(when).unwrap_or_else(|refusal| panic!("{when}: {refusal}"));
            let found = Sample::parse(request).unwrap().with(|facts| {
                match engine.judge(facts, 0).rule().map(|rule| rule.id.as_str()) {
                    Some("yes") => Value::Bool(true),
                    Some(_) => Value::Bool(false),
                    None => Value::Null,
                }
            });
            facts += 1;
            if found != *expected {
                wrong.push(format!("{section}: {when}: {found} in place of {expected}"));
            }
        }
    }
    assert!(wrong.is_empty() && facts >= 50, "{facts} facts: {}", wrong.join("\n"));
}

/// What the suite has and conditions have not is refused, never read otherwise.
#[test]
fn the_rest_is_refused() {
    let data: Value = serde_json::from_str(include_str!("data/cel_spec.json")).unwrap();
    for (section, about) in data["not_covered"].as_object().unwrap() {
        assert!(!about["because"].as_str().unwrap().is_empty(), "{section}");
        for when in about["refused"].as_array().unwrap() {
            let when = when.as_str().unwrap();
            let refusal = core_side::engine(when).err().unwrap_or_else(|| panic!("{section}: {when} is taken"));
            assert!(refusal.starts_with("W02"), "{when}: {refusal}");
        }
    }
}
