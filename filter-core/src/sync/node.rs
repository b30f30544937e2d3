//! This node as others know it.

use alloc::vec::Vec;

use super::choose::choose;
use super::wire::{self, Head, Refused};
use crate::keys::Keys;
use crate::limits;
use crate::state::{FORM, Tables};

/// Tells secrets apart without telling them: snapshots keyed with another are refused. The default is that of hosts without a
/// secret.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Seed(pub(super) u64);

impl Seed {
    /// Of a host's keys.
    pub fn of(keys: Option<&Keys>) -> Self {
        Seed(keys.map_or(0, Keys::seed))
    }

    /// That a snapshot was keyed with: for hubs, which have no secret of their own.
    ///
    /// # Errors
    /// Where it is no snapshot, or of another version.
    pub fn in_snapshot(bytes: &[u8]) -> Result<Self, Refused> {
        wire::head(bytes).map(|(head, _)| Seed(head.seed))
    }

    /// As a number.
    pub fn number(self) -> u64 {
        self.0
    }
}

/// Takes this node's snapshots.
#[derive(Clone, Debug)]
pub struct Node {
    id: u64,
    seed: Seed,
    epoch: u64,
}

impl Node {
    /// A node whose number no other has, nor had in the last minutes: one that begins anew without its records needs a new one.
    pub fn new(id: u64, seed: Seed) -> Self {
        Node { id, seed, epoch: 0 }
    }

    /// Its number.
    pub fn id(&self) -> u64 {
        self.id
    }

    /// What this node saw itself, in at most `most` bytes (and never more than [`limits::SNAPSHOT`]): of each kind the records that came in the
    /// last quarter of an hour and weigh most, within the kind's share of the bytes. Looks at every record held: a millisecond for 100,000.
    pub fn snapshot(&mut self, tables: &Tables, now: u64, most: usize) -> Vec<u8> {
        self.epoch = now.max(self.epoch.saturating_add(1));
        let head = Head { form: FORM, seed: self.seed.0, node: self.id, epoch: self.epoch };
        wire::write(&head, &choose(tables, now, most.min(limits::SNAPSHOT)))
    }
}
