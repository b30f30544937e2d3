//! Rules, and which of them speaks.

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::condition::{Asked, Condition, Guards, Scope};
use super::problem::{Problem, Quoted};
pub use super::wire::Mode;
use super::{Action, Limiter, Refused, wire};
use crate::limits;

/// One rule of the bundle, checked.
#[derive(Debug)]
pub struct Rule {
    /// Stable name.
    pub id: String,
    /// What it does.
    pub then: Action,
    /// Whether it acts.
    pub mode: Mode,
    /// Why it exists.
    pub note: Option<String>,
    pub(super) when: Condition,
}

/// Shadow matches that a decision keeps; further ones are not reported.
pub const SHADOWS: usize = 8;

/// What policy says about one request.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// What is done.
    pub action: &'a Action,
    /// The rule that says so; `None`: the bundle's `otherwise`.
    pub rule: Option<&'a Rule>,
    /// Where the action is to limit: by what, and how long to wait.
    pub refused: Option<Refused<'a>>,
    shadows: [Option<&'a Rule>; SHADOWS],
}

impl<'a> Decision<'a> {
    /// Asks the allow rules, then the rules, in order.
    pub(super) fn of(
        allow: &'a [Rule],
        rules: &'a [Rule],
        guards: Option<&Guards>,
        otherwise: &'a Action,
        asked: &Asked<'_>,
        mut limiter: Option<Limiter<'a, '_>>,
    ) -> Self {
        let mut decision = Decision { action: otherwise, rule: None, refused: None, shadows: [None; SHADOWS] };
        let mut free = decision.shadows.iter_mut();
        let granting = Asked { knows_path: !asked.seen.request.path.is_ambiguous(), ..*asked };
        let texts = guards.map(|guards| guards.texts(asked.seen.request, asked.score.value));
        let mut may_hold = guards.zip(texts.as_ref()).map(|(guards, texts)| guards.ask(texts));
        for rule in allow.iter().chain(rules) {
            if may_hold.as_mut().is_some_and(|may_hold| may_hold.next() == Some(false)) {
                continue;
            }
            let asked = if matches!(rule.then, Action::Allow) { &granting } else { asked };
            if rule.when.holds(asked) != Some(true) {
                continue;
            }
            let mut refused = None;
            if let Action::Limit(limit) = &rule.then {
                refused = limiter.as_mut().and_then(|limiter| limiter.ask(limit.by, &asked.seen));
                if refused.is_none() {
                    continue;
                }
            }
            match rule.mode {
                Mode::Enforce => {
                    decision.refused = refused;
                    decision.action = &rule.then;
                    decision.rule = Some(rule);
                    break;
                }
                Mode::Shadow => {
                    if let Some(slot) = free.next() {
                        *slot = Some(rule);
                    }
                }
            }
        }
        if let Some(limiter) = limiter.filter(|_| decision.refused.is_none()) {
            limiter.pay(asked.seen.now);
        }
        decision
    }

    /// Shadow rules that matched before the rule that acts, in order; at most [`SHADOWS`].
    pub fn shadows(&self) -> impl Iterator<Item = &'a Rule> + use<'a> {
        self.shadows.into_iter().flatten()
    }
}

impl Rule {
    /// Checks one allow rule.
    pub(super) fn allow(rule: wire::AllowRule, place: &str, scope: &mut Scope<'_>) -> Self {
        let wire::AllowRule { id, when, mode, note } = rule;
        Rule::compile(wire::Rule { id, when, then: wire::Action::Allow, mode, note }, place, scope)
    }

    /// Checks one rule.
    pub(super) fn compile(rule: wire::Rule, place: &str, scope: &mut Scope<'_>) -> Self {
        check_name(&rule.id, &format!("{place}/id"), &mut scope.problems);
        let when = scope.condition(rule.when, &format!("{place}/when"), 1);
        let then = Action::compile(rule.then, scope.rate_limits, &format!("{place}/then"), &mut scope.problems);
        for at in core::mem::take(&mut scope.unverified) {
            if !matches!(then, Action::Monitor | Action::Tag) {
                let message = format!("an unverified address may not decide to {}", then.as_str());
                scope.wrong(&at, message, "take `unverified` out, or only monitor or tag");
            }
        }
        Rule { id: rule.id, then, mode: rule.mode, note: rule.note, when }
    }
}

/// Names that policy gives stand in headers, logs and counters: they hold no spaces and nothing to escape.
pub(super) fn check_name(name: &str, place: &str, problems: &mut Vec<Problem>) {
    let fits = |b: u8| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'_' | b'-' | b'.');
    if name.is_empty() || name.len() > limits::NAME || !name.bytes().all(fits) {
        let remedy = format!("use `a`-`z`, `0`-`9`, `_`, `-` and `.`, at most {}", limits::NAME);
        problems.push(Problem::new(place, format!("`{}` is no name", Quoted(name)), remedy));
    }
}
