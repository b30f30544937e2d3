//! How often each of very many keys came, to decide which of them a full table keeps.

use alloc::boxed::Box;
use alloc::vec;

/// Approximate counts of keys up to 255, fading by halves.
///
/// Guarantee, `w` being the cells of a row and `n` the additions in memory: a count is never below how often the key came since one of
/// its cells was last halved (up to 255), and exceeds how often it ever came by more than `e * n / w` for at most one key in 55 (`e^-4`);
/// conservative update only makes it better. Nothing is halved during the first `w` additions; from then on every `w` additions
/// halve each cell once, so that `n` stays below `2 * w`. Four cells are halved an addition: none costs more than another.
///
/// Cormode, Muthukrishnan: count-min sketch, 2005; conservative update: Estan, Varghese, 2002; halving: Einziger, Friedman, Manes: TinyLFU, 2017.
/// Made once at load; its size never changes. Hashes must be keyed: who can choose cells can make a key look frequent.
///
/// Merge law: sums of cells bound the counts of the joint stream from above; no record of a snapshot needs that, so it is not here.
///
/// ```
/// use filter_core::state::sketches::Frequencies;
/// let mut seen = Frequencies::new(1_024);
/// assert_eq!((seen.add(0xfeed), seen.add(0xfeed), seen.count(0xbeef)), (1, 2, 0));
/// ```
#[derive(Clone, Debug)]
pub struct Frequencies {
    /// Four rows, one after the other.
    cells: Box<[u8]>,
    /// Cells of a row less one, a power of two less one.
    mask: u32,
    /// Up to the width; then it stays.
    additions: u32,
    /// The column to be halved next.
    column: u32,
}

/// Rows.
const ROWS: u32 = 4;

impl Frequencies {
    /// Four rows of at least `width` cells (rounded up to a power of two, at most 2^24): as many bytes times four.
    pub fn new(width: u32) -> Self {
        let width = width.clamp(16, 1 << 24).next_power_of_two();
        let cells = vec![0; (width as usize).wrapping_mul(ROWS as usize)].into_boxed_slice();
        Frequencies { cells, mask: width.wrapping_sub(1), additions: 0, column: 0 }
    }

    /// Counts a key; how often it came, this time included.
    pub fn add(&mut self, hash: u64) -> u8 {
        let count = self.count(hash).saturating_add(1);
        for place in places(hash, self.mask) {
            if let Some(cell) = self.cells.get_mut(place) {
                *cell = (*cell).max(count);
            }
        }
        if self.additions > self.mask {
            self.halve_column();
        } else {
            self.additions = self.additions.wrapping_add(1);
        }
        count
    }

    /// How often a key came.
    pub fn count(&self, hash: u64) -> u8 {
        places(hash, self.mask).filter_map(|place| self.cells.get(place)).min().copied().unwrap_or(0)
    }

    fn halve_column(&mut self) {
        let width = self.mask.wrapping_add(1);
        for row in 0..ROWS {
            if let Some(cell) = self.cells.get_mut(row.wrapping_mul(width).wrapping_add(self.column) as usize) {
                *cell >>= 1;
            }
        }
        self.column = self.column.wrapping_add(1) & self.mask;
    }

    /// Bytes held.
    pub fn bytes(&self) -> usize {
        self.cells.len()
    }
}

/// A key's cells. Two halves of one hash serve for all rows (Kirsch, Mitzenmacher: Less hashing, same performance, 2006).
fn places(hash: u64, mask: u32) -> impl Iterator<Item = usize> {
    let (high, low) = ((hash >> 32) as u32 | 1, hash as u32);
    (0..ROWS).map(move |row| {
        let cell = low.wrapping_add(row.wrapping_mul(high)) & mask;
        row.wrapping_mul(mask.wrapping_add(1)).wrapping_add(cell) as usize
    })
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;

    use super::*;

    /// SplitMix64.
    fn hash(index: u64) -> u64 {
        let mut z = index.wrapping_mul(0x9e37_79b9_7f4a_7c15);
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// Additions of which a few keys have most.
    fn stream(length: u64) -> impl Iterator<Item = u64> {
        (0..length).map(|i| if hash(i).is_multiple_of(3) { hash(hash(i) % 10) } else { hash(1_000 + hash(i) % 2_000) })
    }

    #[test]
    fn counts_are_never_low_and_seldom_high() {
        let mut seen = Frequencies::new(1_024);
        let mut exact = BTreeMap::<u64, u32>::new();
        for key in stream(1_024) {
            seen.add(key);
            *exact.entry(key).or_default() += 1;
        }
        let mut high = 0;
        for (key, count) in &exact {
            let found = u32::from(seen.count(*key));
            assert!(found >= (*count).min(255));
            high += usize::from(f64::from(found) > f64::from(*count) + core::f64::consts::E);
        }
        assert!(high * 55 <= exact.len(), "{high} of {}", exact.len());
    }

    #[test]
    fn halving_keeps_the_frequent_ones_ahead() {
        let mut seen = Frequencies::new(1_024);
        stream(200_000).for_each(|key| {
            seen.add(key);
        });
        let heaviest_row =
            seen.cells.chunks(1_024).map(|row| row.iter().map(|cell| u32::from(*cell)).sum::<u32>()).max();
        assert!(heaviest_row.unwrap() <= 2 * 1_024);
        let frequent = (0..10).map(|i| seen.count(hash(i))).min().unwrap();
        let rare = (0..2_000).filter(|i| seen.count(hash(1_000 + i)) >= frequent).count();
        assert!(frequent >= 8 && rare <= 20, "{frequent}, {rare}");
    }

    #[test]
    fn size_is_what_was_asked_for() {
        assert_eq!(Frequencies::new(1_000).bytes(), 4 * 1_024);
        assert_eq!(Frequencies::new(0).bytes(), 4 * 16);
    }
}
