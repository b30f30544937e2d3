//! A campaign of one request an address over 50 nodes, on each host's way from node to node: how long until every node sees all of it.
//!
//! What carries snapshots is simulated (periods, who merges, how late a write is seen), what merges them is the real thing. Seeded, so that each run is
//! the same. `cargo test --release -p filter-core --test hosts -- --nocapture` prints the table in wasm-tests/EVIDENCE.md.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod crowd;

use crowd::{START, hash, request};
use filter_core::limits;
use filter_core::state::{Limits, RecordKeys, Tables, Tool, Touched};
use filter_core::sync::{Node, Peers, Seed};

const LIMITS: Limits = Limits {
    clients: 400,
    details: 64,
    addresses: 400,
    networks: 64,
    tools: 64,
    accounts: 64,
    endpoints: 64,
    sites: 8,
    ..Limits::NONE
};
const BYTES: usize = 16 << 10;
/// The campaign lasts so long.
const LENGTH: u64 = 60_000;
const STEP: u64 = 250;

/// How nodes hear of each other.
#[derive(Clone, Copy, Debug)]
enum Way {
    /// Each reads every slot.
    Slots { period: u64 },
    /// They tell a hub and hear the rest at once. Hubs meet in Redis every second.
    Hubs { hubs: usize, period: u64 },
    /// Slots in a KV store, a board made of them by whoever finds it old, and what is read lies in a cache for the place's sandboxes.
    Board { period: u64, seen: u64 },
    /// Shards merge isolates; with several, shard 0 writes what they say to a KV store whose reader's cache keeps it.
    Shards { shards: usize, period: u64, seen: u64, cached: u64 },
}

impl Way {
    /// Milliseconds that must be enough.
    fn bound(self) -> u64 {
        match self {
            Way::Slots { period } => 2 * period,
            Way::Hubs { hubs: 1, period } => 2 * period,
            Way::Hubs { period, .. } => 2 * period + 2_000,
            Way::Board { period, seen } => 4 * period + 2 * seen,
            Way::Shards { shards: 1, period, .. } => 2 * period,
            Way::Shards { period, seen, cached, .. } => 4 * period + seen + cached,
        }
    }
}

/// A value of a KV store that readers see some time after it was written, each at another time.
#[derive(Default)]
struct Value(Vec<(u64, Vec<u8>)>);

impl Value {
    fn write(&mut self, now: u64, bytes: Vec<u8>) {
        assert!(self.0.last().is_none_or(|(at, _)| at + 1_000 <= now), "a key takes one write a second");
        self.0.push((now, bytes));
    }

    /// What `reader` sees of it; `late` is the longest delay.
    fn read(&self, reader: usize, now: u64, late: u64) -> Option<&(u64, Vec<u8>)> {
        let is_seen = |at: u64| at + hash(at ^ ((reader as u64) << 48)) % (late + 1) <= now;
        self.0.iter().rev().find(|(at, _)| is_seen(*at))
    }
}

struct Point {
    tables: Tables,
    node: Node,
    peers: Peers,
    /// When it tells next.
    tells: u64,
    /// When it hears next, where that is another time.
    hears: u64,
    /// What lies in the place's cache, and since when.
    cached: Option<(u64, Vec<u8>)>,
}

#[derive(Default)]
struct Middle {
    slots: Vec<Value>,
    board: Value,
    hubs: Vec<(Node, Peers)>,
    told: Vec<u64>,
    redis: Option<Peers>,
    writes: u64,
}

fn peers() -> Peers {
    Peers::new(Seed::default(), limits::SNAPSHOT_NODES)
}

/// Milliseconds after the last request until every node sees the whole campaign, and writes a minute.
fn run(way: Way, nodes: usize, campaign: u64, seed: u64) -> (Option<u64>, f64) {
    let chance = |salt: u64, below: u64| hash(seed << 40 ^ salt) % below;
    let period = match way {
        Way::Slots { period } | Way::Hubs { period, .. } | Way::Board { period, .. } | Way::Shards { period, .. } => {
            period
        }
    };
    let mut points: Vec<Point> = (0..nodes as u64)
        .map(|id| Point {
            tables: Tables::new(&LIMITS),
            node: Node::new(1_000 + id, Seed::default()),
            peers: peers(),
            tells: START + chance(id, period),
            hears: START + chance(id + 1_000, period),
            cached: None,
        })
        .collect();
    let count = match way {
        Way::Hubs { hubs, .. } => hubs,
        Way::Shards { shards, .. } => shards,
        _ => 0,
    };
    let mut middle = Middle {
        slots: (0..nodes).map(|_| Value::default()).collect(),
        hubs: (0..count as u64).map(|id| (Node::new(id + 1, Seed::default()), peers())).collect(),
        told: (0..count as u64).map(|id| START + chance(id + 2_000, period)).collect(),
        redis: (count > 1).then(peers),
        ..Middle::default()
    };
    let last = START + LENGTH;
    let end = last + way.bound() + 10_000;
    let (mut sent, mut everything, mut whole) = (0, Tables::new(&LIMITS), Tool::default());
    for now in (START..end).step_by(STEP as usize) {
        while sent < campaign && START + sent * LENGTH / campaign <= now {
            let touched = stray(sent, START + sent * LENGTH / campaign);
            points[chance(sent + 10_000, nodes as u64) as usize].tables.lend(&touched).count(&touched);
            everything.lend(&touched).count(&touched);
            whole = *everything.find(&touched.keys).tool.unwrap();
            sent += 1;
        }
        between(way, &mut middle, now, period);
        for (at, point) in points.iter_mut().enumerate() {
            step(way, &mut middle, point, at, now, period);
        }
        let sees_all = |point: &mut Point| judged(point, now).addresses == whole.addresses;
        if now > last && points.iter_mut().all(sees_all) {
            return (Some(now - last), middle.writes as f64 * 60_000.0 / (now - START) as f64);
        }
    }
    (None, 0.0)
}

/// What happens without the nodes.
fn between(way: Way, middle: &mut Middle, now: u64, period: u64) {
    let Middle { board, hubs, told, redis: Some(redis), writes, .. } = middle else { return };
    for (at, (node, peers)) in hubs.iter_mut().enumerate() {
        match way {
            Way::Hubs { .. } if (now + at as u64 * STEP).is_multiple_of(1_000) => {
                exchange(peers, redis, now);
            }
            // The root keeps the shards' snapshots where hubs have Redis.
            Way::Shards { .. } if told[at] <= now => {
                told[at] = now + period;
                let own = peers.merged(node, 0, &LIMITS, now, BYTES);
                redis.add(&own, now).unwrap();
                if at == 0 {
                    *writes += 1;
                    board.write(now, redis.board(limits::BOARD));
                }
            }
            _ => {}
        }
    }
}

fn exchange(one: &mut Peers, other: &mut Peers, now: u64) {
    other.add_board(&one.board(usize::MAX), now).unwrap();
    one.add_board(&other.board(usize::MAX), now).unwrap();
}

/// What a node does.
fn step(way: Way, middle: &mut Middle, point: &mut Point, at: usize, now: u64, period: u64) {
    let Point { tables, node, peers, tells, hears, cached } = point;
    if let Way::Board { seen, .. } = way
        && *hears <= now
    {
        // A sandbox that looks into its place's cache.
        *hears = now + period;
        if let Some((_, board)) = &cached {
            peers.add_board(board, now).unwrap();
        }
        peers.teach(tables, node.id(), now);
        let _ = seen;
    }
    if *tells > now {
        return;
    }
    *tells = now + period;
    let snapshot = node.snapshot(tables, now, BYTES);
    match way {
        Way::Slots { .. } => {
            middle.slots[at].write(now, snapshot);
            for slot in &middle.slots {
                let _ = slot.read(at, now, 0).map(|(_, bytes)| peers.add(bytes, now));
            }
            peers.teach(tables, node.id(), now);
        }
        Way::Hubs { hubs, .. } => {
            let (hub, heard) = &mut middle.hubs[at % hubs];
            heard.add(&snapshot, now).unwrap();
            peers.add(&heard.merged(hub, node.id(), &LIMITS, now, 4 * BYTES), now).unwrap();
            peers.teach(tables, node.id(), now);
        }
        Way::Board { seen, .. } => {
            middle.writes += 1;
            middle.slots[at].write(now, snapshot);
            let found = middle.board.read(at, now, seen).cloned();
            *cached = match found {
                Some((made, board)) if made + period > now => Some((now, board)),
                // The store takes one of two who write at once, and refuses who saw an old one.
                _ if middle.board.0.last().is_some_and(|(made, _)| made + period > now) => found,
                _ => {
                    let mut all = self::peers();
                    for slot in &middle.slots {
                        let _ = slot.read(at, now, seen).map(|(_, bytes)| all.add(bytes, now));
                    }
                    middle.writes += 1;
                    middle.board.write(now, all.board(limits::BOARD));
                    Some((now, all.board(limits::BOARD)))
                }
            };
        }
        Way::Shards { shards, seen, cached: kept, .. } => {
            let shard = at % shards;
            let (far, isolates) = &mut middle.hubs[shard];
            isolates.add(&snapshot, now).unwrap();
            let mut near = Node::new(!far.id(), Seed::default());
            peers.add(&isolates.merged(&mut near, node.id(), &LIMITS, now, 4 * BYTES), now).unwrap();
            if shards > 1 {
                if cached.as_ref().is_none_or(|(since, _)| since + kept <= now) {
                    *cached = middle.board.read(at, now, seen).map(|(_, board)| (now, board.clone()));
                }
                let _ = cached.as_ref().map(|(_, board)| peers.add_board(board, now));
            }
            peers.teach(tables, far.id(), now);
        }
    }
}

/// One request of the campaign: an address that never came and never comes again.
fn stray(number: u64, at: u64) -> Touched {
    let plain = request(1_000_000 + number, at);
    let keys = RecordKeys { tool: hash(77), network: hash((number % 300) | (6 << 60)), ..plain.keys };
    Touched { keys, ..plain }
}

/// The campaign's tool as a node would judge by it, without counting a request of its own.
fn judged(point: &mut Point, now: u64) -> Tool {
    let stray = stray(0, now);
    let keys = RecordKeys { tool: stray.keys.tool, address: stray.keys.address, ..RecordKeys::default() };
    let own = point.tables.find(&keys).tool.map(|tool| *tool).unwrap_or_default();
    let found = point.tables.lend(&Touched { keys, ..stray }).count(&stray).tool.copied().unwrap_or_default();
    if let Some(tool) = point.tables.find(&keys).tool {
        *tool = own;
    }
    found
}

const HOSTS: [(&str, Way); 6] = [
    ("Envoy: workers of one process", Way::Slots { period: 2_000 }),
    ("proxies and a hub", Way::Hubs { hubs: 1, period: 5_000 }),
    ("proxies, three hubs and Redis", Way::Hubs { hubs: 3, period: 5_000 }),
    ("Fastly: points of presence", Way::Board { period: 10_000, seen: 1_000 }),
    ("Cloudflare: isolates of one shard", Way::Shards { shards: 1, period: 10_000, seen: 60_000, cached: 30_000 }),
    ("Cloudflare: isolates of four shards", Way::Shards { shards: 4, period: 10_000, seen: 60_000, cached: 30_000 }),
];

#[test]
fn a_campaign_is_seen_by_every_node_of_each_host() {
    let (nodes, campaign, seeds) = if cfg!(debug_assertions) { (8, 200, 1) } else { (50, 5_000, 5) };
    eprintln!(
        "| way | must be seen by all after | seen by all after, median | at most | writes to KV a minute |\n|---|---|---|---|---|"
    );
    for (name, way) in HOSTS {
        let runs: Vec<_> = (0..seeds).map(|seed| run(way, nodes, campaign, seed)).collect();
        let mut after: Vec<u64> = runs.iter().map(|(after, _)| after.unwrap_or(u64::MAX)).collect();
        after.sort_unstable();
        let (bound, most, median) = (way.bound(), after[after.len() - 1], after[after.len() / 2]);
        assert!(most <= bound + STEP, "{name}: {most} ms, at most {bound}");
        let writes = runs.iter().map(|(_, writes)| *writes).fold(0.0, f64::max);
        eprintln!(
            "| {name} | {:.0} s | {:.1} s | {:.1} s | {writes:.0} |",
            bound as f64 / 1_000.0,
            median as f64 / 1_000.0,
            most as f64 / 1_000.0
        );
    }
}
