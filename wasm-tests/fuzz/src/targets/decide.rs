//! The whole line: a verdict is the same twice, in bounds, and can be written on one line.

use filter_core::engine::{HeaderSets, Verdict};
use filter_core::state::Records;
use serde_json::Value;

use super::Target;
use crate::parts::{default_engine, ruled_engine, with_facts, written};
use crate::seeds;

pub(super) const TARGET: Target =
    Target { name: "decide", check, seeds: || seeds::requests().iter().map(written).collect(), rounds: 1500 };

fn check(data: &[u8]) {
    with_facts(data, |facts, now| {
        for engine in [default_engine(), ruled_engine()] {
            let verdict = engine.judge(facts, now);
            sound(&verdict);
            assert_eq!(whole(&verdict), whole(&engine.judge(facts, now)));
            let mut known = HeaderSets::default();
            for _ in 0..2 {
                let plan = engine.plan_with(facts, now, &mut known);
                assert_eq!(whole(&verdict), whole(&engine.decide(plan, Records::default())));
            }
        }
    });
}

/// What holds of every verdict.
pub(super) fn sound(verdict: &Verdict<'_>) {
    assert!(verdict.score.value <= 100);
    let line = verdict.event("an id");
    assert!(!line.bytes().any(|byte| byte < b' '), "{line:?}");
    let event: Value = serde_json::from_str(&line).unwrap();
    assert_eq!(event["score"], verdict.score.value);
    assert_eq!(event["reasons"].as_array().unwrap().len(), verdict.reasons().count());
    assert!(verdict.reply().is_none() || verdict.action().interferes());
    if let Some(reply) = verdict.reply() {
        let plain = |text: &str| !text.bytes().any(|byte| byte < b' ' || byte == 0x7F);
        assert!((200..600).contains(&reply.status));
        assert!(reply.headers.iter().all(|(name, value)| plain(name) && plain(value)), "{:?}", reply.headers);
    }
    for (name, value) in verdict.request_headers() {
        assert!(!value.bytes().any(|byte| byte < b' '), "{name}: {value:?}");
    }
}

/// Everything that can be read off it.
fn whole(verdict: &Verdict<'_>) -> String {
    let shadows: Vec<_> = verdict.decision.shadows().map(|rule| rule.id.as_str()).collect();
    let said = (verdict.event("an id"), verdict.reply(), verdict.request_headers());
    format!("{said:?} {:?} {shadows:?}", verdict.score)
}
