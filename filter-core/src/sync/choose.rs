//! Which records go into a snapshot.

use alloc::collections::BinaryHeap;
use alloc::vec::Vec;
use core::cmp::Reverse;

use super::rank::{KINDS, Shared};
use super::wire::{FRAME, LONGEST, Part};
use crate::order;
use crate::state::{Account, Address, Client, ClientDetail, Endpoint, Network, Site, Tables, Tool};

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
    add::<ClientDetail>(tables, &clients, most, &mut parts);
    parts
}

/// Fills one kind's part; the keys taken or not, the highest rank first.
fn of<R: Shared>(tables: &Tables, now: u64, most: usize, parts: &mut [Part; KINDS]) -> Vec<u64> {
    let table = R::table(tables);
    let mut best = Best::new(share(most, R::SHARE) / LEAST);
    table.places().warm(now, &mut |place, key| {
        let rank = table.at(place).map_or(0, |record| record.rank(now));
        best.offer(rank, key.reverse_bits());
    });
    let keys = best.into_keys();
    add::<R>(tables, &keys, most, parts);
    keys
}

/// Adds one kind's records of these keys, those that are held.
fn add<R: Shared>(tables: &Tables, keys: &[u64], most: usize, parts: &mut [Part; KINDS]) {
    let Some(part) = parts.get_mut(R::NUMBER) else { return };
    fill(part, keys, R::SIZE, share(most, R::SHARE), &|key, mut room| {
        R::table(tables).get(key).map(|record| record.shared().put(&mut room))
    });
}

/// The same code for every kind: up to the first record that does not fit.
fn fill(part: &mut Part, keys: &[u64], size: usize, most: usize, put: &dyn Fn(u64, &mut [u8]) -> Option<()>) {
    let mut room = [0u8; LONGEST];
    let room = room.get_mut(..size).unwrap_or_default();
    for key in keys {
        if put(*key, room).is_some() && !part.add(*key, room, most) {
            return;
        }
    }
}

/// Bytes that a kind may take.
fn share(most: usize, hundredths: usize) -> usize {
    most.saturating_mul(hundredths) / 100
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
