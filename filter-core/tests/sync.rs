//! What nodes tell each other: counted as by one node, whatever becomes of the deliveries.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod crowd;

use std::collections::BTreeMap;
use std::sync::LazyLock;

use crowd::{START, come, hash, request};
use filter_core::limits;
use filter_core::state::sketches::Scale;
use filter_core::state::{Client, Limits, Memory, Network, Tables, Tool};
use filter_core::sync::{Node, Peers, Refused, Seed};
use proptest::collection::vec;
use proptest::prelude::*;

/// Small, so that tests with many nodes are quick.
const LIMITS: Limits = Limits {
    clients: 2_000,
    details: 500,
    addresses: 2_000,
    networks: 400,
    tools: 100,
    accounts: 100,
    endpoints: 400,
    sites: 16,
    cells: 0,
};

fn peers() -> Peers {
    Peers::new(Seed::default(), 64)
}

/// What a node remembers of a client and its surroundings, one more request of its own counted.
fn remembered<T>(tables: &mut Tables, number: u64, at: u64, read: impl FnOnce(&Memory<'_>) -> T) -> T {
    let touched = request(number, at);
    read(&tables.lend(&touched).count(&touched))
}

#[test]
fn a_client_spread_over_nodes_is_counted_as_one() {
    let mut nodes: Vec<Tables> = (0..3).map(|_| Tables::new(&LIMITS)).collect();
    let mut alone = Tables::new(&LIMITS);
    for number in 0..90 {
        let at = START + number * 1_000;
        come(&mut nodes[number as usize % 3], 7, at);
        come(&mut alone, 7, at);
    }
    let mut peers = peers();
    let now = START + 90_000;
    for (id, tables) in (1..).zip(&nodes) {
        peers.add(&Node::new(id, Seed::default()).snapshot(tables, now, limits::SNAPSHOT), now).unwrap();
    }
    let read = |memory: &Memory<'_>| {
        let (client, tool, site) = (*memory.client.unwrap(), *memory.tool.unwrap(), *memory.site.unwrap());
        let detail = *memory.detail.unwrap();
        (client.requests(), client.begun, tool.addresses, tool.paths, site.acts, detail.hours, client.rates)
    };
    let (requests, begun, addresses, paths, acts, hours, rates) = remembered(&mut alone, 7, now, read);
    for (id, tables) in (1..).zip(&mut nodes) {
        let heard = peers.teach(tables, id, now);
        assert_eq!((heard.nodes, heard.crowded), (2, 0));
        let found = remembered(tables, 7, now, read);
        assert_eq!((found.0, found.1, found.2, found.3), (requests, begun, addresses, paths));
        assert_eq!((found.4, found.5), (acts, hours));
        for scale in Scale::ALL {
            assert!(found.6.level(scale, now).abs_diff(rates.level(scale, now)) <= 24, "{scale:?}");
        }
    }
}

#[test]
fn what_a_node_says_replaces_what_it_said() {
    let (mut here, mut there) = (Tables::new(&LIMITS), Tables::new(&LIMITS));
    let (mut node, mut peers) = (Node::new(1, Seed::default()), peers());
    let requests = |here: &mut Tables, peers: &mut Peers, at| {
        peers.teach(here, 2, at);
        peers.teach(here, 2, at);
        // A newcomer here, with one request; the rest is what the other node said.
        let touched = request(7, at);
        here.lend(&touched).count(&touched).client.unwrap().requests()
    };
    for number in 0..10 {
        come(&mut there, 7, START + number * 1_000);
        let snapshot = node.snapshot(&there, START + number * 1_000, limits::SNAPSHOT);
        peers.add(&snapshot, START + number * 1_000).unwrap();
        peers.add(&snapshot, START + number * 1_000).unwrap();
    }
    assert_eq!(requests(&mut here, &mut peers, START + 10_000), 11);
    let late = START + 9_000 + limits::SNAPSHOT_EXPIRY + 1;
    assert_eq!(requests(&mut here, &mut peers, late), 2, "the other node says nothing any more");
    assert_eq!(peers.nodes().count(), 0);
}

#[test]
fn what_weighs_most_goes_first_and_bytes_are_never_more_than_asked_for() {
    let mut tables = Tables::new(&Limits::default());
    (0..20_000).for_each(|number| {
        come(&mut tables, number, START + number);
    });
    // One comes often; one is suspicious.
    (0..60).for_each(|number| {
        come(&mut tables, 100_001, START + 20_000 + number);
    });
    come(&mut tables, 100_002, START + 21_000);
    tables.find(&request(100_002, 0).keys).client.unwrap().score = 90;
    let now = START + 22_000;
    for most in [0, 100, 4_000, 64_000, limits::SNAPSHOT, usize::MAX] {
        let mut here = Tables::new(&Limits::default());
        let mut peers = peers();
        let snapshot = Node::new(1, Seed::default()).snapshot(&tables, now, most);
        assert!(snapshot.len() <= most.clamp(64, limits::SNAPSHOT), "{} of {most}", snapshot.len());
        peers.add(&snapshot, now).unwrap();
        let heard = peers.teach(&mut here, 2, now);
        assert!(most > 64_000 || heard.crowded == 0, "{most}: {heard:?}");
        if most >= 4_000 {
            // A whole packed client has 72 bytes at most, and 12 beside.
            assert!(heard.records > snapshot.len() / 150, "{most}: {heard:?}");
            let theirs = |number| {
                let touched = request(number, now);
                Tables::lend(&mut here, &touched).count(&touched).client.map(|client| (client.requests(), client.score))
            };
            let found: Vec<_> = [100_001, 100_002].into_iter().map(theirs).collect();
            assert_eq!(found, [Some((61, 0)), Some((2, 90))], "{most}");
        }
    }
}

#[test]
fn who_did_not_come_lately_is_not_told() {
    let mut tables = Tables::new(&LIMITS);
    (0..3).for_each(|number| {
        come(&mut tables, number, START);
    });
    let told = |now| {
        let mut peers = peers();
        peers.add(&Node::new(1, Seed::default()).snapshot(&tables, now, limits::SNAPSHOT), now).unwrap();
        peers.teach(&mut Tables::new(&LIMITS), 2, now).records
    };
    assert!(told(START + 1_000) > 0);
    assert_eq!(told(START + 2 * 3_600_000), 0);
}

/// A hub tells a node the same as the nodes would.
#[test]
fn a_hub_says_what_its_nodes_say_without_the_one_who_asks() {
    let mut all = peers();
    let now = START + 60_000;
    let mut nodes: Vec<Tables> = (0..5).map(|_| Tables::new(&LIMITS)).collect();
    for number in 0..1_000u64 {
        come(&mut nodes[(hash(number) % 5) as usize], number % 40, START + number * 50);
    }
    for (id, tables) in (1..).zip(&nodes) {
        all.add(&Node::new(id, Seed::default()).snapshot(tables, now, limits::SNAPSHOT), now).unwrap();
    }
    let mut hub = Node::new(99, Seed::default());
    for (id, tables) in (1..).zip(&mut nodes) {
        let mut by_hub = peers();
        by_hub.add(&all.merged(&mut hub, id, &LIMITS, now, limits::SNAPSHOT), now).unwrap();
        let read = |memory: &Memory<'_>| (*memory.client.unwrap(), *memory.network.unwrap(), *memory.site.unwrap());
        let before = tables.find(&request(3, now).keys).client.map(|client| *client);
        all.teach(tables, id, now);
        let direct: (Client, Network, _) = remembered(tables, 3, now, read);
        // The same request again, from the same state.
        if let Some(before) = before {
            *tables.find(&request(3, now).keys).client.unwrap() = before;
            by_hub.teach(tables, id, now);
            assert_eq!(remembered(tables, 3, now, read).0, direct.0);
        }
    }
}

/// Distinct counts over many nodes, each with its part of one crowd: as by one node that saw all of it.
#[test]
fn distinct_counts_of_nodes_are_those_of_their_union() {
    let tool = |address: u64| {
        let mut touched = request(address, START + address);
        touched.keys.tool = 77;
        touched
    };
    let mut alone = Tables::new(&LIMITS);
    let mut nodes: Vec<Tables> = (0..50).map(|_| Tables::new(&LIMITS)).collect();
    for address in 0..5_000u64 {
        let touched = tool(address);
        alone.lend(&touched).count(&touched);
        nodes[address as usize % 50].lend(&touched).count(&touched);
    }
    let now = START + 5_000;
    let mut peers = peers();
    for (id, tables) in (1..).zip(&nodes) {
        peers.add(&Node::new(id, Seed::default()).snapshot(tables, now, 64 << 10), now).unwrap();
    }
    let whole: Tool = *alone.find(&tool(0).keys).tool.unwrap();
    for (id, tables) in (1..).zip(&mut nodes).step_by(20) {
        peers.teach(tables, id, now);
        let touched = tool(0);
        let found = *tables.lend(&touched).count(&touched).tool.unwrap();
        assert_eq!(found.addresses, whole.addresses, "node {id}");
        assert!((f64::from(found.addresses.count()) / 5_000.0 - 1.0).abs() < 0.3, "{}", found.addresses.count());
    }
}

/// A delivery: of which node, and which of its snapshots.
type Delivery = (usize, usize);

/// Three nodes with five snapshots each.
static HISTORY: LazyLock<Vec<Vec<Vec<u8>>>> = LazyLock::new(|| {
    (0..3u64)
        .map(|id| {
            let (mut tables, mut node) = (Tables::new(&LIMITS), Node::new(id, Seed::default()));
            let taken = (0..5u64).map(|round| {
                (0..20).for_each(|number| {
                    come(&mut tables, id * 10 + number, START + round * 10_000 + number);
                });
                node.snapshot(&tables, START + round * 10_000 + 1_000, 16 << 10)
            });
            taken.collect()
        })
        .collect()
});

fn delivered(deliveries: &[Delivery]) -> Peers {
    let mut peers = peers();
    for (node, epoch) in deliveries {
        peers.add(&HISTORY[*node][*epoch], START + 60_000).unwrap();
    }
    peers
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    /// Out of order, repeated, lost: of each node the latest that came is what counts.
    #[test]
    fn only_the_latest_of_each_node_counts(
        deliveries in vec((0usize..3, 0usize..5), 0..30),
        seed in any::<u64>(),
        extra in vec(any::<prop::sample::Index>(), 0..10),
    ) {
        let found = delivered(&deliveries);
        let mut other = deliveries.clone();
        if !deliveries.is_empty() {
            other.extend(extra.iter().map(|at| *at.get(&deliveries)));
        }
        other.sort_by_key(|(node, epoch)| hash(seed ^ (*node as u64 * 8 + *epoch as u64)));
        prop_assert_eq!(&delivered(&other), &found);
        let latest = deliveries.iter().fold(BTreeMap::new(), |mut latest, (node, epoch)| {
            let known = latest.entry(*node).or_insert(*epoch);
            *known = (*known).max(*epoch);
            latest
        });
        prop_assert_eq!(&delivered(&latest.into_iter().collect::<Vec<_>>()), &found);
        // And a node that reads them sees the same, however it came by them.
        let read = |mut peers: Peers| {
            let mut tables = Tables::new(&LIMITS);
            peers.teach(&mut tables, 9, START + 60_000);
            let touched = request(12, START + 60_000);
            let memory = tables.lend(&touched).count(&touched);
            (*memory.client.unwrap(), *memory.site.unwrap(), *memory.endpoint.unwrap())
        };
        prop_assert_eq!(read(delivered(&other)), read(found));
    }
}

/// A board says what the nodes would one by one, whatever else stands on it.
#[test]
fn a_board_is_its_snapshots() {
    let now = START + 60_000;
    let mut all = peers();
    for id in 1..=5 {
        let mut tables = Tables::new(&LIMITS);
        (0..20).for_each(|number| {
            come(&mut tables, id * 7 + number, START + number);
        });
        all.add(&Node::new(id, Seed::default()).snapshot(&tables, now, 8 << 10), now).unwrap();
    }
    let board = all.board(usize::MAX);
    let mut read = peers();
    assert_eq!(read.add_board(&board, now), Ok(5));
    assert_eq!(read, all);
    assert_eq!(read.add_board(&board, now), Ok(5));
    assert_eq!(read, all, "twice is once");

    let short = all.board(board.len() - 1);
    assert!(short.len() < board.len());
    assert_eq!(peers().add_board(&short, now), Ok(4), "whole snapshots, or none");
    for end in 0..board.len() {
        let taken = peers().add_board(&board[..end], now);
        assert!(if end < 4 { taken.is_err() } else { taken.unwrap() < 5 }, "{end}: {taken:?}");
    }
    assert_eq!(peers().add_board(&vec![0; limits::BOARD + 1], now), Err(Refused::TooLong));
    assert_eq!(peers().add_board(b"WSB\xff", now), Err(Refused::OtherVersion));
    assert_eq!(peers().add_board(&board, now + limits::SNAPSHOT_EXPIRY + 1), Ok(0), "too old");
    let mut strange = board.clone();
    strange.splice(4..4, [3, 0, 0, 0, b'x', b'y', b'z']);
    assert_eq!(peers().add_board(&strange, now), Ok(5), "what is no snapshot is left out");
}

/// Instances of one node, each short-lived: the second goes on where the first was, and what it holds itself is newer.
#[test]
fn a_node_goes_on_where_another_instance_of_it_was() {
    let (mut first, mut second) = (Tables::new(&LIMITS), Tables::new(&LIMITS));
    (0..30).for_each(|number| {
        come(&mut first, 7, START + number);
    });
    (0..10).for_each(|number| {
        come(&mut first, 8, START + number);
        come(&mut second, 8, START + 100 + number);
    });
    (0..5).for_each(|number| {
        come(&mut second, 8, START + 200 + number);
    });
    let now = START + 1_000;
    let mut slot = peers();
    slot.add(&Node::new(1, Seed::default()).snapshot(&first, now, 16 << 10), now).unwrap();
    slot.restore(1, &mut second, now);
    assert_eq!((crowd::known(&mut second, 7), crowd::known(&mut second, 8)), (30, 15));
    slot.restore(1, &mut second, now);
    assert_eq!((crowd::known(&mut second, 7), crowd::known(&mut second, 8)), (30, 15), "twice is once");

    // The third hears of it, too; who did not come for minutes is not carried on for ever.
    slot.add(&Node::new(1, Seed::default()).snapshot(&second, now + 10_000, 16 << 10), now + 10_000).unwrap();
    let mut third = Tables::new(&LIMITS);
    slot.restore(1, &mut third, now + 10_000);
    assert_eq!(crowd::known(&mut third, 7), 30);
    let late = now + 600_000;
    let mut fourth = Tables::new(&LIMITS);
    slot.restore(1, &mut fourth, late);
    assert_eq!(crowd::known(&mut fourth, 7), 0);
}
