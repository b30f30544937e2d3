//! What a host that keeps nothing writes about a candidate: one line of its log a request that there is something to say of.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::candidate::{Candidate, Look};
use super::ledger::NONE;
use super::{Said, Turnout, kept, turnout};
use crate::engine::{Engine, Ticket};
use crate::facts::Outcome;
use crate::fingerprint::id::Id;

/// One request in so many is told of whatever the candidate says, chosen by a keyed hash: it stands for so many.
pub(super) const SAMPLED: u32 = 64;

/// One line: a disagreement, what became of one, a client that showed that it is good, or a request that stands for others. JSON in this order,
/// all members always; nothing of it is a client's own words but the id, of which 40 bytes are kept.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Line {
    /// Id of the candidate. Readers know the line by it: it comes first.
    pub candidate: String,
    /// Id of the active bundle.
    pub active: String,
    /// When the request came; milliseconds since the epoch.
    pub t: u64,
    /// What the host calls the request.
    pub id: String,
    /// Keyed hash of the address, as in events; null without a secret.
    pub client: Option<String>,
    /// Of a million clients, those of so many are followed.
    pub share: u32,
    /// Where clients show that they are good.
    pub goals: Vec<String>,
    /// Requests that it stands for: 64 for one in 64, else 0. Their sum is about how many the candidate saw.
    pub requests: u32,
    /// What the active bundle did; null where both say the same.
    pub did: Option<Said>,
    /// What the candidate would have done.
    pub would: Option<Said>,
    /// Id of the active bundle's endpoint.
    pub endpoint: Option<String>,
    /// The candidate alone interferes.
    pub harder: bool,
    /// The active bundle alone interferes.
    pub softer: bool,
    /// The disagreement was told in an earlier line: this one tells the answer.
    pub late: bool,
    /// What became of the request; null: not known, or not yet.
    pub turnout: Option<Turnout>,
    /// The client as it is counted, below its address, under hashes of this candidate's own: 64 bits in hexadecimal digits. Where it was
    /// touched, or is good.
    pub member: Option<String>,
    /// The client reached a goal.
    pub good: bool,
}

/// What became of a request. Small; borrows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Answer {
    turnout: Turnout,
    /// Who gets in by trying many accounts has shown nothing good.
    shows_good: bool,
}

impl Answer {
    /// The active bundle answered itself.
    pub const OURS: Answer = Answer { turnout: Turnout::Answered, shows_good: false };

    /// What an answer says; `None`: nothing.
    pub fn of(active: &Engine, ticket: &Ticket, outcome: &Outcome<'_>) -> Option<Self> {
        let turnout = turnout(active, ticket, outcome)?;
        Some(Answer { turnout, shows_good: turnout == Turnout::Succeeded && !ticket.is_stuffing })
    }
}

impl Line {
    pub(super) fn new(
        candidate: &Candidate,
        look: &Look,
        active: &Engine,
        id: &str,
        answer: Option<Answer>,
        is_late: bool,
    ) -> Option<Self> {
        let good = look.is_goal && answer.is_some_and(|answer| answer.shows_good);
        let counts = look.is_sampled && !is_late;
        let turnout = answer.map(|answer| answer.turnout).filter(|_| look.key.is_some());
        if !good && !counts && (look.key.is_none() || (is_late && turnout.is_none())) {
            return None;
        }
        // Without a secret it could be found out by trying all addresses.
        let member = look.member.filter(|_| active.keys.is_some() && (good || (look.is_touched && !is_late)));
        let endpoints = active.bundle.endpoints();
        let endpoint = look.key.filter(|key| key.endpoint != NONE).map(|key| usize::from(key.endpoint));
        Some(Line {
            candidate: candidate.engine.bundle.id().to_string(),
            active: active.bundle.id().to_string(),
            t: look.at,
            id: kept(id).to_string(),
            client: (look.address != 0).then(|| Id::of_bits(look.address).to_string()),
            share: candidate.rollout.share,
            goals: candidate.rollout.goals.clone(),
            requests: if counts { SAMPLED } else { 0 },
            did: look.key.map(|key| Said::of(active, key.active)),
            would: look.key.map(|key| Said::of(&candidate.engine, key.candidate)),
            endpoint: endpoint.and_then(|place| endpoints.get(place)).map(|endpoint| endpoint.id.clone()),
            harder: look.is_touched,
            softer: look.is_softer,
            late: is_late,
            turnout,
            member: member.map(|member| format!("{member:016x}")),
            good,
        })
    }

    /// The line: one JSON object, no line feed.
    pub fn to_json(&self) -> String {
        // Writing to memory fails for no type used here.
        serde_json::to_string(self).unwrap_or_default()
    }
}
