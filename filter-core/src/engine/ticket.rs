//! What is kept of a verdict until the answer comes.

use super::{Engine, Verdict};
use crate::facts::Outcome;
use crate::state::{RecordKeys, Records, Touched};

/// What settling needs to know of a verdict. Small; borrows nothing.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ticket {
    touched: Touched,
    score: u8,
}

impl Ticket {
    /// The records that the request touched.
    pub fn keys(&self) -> &RecordKeys {
        &self.touched.keys
    }
}

impl Verdict<'_> {
    /// What [`Engine::settle`] needs; `None` where no record was lent, and the answer is of no use.
    pub fn ticket(&self) -> Option<Ticket> {
        self.touched.map(|touched| Ticket { touched, score: self.score.value })
    }
}

impl Engine {
    /// Counts the answer in the records that the request touched. A request that is never settled does no harm.
    pub fn settle(&self, ticket: &Ticket, outcome: &Outcome<'_>, records: Records<'_>, now: u64) {
        records.settle(&ticket.touched.visit, ticket.score, outcome, now);
    }
}
