//! Snapshots from elsewhere: other versions, other secrets, other clocks, and whatever else bytes can be.
#![allow(missing_docs, clippy::unwrap_used, clippy::indexing_slicing, clippy::arithmetic_side_effects)]

mod crowd;

use crowd::{START, come, request};
use filter_core::keys::Keys;
use filter_core::limits;
use filter_core::state::{Limits, Tables};
use filter_core::sync::{Node, Peers, Refused, Seed, node_of};
use proptest::collection::vec;
use proptest::prelude::*;

const LIMITS: Limits = Limits {
    clients: 400,
    details: 100,
    addresses: 400,
    networks: 100,
    tools: 100,
    accounts: 100,
    endpoints: 100,
    sites: 16,
    cells: 0,
};

fn snapshot(id: u64, at: u64) -> Vec<u8> {
    let mut tables = Tables::new(&LIMITS);
    (0..40).for_each(|number| {
        come(&mut tables, number % 10, START + number);
    });
    Node::new(id, Seed::default()).snapshot(&tables, at, limits::SNAPSHOT)
}

fn peers() -> Peers {
    Peers::new(Seed::default(), 4)
}

#[test]
fn what_does_not_belong_here_is_refused_by_name() {
    let now = START + 1_000;
    let good = snapshot(1, now);
    let add = |bytes: &[u8]| peers().add(bytes, now);
    assert_eq!(add(&good), Ok(1));
    assert_eq!(node_of(&good), Ok((1, now)));
    assert_eq!(add(&[]), Err(Refused::Malformed));
    assert_eq!(add(&good[..good.len() - 1]), Err(Refused::Malformed));
    assert_eq!(add(&[&good[..], &[0]].concat()), Err(Refused::Malformed), "something after the end");
    assert_eq!(add(&vec![b'W'; limits::SNAPSHOT + 1]), Err(Refused::TooLong));
    let changed = |at: usize, to: u8| {
        let mut bytes = good.clone();
        bytes[at] = to;
        bytes
    };
    assert_eq!(add(&changed(3, 0)), Err(Refused::OtherVersion), "an older wire form");
    assert_eq!(add(&changed(4, 0)), Err(Refused::OtherVersion), "older records");
    assert_eq!(add(&snapshot(1, now + limits::SNAPSHOT_AHEAD + 1)), Err(Refused::Ahead));
    assert_eq!(peers().add(&good, now + limits::SNAPSHOT_EXPIRY), Ok(1));
    assert_eq!(peers().add(&good, now + limits::SNAPSHOT_EXPIRY + 1), Err(Refused::Expired));
    let keys = Keys::derive(b"correct horse battery staple");
    let mut elsewhere = Peers::new(Seed::of(Some(&keys)), 4);
    assert_eq!(elsewhere.add(&good, now), Err(Refused::OtherSecret));
}

#[test]
fn what_is_refused_leaves_what_there_was() {
    let now = START + 1_000;
    let mut peers = peers();
    peers.add(&snapshot(1, now), now).unwrap();
    let before = peers.clone();
    let mut broken = snapshot(1, now + 10);
    broken.truncate(100);
    assert!(peers.add(&broken, now).is_err());
    assert_eq!(peers, before);
}

#[test]
fn nodes_are_bounded_and_the_least_numbers_stay() {
    let mut peers = peers();
    for id in [9, 3, 7, 1, 8, 2] {
        peers.add(&snapshot(id, START), START).unwrap();
    }
    assert_eq!(peers.nodes().collect::<Vec<_>>(), [1, 2, 3, 7]);
}

#[test]
fn a_key_named_twice_is_refused() {
    // Two sites under one key, and nothing else: magic, form, seed, node, epoch, seven empty kinds, two entries.
    let entry = [1, 1, 1, 9];
    let bytes = [&b"WSN\x01\x01\x00\x05\x00"[..], &[0; 7], &[2], &entry, &entry].concat();
    assert_eq!(peers().add(&bytes, 0), Err(Refused::Malformed));
    let bytes = [&b"WSN\x01\x01\x00\x05\x00"[..], &[0; 7], &[1], &entry].concat();
    assert!(peers().add(&bytes, 0).is_err(), "the packed record says more than it has, or is read");
}

fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let good = snapshot(1, START);
    let length = good.len();
    vec((0..length, any::<u8>()), 1..20).prop_map(move |changes| {
        let mut bytes = good.clone();
        changes.into_iter().for_each(|(at, to)| bytes[at] = to);
        bytes
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(256))]

    #[test]
    fn any_bytes_are_heard_or_refused(bytes in prop_oneof![mutated(), vec(any::<u8>(), 0..400)], number in 0u64..12) {
        let mut peers = peers();
        let mut tables = Tables::new(&LIMITS);
        come(&mut tables, number, START);
        let size = {
            peers.teach(&mut tables, 2, START);
            tables.bytes()
        };
        if peers.add(&bytes, START).is_ok() {
            peers.teach(&mut tables, 2, START);
            // Whatever they say can be judged by.
            let touched = request(number, START + 10);
            let memory = tables.lend(&touched).count(&touched);
            prop_assert!(memory.client.is_some());
            let hub = peers.merged(&mut Node::new(5, Seed::default()), 2, &LIMITS, START, 4_096);
            prop_assert!(hub.len() <= 4_096);
            prop_assert_eq!(peers.add(&hub, START), Ok(5));
        }
        prop_assert_eq!(tables.bytes(), size, "memory does not depend on what is heard");
    }
}
