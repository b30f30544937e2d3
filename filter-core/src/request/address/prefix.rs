//! One CIDR block.

use core::fmt;
use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::str::FromStr;

/// An IPv4 or IPv6 block such as `192.0.2.0/24`. A bare address is the block of itself.
///
/// ```
/// use filter_core::request::Prefix;
/// let block: Prefix = "2001:db8::/32".parse().unwrap();
/// assert!(block.contains("2001:db8::1".parse().unwrap()));
/// assert!("192.0.2.1/24".parse::<Prefix>().is_err(), "bits below the mask");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Prefix {
    address: IpAddr,
    length: u8,
}

/// Why a text is no block.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PrefixError {
    /// The part before `/` is no address.
    Address,
    /// The part after `/` is no length that fits the family.
    Length,
    /// Bits are set below the mask: the author meant another block.
    HostBits,
}

impl fmt::Display for PrefixError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            PrefixError::Address => "not an IP address; write a block as `192.0.2.0/24` or `2001:db8::/32`",
            PrefixError::Length => "prefix length out of range; at most 32 for IPv4 and 128 for IPv6",
            PrefixError::HostBits => "bits are set below the mask; write the block's first address",
        })
    }
}

impl Prefix {
    /// Whether `address` is inside.
    pub fn contains(&self, address: IpAddr) -> bool {
        match (self.address, address.to_canonical()) {
            (IpAddr::V4(mine), IpAddr::V4(other)) => {
                let mask = mask32(self.length);
                mine.to_bits() & mask == other.to_bits() & mask
            }
            (IpAddr::V6(mine), IpAddr::V6(other)) => {
                let mask = mask128(self.length);
                mine.to_bits() & mask == other.to_bits() & mask
            }
            _ => false,
        }
    }

    /// The first address.
    pub fn address(&self) -> IpAddr {
        self.address
    }

    /// Bits that are fixed.
    pub fn length(&self) -> u8 {
        self.length
    }
}

fn mask32(length: u8) -> u32 {
    u32::MAX.checked_shl(32u32.saturating_sub(u32::from(length))).unwrap_or(0)
}

fn mask128(length: u8) -> u128 {
    u128::MAX.checked_shl(128u32.saturating_sub(u32::from(length))).unwrap_or(0)
}

impl FromStr for Prefix {
    type Err = PrefixError;

    fn from_str(text: &str) -> Result<Self, PrefixError> {
        let (address, length) = match text.split_once('/') {
            Some((address, length)) => (address, Some(length)),
            None => (text, None),
        };
        let address: IpAddr = address.parse().map_err(|_| PrefixError::Address)?;
        let widest = if address.is_ipv4() { 32 } else { 128 };
        let length = match length {
            None => widest,
            Some(digits) => digits.parse().ok().filter(|n| *n <= widest).ok_or(PrefixError::Length)?,
        };
        let first = match address {
            IpAddr::V4(v4) => IpAddr::V4(Ipv4Addr::from_bits(v4.to_bits() & mask32(length))),
            IpAddr::V6(v6) => IpAddr::V6(Ipv6Addr::from_bits(v6.to_bits() & mask128(length))),
        };
        if first == address { Ok(Prefix { address, length }) } else { Err(PrefixError::HostBits) }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn edges() {
        let all: Prefix = "0.0.0.0/0".parse().unwrap();
        assert!(all.contains("255.1.2.3".parse().unwrap()));
        assert!(!all.contains("::1".parse().unwrap()));
        let one: Prefix = "2001:db8::1".parse().unwrap();
        assert!(one.contains("2001:db8::1".parse().unwrap()) && !one.contains("2001:db8::2".parse().unwrap()));
        assert_eq!("10.0.0.0/33".parse::<Prefix>(), Err(PrefixError::Length));
        assert_eq!("ten".parse::<Prefix>(), Err(PrefixError::Address));
    }
}
