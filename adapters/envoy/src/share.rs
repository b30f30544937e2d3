//! Workers of one Envoy tell each other what they saw: each owns one slot of the host's shared data, and reads all others.
//!
//! Shared data never frees a key, so the slots are a fixed set. A VM takes the first slot that is free, or whose owner has said nothing for so long
//! that others no longer hear it (a VM that was replaced). Envoy's main thread serves nobody and takes none.

use std::cell::RefCell;

use filter_core::limits;
use filter_core::state::Tables;
use filter_core::sync::{self, Node, Peers, Seed};

use crate::hostcalls::{self, Level};
use crate::store::{self, Slot};

/// Between two snapshots of a worker. What a client does at two workers is known to both after two of these.
const PERIOD_MS: u32 = 2_000;
/// Each slot's period is longer by so much, that workers do not all do it at once.
const STAGGER_MS: u32 = 16;
/// A timer may come so much too early by the wall clock.
const SLACK_MS: u64 = 100;
/// Workers that can tell each other; Envoy starts one a processor.
const SLOTS: u32 = 64;
/// Where the last number given to a VM stands.
const NUMBERS: &[u8] = b"weir/numbers";
/// Tries to get one before others do.
const TRIES: usize = 64;
/// Bytes of a worker's snapshot: 600 records or so.
const BYTES: usize = 64 << 10;

/// What this VM is among the others.
struct Share {
    node: Node,
    peers: Peers,
    seed: Seed,
    /// Where it looks for a slot first: others begin elsewhere.
    first: u32,
    slot: Option<u32>,
    due: u64,
    /// All slots were taken, and the log says so.
    complained: bool,
}

/// Secrets whose records one VM tells of: its roots', and one that was replaced. One beyond takes the place of the one that told longest ago.
const SECRETS: usize = 4;

thread_local! {
    static SHARES: RefCell<Vec<Share>> = const { RefCell::new(Vec::new()) };
}

/// Whether this VM has something to share, and so needs ticks of its own.
pub(crate) fn is_on() -> bool {
    cfg!(feature = "share") && store::with_tables(|tables| tables.is_some())
}

/// A period between two ticks that suits others (0: they need none) and this.
pub(crate) fn within(period_ms: u32) -> u32 {
    if !is_on() {
        return period_ms;
    }
    let slot = SHARES.with(|shares| shares.try_borrow().ok()?.first()?.slot).unwrap_or(0);
    let own = PERIOD_MS.saturating_add(slot.saturating_mul(STAGGER_MS));
    if period_ms == 0 { own } else { period_ms.min(own) }
}

/// Asks for ticks where nobody else does. Envoy's main thread comes here before any worker exists, and starts the numbers.
pub(crate) fn start(is_polling: bool) {
    if is_on() && hostcalls::shared_data(NUMBERS).is_err() {
        let _ = hostcalls::set_shared_data(NUMBERS, &0u64.to_le_bytes(), 0);
    }
    if !is_polling && is_on() {
        let _ = hostcalls::set_tick_period(within(0));
    }
}

/// When it is time: says what this worker saw, and hears what the others did.
pub(crate) fn tick(active: &Slot) {
    if !cfg!(feature = "share") {
        return;
    }
    let now = hostcalls::now_nanoseconds().checked_div(1_000_000).unwrap_or(0);
    store::with_tables(|tables| {
        let Some(tables) = tables.filter(|tables| tables.clients() > 0) else { return };
        let Some(seed) = active.get().map(|active| Seed::of(active.engine.keys())) else { return };
        SHARES.with(|shares| {
            let Ok(mut shares) = shares.try_borrow_mut() else { return };
            // Another secret makes other keys: whoever has one is somebody else.
            if !shares.iter().any(|share| share.seed == seed) {
                if shares.len() >= SECRETS
                    && let Some(oldest) =
                        (0..shares.len()).min_by_key(|place| shares.get(*place).map(|share| share.due))
                {
                    shares.swap_remove(oldest);
                }
                shares.push(Share::new(seed));
            }
            let Some(share) = shares.iter_mut().find(|share| share.seed == seed) else { return };
            if now >= share.due {
                share.due = now.saturating_add(u64::from(PERIOD_MS)).saturating_sub(SLACK_MS);
                share.tell(tables, now);
                share.hear(tables, now);
            }
        });
    });
}

impl Share {
    fn new(seed: Seed) -> Self {
        // Workers begin within one microsecond, which is all that the clock tells apart: each takes a number of its own.
        let number = number();
        let node = Node::new(hostcalls::now_nanoseconds().wrapping_add(number), seed);
        let peers = Peers::new(seed, usize::try_from(SLOTS).unwrap_or(0));
        Share {
            node,
            peers,
            seed,
            first: number.checked_rem(SLOTS.into()).and_then(|slot| u32::try_from(slot).ok()).unwrap_or(0),
            slot: None,
            due: 0,
            complained: false,
        }
    }

    fn tell(&mut self, tables: &Tables, now: u64) {
        // Whoever lost his slot to another who wrote at the same time looks for the next one.
        let own = self.slot.and_then(|slot| version_to_write(slot, self.node.id(), now).map(|version| (slot, version)));
        let found = own.or_else(|| {
            let slots = (self.first..SLOTS).chain(0..self.first);
            slots
                .into_iter()
                .find_map(|slot| version_to_write(slot, self.node.id(), now).map(|version| (slot, version)))
        });
        self.slot = found.map(|(slot, _)| slot);
        let Some((slot, version)) = found else {
            if !std::mem::replace(&mut self.complained, true) {
                hostcalls::log(
                    Level::Warn,
                    "weir: this worker cannot tell the others what it saw: all slots are taken",
                );
            }
            return;
        };
        let snapshot = self.node.snapshot(tables, now, BYTES);
        // A write that fails is made up for by the next one.
        let _ = hostcalls::set_shared_data(&key(slot), &snapshot, version);
    }

    fn hear(&mut self, tables: &mut Tables, now: u64) {
        for slot in (0..SLOTS).filter(|slot| Some(*slot) != self.slot) {
            let Ok((snapshot, _)) = hostcalls::shared_data(&key(slot)) else { continue };
            // What is too old, or of another secret, is none of ours.
            let _ = self.peers.add(&snapshot, now);
        }
        self.peers.teach(tables, self.node.id(), now);
    }
}

/// One more than the last VM's, if the host has it so: of two that ask at once, one is refused and asks again.
fn number() -> u64 {
    for _ in 0..TRIES {
        let Ok((last, version)) = hostcalls::shared_data(NUMBERS) else { return 0 };
        let next = last.try_into().map_or(0, u64::from_le_bytes).wrapping_add(1);
        if hostcalls::set_shared_data(NUMBERS, &next.to_le_bytes(), version).is_ok() {
            return next;
        }
    }
    0
}

/// The version under which a node may write a slot; `None`: it is another's.
fn version_to_write(slot: u32, node: u64, now: u64) -> Option<u32> {
    let Ok((held, version)) = hostcalls::shared_data(&key(slot)) else { return Some(0) };
    let is_taken = sync::node_of(&held)
        .is_ok_and(|(owner, epoch)| owner != node && epoch >= now.saturating_sub(limits::SNAPSHOT_EXPIRY));
    (!is_taken).then_some(version)
}

/// Plugins without a VM id share one space of keys: ours start with our name and the form's version.
fn key(slot: u32) -> Vec<u8> {
    format!("weir/{}/records/{slot}", sync::VERSION).into_bytes()
}
