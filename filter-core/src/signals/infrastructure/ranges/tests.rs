#![allow(clippy::arithmetic_side_effects, reason = "a test may overflow: it fails then")]

use core::net::{Ipv4Addr, Ipv6Addr};

use proptest::prelude::*;

use super::*;

fn written(numbers: &[u128]) -> Vec<u8> {
    let mut bytes = Vec::new();
    for number in numbers {
        wire::write(*number, &mut bytes);
    }
    bytes
}

fn v4(address: u32) -> IpAddr {
    Ipv4Addr::from_bits(address).into()
}

#[test]
fn common_blocks_are_short() {
    for (number, bytes) in [(0u128, 1), (1, 1), (256, 1), (1 << 12, 1), (1 << 64, 1), (1 << 80, 1), (1 << 96, 1)] {
        assert_eq!(written(&[number]).len(), bytes, "{number:x}");
    }
    assert_eq!(written(&[u128::MAX]).len(), 19);
}

#[test]
fn edges_of_the_address_space() {
    let last = 1u128 << 32;
    let table =
        RangeTable::decode(&written(&[0, 1, 3, last - 2, 1, 4]), &written(&[0, u128::MAX, 5, 0, 1, 6])).unwrap();
    let found = |address: u32| table.find(v4(address));
    assert_eq!([0, 1, u32::MAX - 1, u32::MAX].map(found), [Some(3), None, None, Some(4)]);
    assert_eq!(table.find(Ipv6Addr::from_bits(u128::MAX - 1).into()), Some(5));
    assert_eq!(table.find(Ipv6Addr::from_bits(u128::MAX).into()), Some(6));
    assert_eq!(table.find("::ffff:0.0.0.0".parse().unwrap()), Some(3), "mapped addresses are IPv4");
    assert_eq!((table.len(), table.max_value()), (4, Some(6)));
    assert_eq!(RangeTable::default().find(v4(0)), None);
}

#[test]
fn what_is_no_table_is_refused() {
    let refused = |bytes: &[u8]| RangeTable::decode(bytes, &[]).unwrap_err();
    let last = 1u128 << 32;
    let reason = |numbers: &[u128]| alloc::format!("{}", refused(&written(numbers)));
    let range = "not a range table: a range is empty, out of the address space, or has too great a value at byte ";
    assert!(reason(&[5, 0, 1]).starts_with(range), "empty");
    assert!(reason(&[last, 1, 1]).starts_with(range), "starts past the end");
    assert!(reason(&[0, last + 1, 1]).starts_with(range), "ends past the end");
    assert!(reason(&[0, last, 1, 0, 1, 1]).starts_with(range), "nothing is left");
    assert!(reason(&[0, 1, 1 << 32]).starts_with(range), "value");
    assert!(reason(&[0, 1]).starts_with("not a range table: the bytes end inside a range at byte 2;"));
    assert!(alloc::format!("{}", refused(&[0x8F])).contains("the bytes end inside"));
    let too_long = [&[0x80u8; 19][..], &[1]].concat();
    assert!(alloc::format!("{}", refused(&too_long)).contains("a number too long"));
    let mut above = [0xFFu8; 19];
    above[18] = 0x7F;
    assert!(alloc::format!("{}", refused(&above)).contains("above 128 bits"));
    assert!(RangeTable::decode(&[], &written(&[1, u128::MAX, 0, 0, 1, 0])).is_err(), "IPv6 past the end");
}

proptest! {
    #[test]
    fn numbers_come_back(numbers in prop::collection::vec((any::<u128>(), 0u32..128).prop_map(|(n, s)| n >> s << (s / 2)), 1..20)) {
        let bytes = written(&numbers);
        let mut reader = wire::Reader::new(&bytes, 0);
        for number in numbers {
            prop_assert_eq!(reader.number(), Ok(number));
        }
        prop_assert!(reader.is_empty());
    }

    #[test]
    fn any_bytes_are_decoded_or_refused(v4 in prop::collection::vec(any::<u8>(), 0..200), v6 in prop::collection::vec(any::<u8>(), 0..200)) {
        if let Ok(table) = RangeTable::decode(&v4, &v6) {
            let sorted = |ends: Vec<(u128, u128)>| {
                ends.iter().all(|(first, last)| first <= last) && ends.windows(2).all(|w| w[0].1 < w[1].0)
            };
            prop_assert!(sorted(table.v4.iter().map(|r| (r.first.into(), r.last.into())).collect()));
            prop_assert!(sorted(table.v6.iter().map(|r| (r.first, r.last)).collect()));
        }
    }

    #[test]
    fn look_up_agrees_with_the_naive_one(
        ranges in prop::collection::vec((0u32..1 << 29, 1u32..1 << 29, any::<u32>()), 0..8),
        probes in prop::collection::vec(any::<u32>(), 0..20),
    ) {
        // The same ranges in both families; IPv6's are wider by 96 bits.
        let (mut small, mut wide, mut plain, mut free) = (Vec::new(), Vec::new(), Vec::new(), 0u64);
        for (gap, count, value) in ranges {
            let first = free + u64::from(gap);
            free = first + u64::from(count);
            if free > 1 << 32 { break }
            small.extend([u128::from(gap), u128::from(count), u128::from(value)]);
            wide.extend([u128::from(gap) << 96, u128::from(count) << 96, u128::from(value)]);
            plain.push((first, free - 1, value));
        }
        let table = RangeTable::decode(&written(&small), &written(&wide)).unwrap();
        let edges = plain.iter().flat_map(|(first, last, _)| [first.wrapping_sub(1), *first, *last, last + 1]);
        let edges = edges.map(|n| u32::try_from(n & 0xFFFF_FFFF).unwrap());
        for probe in edges.chain(probes) {
            let place = u64::from(probe);
            let naive = plain.iter().find(|(first, last, _)| (*first..=*last).contains(&place)).map(|(.., value)| *value);
            prop_assert_eq!(table.find(v4(probe)), naive);
            for low in [0u128, (1 << 96) - 1] {
                let address = Ipv6Addr::from_bits((u128::from(probe) << 96) | low);
                if address.to_ipv4_mapped().is_none() {
                    prop_assert_eq!(table.find(address.into()), naive);
                }
            }
        }
    }
}
