//! A candidate bundle beside the active one: it judges the same requests with the same memory, and where it would have
//! done something else, that is counted.
//!
//! Nothing of the candidate reaches the reply: it comes after the verdict, is given what the verdict saw, and counts in tables of
//! its own. It sees every request of a share of the clients, chosen by a keyed hash, and every request that the active bundle
//! interferes with.

mod candidate;
mod crowd;
mod guardrails;
mod ledger;
mod line;
mod report;
#[cfg(test)]
mod tests;

pub use candidate::{Candidate, Look};
pub use crowd::Clients;
pub use guardrails::{Hold, Ruling};
pub use ledger::Turnout;
pub use line::{Answer, Line};
pub use report::{Report, Row, Said, Sample, Turnouts};

pub(super) use candidate::{Before, Who, place, rule};

use super::{Engine, Ticket, Verdict};
use crate::facts::{Facts, Outcome};
use crate::limits;
use crate::policy::Rollout;
use crate::state::{LoginResult, Tables};

use crowd::Crowd;
use ledger::{Key, Ledger};

/// A candidate, and what it would have done otherwise. Takes 150 KB beside the candidate itself, made once and never growing; a
/// candidate with rate limits takes its cells beside.
///
/// What is remembered is what the active bundle remembers, under the names that it gives: a candidate that finds sessions elsewhere
/// sees the active one's. The candidate's rate limits count in cells of their own, by the requests that it sees of the clients
/// followed: limits by anything but the client are exact with all clients alone.
#[derive(Debug)]
pub struct Shadow {
    candidate: Candidate,
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
            candidate: Candidate::new(candidate, rollout),
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
        self.cells = self.candidate.cells();
    }

    /// How it is tried.
    pub fn rollout(&self) -> &Rollout {
        &self.candidate.rollout
    }

    /// The candidate.
    pub fn candidate(&self) -> &Engine {
        &self.candidate.engine
    }

    /// Has the candidate judge a request that was judged, where it is one to be looked at. `id` is what the host calls it. `None`: its
    /// answer is of no interest.
    ///
    /// Another active bundle than before begins all counts anew. Allocates nothing unless the path was sent in another form
    /// than the normal one.
    pub fn look(&mut self, facts: &Facts<'_>, verdict: &Verdict<'_>, id: &str) -> Option<Mark> {
        let (active, before) = (verdict.engine, Before::of(verdict));
        let followed = self.candidate.follow(&before)?;
        if self.against != active.stamp || self.since == 0 {
            self.begin(active.stamp, verdict.now);
        }
        self.requests = self.requests.saturating_add(1);
        self.until = self.until.max(verdict.now);
        let look = self.candidate.judge(facts, &before, &followed, self.cells.as_mut());
        let Look { key, is_touched, is_softer, member, is_goal, address, .. } = look;
        if let Some(key) = key {
            self.ledger.add(key, is_touched, is_softer, ledger::Sample::new(verdict.now, address, id));
        }
        if let Some(client) = member.filter(|_| is_touched) {
            self.crowd.touch(client);
        }
        (key.is_some() || is_goal).then_some(Mark { against: self.against, key, client: member, is_goal, is_touched })
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
