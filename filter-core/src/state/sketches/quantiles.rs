//! What is usual: quantiles of latencies, sizes or rates, for baselines.

use super::log2;

/// Counts by quarter octave, from 1 to 65,535 and more.
///
/// Guarantee: the quantile returned is within 12 % of the exact one (`|found - exact| <= 0.12 * exact + 1`) for values below 65,536, and while nothing was
/// halved; afterwards of a stream in which what came last time the counts were halved weighs half.
///
/// Masson, Rim, Lee: DDSketch, 2019, with buckets of fixed number and counts halved together when one is full. Merge law: sums; commutative, and
/// associative while nothing is halved.
///
/// ```
/// use filter_core::state::sketches::Quantiles;
/// let mut latencies = Quantiles::default();
/// (1..=1_000).for_each(|milliseconds| latencies.add(milliseconds));
/// assert!(latencies.quantile(50).abs_diff(500) < 60);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Quantiles([u16; 64]);

fields!(Quantiles { 0: [u16; 64] });

impl Default for Quantiles {
    fn default() -> Self {
        Quantiles([0; 64])
    }
}

impl Quantiles {
    /// Counts a value.
    #[inline(never)] // once in wasm, not once a record
    pub fn add(&mut self, value: u64) {
        let place = bucket(value);
        if self.0.get(place) == Some(&u16::MAX) {
            self.0.iter_mut().for_each(|count| *count >>= 1);
        }
        if let Some(count) = self.0.get_mut(place) {
            *count = count.saturating_add(1);
        }
    }

    /// Values in memory.
    pub fn total(&self) -> u32 {
        self.0.iter().map(|count| u32::from(*count)).sum()
    }

    /// The value that `percent` of all are at or below; 0 where there is none.
    pub fn quantile(&self, percent: u32) -> u32 {
        let total = self.total();
        let rank = u64::from(total).saturating_mul(u64::from(percent.min(100))).div_ceil(100).max(1);
        let mut below = 0u64;
        for (place, count) in self.0.iter().enumerate() {
            below = below.saturating_add(u64::from(*count));
            if below >= rank {
                return middle(place);
            }
        }
        0
    }

    /// Share of the values in the buckets below this value's, in 1/256.
    pub fn share_below(&self, value: u64) -> u32 {
        let below: u32 = self.0.iter().take(bucket(value)).map(|count| u32::from(*count)).sum();
        below.saturating_mul(256).checked_div(self.total()).unwrap_or(0)
    }

    /// Adds what another stream saw.
    #[inline(never)] // once in wasm, not once a record
    pub fn merge(&mut self, other: &Quantiles) {
        let sums = || self.0.iter().zip(other.0).map(|(mine, theirs)| u32::from(*mine).wrapping_add(u32::from(theirs)));
        let halve = u32::from(sums().any(|sum| sum > u32::from(u16::MAX)));
        let mut merged = [0u16; 64];
        merged.iter_mut().zip(sums()).for_each(|(count, sum)| *count = sum.wrapping_shr(halve) as u16);
        self.0 = merged;
    }
}

/// Place of a value: quarter octaves.
fn bucket(value: u64) -> usize {
    (log2(value) >> 6).min(63) as usize
}

/// A value in the middle of a bucket, by its logarithm.
fn middle(place: usize) -> u32 {
    // 2^((n + 1/2) / 4) for n = 0..4, in 1/256.
    const STEPS: [u32; 4] = [279, 332, 395, 470];
    let step = STEPS.get(place & 3).copied().unwrap_or(256);
    step.wrapping_shl((place >> 2) as u32).saturating_add(128) >> 8
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn of(values: &[u64]) -> Quantiles {
        let mut found = Quantiles::default();
        values.iter().for_each(|value| found.add(*value));
        found
    }

    fn values() -> impl Strategy<Value = Vec<u64>> {
        prop::collection::vec((0u32..16, 1u64..1 << 16).prop_map(|(bits, value)| (value >> bits).max(1)), 1..200)
    }

    proptest! {
        #[test]
        fn quantiles_are_near_the_exact_ones(mut values in values(), percent in 1u32..=100) {
            let found = of(&values).quantile(percent);
            values.sort_unstable();
            let exact = values[(values.len() * percent as usize).div_ceil(100) - 1] as f64;
            prop_assert!((f64::from(found) - exact).abs() <= 0.12 * exact + 1.0, "{} is not {}", found, exact);
        }

        #[test]
        fn merging_is_seeing_both(mine in values(), theirs in values()) {
            let mut merged = of(&mine);
            merged.merge(&of(&theirs));
            prop_assert_eq!(merged, of(&[mine, theirs].concat()));
        }

        #[test]
        fn any_state_is_bearable(full in 0usize..64, value: u64) {
            let mut quantiles = Quantiles([u16::MAX; 64]);
            quantiles.0[full] = 0;
            quantiles.merge(&{ quantiles });
            quantiles.add(value);
            prop_assert!(quantiles.quantile(100) > 0);
        }
    }

    #[test]
    fn nothing_seen_is_nothing() {
        assert_eq!((Quantiles::default().quantile(50), Quantiles::default().share_below(9)), (0, 0));
        assert_eq!(of(&[1, 10, 100, 1_000]).share_below(100), 128);
    }
}
