//! What a candidate would have done otherwise, by name.

use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::ledger;
use super::{Clients, Shadow};
use crate::action::OTHERWISE;
use crate::engine::Engine;
use crate::fingerprint::id::Id;

/// What was counted of a candidate on one host.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Report {
    /// Id of the active bundle.
    pub active: String,
    /// Id of the candidate.
    pub candidate: String,
    /// When the first and the last of the requests came; milliseconds since the epoch.
    pub since: u64,
    /// As above.
    pub until: u64,
    /// Of a million clients, those of so many were followed.
    pub share: u32,
    /// Where clients show that they are good.
    pub goals: Vec<String>,
    /// Requests that both judged.
    pub requests: u64,
    /// That number is an estimate, from a sample.
    #[serde(default, skip_serializing_if = "core::ops::Not::not")]
    pub is_estimate: bool,
    /// Requests on which they disagree.
    pub disagreements: u64,
    /// Of those: the candidate alone interferes.
    pub harder: u64,
    /// Of those: the active bundle alone interferes.
    pub softer: u64,
    /// Clients that were followed.
    pub clients: Clients,
    /// Kinds of disagreement, the most frequent first.
    pub rows: Vec<Row>,
}

/// One kind of disagreement.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Row {
    /// What the active bundle says.
    pub active: Said,
    /// What the candidate says.
    pub candidate: Said,
    /// Id of the active bundle's endpoint; `None`: it knows none there.
    pub endpoint: Option<String>,
    /// Requests, at least.
    pub requests: u64,
    /// So many more there may have been.
    pub uncertain: u64,
    /// What became of them, as far as answers were seen.
    pub turnouts: Turnouts,
    /// The first of them.
    pub samples: Vec<Sample>,
}

/// An action, and the rule that says so.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the names say it")]
pub struct Said {
    pub action: String,
    /// `otherwise` where no rule acts.
    pub rule: String,
}

/// Requests by what became of them.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Turnouts {
    /// The login passed; elsewhere the answer was no error.
    pub succeeded: u64,
    /// The login failed; elsewhere the answer was an error.
    pub failed: u64,
    /// The active bundle answered itself.
    pub answered: u64,
}

/// One request, to be looked up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Sample {
    /// What the host or the trace calls the request.
    pub id: String,
    /// Milliseconds since the epoch.
    pub t: u64,
    /// Keyed hash of the address, as in events; `None` without a secret.
    pub client: Option<String>,
}

impl Report {
    pub(super) fn new(shadow: &Shadow, active: &Engine) -> Self {
        let candidate = &shadow.candidate.engine;
        let report = Report {
            active: active.bundle.id().to_string(),
            candidate: candidate.bundle.id().to_string(),
            share: shadow.candidate.rollout.share,
            goals: shadow.candidate.rollout.goals.clone(),
            ..Report::default()
        };
        if shadow.against != active.stamp {
            return report;
        }
        let mut rows: Vec<&ledger::Row> = shadow.ledger.rows.iter().collect();
        let rank = |row: &ledger::Row| (core::cmp::Reverse(surely(row)), row.key);
        crate::order::sort_by(&mut rows, |a, b| rank(a) < rank(b));
        Report {
            since: shadow.since,
            until: shadow.until,
            requests: shadow.requests,
            disagreements: shadow.ledger.all,
            harder: shadow.ledger.harder,
            softer: shadow.ledger.softer,
            clients: shadow.crowd.clients(),
            rows: rows.into_iter().map(|row| Row::new(row, active, candidate)).collect(),
            ..report
        }
    }
}

fn surely(row: &ledger::Row) -> u64 {
    row.count.saturating_sub(row.error)
}

impl Row {
    fn new(row: &ledger::Row, active: &Engine, candidate: &Engine) -> Self {
        let endpoint = active.bundle.endpoints().get(usize::from(row.key.endpoint));
        let [succeeded, failed, answered] = row.turnouts;
        let samples = row.samples.iter().flatten().map(|sample| Sample {
            id: sample.id().to_string(),
            t: sample.at,
            client: (sample.client != 0).then(|| Id::of_bits(sample.client).to_string()),
        });
        Row {
            active: Said::of(active, row.key.active),
            candidate: Said::of(candidate, row.key.candidate),
            endpoint: endpoint.map(|endpoint| endpoint.id.clone()),
            requests: surely(row),
            uncertain: row.error,
            turnouts: Turnouts { succeeded, failed, answered },
            samples: samples.collect(),
        }
    }
}

impl Said {
    pub(super) fn of(engine: &Engine, place: u16) -> Self {
        let rule = super::rule(engine, place);
        Said {
            action: rule.map_or(engine.bundle.otherwise(), |rule| &rule.then).as_str().to_string(),
            rule: rule.map_or(OTHERWISE, |rule| rule.id.as_str()).to_string(),
        }
    }
}
