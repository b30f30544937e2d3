//! What a replay remembers between the lines.

use std::collections::{HashMap, VecDeque};

use filter_core::action::Alert;
use filter_core::engine::shadow::{Mark, Shadow};
use filter_core::engine::{Engine, Ticket};
use filter_core::state::{Records, Tables};

use crate::trace::Response;

/// Requests that may wait for their answers; the oldest is given up first. At 10,000 requests a second that is six seconds.
const WAITING: usize = 65_536;

/// News of accounts that are kept: 48 bytes each.
const ALERTS: usize = 100_000;

/// The tables that a host would keep, and the verdicts whose answers are still to come.
#[derive(Debug, Default)]
pub struct Memory {
    tables: Option<Tables>,
    /// The last verdict: in a log its answer comes next.
    last: Option<(String, Waiting)>,
    waiting: HashMap<String, Waiting>,
    /// Ids in the order they came.
    order: VecDeque<String>,
    /// News of accounts, the first [`ALERTS`] of them.
    alerts: Vec<Alert>,
}

/// A verdict whose answer is still to come, and what a candidate wants of it.
type Waiting = (Ticket, Option<Mark>);

impl Memory {
    /// As large as the engine's bundle says.
    pub fn of(engine: &Engine) -> Self {
        Memory { tables: Some(Tables::new(engine.bundle().limits())), ..Memory::default() }
    }

    /// None: each request is judged on its own.
    pub fn none() -> Self {
        Memory::default()
    }

    /// Where requests are counted.
    pub(crate) fn tables(&mut self) -> Option<&mut Tables> {
        self.tables.as_mut()
    }

    /// Keeps a verdict's ticket until its answer comes.
    pub(crate) fn wait(&mut self, id: &str, ticket: Ticket, mark: Option<Mark>) {
        let Some((id, waiting)) = self.last.replace((id.to_owned(), (ticket, mark))) else { return };
        if self.order.len() >= WAITING
            && let Some(oldest) = self.order.pop_front()
        {
            self.waiting.remove(&oldest);
        }
        self.order.push_back(id.clone());
        self.waiting.insert(id, waiting);
    }

    /// News of accounts, in the order of the answers that brought them; at most 100,000.
    pub fn alerts(&self) -> &[Alert] {
        &self.alerts
    }

    /// Counts an answer, for a candidate too; `false` where its request is not known.
    pub(crate) fn settle(&mut self, engine: &Engine, answer: &Response, shadow: Option<&mut Shadow>) -> bool {
        let ticket = match self.last.take_if(|(id, _)| *id == answer.id) {
            Some((_, waiting)) => Some(waiting),
            // Its place in the order stays, until it is the oldest.
            None => self.waiting.remove(&answer.id),
        };
        let Some((ticket, mark)) = ticket else { return false };
        let records = self.tables.as_mut().map_or_else(Records::default, |tables| tables.find(ticket.keys()));
        let alert = answer.with_outcome(|outcome| {
            let alert = engine.settle(&ticket, outcome, records, answer.t);
            if let (Some(mark), Some(shadow)) = (mark, shadow) {
                // What was recorded is what the origin said, whatever the active bundle would do.
                shadow.settle(&mark, engine, &ticket, outcome, false);
            }
            alert
        });
        self.alerts.extend(alert.filter(|_| self.alerts.len() < ALERTS));
        true
    }
}

#[cfg(test)]
mod tests {
    use filter_core::facts::Facts;

    use super::*;

    #[test]
    fn answers_find_their_requests_in_any_order_until_too_many_wait() {
        let engine = crate::desk::load(None, None).unwrap();
        let mut memory = Memory::of(&engine);
        let facts = Facts { method: b"GET", authority: b"shop.example", path: b"/", ..Facts::default() };
        for id in 0..WAITING + 3 {
            let plan = engine.plan(&facts, 1);
            let verdict = engine.decide(plan, memory.tables().unwrap().lend(engine.plan(&facts, 1).touched()));
            let ticket = verdict.ticket().unwrap();
            memory.wait(&id.to_string(), ticket, None);
        }
        let mut settle = |id: usize| {
            memory.settle(&engine, &Response { id: id.to_string(), status: 200, ..Response::default() }, None)
        };
        assert_eq!(
            [WAITING + 2, 5, WAITING + 2, 5, 0, 1, 2].map(&mut settle),
            [true, true, false, false, false, false, true]
        );
        let records = memory.tables().unwrap().find(engine.plan(&facts, 1).keys());
        assert_eq!(records.site.unwrap().statuses.total(), 3);
    }
}
