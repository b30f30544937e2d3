//! When a request came, and which part of all clients sent it.

use core::net::IpAddr;

/// Minutes of a week.
pub(crate) const WEEK: u32 = 7 * 24 * 60;

/// Parts that clients are dealt into.
pub(crate) const PARTS: u32 = 10_000;

/// Seconds since the epoch; the last one that can be told is in 2106.
pub(crate) fn second(now: u64) -> u32 {
    u32::try_from(now / 1000).unwrap_or(u32::MAX)
}

/// Minutes since Monday 00:00 UTC. The epoch was a Thursday.
pub(crate) fn minute_of_week(now: u64) -> u32 {
    let minutes = (now / 60_000).wrapping_add(3 * 24 * 60);
    u32::try_from(minutes.checked_rem(WEEK.into()).unwrap_or(0)).unwrap_or(0)
}

/// The part that an address is in: any two addresses and any two names are independent, as far as 32 bits go.
pub(crate) fn part_of(name: u32, address: IpAddr) -> u32 {
    let hash = match address {
        IpAddr::V4(v4) => fnv1a(&v4.octets()),
        IpAddr::V6(v6) => fnv1a(v6.octets().get(..8).unwrap_or_default()),
    };
    // MurmurHash3's finaliser (public domain): FNV alone leaves neighbours' bits alike.
    let mut mixed = hash ^ name;
    mixed = (mixed ^ (mixed >> 16)).wrapping_mul(0x85eb_ca6b);
    mixed = (mixed ^ (mixed >> 13)).wrapping_mul(0xc2b2_ae35);
    (mixed ^ (mixed >> 16)).checked_rem(PARTS).unwrap_or(0)
}

/// FNV-1a, 32 bits.
pub(crate) fn fnv1a(bytes: &[u8]) -> u32 {
    bytes.iter().fold(0x811c_9dc5, |hash, byte| (hash ^ u32::from(*byte)).wrapping_mul(0x0100_0193))
}

#[cfg(test)]
mod tests {
    use core::net::{Ipv4Addr, Ipv6Addr};

    use super::*;

    #[test]
    fn moments() {
        // 2026-11-22 is a Sunday; 02:35:01.5 UTC.
        let now = 1_795_314_901_500;
        assert_eq!(second(now), 1_795_314_901);
        assert_eq!(minute_of_week(now), 6 * 1440 + 2 * 60 + 35);
        assert_eq!(minute_of_week(0), 3 * 1440);
        assert_eq!(minute_of_week(4 * 86_400_000), 0, "1970-01-05 was a Monday");
        assert_eq!(second(u64::MAX), u32::MAX);
    }

    #[test]
    fn a_share_is_a_share_of_any_block_and_another_one_for_each_name() {
        let inside = |name: u32, address: u32| part_of(name, Ipv4Addr::from_bits(address).into()) < 500;
        for (first, name) in [(0xc000_0200u32, 1u32), (0x0a00_0000, 2), (0x5db8_0000, 0xffff_ffff)] {
            let hits = (0..20_000).filter(|n| inside(name, first + n)).count();
            assert!((850..1_150).contains(&hits), "{hits} of 20,000 in a share of 5 %");
            let both = (0..20_000).filter(|n| inside(name, first + n) && inside(name ^ 77, first + n)).count();
            assert!(both < 120, "{both} of 20,000 in both shares");
        }
        let v6 = |low: u64| part_of(1, Ipv6Addr::from_bits(0x2001_0db8_0000_0001 << 64 | u128::from(low)).into());
        assert_eq!(v6(1), v6(2), "one /64 is one client");
    }
}
