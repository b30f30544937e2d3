//! How long the pauses between requests are.

/// Pauses by octave of their length: below 16 ms, then doubling up to 131 s and more.
///
/// Guarantee: shares are exact for the first 255 pauses of one octave; afterwards all counts are halved together, so that
/// `|share - exact| <= 16 / total` of a stream that does not change, and one that does is forgotten by halves.
///
/// Merge law: sums, halved together where one is too large; commutative, and associative while nothing is halved.
///
/// ```
/// use filter_core::state::sketches::Gaps;
/// let mut gaps = Gaps::default();
/// [5, 12, 700, 40_000].into_iter().for_each(|milliseconds| gaps.add(milliseconds));
/// assert_eq!((gaps.below(16), gaps.below(1_024), gaps.total()), (2, 3, 4));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Gaps([u8; 16]);

fields!(Gaps { 0: [u8; 16] });

impl Gaps {
    /// Counts a pause, in milliseconds.
    #[inline(never)] // once in wasm, not once a record
    pub fn add(&mut self, gap: u64) {
        if self.0.get(octave(gap)) == Some(&u8::MAX) {
            self.0.iter_mut().for_each(|count| *count >>= 1);
        }
        if let Some(count) = self.0.get_mut(octave(gap)) {
            *count = count.saturating_add(1);
        }
    }

    /// Pauses in memory.
    pub fn total(&self) -> u32 {
        self.0.iter().map(|count| u32::from(*count)).sum()
    }

    /// Those below a length in milliseconds; a length that is no power of two is rounded up to one.
    pub fn below(&self, length: u64) -> u32 {
        let octaves = octave(length.saturating_sub(1)).saturating_add(1);
        let least = if length == 0 { 0 } else { octaves };
        self.0.iter().take(least).map(|count| u32::from(*count)).sum()
    }

    /// Adds what another stream saw.
    pub fn merge(&mut self, other: &Gaps) {
        let sums = || self.0.iter().zip(other.0).map(|(mine, theirs)| u16::from(*mine).wrapping_add(u16::from(theirs)));
        let halve = u32::from(sums().any(|sum| sum > 255));
        let mut merged = [0u8; 16];
        merged.iter_mut().zip(sums()).for_each(|(count, sum)| *count = sum.wrapping_shr(halve) as u8);
        self.0 = merged;
    }
}

/// Place of a pause.
fn octave(gap: u64) -> usize {
    let bits = 64u32.wrapping_sub(gap.leading_zeros());
    (bits.saturating_sub(4) as usize).min(15)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn of(gaps: &[u64]) -> Gaps {
        let mut found = Gaps::default();
        gaps.iter().for_each(|gap| found.add(*gap));
        found
    }

    fn lengths() -> impl Strategy<Value = Vec<u64>> {
        prop::collection::vec((0u32..20, 0u64..1 << 20).prop_map(|(bits, gap)| gap >> bits), 0..120)
    }

    proptest! {
        #[test]
        fn few_are_counted_exactly(mine in lengths(), theirs in lengths()) {
            let both = [mine.clone(), theirs.clone()].concat();
            let mut merged = of(&mine);
            merged.merge(&of(&theirs));
            prop_assert_eq!(merged, of(&both));
            for bit in 4..18 {
                let exact = both.iter().filter(|gap| **gap < 1 << bit).count();
                prop_assert_eq!(merged.below(1 << bit) as usize, exact);
            }
            prop_assert_eq!((merged.below(0), merged.total() as usize), (0, both.len()));
        }

        #[test]
        fn shares_stay(short in 1u32..100) {
            let mut gaps = Gaps::default();
            for round in 0..10_000u32 {
                gaps.add(if round.wrapping_mul(37) % 100 < short { 5 } else { 5_000 });
            }
            let share = f64::from(gaps.below(16)) / f64::from(gaps.total());
            prop_assert!((share - f64::from(short) / 100.0).abs() <= 16.0 / f64::from(gaps.total()), "{}", share);
        }

        #[test]
        fn any_state_is_bearable(mine: [u8; 16], theirs: [u8; 16], gap: u64) {
            let mut gaps = Gaps(mine);
            gaps.merge(&Gaps(theirs));
            gaps.add(gap);
            gaps.below(gap);
        }
    }
}
