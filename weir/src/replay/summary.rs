//! What a replay counted. Its size does not depend on the input's.

use std::collections::BTreeMap;
use std::net::IpAddr;

use filter_core::engine::Verdict;
use filter_core::policy::Mode;
use filter_core::score::Class;
use filter_core::signals::{COUNT, SIGNALS};

use super::{Heavy, Problems};
use crate::case::Comparison;

/// Keys kept to find the most frequent; counts are too low by at most a 2,048th of all.
const KEPT: usize = 4096;

/// Cases that are shown where they differ.
const CASES: usize = 10;

/// What a replay counted.
#[derive(Clone, Debug)]
pub struct Summary {
    /// Requests judged.
    pub requests: u64,
    /// Answers that were settled.
    pub answers: u64,
    /// Answers passed over: without memory, or their requests are not known.
    pub strays: u64,
    /// Requests by class.
    pub classes: BTreeMap<&'static str, u64>,
    /// Requests by action.
    pub actions: BTreeMap<&'static str, u64>,
    /// Requests by rule and its mode; shadow rules count where they matched. None: the bundle's `otherwise`.
    pub rules: BTreeMap<(String, &'static str), u64>,
    /// Requests by ten points of score: 0 to 9, ..., 90 to 100.
    pub scores: [u64; 10],
    /// Requests on which each signal fired, in registry order.
    pub signals: [u64; COUNT],
    /// Names of declared automation.
    pub names: Heavy<String>,
    /// Addresses of requests of class `bot`.
    pub bots: Heavy<IpAddr>,
    /// Lines without a request.
    pub problems: Problems,
    /// Cases that were recomputed.
    pub cases: Cases,
}

/// How recorded cases compare with the verdicts of today.
#[derive(Clone, Debug, Default)]
pub struct Cases {
    /// The same verdict.
    pub same: u64,
    /// Another verdict under another bundle: what the change of bundle does.
    pub changed: u64,
    /// Another verdict under the same bundle: code differs, or the case was made inexact by redaction.
    pub broken: u64,
    /// The first that differ: `file:line: what`.
    pub first: Vec<String>,
}

impl Cases {
    pub(super) fn add(&mut self, file: &str, line: u64, comparison: Comparison) {
        let (count, text) = match comparison {
            Comparison::Same => return bump(&mut self.same),
            Comparison::Changed(text) => (&mut self.changed, text),
            Comparison::Broken(text) => (&mut self.broken, text),
        };
        bump(count);
        if self.first.len() < CASES {
            self.first.push(format!("{file}:{line}: {text}"));
        }
    }
}

impl Summary {
    /// Nothing yet.
    pub fn new() -> Self {
        let classes = [Class::Human, Class::GoodBot, Class::Tool, Class::Bot, Class::Unknown];
        Summary {
            requests: 0,
            answers: 0,
            strays: 0,
            classes: classes.iter().map(|class| (class.as_str(), 0)).collect(),
            actions: BTreeMap::new(),
            rules: BTreeMap::new(),
            scores: [0; 10],
            signals: [0; COUNT],
            names: Heavy::new(KEPT),
            bots: Heavy::new(KEPT),
            problems: Problems::default(),
            cases: Cases::default(),
        }
    }

    /// Counts one verdict.
    pub(super) fn count(&mut self, verdict: &Verdict<'_>) {
        bump(&mut self.requests);
        bump(self.classes.entry(verdict.score.class.as_str()).or_insert(0));
        bump(self.actions.entry(verdict.action().as_str()).or_insert(0));
        for rule in verdict.rule().into_iter().chain(verdict.decision.shadows()) {
            let key = (rule.id.clone(), mode(rule.mode));
            bump(self.rules.entry(key).or_insert(0));
        }
        if let Some(count) = self.scores.get_mut(usize::from(verdict.score.value / 10).min(9)) {
            bump(count);
        }
        for (id, _) in verdict.evidence.signals() {
            if let Some(count) = self.signals.get_mut(id.index()) {
                bump(count);
            }
        }
        if let Some(named) = verdict.fingerprint.named {
            self.names.add(&named.name);
        }
        if let (Class::Bot, Some(address)) = (verdict.score.class, verdict.request.client.address.present()) {
            self.bots.add(&address);
        }
    }

    pub(super) fn count_answer(&mut self, is_settled: bool) {
        bump(if is_settled { &mut self.answers } else { &mut self.strays });
    }

    /// Signals that fired, the most frequent first.
    pub fn fired(&self) -> Vec<(&'static str, u64)> {
        let counted = SIGNALS.iter().map(|signal| signal.id).zip(self.signals);
        let mut fired: Vec<_> = counted.filter(|(_, count)| *count > 0).collect();
        fired.sort_by(|(one, count), (other, more)| more.cmp(count).then_with(|| one.cmp(other)));
        fired
    }
}

impl Default for Summary {
    fn default() -> Self {
        Summary::new()
    }
}

fn bump(count: &mut u64) {
    *count = count.saturating_add(1);
}

pub(super) fn mode(mode: Mode) -> &'static str {
    match mode {
        Mode::Enforce => "enforce",
        Mode::Shadow => "shadow",
    }
}
