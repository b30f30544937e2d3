#![allow(clippy::arithmetic_side_effects, reason = "a test may overflow: it fails then")]

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use filter_core::signals::infrastructure::{NetworkKind, NetworkList, Networks, RangeTable};
use proptest::prelude::*;

use super::*;

fn networks(lists: &[&[Prefix]]) -> Networks {
    let flat = flatten(lists);
    let table = RangeTable::decode(&flat.v4, &flat.v6).unwrap();
    let name = |n: usize| NetworkList { name: format!("l{n}"), kind: NetworkKind::Hosting };
    Networks::new((0..lists.len()).map(name).collect(), flat.sets, table).unwrap()
}

fn naive(lists: &[&[Prefix]], address: IpAddr) -> u64 {
    let holds = |list: &&[Prefix]| list.iter().any(|block| block.contains(address));
    lists.iter().enumerate().filter(|(_, list)| holds(list)).fold(0, |set, (bit, _)| set | 1 << bit)
}

#[test]
fn whole_spaces_and_last_addresses() {
    let all: Vec<Prefix> = ["0.0.0.0/0", "::/0"].map(|text| text.parse().unwrap()).to_vec();
    let last: Vec<Prefix> =
        ["255.255.255.255/32", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff/128"].map(|t| t.parse().unwrap()).to_vec();
    for lists in [vec![&all[..]], vec![&last[..]], vec![&all[..], &last[..]]] {
        let networks = networks(&lists);
        for text in ["0.0.0.0", "255.255.255.255", "::", "8000::", "7fff::", "ffff:ffff:ffff:ffff:ffff:ffff:ffff:ffff"]
        {
            let address = text.parse().unwrap();
            assert_eq!(networks.find(address), naive(&lists, address), "{text}");
        }
    }
}

#[test]
fn neighbours_of_one_set_are_one_range() {
    let list: Vec<Prefix> = ["10.0.0.0/24", "10.0.1.0/24", "10.0.0.128/25"].map(|text| text.parse().unwrap()).to_vec();
    let flat = flatten(&[&list]);
    assert_eq!(RangeTable::decode(&flat.v4, &flat.v6).unwrap().len(), 1);
    assert_eq!(flatten(&[]), Flat::default());
}

fn block4() -> impl Strategy<Value = Prefix> {
    (any::<u32>(), 0u32..=12).prop_map(|(bits, length)| {
        let mask = u32::MAX.checked_shl(32 - length).unwrap_or(0);
        format!("{}/{length}", Ipv4Addr::from_bits(bits & mask)).parse().unwrap()
    })
}

fn block6() -> impl Strategy<Value = Prefix> {
    (any::<u128>(), 0u32..=12).prop_map(|(bits, length)| {
        let mask = u128::MAX.checked_shl(128 - length).unwrap_or(0);
        format!("{}/{length}", Ipv6Addr::from_bits(bits & mask)).parse().unwrap()
    })
}

fn marks() -> impl Strategy<Value = Vec<(Prefix, u32)>> {
    proptest::collection::vec((prop_oneof![block4(), block6()], 0u32..5), 0..30)
}

#[test]
fn a_value_for_everybody_and_another_for_one() {
    let block = |text: &str| text.parse::<Prefix>().unwrap();
    let (v4, v6) = table(&[(block("::/0"), 1), (block("0.0.0.0/0"), 2), (block("255.255.255.255/32"), 3)]);
    let table = RangeTable::decode(&v4, &v6).unwrap();
    for (text, expected) in [("::", 1), ("ffff::", 1), ("0.0.0.0", 2), ("255.255.255.254", 2), ("255.255.255.255", 3)] {
        assert_eq!(table.find(text.parse().unwrap()), Some(expected), "{text}");
    }
}

proptest! {
    #[test]
    fn the_narrowest_block_gives_the_value(marks in marks(), asked: Vec<u32>, asked6: Vec<u128>) {
        let (v4, v6) = table(&marks);
        let table = RangeTable::decode(&v4, &v6).unwrap();
        let edges = marks.iter().map(|(block, _)| block.address());
        let all = edges.chain(asked.into_iter().map(|bits| Ipv4Addr::from_bits(bits).into()));
        for address in all.chain(asked6.into_iter().map(|bits| Ipv6Addr::from_bits(bits).into())) {
            let address: IpAddr = address;
            let holding = marks.iter().enumerate().filter(|(_, (block, _))| block.contains(address));
            let expected = holding.max_by_key(|(place, (block, _))| (block.length(), *place)).map(|(_, (_, value))| *value);
            prop_assert_eq!(table.find(address), expected, "{}", address);
        }
    }

    #[test]
    fn the_table_says_what_the_lists_say(
        lists in prop::collection::vec(prop::collection::vec(prop_oneof![block4(), block6()], 0..8), 0..6),
        probes in prop::collection::vec(any::<u128>(), 20),
    ) {
        let lists: Vec<&[Prefix]> = lists.iter().map(Vec::as_slice).collect();
        let networks = networks(&lists);
        let firsts = lists.iter().flat_map(|list| list.iter().map(Prefix::address));
        let before = firsts.clone().map(|address| match address {
            IpAddr::V4(v4) => Ipv4Addr::from_bits(v4.to_bits().wrapping_sub(1)).into(),
            IpAddr::V6(v6) => IpAddr::from(Ipv6Addr::from_bits(v6.to_bits().wrapping_sub(1))),
        });
        let wide = probes.iter().map(|bits| IpAddr::from(Ipv6Addr::from_bits(*bits)));
        let narrow = probes.iter().map(|bits| IpAddr::from(Ipv4Addr::from_bits(u32::try_from(bits >> 96).unwrap())));
        for address in firsts.chain(before).chain(wide).chain(narrow) {
            prop_assert_eq!(networks.find(address), naive(&lists, address), "{}", address);
        }
    }
}
