//! Sets of addresses as ranges, and as the fewest blocks.

use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};

use filter_core::request::Prefix;

/// Blocks that belong to no one network of the internet (IANA's special-purpose registries, 2026-11).
const SPECIAL: [&str; 13] = [
    "0.0.0.0/8",
    "10.0.0.0/8",
    "100.64.0.0/10",
    "127.0.0.0/8",
    "169.254.0.0/16",
    "172.16.0.0/12",
    "192.168.0.0/16",
    "224.0.0.0/3",
    "::/128",
    "::1/128",
    "fc00::/7",
    "fe80::/10",
    "ff00::/8",
];

/// Widest blocks that a list may hold: the largest that one organisation has. One zero too few would be the whole internet.
const WIDEST: (u32, u32) = (8, 16);

/// A set of addresses.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Ranges {
    v4: Vec<(u128, u128)>,
    v6: Vec<(u128, u128)>,
}

impl Ranges {
    /// Adds an address or a block; `false`: it is neither.
    pub fn add(&mut self, text: &str) -> bool {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, length.parse::<u32>().ok()),
            None => (text, Some(128)),
        };
        let (Ok(address), Some(length)) = (address.parse::<IpAddr>(), length) else { return false };
        let (bits, family, list) = match address {
            IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32, &mut self.v4),
            IpAddr::V6(v6) => (v6.to_bits(), 128, &mut self.v6),
        };
        let length = if text.contains('/') { length } else { family };
        if length > family {
            return false;
        }
        let free = mask(family.saturating_sub(length));
        list.push((bits & !free, bits | free));
        true
    }

    /// Adds a range with both its ends; `false`: it is none.
    pub fn add_range(&mut self, first: IpAddr, last: IpAddr) -> bool {
        let (list, first, last) = match (first, last) {
            (IpAddr::V4(a), IpAddr::V4(b)) => (&mut self.v4, u128::from(a.to_bits()), u128::from(b.to_bits())),
            (IpAddr::V6(a), IpAddr::V6(b)) => (&mut self.v6, a.to_bits(), b.to_bits()),
            _ => return false,
        };
        if first <= last {
            list.push((first, last));
        }
        first <= last
    }

    /// Adds all of another set.
    pub fn extend(&mut self, other: &Ranges) {
        self.v4.extend(&other.v4);
        self.v6.extend(&other.v6);
    }

    /// Takes out what no list of networks should hold, and says it: ranges wider than one organisation's, and special ones.
    pub fn sift(&mut self) -> Vec<String> {
        let mut special = Ranges::default();
        let whole = SPECIAL.iter().all(|block| special.add(block));
        debug_assert!(whole, "they are blocks");
        let mut out = Vec::new();
        let families = [
            (&mut self.v4, &special.v4, mask(32u32.saturating_sub(WIDEST.0)), 32),
            (&mut self.v6, &special.v6, mask(128u32.saturating_sub(WIDEST.1)), 128),
        ];
        for (list, special, widest, family) in families {
            list.retain(|(first, last)| {
                let is_wide = last.saturating_sub(*first) > widest;
                let is_special = special.iter().any(|(a, b)| first <= b && a <= last);
                if is_wide || is_special {
                    out.extend(
                        blocks((*first, *last), family)
                            .first()
                            .map(|block| format!("{}/{}", block.address(), block.length())),
                    );
                }
                !is_wide && !is_special
            });
        }
        out
    }

    /// The fewest blocks that hold exactly these addresses, in ascending order, IPv4 first.
    pub fn blocks(&self) -> Vec<Prefix> {
        let of =
            |list: &Vec<(u128, u128)>, family| merged(list).into_iter().flat_map(move |range| blocks(range, family));
        of(&self.v4, 32).chain(of(&self.v6, 128)).collect()
    }
}

/// So many ones.
fn mask(bits: u32) -> u128 {
    u128::MAX.checked_shr(128u32.saturating_sub(bits)).unwrap_or(0)
}

/// Ranges in order, none of which touches another.
fn merged(list: &[(u128, u128)]) -> Vec<(u128, u128)> {
    let mut sorted = list.to_vec();
    sorted.sort_unstable();
    let mut out: Vec<(u128, u128)> = Vec::new();
    for (first, last) in sorted {
        match out.last_mut().filter(|(_, before)| before.checked_add(1).is_none_or(|next| first <= next)) {
            Some((_, before)) => *before = last.max(*before),
            None => out.push((first, last)),
        }
    }
    out
}

/// A range in blocks, each as wide as its place and the rest allow.
fn blocks((mut first, last): (u128, u128), family: u32) -> Vec<Prefix> {
    let mut out = Vec::new();
    loop {
        let mut free = first.trailing_zeros().min(family);
        while first | mask(free) > last {
            free = free.saturating_sub(1);
        }
        let address: IpAddr = match u32::try_from(first) {
            Ok(v4) if family == 32 => Ipv4Addr::from_bits(v4).into(),
            _ => Ipv6Addr::from_bits(first).into(),
        };
        out.extend(format!("{address}/{}", family.saturating_sub(free)).parse::<Prefix>());
        match (first | mask(free)).checked_add(1) {
            Some(next) if next <= last => first = next,
            _ => return out,
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn shown(ranges: &Ranges) -> Vec<String> {
        ranges.blocks().iter().map(|block| format!("{}/{}", block.address(), block.length())).collect()
    }

    #[test]
    fn blocks_are_few() {
        let mut ranges = Ranges::default();
        for text in
            ["192.0.2.0/25", "192.0.2.128/25", "192.0.2.7", "198.51.100.9/24", "2001:db8::/33", "2001:db8:8000::/33"]
        {
            assert!(ranges.add(text), "{text}");
        }
        assert!(ranges.add_range("203.0.113.1".parse().unwrap(), "203.0.113.6".parse().unwrap()));
        let expected = [
            "192.0.2.0/24",
            "198.51.100.0/24",
            "203.0.113.1/32",
            "203.0.113.2/31",
            "203.0.113.4/31",
            "203.0.113.6/32",
            "2001:db8::/32",
        ];
        assert_eq!(shown(&ranges), expected);
        for wrong in ["", "x", "192.0.2.0/33", "192.0.2.0/", "192.0.2", "::/129", "/8"] {
            assert!(!ranges.add(wrong), "{wrong}");
        }
        assert!(!ranges.add_range("203.0.113.6".parse().unwrap(), "203.0.113.1".parse().unwrap()));
        let mut all = Ranges::default();
        assert!(all.add("0.0.0.0/0") && all.add("::/0"));
        assert_eq!(shown(&all), ["0.0.0.0/0", "::/0"]);
        assert_eq!(all.sift(), ["0.0.0.0/0", "::/0"]);
        let mut own = Ranges::default();
        assert!(own.add("10.1.0.0/16") && own.add("17.0.0.0/8") && own.add("fe80::1"));
        assert_eq!(own.sift(), ["10.1.0.0/16", "fe80::1/128"]);
        assert_eq!(shown(&own), ["17.0.0.0/8"]);
    }

    proptest! {
        #[test]
        fn blocks_hold_what_was_added_and_nothing_else(parts in prop::collection::vec((0u32..64, 26u32..=32), 0..12), asked in 0u32..64) {
            let mut ranges = Ranges::default();
            let base = u32::from(Ipv4Addr::new(192, 0, 2, 0));
            for (low, length) in &parts {
                let block = format!("{}/{length}", Ipv4Addr::from_bits(base | low));
                prop_assert!(ranges.add(&block));
            }
            let free = |length: u32| 32u32.checked_sub(length).map_or(0, |free| (1u32 << free) - 1);
            let expected = parts.iter().any(|(low, length)| low & !free(*length) == asked & !free(*length));
            let blocks = ranges.blocks();
            let address = IpAddr::from(Ipv4Addr::from_bits(base | asked));
            prop_assert_eq!(blocks.iter().filter(|block| block.contains(address)).count(), usize::from(expected));
        }
    }
}
