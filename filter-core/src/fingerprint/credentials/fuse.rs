//! Binary fuse filters: whether a key is in a set of millions, in about 9 or 18 bits a key (Graf and Lemire, "Binary Fuse Filters: Fast and
//! Smaller Than Xor Filters", ACM Journal of Experimental Algorithmics 27, 2022; arXiv 2201.01174). Three places of a table,
//! each in one of three segments in a row, are combined by exclusive or; for a key of the set they give its fingerprint.
//!
//! Guarantee: every key of the set is found. Any other is found with a probability of 1 in 256 (8 bits a place) or 1 in 65,536 (16
//! bits), where the keys are hashes that nobody chose to fit. Only the look-up is here; desks build.

use alloc::boxed::Box;

/// Segments have at most 2^18 places: larger ones save no space (section 4 of the paper).
const SEGMENT: u32 = 1 << 18;

/// A filter over 64-bit keys; look-up takes three reads.
#[derive(Clone, PartialEq, Eq)]
pub struct Fuse {
    seed: u64,
    /// Places of a segment: a power of two.
    segment: u32,
    /// Places in which a key's first place may be: all but the last two segments.
    first: u32,
    /// A place has two bytes, the lower one first; else one.
    is_wide: bool,
    table: Box<[u8]>,
}

impl Fuse {
    /// Puts a table of `bits` a place, 8 or 16, under the seed and segment length it was built with.
    ///
    /// # Errors
    /// What does not fit together, and what to do.
    pub fn new(bits: u32, seed: u64, segment: u32, table: Box<[u8]>) -> Result<Self, &'static str> {
        if !matches!(bits, 8 | 16) {
            return Err("a place of a filter has 8 or 16 bits; build the bundle again with `weir build`");
        }
        if !segment.is_power_of_two() || segment > SEGMENT {
            return Err(
                "a filter's segments have a power of two of places, at most 262144; build the bundle again with `weir build`",
            );
        }
        let is_wide = bits == 16;
        let is_even = !is_wide || table.len().is_multiple_of(2);
        let places = u32::try_from(if is_wide { table.len() / 2 } else { table.len() }).unwrap_or(0);
        let segments = places.checked_div(segment).unwrap_or(0);
        let first = segments.saturating_sub(2).saturating_mul(segment);
        if first == 0 || !is_even || segments.saturating_mul(segment) != places {
            return Err("a filter's table has three or more whole segments; build the bundle again with `weir build`");
        }
        Ok(Fuse { seed, segment, first, is_wide, table })
    }

    /// Whether the key is in the set, or looks as if it were.
    pub fn contains(&self, key: u64) -> bool {
        let hash = mixed(key, self.seed);
        let mask = self.segment.wrapping_sub(1);
        // The high half of a product: even over the places without a division.
        let first = (u128::from(hash).wrapping_mul(u128::from(self.first)) >> 64) as u32;
        let second = first.wrapping_add(self.segment);
        let third = second.wrapping_add(self.segment);
        let places = [first, second ^ ((hash >> 18) as u32 & mask), third ^ (hash as u32 & mask)];
        let found = places.into_iter().try_fold(0, |sum, place| Some(sum ^ self.at(place)?));
        let print = (hash ^ (hash >> 32)) as u16;
        found == Some(if self.is_wide { print } else { print & 0xFF })
    }

    /// Bytes of its table.
    pub fn size(&self) -> usize {
        self.table.len()
    }

    /// Bits a place: 8 or 16.
    pub fn bits(&self) -> u32 {
        if self.is_wide { 16 } else { 8 }
    }

    fn at(&self, place: u32) -> Option<u16> {
        let place = usize::try_from(place).ok()?;
        if !self.is_wide {
            return self.table.get(place).copied().map(u16::from);
        }
        let (places, _) = self.table.as_chunks::<2>();
        places.get(place).map(|bytes| u16::from_le_bytes(*bytes))
    }
}

impl core::fmt::Debug for Fuse {
    /// Without the table.
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Fuse({} bits, {} bytes)", self.bits(), self.table.len())
    }
}

/// The finaliser of MurmurHash3 over the key and the seed, as the paper's authors publish it.
fn mixed(key: u64, seed: u64) -> u64 {
    let mut hash = key.wrapping_add(seed);
    hash = (hash ^ hash >> 33).wrapping_mul(0xFF51_AFD7_ED55_8CCD);
    hash = (hash ^ hash >> 33).wrapping_mul(0xC4CE_B9FE_1A85_EC53);
    hash ^ hash >> 33
}

#[cfg(test)]
mod tests {
    use alloc::vec;
    use alloc::vec::Vec;

    use proptest::prelude::*;
    use xorf::{BinaryFuse8, BinaryFuse16, Descriptor, Filter};

    use super::*;

    fn keys(count: u64) -> Vec<u64> {
        (0..count).map(|n| n.wrapping_mul(0x9E37_79B9_7F4A_7C15) ^ 0x5bd1_e995).collect()
    }

    /// What a desk builds, with 8 and with 16 bits.
    fn built(keys: &[u64]) -> [Fuse; 2] {
        let (narrow, wide) = (BinaryFuse8::try_from(keys).unwrap(), BinaryFuse16::try_from(keys).unwrap());
        let bytes: Vec<u8> = wide.fingerprints.iter().flat_map(|place| place.to_le_bytes()).collect();
        let made =
            |bits, it: &Descriptor, table: Box<[u8]>| Fuse::new(bits, it.seed, it.segment_length, table).unwrap();
        [made(8, &narrow.descriptor, narrow.fingerprints), made(16, &wide.descriptor, bytes.into())]
    }

    #[test]
    fn every_key_is_found_and_few_others() {
        for count in [1, 2, 3, 10, 100, 5_000, 200_000] {
            let all = keys(2 * count);
            let (inside, outside) = all.split_at(count as usize);
            for (filter, one_in) in built(inside).into_iter().zip([256.0, 65_536.0]) {
                assert!(inside.iter().all(|key| filter.contains(*key)), "{count} {filter:?}");
                let wrong = outside.iter().filter(|key| filter.contains(**key)).count() as f64;
                let expected = count as f64 / one_in;
                assert!(wrong <= expected + 5.0 * expected.sqrt() + 3.0, "{wrong} of {count} others, {filter:?}");
                if count == 200_000 && filter.bits() == 8 {
                    assert!(wrong >= expected - 5.0 * expected.sqrt(), "{wrong}: it says no too often to be true");
                    assert!(filter.size() as f64 * 8.0 / 200_000.0 < 9.4, "{filter:?}");
                }
            }
        }
    }

    #[test]
    fn what_does_not_fit_is_refused() {
        let table = |bytes: usize| vec![0; bytes].into_boxed_slice();
        for (bits, segment, bytes) in
            [(12, 4, 12), (8, 0, 12), (8, 3, 12), (8, 1 << 19, 3 << 19), (8, 4, 8), (8, 4, 13), (8, 4, 0), (16, 4, 25)]
        {
            assert!(Fuse::new(bits, 1, segment, table(bytes)).is_err(), "{bits} bits, {segment}, {bytes} bytes");
        }
        assert!(Fuse::new(8, 1, 4, table(12)).is_ok() && Fuse::new(16, 1, 4, table(24)).is_ok());
    }

    proptest! {
        #[test]
        fn any_table_answers_as_the_library_does(seed: u64, scale in 2u32..8, more in 0usize..9, fill: u64, asked: Vec<u64>) {
            let segment = 1u32 << scale;
            let places = (3 + more) * segment as usize;
            let table: Vec<u8> = (0..places as u64).map(|n| (n.wrapping_mul(fill) >> 56) as u8 % 4).collect();
            let ours = Fuse::new(8, seed, segment, table.clone().into()).unwrap();
            let first = (1 + more as u32) * segment;
            let descriptor =
                Descriptor { seed, segment_length: segment, segment_length_mask: segment - 1, segment_count_length: first };
            let theirs = BinaryFuse8 { descriptor, fingerprints: table.into() };
            for key in asked.into_iter().chain(0..64) {
                prop_assert_eq!(ours.contains(key), theirs.contains(&key));
            }
        }
    }
}
