//! What a test expects, checked against what its policy has.

use filter_core::policy::vocabulary::Vocabulary;
use filter_core::policy::wire::{Action, Content};
use filter_core::signals::SIGNALS;

use super::Wrong;
use crate::code::Code;
use crate::source::{Expect, ScoreBounds};
use crate::words::meant;

/// The lines of an expectation that is written at `at`.
pub(super) fn lines(said: &Expect, at: &str, content: &Content, wrong: &mut Wrong<'_>) -> Vec<String> {
    let Expect { action, rule, class, endpoint, status, score, signals, no_signals, shadow, no_shadow } = said;
    let (code, mut lines) = (wrong.code, Vec::new());
    wrong.code = Code::TEST_EXPECTS;
    let rules = rules(content);
    let signal_ids: Vec<&str> = SIGNALS.iter().map(|signal| signal.id).collect();
    let endpoints: Vec<&str> = content.endpoints.iter().map(|one| one.id.as_str()).chain(["none"]).collect();
    let actions = actions(content);
    let actions: Vec<&str> = actions.iter().map(String::as_str).collect();
    let acting: Vec<&str> = rules.iter().copied().chain(["otherwise"]).collect();
    let mut one = |name: &str, member: &str, value: &str, known: &[&str], none: &str| {
        if !known.contains(&value) {
            let message = format!("{none} `{}`", value.escape_debug());
            wrong.say(&format!("{at}/{member}"), message, meant(value, known.iter().copied()));
        }
        lines.push(format!("={name}: {value}"));
    };
    if let Some(action) = action {
        one("action", "action", action, &actions, "nothing in this policy leads to");
    }
    if let Some(rule) = rule {
        one("rule", "rule", rule, &acting, "no rule is called");
    }
    if let Some(class) = class {
        one("class", "class", class, Vocabulary::Class.words(), "no class is called");
    }
    if let Some(endpoint) = endpoint {
        one("endpoint", "endpoint", endpoint, &endpoints, "no endpoint is called");
    }
    for (name, member, values, known, none) in [
        ("signal", "signals", signals, &signal_ids, "no signal is called"),
        ("no_signal", "no_signals", no_signals, &signal_ids, "no signal is called"),
        ("shadow", "shadow", shadow, &rules, "no rule is called"),
        ("no_shadow", "no_shadow", no_shadow, &rules, "no rule is called"),
    ] {
        for (index, value) in values.iter().enumerate() {
            one(name, &format!("{member}/{index}"), value, known, none);
        }
    }
    lines.extend(status.map(|status| format!("=status: {status}")));
    if let Some(ScoreBounds { at_least, at_most }) = score {
        if let (Some(least), Some(most)) = (at_least, at_most)
            && least > most
        {
            wrong.say(&format!("{at}/score"), format!("no score is from {least} to {most}"), "swap the bounds");
        }
        for (member, bound) in [("at_least", at_least), ("at_most", at_most)] {
            let Some(bound) = bound else { continue };
            if *bound > 100 {
                wrong.say(
                    &format!("{at}/score/{member}"),
                    format!("no score is {bound}"),
                    "give a number from 0 to 100",
                );
            }
            lines.push(format!("=score_{member}: {bound}"));
        }
    }
    if lines.is_empty() {
        wrong.say(
            at,
            "it expects nothing, so that it can never fail",
            "add `action`, `rule`, `class`, `score` or `signals`",
        );
    }
    wrong.code = code;
    lines
}

/// The member of `expect` that a bundle's expectation was written as.
pub(super) fn member(about: &str) -> &str {
    match about {
        "score_at_least" => "score/at_least",
        "score_at_most" => "score/at_most",
        "signal" => "signals",
        "no_signal" => "no_signals",
        other => other,
    }
}

fn rules(content: &Content) -> Vec<&str> {
    let allow = content.allow.iter().map(|rule| rule.id.as_str());
    allow.chain(content.rules.iter().map(|rule| rule.id.as_str())).collect()
}

/// What the policy may do, in the words of verdicts.
fn actions(content: &Content) -> Vec<String> {
    let word = |action: &Action| match serde_json::to_value(action) {
        Ok(serde_json::Value::String(word)) => Some(word),
        Ok(serde_json::Value::Object(members)) => members.keys().next().cloned(),
        _ => None,
    };
    let allow = content.allow.first().map(|_| "allow".to_owned());
    let acting = content.rules.iter().map(|rule| &rule.then).chain([&content.otherwise]);
    let mut actions: Vec<String> = allow.into_iter().chain(acting.filter_map(word)).collect();
    actions.sort();
    actions.dedup();
    actions
}
