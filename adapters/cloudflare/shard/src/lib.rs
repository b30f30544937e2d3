//! A shard: what its isolates say, merged. `shard.mjs` is the Durable Object around it, and does the waiting.
//!
//! An isolate gives its snapshot ([`exchange`]) and gets what the shard's other isolates say, as one. What all of them say as one is the
//! shard's own snapshot ([`snapshot`]), which goes to shard 0; there the shards' snapshots ([`hear`]) make a board ([`board`]), which every isolate
//! reads, leaving out its own shard. So nobody hears himself, and what is said is counted once.
//!
//! The caller asks for a [`buffer`], writes into it, and reads an answer where [`answer`] is. No imports: a trap is the caller's to catch.
#![allow(unsafe_code, reason = "exported functions need names of their own")]

use std::cell::RefCell;

use filter_core::limits;
use filter_core::state::Limits;
use filter_core::sync::{Node, Peers, Seed};

/// Isolates of one shard: a snapshot of 64 KiB of each are 8 MiB.
const ISOLATES: usize = 128;
/// Records that are weighed against each other while snapshots are merged: 5 MiB, for as long as an answer takes to make.
const MERGED: Limits = Limits {
    clients: 16_384,
    details: 4_096,
    addresses: 8_192,
    networks: 2_048,
    tools: 1_024,
    accounts: 8_192,
    endpoints: 512,
    sites: 64,
    ..Limits::NONE
};
/// Bytes of an answer, and of a shard's own snapshot: 64 shards fill a board.
const BYTES: usize = 64 << 10;
/// What [`exchange`] and [`hear`] give for what is no snapshot, or one of another secret.
const REFUSED: i32 = -1;

/// Those with one secret.
struct Shard {
    seed: Seed,
    /// As its isolates know the others of them.
    near: Node,
    /// As other shards know it.
    far: Node,
    isolates: Peers,
    shards: Peers,
}

#[derive(Default)]
struct State {
    buffer: Vec<u8>,
    answer: Vec<u8>,
    shard: Option<Shard>,
}

thread_local! {
    static STATE: RefCell<State> = RefCell::default();
}

/// Room for `length` bytes, a board's at most; good until more is asked for.
#[unsafe(no_mangle)]
pub extern "C" fn buffer(length: usize) -> *mut u8 {
    STATE.with_borrow_mut(|state| {
        if state.buffer.len() < length {
            state.buffer.resize(length.min(limits::BOARD), 0);
        }
        state.buffer.as_mut_ptr()
    })
}

/// Where the answer is whose length was given last.
#[unsafe(no_mangle)]
pub extern "C" fn answer() -> *const u8 {
    STATE.with_borrow(|state| state.answer.as_ptr())
}

/// Takes an isolate's snapshot, the buffer's first `length` bytes, at a time in milliseconds since the epoch: the length of what the other
/// isolates of shard `number` say.
#[unsafe(no_mangle)]
pub extern "C" fn exchange(length: usize, number: u32, now: f64) -> i32 {
    take(length, number, milliseconds(now), |shard, snapshot, now| {
        let isolate = shard.isolates.add(snapshot, now).ok()?;
        Some(shard.isolates.merged(&mut shard.near, isolate, &MERGED, now, BYTES))
    })
}

/// Takes another shard's snapshot: 0.
#[unsafe(no_mangle)]
pub extern "C" fn hear(length: usize, number: u32, now: f64) -> i32 {
    take(length, number, milliseconds(now), |shard, snapshot, now| {
        shard.shards.add(snapshot, now).ok()?;
        Some(Vec::new())
    })
}

/// The length of what all isolates of this shard say as one; 0 where none did yet.
#[unsafe(no_mangle)]
pub extern "C" fn snapshot(now: f64) -> usize {
    give(|shard| shard.own(milliseconds(now)))
}

/// The length of the board, with this shard on it; 0 where there is no other shard to hear of.
#[unsafe(no_mangle)]
pub extern "C" fn board(now: f64) -> usize {
    let now = milliseconds(now);
    give(|shard| {
        let own = shard.own(now);
        shard.shards.expire(now);
        let is_alone = shard.shards.nodes().all(|node| node == shard.far.id());
        let _ = shard.shards.add(&own, now);
        if is_alone { Vec::new() } else { shard.shards.board(limits::BOARD) }
    })
}

impl Shard {
    fn new(seed: Seed, number: u32) -> Self {
        let far = u64::from(number).saturating_add(1);
        Shard {
            seed,
            near: Node::new(!far, seed),
            far: Node::new(far, seed),
            isolates: Peers::new(seed, ISOLATES),
            shards: Peers::new(seed, limits::SNAPSHOT_NODES),
        }
    }

    fn own(&mut self, now: u64) -> Vec<u8> {
        self.isolates.merged(&mut self.far, NOBODY, &MERGED, now, BYTES)
    }

    fn is_heard(&mut self, now: u64) -> bool {
        self.isolates.expire(now);
        self.shards.expire(now);
        self.isolates.nodes().chain(self.shards.nodes()).next().is_some()
    }
}

/// A number that no isolate has.
const NOBODY: u64 = 0;

fn take(length: usize, number: u32, now: u64, take: impl FnOnce(&mut Shard, &[u8], u64) -> Option<Vec<u8>>) -> i32 {
    STATE.with_borrow_mut(|state| {
        let State { buffer, answer, shard } = state;
        let Some(given) = buffer.get(..length) else { return REFUSED };
        let Ok(seed) = Seed::in_snapshot(given) else { return REFUSED };
        // Another secret takes over when nobody has this one any more.
        if shard.as_mut().is_some_and(|shard| shard.seed != seed && !shard.is_heard(now)) {
            *shard = None;
        }
        let shard = shard.get_or_insert_with(|| Shard::new(seed, number));
        match take(shard, given, now) {
            Some(made) => {
                *answer = made;
                i32::try_from(answer.len()).unwrap_or(REFUSED)
            }
            None => REFUSED,
        }
    })
}

fn give(give: impl FnOnce(&mut Shard) -> Vec<u8>) -> usize {
    STATE.with_borrow_mut(|state| {
        state.answer = state.shard.as_mut().map(give).unwrap_or_default();
        state.answer.len()
    })
}

/// JavaScript's time.
#[allow(clippy::cast_possible_truncation, clippy::cast_sign_loss, reason = "the cast saturates")]
fn milliseconds(now: f64) -> u64 {
    now as u64
}
