//! This point of presence as one node of many: it tells the others what it saw and hears what they did, by way of a KV Store.
//!
//! Its records lie in the cache ([`records`](crate::records)), which cannot be walked through. So a sandbox keeps the records of the requests it
//! served, as they were when it wrote them back, in small tables. Whichever sandbox finds the place's turn free takes it, for ten seconds: it
//! reads the place's slot, goes on where the sandbox before it was, and writes the slot on condition that nobody did meanwhile. So a place writes once in
//! ten seconds at most, and only while it serves.
//!
//! One value is cheaper to read than many: who finds the *board* older than ten seconds puts all slots on it, by the same rule. A place reads the
//! board once in ten seconds, its sandboxes read it from the cache. All of this comes after an answer has left, and from a sandbox's second request on: one that
//! is not kept has no use for it. Whatever the store refuses is no state: this place goes on with what it sees itself. What lies there and is too long, is none of
//! ours or is of a time to come is overwritten.

use core::time::Duration;
use std::time::Instant;

use filter_core::limits;
use filter_core::policy::compact;
use filter_core::state::{Limits, Tables};
use filter_core::sync::{self, Node, Peers, Seed};

use crate::hostcalls::cache::{self, Lookup};
use crate::hostcalls::kv::{self, Trouble};
use crate::log;

/// Between two writes of a slot or of the board, and between two looks.
const PERIOD_MS: u64 = 10_000;
/// Clocks of sandboxes differ by less.
const SLACK_MS: u64 = 500;
/// How long a board is kept in the cache: as long as what stands on it is heard.
const KEEP: Duration = Duration::from_millis(limits::SNAPSHOT_EXPIRY);
/// How long the KV Store keeps what nobody replaces. What is in it says how old it is.
const STORED: Duration = Duration::from_secs(86_400);
/// For all of the board's making; slots that are not read by then are those that were on it.
const FETCH: Duration = Duration::from_secs(5);
/// Of which is kept for its writing.
const LAST: Duration = Duration::from_secs(1);
/// Prime, and greater than the number of slots: how far the first to be read moves on from one making to the next.
const TURN: usize = 7919;
/// Bytes of a place's snapshot: 200 records or so. All of the largest network's fill a board.
const BYTES: usize = 16 << 10;
/// What a sandbox remembers of its own requests, to tell: 1 MiB, and half as much of what others say.
const ROOM: Limits = Limits {
    clients: 4_096,
    details: 512,
    addresses: 2_048,
    networks: 1_024,
    tools: 256,
    accounts: 1_024,
    endpoints: 256,
    sites: 64,
    ..Limits::NONE
};
/// A place's slot is `nodes/SEED/PLACE` in the KV Store: those with another secret have slots and a board of their own.
const SLOTS: &str = "nodes";
/// `board/SEED` there: eight bytes that say when it was made, and the snapshots.
const BOARD: &str = "board";
/// Keys in the cache start with this.
const PREFIX: &str = "weir/share/1";

/// What a sandbox has of it.
#[derive(Debug)]
pub(crate) struct Share {
    store: String,
    /// Service and point of presence.
    name: String,
    seed: Seed,
    node: Node,
    peers: Peers,
    /// Records that this sandbox saw, and beside them what others say.
    pub(crate) tables: Tables,
    wait: Duration,
    due: u64,
    has_complained: bool,
}

impl Share {
    /// The place `name` among those that have this KV Store and secret.
    pub(crate) fn new(store: &str, name: String, seed: Seed, wait: Duration) -> Self {
        let number = compact::digest(name.as_bytes());
        let number = number.get(..16).and_then(|digits| u64::from_str_radix(digits, 16).ok()).unwrap_or(1);
        Share {
            store: store.to_owned(),
            name,
            seed,
            node: Node::new(number, seed),
            peers: Peers::new(seed, limits::SNAPSHOT_NODES),
            tables: Tables::new(&ROOM),
            wait,
            due: 0,
            has_complained: false,
        }
    }

    /// When it is time: tells and hears.
    pub(crate) fn tick(&mut self, now: u64) {
        if now < self.due {
            return;
        }
        self.due = now.saturating_add(PERIOD_MS);
        if self.takes_turn(now)
            && let Err(why) = self.tell(now).and_then(|()| self.fetch_board(now))
            && !std::mem::replace(&mut self.has_complained, true)
        {
            log::say(&format!("KV store `{}`: {why}; this place goes on with what it sees itself", self.store));
        }
        if let Some(board) = cached(&self.key(BOARD)) {
            // What is no board is no state.
            let _ = self.peers.add_board(&board, now);
        }
        self.peers.teach(&mut self.tables, self.node.id(), now);
    }

    /// Whether nobody of this place has the turn. Two may take it at once: the KV Store lets one of them write.
    fn takes_turn(&self, now: u64) -> bool {
        let key = self.key("turn");
        let taken = cached(&key).and_then(|at| at.first_chunk::<8>().map(|at| u64::from_le_bytes(*at)));
        // Without a cache there is no telling, and so no turn.
        taken.is_none_or(|at| !is_new(at, now))
            && cache::insert(key.as_bytes(), &[], &now.to_le_bytes(), Duration::from_millis(PERIOD_MS)).is_ok()
    }

    fn tell(&mut self, now: u64) -> Result<(), Trouble> {
        let slot = format!("{}{}", self.slots(), self.name);
        let found = found(kv::find(&self.store, &slot, limits::SNAPSHOT, self.wait))?;
        let generation = found.as_ref().map(|(_, generation)| *generation);
        if let Some((before, _)) = &found {
            let epoch = sync::node_of(before).map_or(0, |(_, epoch)| epoch);
            if is_new(epoch, now) {
                return Ok(());
            }
            let mut own = Peers::new(self.seed, 1);
            if own.add(before, now).is_ok() {
                own.restore(self.node.id(), &mut self.tables, now);
            }
        }
        let snapshot = self.node.snapshot(&self.tables, now, BYTES);
        written(kv::insert(&self.store, &slot, &snapshot, generation, STORED, self.wait))
    }

    /// Reads the board, makes it anew where it is old, and leaves it in the cache.
    fn fetch_board(&mut self, now: u64) -> Result<(), Trouble> {
        let (begun, wait) = (Instant::now(), self.wait);
        let left = || FETCH.saturating_sub(begun.elapsed());
        let key = format!("{BOARD}/{:016x}", self.seed.number());
        let most = limits::BOARD.saturating_add(8);
        let found = found(kv::find(&self.store, &key, most, wait.min(left())))?;
        let generation = found.as_ref().map(|(_, generation)| *generation);
        if let Some((value, _)) = &found
            && let Some((made, board)) = value.split_first_chunk::<8>()
        {
            if is_new(u64::from_le_bytes(*made), now) {
                self.leave(board);
                return Ok(());
            }
            // For slots that there is no time to read.
            let _ = self.peers.add_board(board, now);
        }
        let nodes = u32::try_from(limits::SNAPSHOT_NODES).unwrap_or(u32::MAX);
        let mut slots = kv::list(&self.store, &self.slots(), nodes, wait.min(left()))?;
        // By turns, so that no slot is always among those for which the time does not suffice.
        let turn = usize::try_from(now / PERIOD_MS).unwrap_or(0).wrapping_mul(TURN);
        let first = turn.checked_rem(slots.len()).unwrap_or(0);
        slots.rotate_left(first);
        for slot in slots {
            // The board is to be written yet.
            if left() < wait.min(LAST) {
                break;
            }
            // A store that is slow would be waited for once a slot.
            if let Some((snapshot, _)) = self::found(kv::find(&self.store, &slot, limits::SNAPSHOT, wait.min(left())))?
            {
                // Too old, or of another secret: none of ours.
                let _ = self.peers.add(&snapshot, now);
            }
        }
        let board = self.peers.board(limits::BOARD);
        self.leave(&board);
        let value = [&now.to_le_bytes()[..], &board].concat();
        written(kv::insert(&self.store, &key, &value, generation, STORED, wait.min(left())))
    }

    /// For the sandboxes of this place.
    fn leave(&self, board: &[u8]) {
        let _ = cache::insert(self.key(BOARD).as_bytes(), &[], board, KEEP);
    }

    /// All slots' keys start with this.
    fn slots(&self) -> String {
        format!("{SLOTS}/{:016x}/", self.seed.number())
    }

    /// In the cache.
    fn key(&self, what: &str) -> String {
        format!("{PREFIX}/{what}/{}/{}/{:016x}", self.store, self.name, self.seed.number())
    }
}

/// This service at this point of presence.
pub(crate) fn name() -> String {
    let variable = |name| std::env::var(name).unwrap_or_default();
    format!("{}/{}", variable("FASTLY_SERVICE_ID"), variable("FASTLY_POP"))
}

/// Written less than a period ago, by any clock that is right.
fn is_new(epoch: u64, now: u64) -> bool {
    epoch.saturating_add(PERIOD_MS.saturating_sub(SLACK_MS)) > now
        && epoch <= now.saturating_add(limits::SNAPSHOT_AHEAD)
}

/// A value that is missing is none; one that is too long is empty, and can be replaced.
fn found(asked: Result<(Option<Vec<u8>>, u64), Trouble>) -> Result<Option<(Vec<u8>, u64)>, Trouble> {
    match asked {
        Ok((value, generation)) => Ok(Some((value.unwrap_or_default(), generation))),
        Err(trouble) if trouble.is_missing() => Ok(None),
        Err(trouble) => Err(trouble),
    }
}

/// Where somebody else wrote meanwhile, it is written.
fn written(asked: Result<(), Trouble>) -> Result<(), Trouble> {
    asked.or_else(|trouble| if trouble.is_taken() { Ok(()) } else { Err(trouble) })
}

fn cached(key: &str) -> Option<Vec<u8>> {
    Lookup::start(key.as_bytes()).ok()?.content(limits::BOARD).ok()?
}
