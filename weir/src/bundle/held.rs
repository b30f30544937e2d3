//! Which addresses a bundle's network lists hold.

use std::collections::BTreeMap;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use filter_core::policy::wire::{Content, Networks};
use filter_core::signals::infrastructure::RangeTable;

/// Ranges in ascending order, those that touch as one: first and last address as numbers.
type Ranges = Vec<(u128, u128)>;

/// What one list holds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct Held {
    v4: Ranges,
    v6: Ranges,
}

/// Every list's addresses by its name.
pub(super) fn held(content: &Content) -> BTreeMap<String, Held> {
    let networks = &content.networks;
    let mut all: BTreeMap<String, Held> =
        networks.lists.iter().map(|list| (list.name.clone(), Held::default())).collect();
    let sets: Vec<u64> = networks.sets.iter().map(|set| u64::from_str_radix(set, 16).unwrap_or(0)).collect();
    table(&networks.v4, &networks.v6).each(&mut |first, last, value| {
        let set = usize::try_from(value).ok().and_then(|place| sets.get(place)).copied().unwrap_or(0);
        for (bit, list) in (0u32..).zip(&networks.lists) {
            if set.checked_shr(bit).unwrap_or(0) & 1 == 1
                && let Some(held) = all.get_mut(&list.name)
            {
                held.add(first, last);
            }
        }
    });
    all
}

/// The tables beside the lists: what they say of which addresses, how many ranges they have, and both parts as they travel.
pub(super) fn tables(networks: &Networks) -> Vec<(&'static str, usize, [&str; 2])> {
    let all =
        [("AS numbers", &networks.asn_v4, &networks.asn_v6), ("countries", &networks.country_v4, &networks.country_v6)];
    all.into_iter().map(|(name, v4, v6)| (name, table(v4, v6).len(), [v4.as_str(), v6.as_str()])).collect()
}

/// A table that a host would read; else an empty one.
fn table(v4: &str, v6: &str) -> RangeTable {
    let bytes = |text: &str| BASE64_STANDARD.decode(text).unwrap_or_default();
    RangeTable::decode(&bytes(v4), &bytes(v6)).unwrap_or_default()
}

impl Held {
    fn add(&mut self, first: IpAddr, last: IpAddr) {
        let (ranges, first, last) = match (first, last) {
            (IpAddr::V4(first), IpAddr::V4(last)) => (&mut self.v4, first.to_bits().into(), last.to_bits().into()),
            (IpAddr::V6(first), IpAddr::V6(last)) => (&mut self.v6, first.to_bits(), last.to_bits()),
            _ => return,
        };
        match ranges.last_mut() {
            Some((_, end)) if end.checked_add(1) == Some(first) => *end = last,
            _ => ranges.push((first, last)),
        }
    }

    /// How many ranges it has.
    pub(super) fn len(&self) -> usize {
        self.v4.len().saturating_add(self.v6.len())
    }

    /// What it holds and the other does not, as blocks where ranges are such.
    pub(super) fn minus(&self, other: &Held) -> Vec<String> {
        let v4 = minus(&self.v4, &other.v4).into_iter().map(|(first, last)| {
            let address = |number: u128| Ipv4Addr::from_bits(u32::try_from(number).unwrap_or(u32::MAX)).to_string();
            shown(first, last, 32, address)
        });
        let v6 = minus(&self.v6, &other.v6).into_iter();
        let v6 = v6.map(|(first, last)| shown(first, last, 128, |number| Ipv6Addr::from_bits(number).to_string()));
        v4.chain(v6).collect()
    }
}

fn minus(these: &[(u128, u128)], those: &[(u128, u128)]) -> Ranges {
    let (mut left, mut those) = (Ranges::new(), those.iter().peekable());
    for (first, last) in these {
        let mut from = Some(*first);
        while let (Some(start), Some((begin, end))) = (from, those.peek()) {
            if end < first || *end < start {
                those.next();
                continue;
            }
            if begin > last {
                break;
            }
            if *begin > start {
                left.push((start, begin.saturating_sub(1)));
            }
            // The same one may reach into the next.
            from = end.checked_add(1).filter(|next| next <= last);
        }
        left.extend(from.map(|start| (start, *last)));
    }
    left
}

/// A block as `192.0.2.0/24`, one address alone, else first and last.
fn shown(first: u128, last: u128, bits: u32, address: impl Fn(u128) -> String) -> String {
    let size = last.wrapping_sub(first).wrapping_add(1);
    let free = if size == 0 { 128 } else { size.trailing_zeros() };
    let is_block = (size == 0 || size.is_power_of_two()) && (first == 0 || first.trailing_zeros() >= free);
    match is_block {
        true if free == 0 => address(first),
        true => format!("{}/{}", address(first), bits.saturating_sub(free)),
        false => format!("{}-{}", address(first), address(last)),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_one_has_and_the_other_has_not() {
        let all = [(10, 19), (30, 39), (50, u128::MAX)];
        for (other, left) in [
            (vec![], all.to_vec()),
            (all.to_vec(), vec![]),
            (vec![(0, u128::MAX)], vec![]),
            (vec![(0, 10), (15, 34), (39, 60)], vec![(11, 14), (35, 38), (61, u128::MAX)]),
            (vec![(12, 13), (15, 15)], vec![(10, 11), (14, 14), (16, 19), (30, 39), (50, u128::MAX)]),
        ] {
            assert_eq!(minus(&all, &other), left, "{other:?}");
        }
    }

    #[test]
    fn ranges_are_shown_as_people_write_them() {
        let v4 =
            |first: u128, last: u128| shown(first, last, 32, |number| Ipv4Addr::from_bits(number as u32).to_string());
        assert_eq!(v4(0xC000_0200, 0xC000_02FF), "192.0.2.0/24");
        assert_eq!(v4(0xC000_0201, 0xC000_0201), "192.0.2.1");
        assert_eq!(v4(0xC000_0201, 0xC000_0202), "192.0.2.1-192.0.2.2");
        assert_eq!(v4(0, 0xFFFF_FFFF), "0.0.0.0/0");
        assert_eq!(shown(0, u128::MAX, 128, |number| Ipv6Addr::from_bits(number).to_string()), "::/0");
    }
}
