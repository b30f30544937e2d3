//! Which records go into a snapshot.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::rank::{KINDS, Shared};
use super::wire::{FRAME, Part};
use crate::order;
use crate::state::{Account, Address, Client, ClientDetail, Endpoint, Kind, Network, Site, Tables, Tool};

/// Takes of each kind those that came in the last quarter of an hour and rank highest, until the kind's share of `most` bytes is
/// used; the rest is left out. Ties go by the key's bits in reverse: those that lie side by side in tables are not taken together.
pub(super) fn choose(tables: &Tables, now: u64, most: usize) -> [Part; KINDS] {
    let most = most.saturating_sub(FRAME);
    let mut parts: [Part; KINDS] = Default::default();
    let clients = of::<Client>(tables, now, most, &mut parts);
    of::<Address>(tables, now, most, &mut parts);
    of::<Network>(tables, now, most, &mut parts);
    of::<Tool>(tables, now, most, &mut parts);
    of::<Account>(tables, now, most, &mut parts);
    of::<Endpoint>(tables, now, most, &mut parts);
    of::<Site>(tables, now, most, &mut parts);
    if let Some(part) = parts.get_mut(ClientDetail::NUMBER) {
        let details = clients.iter().filter_map(|key| Some((*key, ClientDetail::table(tables).get(*key)?)));
        fill(part, details, most);
    }
    parts
}

/// Fills one kind's part; the keys taken or not, the highest rank first.
fn of<R: Shared>(tables: &Tables, now: u64, most: usize, parts: &mut [Part; KINDS]) -> Vec<u64> {
    let mut best = Best::new(share::<R>(most) / LEAST);
    R::table(tables).warm(now).for_each(|(key, record)| best.offer(record.rank(now), key.reverse_bits()));
    let keys = best.into_keys();
    if let Some(part) = parts.get_mut(R::NUMBER) {
        fill(part, keys.iter().filter_map(|key| Some((*key, R::table(tables).get(*key)?))), most);
    }
    keys
}

fn fill<'t, R: Shared + 't>(part: &mut Part, mut records: impl Iterator<Item = (u64, &'t R)>, most: usize) {
    // Up to the first that does not fit.
    records.all(|(key, record)| part.add(key, record, share::<R>(most)));
}

/// Bytes that a kind may take.
fn share<R: Shared>(most: usize) -> usize {
    most.saturating_mul(R::SHARE) / 100
}

/// Bytes that a packed record of anybody who came has at least, its key included.
const LEAST: usize = 24;

/// The highest ranks of many.
struct Best {
    room: usize,
    heap: BinaryHeap<Reverse<(u32, u64)>>,
}

impl Best {
    fn new(room: usize) -> Self {
        Best { room, heap: BinaryHeap::with_capacity(room) }
    }

    #[inline(never)] // once in wasm, not once a kind
    fn offer(&mut self, rank: u32, key: u64) {
        if self.heap.len() < self.room {
            return self.heap.push(Reverse((rank, key)));
        }
        if let Some(mut least) = self.heap.peek_mut()
            && least.0 < (rank, key)
        {
            *least = Reverse((rank, key));
        }
    }

    #[inline(never)]
    fn into_keys(self) -> Vec<u64> {
        let mut ranks = self.heap.into_vec();
        order::sort(&mut ranks);
        ranks.iter().map(|Reverse((_, key))| key.reverse_bits()).collect()
    }
}
