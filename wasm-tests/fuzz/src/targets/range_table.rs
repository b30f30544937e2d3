//! Range tables: refused, or the same as what a slow reader of the same bytes finds; and what is flattened is found again.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use filter_core::request::Prefix;
use filter_core::signals::infrastructure::RangeTable;
use policy_compiler::flatten;

use super::Target;
use crate::fields::{Fields, join};

pub(super) const TARGET: Target = Target { name: "range_table", check, seeds, rounds: 4000 };

/// Zero bits left out, by scale; see the core's `ranges/wire.rs`.
const SCALES: [u32; 8] = [0, 8, 12, 64, 72, 80, 88, 96];

fn seeds() -> Vec<Vec<u8>> {
    let blocks = |texts: &[&str]| texts.iter().map(|text| text.parse().unwrap()).collect::<Vec<Prefix>>();
    let one = blocks(&["0.0.0.0/8", "192.0.2.0/24", "203.0.113.7", "255.255.255.255", "::/64", "2001:db8::/32"]);
    let two = blocks(&["192.0.2.128/25", "10.0.0.0/9", "2001:db8:1::/48", "ffff::/16"]);
    [&[&one[..]][..], &[&two], &[&one, &two]]
        .map(|lists| {
            let flat = flatten(lists);
            join([&[flat.v4.len() as u8][..], &[flat.v4, flat.v6].concat()])
        })
        .to_vec()
}

fn check(data: &[u8]) {
    let mut fields = Fields::of(data);
    let length = fields.number() as usize;
    let rest = fields.rest();
    let (v4, v6) = rest.split_at(length.min(rest.len()));
    let expected = slow(v4, 32).zip(slow(v6, 128));
    let table = RangeTable::decode(v4, v6);
    assert_eq!(table.is_ok(), expected.is_some());
    let (Ok(table), Some((v4, v6))) = (table, expected) else { return };
    assert_eq!(table.len(), v4.len() + v6.len());
    assert_eq!(table.max_value(), v4.iter().chain(&v6).map(|(.., value)| *value).max());
    let find = |ranges: &[(u128, u128, u32)], address: u128| {
        ranges.iter().find(|(first, last, _)| (*first..=*last).contains(&address)).map(|(.., value)| *value)
    };
    let edges = |(first, last, _): &(u128, u128, u32)| {
        [first.wrapping_sub(1), *first, *first / 2 + *last / 2, *last, last.wrapping_add(1)]
    };
    for edge in v4.iter().flat_map(edges) {
        let address = Ipv4Addr::from_bits(edge as u32);
        assert_eq!(table.find(IpAddr::V4(address)), find(&v4, u128::from(edge as u32)));
        assert_eq!(table.find(IpAddr::V6(address.to_ipv6_mapped())), find(&v4, u128::from(edge as u32)));
    }
    for edge in v6.iter().flat_map(edges) {
        let address = IpAddr::V6(Ipv6Addr::from_bits(edge));
        if address.to_canonical() == address {
            assert_eq!(table.find(address), find(&v6, edge));
        }
    }
}

/// First, last and value of each range, read with numbers as wide as need be; `None`: no table.
fn slow(bytes: &[u8], width: u32) -> Option<Vec<(u128, u128, u32)>> {
    let greatest = u128::MAX >> (128 - width);
    let mut bytes = bytes.iter();
    let (mut ranges, mut free) = (Vec::new(), Some(0u128));
    while bytes.len() > 0 {
        let (gap, count, value) = (number(&mut bytes)?, number(&mut bytes)?, number(&mut bytes)?);
        let first = free?.checked_add(gap)?;
        let last = first.checked_add(count.checked_sub(1)?)?;
        if last > greatest || value > u128::from(u32::MAX) {
            return None;
        }
        ranges.push((first, last, value as u32));
        free = last.checked_add(1);
    }
    Some(ranges)
}

/// Bit by bit: a bit past the 128th must be zero.
fn number(bytes: &mut std::slice::Iter<'_, u8>) -> Option<u128> {
    let first = *bytes.next()?;
    let mut bits: Vec<bool> = (0..4).map(|bit| first >> bit & 1 == 1).collect();
    let mut follows = first >= 128;
    for _ in 0..18 {
        if follows {
            let byte = *bytes.next()?;
            bits.extend((0..7).map(|bit| byte >> bit & 1 == 1));
            follows = byte >= 128;
        }
    }
    let scale = SCALES[usize::from(first >> 4 & 7)];
    let places = (scale..).zip(bits).filter(|(_, bit)| *bit).map(|(place, _)| place);
    let number = places.map(|place| 1u128.checked_shl(place)).sum::<Option<u128>>()?;
    (!follows).then_some(number)
}
