//! What is kept of a verdict until the answer comes.

use super::{Engine, Verdict};
use crate::action::Alert;
use crate::facts::Outcome;
use crate::policy::Login;
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
        self.login(engine).map_or(0, Login::answer_prefix)
    }

    /// What the bundle knows about logins at the request's endpoint, if it logs in and the bundle is still the same.
    fn login<'e>(&self, engine: &'e Engine) -> Option<&'e Login> {
        let place = self.place.filter(|_| self.touched.visit.attempt.is_some() && self.stamp == engine.stamp)?;
        engine.bundle.endpoints().get(usize::from(place))?.login.as_ref()
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
        let result = ticket.login(self).and_then(|login| login.result(touched.visit.act, outcome));
        let alarm = records.settle(touched, *score, outcome, result, now);
        // One that tries many accounts, and gets in.
        let is_hit = *is_stuffing && result == Some(LoginResult::Passed) && touched.keys.account != 0;
        let alarm = if is_hit { Some(Alarm::TakenOver) } else { alarm };
        alarm.map(|alarm| Alert::new(alarm, &touched.keys, now))
    }
}
