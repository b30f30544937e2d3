//! Disagreements by rule and endpoint, in a table that never grows.

use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::kept;
use crate::limits;

/// No rule, or no endpoint.
pub(super) const NONE: u16 = u16::MAX;

/// Requests shown of each row: the first.
const SAMPLES: usize = 3;

/// Who disagrees, and where: places in the bundles, so that nothing of a request is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Key {
    pub(super) active: u16,
    pub(super) candidate: u16,
    pub(super) endpoint: u16,
}

/// What became of a request.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Turnout {
    /// The login passed; elsewhere the answer was no error.
    Succeeded,
    /// The login failed; elsewhere the answer was an error.
    Failed,
    /// The active bundle answered itself.
    Answered,
}

/// One request to look up: when, who, and what the host calls it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Sample {
    pub(super) at: u64,
    /// Keyed hash of the address; 0: unknown, or there is no key.
    pub(super) client: u64,
    length: u8,
    id: [u8; limits::SHADOW_ID],
}

impl Sample {
    pub(super) fn new(at: u64, client: u64, id: &str) -> Self {
        let id = kept(id);
        let mut bytes = [0; limits::SHADOW_ID];
        bytes.iter_mut().zip(id.bytes()).for_each(|(slot, byte)| *slot = byte);
        Sample { at, client, length: u8::try_from(id.len()).unwrap_or(0), id: bytes }
    }

    pub(super) fn id(&self) -> &str {
        self.id.get(..usize::from(self.length)).and_then(|id| core::str::from_utf8(id).ok()).unwrap_or_default()
    }
}

/// One kind of disagreement.
#[derive(Clone, Copy, Debug)]
pub(super) struct Row {
    pub(super) key: Key,
    /// Requests, too many by at most `error`.
    pub(super) count: u64,
    pub(super) error: u64,
    /// Of those that came since the row was made: by [`Turnout`].
    pub(super) turnouts: [u64; 3],
    pub(super) samples: [Option<Sample>; SAMPLES],
}

/// The kinds that come most, and how many there were in all.
///
/// Guarantee, with `R` = [`limits::SHADOW_ROWS`] rows and `n` disagreements: `count - error <= truth <= count` for each row, `error <= n / R`, and
/// every kind that came more than `n / R` times has a row. Up to `R` kinds are counted exactly. Where there is no room, the row that came least (of equals
/// the first) makes place. Metwally, Agrawal, El Abbadi: Efficient computation of frequent and top-k elements in data streams, 2005.
#[derive(Debug)]
pub(super) struct Ledger {
    pub(super) rows: Vec<Row>,
    /// All disagreements.
    pub(super) all: u64,
    /// Those where the candidate alone interferes, and where the active bundle alone does.
    pub(super) harder: u64,
    pub(super) softer: u64,
}

impl Default for Ledger {
    fn default() -> Self {
        Ledger { rows: Vec::with_capacity(limits::SHADOW_ROWS), all: 0, harder: 0, softer: 0 }
    }
}

impl Ledger {
    pub(super) fn clear(&mut self) {
        self.rows.clear();
        (self.all, self.harder, self.softer) = (0, 0, 0);
    }

    /// Counts one disagreement.
    pub(super) fn add(&mut self, key: Key, is_harder: bool, is_softer: bool, sample: Sample) {
        self.all = self.all.saturating_add(1);
        self.harder = self.harder.saturating_add(u64::from(is_harder));
        self.softer = self.softer.saturating_add(u64::from(is_softer));
        let row = match self.rows.iter().position(|row| row.key == key) {
            Some(place) => self.rows.get_mut(place),
            None if self.rows.len() < limits::SHADOW_ROWS => {
                self.rows.push(Row::new(key, 0));
                self.rows.last_mut()
            }
            None => self.rows.iter_mut().min_by_key(|row| row.count).map(|row| {
                *row = Row::new(key, row.count);
                row
            }),
        };
        if let Some(row) = row {
            row.count = row.count.saturating_add(1);
            if let Some(slot) = row.samples.iter_mut().find(|slot| slot.is_none()) {
                *slot = Some(sample);
            }
        }
    }

    /// Counts an answer, where its row is still there.
    pub(super) fn settle(&mut self, key: Key, turnout: Turnout) {
        let row = self.rows.iter_mut().find(|row| row.key == key);
        if let Some(count) = row.and_then(|row| row.turnouts.get_mut(turnout as usize)) {
            *count = count.saturating_add(1);
        }
    }
}

impl Row {
    fn new(key: Key, error: u64) -> Self {
        Row { key, count: error, error, turnouts: [0; 3], samples: [None; SAMPLES] }
    }
}
