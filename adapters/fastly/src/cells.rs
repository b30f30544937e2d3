//! Cells of rate limits in the cache of the point of presence: read as the plan says, written back once the verdict is there.
//!
//! A request that comes while another one of the same key is judged may not see it counted: a limit lets about as many more pass as
//! come at once.

use core::time::Duration;

use filter_core::engine::Plan;
use filter_core::limits;
use filter_core::state::sketches::Cell;
use filter_core::state::{Limits, Tables};

use crate::hostcalls::Arena;
use crate::hostcalls::cache::{self, Lookup};

/// The cells of one request, and what they were.
#[derive(Debug)]
pub(crate) struct Cells {
    prefix: &'static str,
    before: Vec<(u64, Cell)>,
    pub(crate) tables: Tables,
}

impl Cells {
    /// Reads those whose keys in the cache begin so; `None` where no limit counts the request. Whatever the cache refuses is empty.
    pub(crate) fn load(prefix: &'static str, plan: &Plan<'_>) -> Option<Self> {
        let mut asked = Vec::with_capacity(limits::RATE_LIMITS);
        asked.extend(plan.cells().map(|key| (key, Lookup::start(name(prefix, key).as_bytes()))));
        if asked.is_empty() {
            return None;
        }
        let mut tables = Tables::new(&Limits { cells: ROOM, ..Limits::NONE });
        let mut arena = Arena::default();
        let mut before = Vec::with_capacity(asked.len());
        for (key, lookup) in asked {
            arena.clear();
            let range = lookup.and_then(|lookup| lookup.metadata(&mut arena)).ok().flatten();
            let cell = range.map(|range| Cell::from_bytes(arena.get(&range))).unwrap_or_default();
            tables.put_cell(key, cell);
            before.push((key, cell));
        }
        Some(Cells { prefix, before, tables })
    }

    /// Writes back those that counted; each is kept until it is paid off.
    pub(crate) fn save(&self, now: u64) {
        for (key, before) in &self.before {
            let after = self.tables.cell(*key).filter(|after| after != before);
            if let Some(cell) = after {
                // What the cache does not take is not counted.
                let keep = Duration::from_millis(cell.rest(now).saturating_add(SLACK_MS));
                let _ = cache::insert(name(self.prefix, *key).as_bytes(), &cell.to_bytes(), &[], keep);
            }
        }
    }
}

/// Where the serving bundle's limits count.
pub(crate) const SERVING: &str = "weir/cells/1";
/// Room for the cells of a request, with places to spare in each set of the table.
const ROOM: u32 = 128;
/// Clocks of one place differ by less.
const SLACK_MS: u64 = 1_000;

fn name(prefix: &str, key: u64) -> String {
    format!("{prefix}/{key:016x}")
}
