//! What a test expects of a verdict, and where the verdict differs.

use alloc::string::{String, ToString};
use core::fmt;

use crate::engine::Verdict;
use crate::policy::{Action, Limited, Tarpit};
use crate::signals::SignalId;

/// One expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Difference<'t> {
    /// What it is about: `action`, `rule`, `class`, `endpoint`, `status`, `score_at_least`, `score_at_most`, `signal`, `no_signal`,
    /// `shadow` or `no_shadow`.
    pub about: &'t str,
    /// What was expected; for a signal or shadow rule its id.
    pub expected: &'t str,
    /// What the verdict has in its place; empty for a signal or shadow rule.
    pub got: String,
}

impl fmt::Display for Difference<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Difference { about, expected, got } = self;
        match *about {
            "signal" => write!(f, "signal `{expected}` did not fire"),
            "no_signal" => write!(f, "signal `{expected}` fired"),
            "shadow" => write!(f, "shadow rule `{expected}` did not match"),
            "no_shadow" => write!(f, "shadow rule `{expected}` matched"),
            "score_at_least" => write!(f, "score is {got}, expected at least {expected}"),
            "score_at_most" => write!(f, "score is {got}, expected at most {expected}"),
            _ => write!(f, "{about} is `{got}`, expected `{expected}`"),
        }
    }
}

/// Compares one expectation with a verdict: `None` where there is no such expectation, `Some(None)` where it is met.
#[inline(never)]
pub(super) fn compare<'t>(about: &'t str, expected: &'t str, verdict: &Verdict<'_>) -> Option<Option<Difference<'t>>> {
    // `signal` and `no_signal` ask the same.
    let wanted = !about.starts_with("no_");
    let (is_met, got) = match about {
        "signal" | "no_signal" => (verdict.evidence.has(SignalId::parse(expected)?) == wanted, ""),
        "shadow" | "no_shadow" => (verdict.decision.shadows().any(|rule| rule.id == expected) == wanted, ""),
        "score_at_least" | "score_at_most" | "status" => return number(about, expected, verdict),
        "action" => same(expected, verdict.action().as_str()),
        "rule" => same(expected, verdict.judged().rule_id()),
        "class" => same(expected, verdict.score.class.as_str()),
        "endpoint" => same(expected, verdict.endpoint.map_or("none", |endpoint| endpoint.id.as_str())),
        _ => return None,
    };
    Some((!is_met).then(|| Difference { about, expected, got: got.to_string() }))
}

fn same<'g>(expected: &str, got: &'g str) -> (bool, &'g str) {
    (expected == got, got)
}

fn number<'t>(about: &'t str, expected: &'t str, verdict: &Verdict<'_>) -> Option<Option<Difference<'t>>> {
    let bound: u16 = expected.parse().ok()?;
    let (got, is_met) = match (about, u16::from(verdict.score.value)) {
        ("score_at_least", score) => (score, score >= bound),
        ("score_at_most", score) => (score, score <= bound),
        _ => {
            let status = status(verdict.action());
            (status, status == bound)
        }
    };
    Some((!is_met).then(|| Difference { about, expected, got: got.to_string() }))
}

/// The status that an action answers with; 0 where it does not.
fn status(action: &Action) -> u16 {
    match action {
        Action::Block(block) | Action::Tarpit(Tarpit { block, .. }) | Action::Limit(Limited { block, .. }) => {
            block.status
        }
        Action::Redirect(redirect) => redirect.status,
        Action::Allow | Action::Monitor | Action::Tag | Action::Route(_) => 0,
    }
}
