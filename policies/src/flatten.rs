//! Many lists of blocks into one table of disjoint ranges, each with the set of lists that hold it.

use std::collections::BTreeMap;
use std::net::IpAddr;

use filter_core::request::Prefix;
use filter_core::signals::infrastructure::wire;

/// The table's wire form and its sets.
#[derive(Debug, Default, PartialEq, Eq)]
pub struct Flat {
    /// One bit a list. Those of many ranges come first: small indices are short.
    pub sets: Vec<u64>,
    /// IPv4 ranges.
    pub v4: Vec<u8>,
    /// IPv6 ranges.
    pub v6: Vec<u8>,
}

/// Flattens at most 64 lists; those beyond are not looked at.
pub fn flatten(lists: &[&[Prefix]]) -> Flat {
    let v4 = segments(lists, |address| match address {
        IpAddr::V4(v4) => Some((u128::from(v4.to_bits()), 32)),
        IpAddr::V6(_) => None,
    });
    let v6 = segments(lists, |address| match address {
        IpAddr::V4(_) => None,
        IpAddr::V6(v6) => Some((v6.to_bits(), 128)),
    });
    let mut counts: BTreeMap<u64, usize> = BTreeMap::new();
    for segment in v4.iter().chain(&v6) {
        let count = counts.entry(segment.set).or_default();
        *count = count.saturating_add(1);
    }
    let mut sets: Vec<(usize, u64)> = counts.into_iter().map(|(set, count)| (count, set)).collect();
    sets.sort_by_key(|(count, set)| (std::cmp::Reverse(*count), *set));
    let sets: Vec<u64> = sets.into_iter().map(|(_, set)| set).collect();
    let index_of: BTreeMap<u64, u128> = sets.iter().copied().zip(0u128..).collect();
    Flat { v4: encoded(&v4, &index_of), v6: encoded(&v6, &index_of), sets }
}

/// The table of blocks with a value each, as IPv4 and IPv6; of blocks inside each other the narrowest counts, of equal ones the last.
pub fn table(marks: &[(Prefix, u32)]) -> (Vec<u8>, Vec<u8>) {
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    for (block, value) in marks {
        let (first, bits, list) = match block.address() {
            IpAddr::V4(address) => (u128::from(address.to_bits()), 32u32, &mut v4),
            IpAddr::V6(address) => (address.to_bits(), 128, &mut v6),
        };
        let free = bits.saturating_sub(u32::from(block.length()));
        list.push((first, first | u128::MAX.checked_shr(128u32.saturating_sub(free)).unwrap_or(0), *value));
    }
    (valued(v4), valued(v6))
}

fn valued(mut blocks: Vec<(u128, u128, u32)>) -> Vec<u8> {
    // The wider of two that begin together comes first.
    blocks.sort_by_key(|(first, last, _)| (*first, std::cmp::Reverse(*last)));
    let mut out: Vec<(u128, u128, u32)> = Vec::new();
    let mut push = |first: u128, last: u128, value: u32| match out.last_mut() {
        Some((_, before, same)) if *same == value && before.checked_add(1) == Some(first) => *before = last,
        _ => out.push((first, last, value)),
    };
    // Blocks that are open at `next`, the first address not yet written; `None`: past the last.
    let mut open: Vec<(u128, u32)> = Vec::new();
    let mut next = Some(0u128);
    let mut close = |until: Option<u128>, open: &mut Vec<(u128, u32)>, next: &mut Option<u128>| {
        while let Some((last, value)) = open.last().copied() {
            let from = *next;
            if let Some(from) = from.filter(|from| *from <= last) {
                if until.is_some_and(|until| until <= last) {
                    let until = until.unwrap_or(0);
                    if until > from {
                        push(from, until.saturating_sub(1), value);
                    }
                    *next = Some(until.max(from));
                    return;
                }
                push(from, last, value);
                *next = last.checked_add(1);
            }
            open.pop();
        }
        *next = until;
    };
    for (first, last, value) in blocks {
        close(Some(first), &mut open, &mut next);
        open.push((last, value));
    }
    close(None, &mut open, &mut next);
    let (mut bytes, mut free) = (Vec::new(), 0u128);
    for (mut first, last, value) in out {
        // The whole of IPv6 has more addresses than a number holds: it is written in two.
        if last.wrapping_sub(first) == u128::MAX {
            (first, free) = (1u128 << 127, 1u128 << 127);
            [0, first, u128::from(value)].into_iter().for_each(|number| wire::write(number, &mut bytes));
        }
        let count = last.wrapping_sub(first).wrapping_add(1);
        [first.wrapping_sub(free), count, u128::from(value)].into_iter().for_each(|n| wire::write(n, &mut bytes));
        free = last.wrapping_add(1);
    }
    bytes
}

struct Segment {
    first: u128,
    last: u128,
    set: u64,
}

/// Sweeps over the ends of all blocks of one family, in order.
fn segments(lists: &[&[Prefix]], family: impl Fn(IpAddr) -> Option<(u128, u32)>) -> Vec<Segment> {
    // How many blocks of which list begin and end at a place; `None` is past the last address.
    let mut ends: BTreeMap<(bool, u128), Vec<(usize, i32)>> = BTreeMap::new();
    for (list, blocks) in lists.iter().take(64).enumerate() {
        for block in *blocks {
            let Some((first, bits)) = family(block.address()) else { continue };
            let free = bits.saturating_sub(u32::from(block.length()));
            let more = u128::MAX.checked_shr(128u32.saturating_sub(free)).unwrap_or(0);
            let last = first | more;
            ends.entry((false, first)).or_default().push((list, 1));
            let after = last.checked_add(1);
            ends.entry((after.is_none(), after.unwrap_or(0))).or_default().push((list, -1));
        }
    }
    let mut depth = [0i32; 64];
    let mut open: Option<(u128, u64)> = None;
    let mut segments: Vec<Segment> = Vec::new();
    for ((past, place), changes) in ends {
        for (list, change) in changes {
            if let Some(depth) = depth.get_mut(list) {
                *depth = depth.saturating_add(change);
            }
        }
        let set =
            depth.iter().enumerate().filter(|(_, depth)| **depth > 0).fold(0u64, |set, (list, _)| set | 1 << list);
        if open.is_some_and(|(_, before)| before == set) {
            continue;
        }
        if let Some((first, before)) = open.filter(|(_, before)| *before != 0) {
            let last = if past { u128::MAX } else { place.saturating_sub(1) };
            segments.push(Segment { first, last, set: before });
        }
        open = Some((place, set));
    }
    segments
}

fn encoded(segments: &[Segment], index_of: &BTreeMap<u64, u128>) -> Vec<u8> {
    let mut bytes = Vec::new();
    let mut free = 0u128;
    for segment in segments {
        let index = index_of.get(&segment.set).copied().unwrap_or(0);
        let mut first = segment.first;
        // The whole of IPv6 has more addresses than a number holds: it is written in two.
        if segment.last.wrapping_sub(first) == u128::MAX {
            let half = 1u128 << 127;
            [0, half, index].into_iter().for_each(|number| wire::write(number, &mut bytes));
            (first, free) = (half, half);
        }
        let count = segment.last.wrapping_sub(first).wrapping_add(1);
        [first.wrapping_sub(free), count, index].into_iter().for_each(|number| wire::write(number, &mut bytes));
        free = segment.last.wrapping_add(1);
    }
    bytes
}

#[cfg(test)]
mod tests;
