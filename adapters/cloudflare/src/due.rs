//! Answers that are waited for.
//!
//! Clients leave, and the host then forgets their requests without a word: places are taken anew after so many others, and an
//! answer that comes later than that is not counted, which does no harm.

use std::sync::Arc;

use filter_core::engine::{Engine, Ticket};

use crate::trial::Late;

/// Answers that are waited for at most; 300 bytes each.
const PLACES: usize = 1024;

/// An answer that is waited for.
#[derive(Debug)]
pub(crate) struct Due {
    /// The engine that judged; a new bundle may have come since.
    pub(crate) engine: Arc<Engine>,
    pub(crate) ticket: Ticket,
    /// When it judged.
    pub(crate) since: u64,
    /// What a candidate wants of the answer.
    pub(crate) late: Option<Late>,
}

/// All of them, by number.
#[derive(Debug)]
pub(crate) struct Dues {
    places: Vec<Option<(u64, Due)>>,
    next: u64,
}

impl Dues {
    /// Numbers start at a time, so that those of a module that trapped mean nothing to the next one. They stay below 2^53, as
    /// JavaScript's do.
    pub(crate) fn new(now: u64) -> Self {
        Dues { places: Vec::new(), next: now.saturating_mul(4096) }
    }

    /// Keeps one: its number, never 0.
    pub(crate) fn put(&mut self, due: Due) -> u64 {
        self.next = self.next.saturating_add(1);
        let place = place(self.next);
        if self.places.len() <= place {
            self.places.resize_with(PLACES, || None);
        }
        if let Some(held) = self.places.get_mut(place) {
            *held = Some((self.next, due));
        }
        self.next
    }

    /// Adds what a candidate wants of the answer of this number, where it is still waited for.
    pub(crate) fn want(&mut self, number: u64, late: Late) {
        if let Some(Some((held, due))) = self.places.get_mut(place(number))
            && *held == number
        {
            due.late = Some(late);
        }
    }

    /// Takes the one of this number, where it is still held.
    pub(crate) fn take(&mut self, number: u64) -> Option<Due> {
        let held = self.places.get_mut(place(number))?;
        if held.as_ref().is_some_and(|(other, _)| *other == number) { held.take().map(|(_, due)| due) } else { None }
    }
}

#[allow(clippy::cast_possible_truncation, reason = "the remainder is small")]
fn place(number: u64) -> usize {
    (number & (PLACES as u64).wrapping_sub(1)) as usize
}
