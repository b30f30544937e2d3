//! What is kept of a verdict until the answer comes.

use super::{Engine, Verdict};
use crate::action::Alert;
use crate::facts::Outcome;
use crate::policy::{Answers, Endpoint};
use crate::score::Class;
use crate::signals::Pillar;
use crate::state::{Alarm, LoginResult, RecordKeys, Records, Touched};

/// What settling needs to know of a verdict. Small; borrows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    pub(super) touched: Touched,
    score: u8,
    /// Found to be a bot by its logins.
    pub(super) is_stuffing: bool,
    /// Place of its endpoint in the bundle of this stamp.
    pub(super) place: Option<u16>,
    stamp: u64,
}

impl Ticket {
    /// The records that the request touched.
    pub fn keys(&self) -> &RecordKeys {
        &self.touched.keys
    }

    /// Bytes of the answer's start that settling wants; 0: none.
    pub fn answer_prefix(&self, engine: &Engine) -> usize {
        self.endpoint(engine).filter(|endpoint| self.tries(endpoint)).map_or(0, |endpoint| endpoint.answers.prefix())
    }

    /// What the bundle knows about the request's endpoint, if it is still the same.
    pub(super) fn endpoint<'e>(&self, engine: &'e Engine) -> Option<&'e Endpoint> {
        let place = self.place.filter(|_| self.stamp == engine.stamp)?;
        engine.bundle.endpoints().get(usize::from(place))
    }

    /// Whether the answer says what came of something: of a login where there are some; elsewhere where it is taught, or something was sent.
    pub(super) fn tries(&self, endpoint: &Endpoint) -> bool {
        let visit = &self.touched.visit;
        if endpoint.login.is_some() { visit.attempt.is_some() } else { endpoint.answers.is_taught() || visit.is_sent }
    }

    /// What came of what was tried.
    pub(super) fn result(&self, engine: &Engine, outcome: &Outcome<'_>) -> Option<LoginResult> {
        let visit = &self.touched.visit;
        match self.endpoint(engine) {
            Some(endpoint) if self.tries(endpoint) => endpoint.answers.result(visit.act, outcome),
            None if self.place.is_none() && visit.is_sent => Answers::untaught(visit.act, outcome),
            _ => None,
        }
    }
}

impl Verdict<'_> {
    /// What [`Engine::settle`] needs; `None` where no record was lent, and the answer is of no use.
    pub fn ticket(&self) -> Option<Ticket> {
        let is_stuffing = self.score.class == Class::Bot && self.evidence.has_pillar(Pillar::Credentials);
        let (place, stamp) = (self.place, self.engine.stamp);
        self.touched.map(|touched| Ticket { touched, score: self.score.value, is_stuffing, place, stamp })
    }
}

impl Engine {
    /// Counts the answer in the records that the request touched. A request that is never settled does no harm. Gives what is to be told
    /// of the account that it names.
    pub fn settle(&self, ticket: &Ticket, outcome: &Outcome<'_>, records: Records<'_>, now: u64) -> Option<Alert> {
        let Ticket { touched, score, is_stuffing, .. } = ticket;
        let result = ticket.result(self, outcome);
        let alarm = records.settle(touched, *score, outcome, result, now);
        // One that tries many accounts, and gets in.
        let is_hit = *is_stuffing && result == Some(LoginResult::Passed) && touched.keys.account != 0;
        let alarm = if is_hit { Some(Alarm::TakenOver) } else { alarm };
        alarm.map(|alarm| Alert::new(alarm, &touched.keys, now))
    }
}
