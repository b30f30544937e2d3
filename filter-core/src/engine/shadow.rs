//! A candidate bundle beside the active one: it judges the same requests with the same memory, and where it would have
//! done something else, that is counted.
//!
//! Nothing of the candidate reaches the reply: it comes after the verdict, is given what the verdict saw, and counts in tables of
//! its own. It sees every request of a share of the clients, chosen by a keyed hash, and every request that the active bundle
//! interferes with.

mod crowd;
mod guardrails;
mod ledger;
mod report;
#[cfg(test)]
mod tests;

pub use crowd::Clients;
pub use guardrails::{Hold, Ruling};
pub use report::{Report, Row, Said, Sample, Turnouts};

use siphasher::sip::SipHasher24;

use super::{Engine, Ticket, Verdict, plan};
use crate::facts::{Facts, Outcome, Provenance};
use crate::fingerprint::id::{Id, field};
use crate::fingerprint::identity;
use crate::keys::Keys;
use crate::limits;
use crate::policy::{Action, Rollout, Rule, SHARES};
use crate::state::{Limits, LoginResult, Tables};

use crowd::Crowd;
use ledger::{Key, Ledger, NONE, Turnout};

/// A goal that every endpoint is.
const ANY: &str = "any";

/// A candidate, and what it would have done otherwise. Takes 150 KB beside the candidate itself, made once and never growing; a
/// candidate with rate limits takes its cells beside.
///
/// What is remembered is what the active bundle remembers, under the names that it gives: a candidate that finds sessions elsewhere
/// sees the active one's. The candidate's rate limits count in cells of their own, by the requests that it sees of the clients
/// followed: limits by anything but the client are exact with all clients alone.
#[derive(Debug)]
pub struct Shadow {
    engine: Engine,
    rollout: Rollout,
    /// The active bundle that all of this is about.
    against: u64,
    since: u64,
    until: u64,
    requests: u64,
    ledger: Ledger,
    crowd: Crowd,
    cells: Option<Tables>,
}

/// What is kept of a request until its answer comes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Mark {
    against: u64,
    /// The disagreement, where there is one.
    key: Option<Key>,
    /// The client, where it is followed and somebody vouches for its address.
    client: Option<u64>,
    is_goal: bool,
    /// The candidate would have interfered, and the active bundle did not.
    is_touched: bool,
}

impl Shadow {
    /// Sets a candidate up; it begins with the first request.
    pub fn new(candidate: Engine, rollout: Rollout) -> Self {
        let mut shadow = Shadow {
            engine: candidate,
            rollout,
            against: 0,
            since: 0,
            until: 0,
            requests: 0,
            ledger: Ledger::default(),
            crowd: Crowd::default(),
            cells: None,
        };
        shadow.begin(0, 0);
        shadow
    }

    fn begin(&mut self, against: u64, now: u64) {
        (self.against, self.since, self.until, self.requests) = (against, now, now, 0);
        self.ledger.clear();
        self.crowd.clear();
        let bundle = self.engine.bundle();
        let limits = Limits { cells: bundle.limits().cells, ..Limits::NONE };
        self.cells = (!bundle.rate_limits().is_empty() && limits.cells > 0).then(|| Tables::new(&limits));
    }

    /// How it is tried.
    pub fn rollout(&self) -> &Rollout {
        &self.rollout
    }

    /// The candidate.
    pub fn candidate(&self) -> &Engine {
        &self.engine
    }

    /// Has the candidate judge a request that was judged, where it is one to be looked at. `id` is what the host calls it. `None`: its
    /// answer is of no interest.
    ///
    /// Another active bundle than before begins all counts anew. Allocates nothing unless the path was sent in another form
    /// than the normal one.
    pub fn look(&mut self, facts: &Facts<'_>, verdict: &Verdict<'_>, id: &str) -> Option<Mark> {
        let active = verdict.engine;
        let (client, is_followed) = self.client(verdict);
        let acts = verdict.action().interferes();
        // Whether others count a request that a limit refused, cannot be said of clients that are not followed.
        if !is_followed && (!acts || matches!(verdict.action(), Action::Limit(_))) {
            return None;
        }
        if self.against != active.stamp || self.since == 0 {
            self.begin(active.stamp, verdict.now);
        }
        self.requests = self.requests.saturating_add(1);
        self.until = self.until.max(verdict.now);
        let cells = match (&mut self.cells, &verdict.touched) {
            (Some(tables), Some(touched)) if is_followed => tables.lend(touched).cells,
            _ => None,
        };
        let plan = self.engine.plan(facts, verdict.now);
        let other = self.engine.conclude(plan, verdict.touched, verdict.memory, cells);
        let (one, two) = (verdict.action(), other.action());
        let is_touched = two.interferes() && !acts;
        let key = differs(one, two).then(|| Key {
            active: place(active, verdict.rule()),
            candidate: place(&self.engine, other.rule()),
            endpoint: verdict.place.unwrap_or(NONE),
        });
        if let Some(key) = key {
            let address = verdict.touched.map_or(0, |touched| touched.keys.address);
            let address = if active.keys.is_some() { address } else { 0 };
            self.ledger.add(key, is_touched, acts && !two.interferes(), ledger::Sample::new(verdict.now, address, id));
        }
        let client = if is_followed { self.member(verdict, client) } else { None };
        if let Some(client) = client.filter(|_| is_touched) {
            self.crowd.touch(client);
        }
        let is_goal = client.is_some() && self.is_goal(verdict);
        (key.is_some() || is_goal).then_some(Mark { against: self.against, key, client, is_goal, is_touched })
    }

    /// Counts the answer to a request that was looked at, as the active engine's ticket and outcome have it. `is_ours`: the active
    /// bundle answered itself.
    pub fn settle(&mut self, mark: &Mark, active: &Engine, ticket: &Ticket, outcome: &Outcome<'_>, is_ours: bool) {
        if mark.against != self.against || active.stamp != self.against {
            return;
        }
        let turnout = if is_ours { Some(Turnout::Answered) } else { turnout(active, ticket, outcome) };
        if let (Some(key), Some(turnout)) = (mark.key, turnout) {
            self.ledger.settle(key, turnout);
        }
        // Who gets in by trying many accounts has shown nothing good.
        if let (true, Some(Turnout::Succeeded), Some(client)) =
            (mark.is_goal && !ticket.is_stuffing, turnout, mark.client)
        {
            self.crowd.succeed(client);
        }
    }

    /// What was counted until now. `active` is the engine that it was counted against; with another one it is empty.
    pub fn report(&self, active: &Engine) -> Report {
        Report::new(self, active)
    }

    /// The client under a hash of its own, and whether it is followed.
    fn client(&self, verdict: &Verdict<'_>) -> (Option<u64>, bool) {
        let ids = verdict.engine.keys.as_ref().map_or_else(SipHasher24::new, Keys::ids);
        let key = match verdict.touched {
            Some(touched) => touched.keys.client,
            None => identity::client(&verdict.request, ids).map_or(0, Id::bits),
        };
        if key == 0 {
            return (None, self.rollout.share >= SHARES);
        }
        let hash = self.hash(ids, key);
        let part = hash.checked_rem(u64::from(SHARES)).unwrap_or(0);
        (Some(hash), part < u64::from(self.rollout.share))
    }

    /// The client in the crowd: below its address, since it may choose all else that names it.
    fn member(&self, verdict: &Verdict<'_>, client: Option<u64>) -> Option<u64> {
        if verdict.request.client.provenance == Provenance::Unverified {
            return None;
        }
        let ids = verdict.engine.keys.as_ref().map_or_else(SipHasher24::new, Keys::ids);
        let address = identity::client(&verdict.request, ids)?.bits();
        Some(crowd::member(self.hash(ids, address), client?))
    }

    /// A hash of its own for each candidate.
    fn hash(&self, ids: SipHasher24, key: u64) -> u64 {
        let mut hasher = Id::hasher(ids, b"shadow-1");
        field(&mut hasher, &key.to_le_bytes());
        field(&mut hasher, &self.engine.stamp.to_le_bytes());
        Id::finish(&hasher).bits()
    }

    fn is_goal(&self, verdict: &Verdict<'_>) -> bool {
        let is_named = |name: &str| self.rollout.goals.iter().any(|goal| goal == name);
        is_named(ANY)
            || verdict.endpoint.is_some_and(|endpoint| {
                plan::has_body(verdict.request.method)
                    && (is_named(&endpoint.id) || endpoint.label.as_deref().is_some_and(is_named))
            })
    }
}

/// Whether a client would notice, or an operator's events.
fn differs(one: &Action, other: &Action) -> bool {
    match (one, other) {
        (Action::Redirect(_), Action::Redirect(_)) | (Action::Route(_), Action::Route(_)) => one != other,
        _ => one.as_str() != other.as_str(),
    }
}

/// A rule's place among all; found by address, since a verdict borrows the engine's own.
fn place(engine: &Engine, rule: Option<&Rule>) -> u16 {
    let Some(rule) = rule else { return NONE };
    let mut all = engine.bundle.allow().iter().chain(engine.bundle.rules());
    all.position(|other| core::ptr::eq(other, rule)).and_then(|place| u16::try_from(place).ok()).unwrap_or(NONE)
}

/// What an answer says: where something was tried, what came of it; else by its status.
fn turnout(active: &Engine, ticket: &Ticket, outcome: &Outcome<'_>) -> Option<Turnout> {
    if ticket.endpoint(active).is_some_and(|endpoint| ticket.tries(endpoint)) {
        return ticket.result(active, outcome).map(|result| match result {
            LoginResult::Passed => Turnout::Succeeded,
            LoginResult::Failed => Turnout::Failed,
        });
    }
    match outcome.status.present()? {
        200..=399 => Some(Turnout::Succeeded),
        _ => Some(Turnout::Failed),
    }
}

/// The part of an id that samples keep.
fn kept(id: &str) -> &str {
    id.get(..id.floor_char_boundary(limits::SHADOW_ID)).unwrap_or(id)
}
