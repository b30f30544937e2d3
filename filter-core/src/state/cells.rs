//! The cells of rate limits, lent by whoever keeps them.

use super::sketches::{Cell, Frequencies, Limit};
use super::table::Table;

/// A bounded table of cells, by key.
///
/// Where more keys come than there are cells, those that come most keep theirs; a key without a cell passes uncounted, until it came
/// more often than the coolest of its set did lately. So no crowd of keys closes a limit for others, nor opens it for one that comes
/// often; see [`Tables`](super::Tables).
pub struct Cells<'r> {
    pub(super) table: &'r mut Table<Cell>,
    pub(super) seen: &'r mut Frequencies,
}

impl Cells<'_> {
    /// Milliseconds until a request passes that does not now. Nothing is counted.
    pub(crate) fn wait(&mut self, key: u64, now: u64, limit: Limit) -> Option<u64> {
        // Also where it is refused: who keeps coming keeps his cell.
        let mut cell = *self.table.admit(key, now, self.seen)?;
        cell.take(now, limit).err()
    }

    /// Counts a request.
    pub(crate) fn take(&mut self, key: u64, now: u64, limit: Limit) {
        if let Some(cell) = self.table.find(key) {
            // It was asked before.
            let _ = cell.take(now, limit);
        }
    }
}

impl core::fmt::Debug for Cells<'_> {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Cells").field("held", &self.table.held()).finish_non_exhaustive()
    }
}
