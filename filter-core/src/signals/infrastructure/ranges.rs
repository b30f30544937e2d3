//! Sorted address ranges with one small value each, as they travel in bundles.
//!
//! The wire form is, for each range in ascending order: the gap since the end of the range before, the number of
//! addresses, the value. See [`wire`] for how the numbers are written.

pub mod wire;

use alloc::vec::Vec;
use core::net::IpAddr;

pub use wire::RangeError;

use crate::limits;

/// Disjoint ranges in ascending order; look-up is one binary search.
///
/// ```
/// use filter_core::signals::infrastructure::{RangeTable, wire};
/// // 192.0.2.0/24 has the value 7.
/// let mut v4 = Vec::new();
/// for number in [0xC000_0200, 256, 7] {
///     wire::write(number, &mut v4);
/// }
/// let table = RangeTable::decode(&v4, &[]).unwrap();
/// assert_eq!(table.find("192.0.2.255".parse().unwrap()), Some(7));
/// assert_eq!(table.find("192.0.3.0".parse().unwrap()), None);
/// ```
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RangeTable {
    v4: Vec<Range<u32>>,
    /// Ranges of `v4` that begin before each first byte, 257 of them: a look-up then touches a few lines of the table, most of
    /// which is cold in a busy host.
    v4_before: Vec<u32>,
    v6: Vec<Range<u128>>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Range<A> {
    first: A,
    last: A,
    value: u32,
}

impl RangeTable {
    /// Reads the wire form of the IPv4 and the IPv6 ranges.
    ///
    /// # Errors
    ///
    /// Bytes that end inside a range, an empty range, one past the end of the address space, a value above 32 bits, more
    /// than [`limits::RANGES`] ranges. Overlaps and disorder cannot be written.
    pub fn decode(v4: &[u8], v6: &[u8]) -> Result<Self, RangeError> {
        let mut decoding = Decoding::default();
        while !decoding.step(v4, v6, limits::RANGES)? {}
        Ok(decoding.finish())
    }

    /// The value of the range that holds `address`; an IPv4-mapped IPv6 address is looked up as IPv4.
    pub fn find(&self, address: IpAddr) -> Option<u32> {
        match address.to_canonical() {
            IpAddr::V4(v4) => search(self.near(v4.octets().first().copied().unwrap_or(0))?, v4.to_bits()),
            IpAddr::V6(v6) => search(&self.v6, v6.to_bits()),
        }
    }

    /// Ranges that begin with this first byte, and the one before them, which may reach into it.
    fn near(&self, byte: u8) -> Option<&[Range<u32>]> {
        let at = |place: usize| usize::try_from(*self.v4_before.get(place)?).ok();
        let (start, end) = (at(usize::from(byte))?, at(usize::from(byte).saturating_add(1))?);
        self.v4.get(start.saturating_sub(1)..end)
    }

    /// The first address whose value is wanted, IPv4 before IPv6; for desks, which look for an example.
    pub fn first(&self, wanted: impl Fn(u32) -> bool) -> Option<IpAddr> {
        let v4 = self.v4.iter().find(|range| wanted(range.value)).map(|range| IpAddr::from(range.first.to_be_bytes()));
        let v6 =
            || self.v6.iter().find(|range| wanted(range.value)).map(|range| IpAddr::from(range.first.to_be_bytes()));
        v4.or_else(v6)
    }

    /// Shows the first and the last address of each range and its value, IPv4 before IPv6; for desks, which list and compare them.
    pub fn each(&self, show: &mut dyn FnMut(IpAddr, IpAddr, u32)) {
        for Range { first, last, value } in &self.v4 {
            show(first.to_be_bytes().into(), last.to_be_bytes().into(), *value);
        }
        for Range { first, last, value } in &self.v6 {
            show(first.to_be_bytes().into(), last.to_be_bytes().into(), *value);
        }
    }

    /// Ranges of both families.
    pub fn len(&self) -> usize {
        self.v4.len().saturating_add(self.v6.len())
    }

    /// Whether there is no range.
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }

    /// The greatest value of any range; a table of indices is sound when what it points into is longer.
    pub fn max_value(&self) -> Option<u32> {
        let v4 = self.v4.iter().map(|range| range.value);
        v4.chain(self.v6.iter().map(|range| range.value)).max()
    }
}

fn search<A: Ord + Copy>(ranges: &[Range<A>], address: A) -> Option<u32> {
    let after = ranges.partition_point(|range| range.first <= address);
    let range = ranges.get(after.checked_sub(1)?)?;
    (address <= range.last).then_some(range.value)
}

/// A table on its way from its wire form, for hosts that may not stop for as long as a large one takes.
#[derive(Debug, Default)]
pub(crate) struct Decoding {
    v4: Family<u32>,
    v6: Family<u128>,
}

/// Ranges of one family, as far as they are read.
#[derive(Debug)]
struct Family<A> {
    ranges: Vec<Range<A>>,
    /// Bytes that were read.
    offset: usize,
    /// The first address after the last range; `None` after the last address of all.
    free: Option<u128>,
}

impl<A> Default for Family<A> {
    fn default() -> Self {
        Family { ranges: Vec::new(), offset: 0, free: Some(0) }
    }
}

impl Decoding {
    /// Reads on in the same bytes, at most `most` ranges; whether all are read.
    ///
    /// # Errors
    /// As [`RangeTable::decode`].
    pub(crate) fn step(&mut self, v4: &[u8], v6: &[u8], most: usize) -> Result<bool, RangeError> {
        let narrow = |n: u128| u32::try_from(n).ok();
        Ok(if self.v4.offset < v4.len() {
            self.v4.step(v4, most, narrow)? && v6.is_empty()
        } else {
            self.v6.step(v6, most, Some)?
        })
    }

    /// Ranges that were read.
    #[cfg(test)]
    pub(crate) fn len(&self) -> usize {
        self.v4.ranges.len().saturating_add(self.v6.ranges.len())
    }

    /// The table, once all is read.
    pub(crate) fn finish(self) -> RangeTable {
        let v4 = self.v4.ranges;
        let before = |byte: u32| v4.partition_point(|range| range.first >> 24 < byte);
        let v4_before = (0..=256).map(|byte| u32::try_from(before(byte)).unwrap_or(u32::MAX)).collect();
        RangeTable { v4_before, v6: self.v6.ranges, v4 }
    }
}

impl<A> Family<A> {
    fn step(&mut self, bytes: &[u8], most: usize, narrow: impl Fn(u128) -> Option<A>) -> Result<bool, RangeError> {
        let mut reader = wire::Reader::new(bytes, self.offset);
        if self.offset == 0 {
            // Three to five bytes a range.
            self.ranges.reserve((bytes.len() / 4).min(limits::RANGES));
        }
        let end = self.ranges.len().saturating_add(most);
        while !reader.is_empty() && self.ranges.len() < end {
            if self.ranges.len() >= limits::RANGES {
                return Err(reader.error("more ranges than a table holds"));
            }
            let (gap, count, value) = (reader.number()?, reader.number()?, reader.number()?);
            let first = self.free.and_then(|free| free.checked_add(gap));
            let last = count.checked_sub(1).and_then(|more| first?.checked_add(more));
            self.free = last.and_then(|last| last.checked_add(1));
            let (Some(first), Some(last), Ok(value)) =
                (first.and_then(&narrow), last.and_then(&narrow), u32::try_from(value))
            else {
                return Err(reader.error("a range is empty, out of the address space, or has too great a value"));
            };
            self.ranges.push(Range { first, last, value });
        }
        self.offset = reader.offset();
        let is_whole = reader.is_empty();
        if is_whole {
            self.ranges.shrink_to_fit();
        }
        Ok(is_whole)
    }
}

#[cfg(test)]
mod tests;
