//! Mean and spread of numbers, such as pauses in octaves.

/// Mean and variance of the recent values of a stream, by integers.
///
/// Guarantee: of the first 64 values, all below 2^16, `|mean - exact| <= 1` and `|deviation - exact| <= exact / 50 + 2`
/// (in units of the values). From then on each value counts 63/64 of the next one: the recent 64 or so make the mean.
///
/// Welford: Note on a method for calculating corrected sums of squares, 1962. Merge law: Chan, Golub, LeVeque (Updating
/// formulae, 1979), the counts being capped afterwards; commutative, and associative up to rounding while the cap is not reached.
///
/// ```
/// use filter_core::state::sketches::Moments;
/// let mut pauses = Moments::default();
/// [990, 1_010, 1_000, 990, 1_010].into_iter().for_each(|value| pauses.add(value));
/// assert_eq!((pauses.count(), pauses.mean(), pauses.deviation()), (5, 1_000, 8));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Moments {
    /// In 1/65536.
    mean: u32,
    /// Mean square distance from the mean.
    variance: u32,
    count: u32,
}

/// Values that make the memory.
const MEMORY: u32 = 64;

fields!(Moments { mean: u32, variance: u32, count: u32 });

impl Moments {
    /// Takes a value in.
    #[inline(never)] // once in wasm, not once a record
    pub fn add(&mut self, value: u16) {
        self.count = self.count.saturating_add(1).min(MEMORY);
        let count = i64::from(self.count);
        let value = i64::from(value) << 16;
        let before = value.saturating_sub(i64::from(self.mean));
        let mean = i64::from(self.mean).saturating_add(rounded(before, count));
        let after = value.saturating_sub(mean);
        // Both distances have one sign, or one of them is 0 up to rounding.
        let square = (before >> 8).saturating_mul(after >> 8) >> 16;
        let variance = i64::from(self.variance);
        self.variance = to_u32(variance.saturating_add(rounded(square.saturating_sub(variance), count)));
        self.mean = to_u32(mean);
    }

    /// Values in memory, at most 64.
    pub fn count(&self) -> u32 {
        self.count
    }

    /// Their mean, rounded.
    pub fn mean(&self) -> u32 {
        self.mean.saturating_add(1 << 15) >> 16
    }

    /// Their standard deviation (of the values themselves, not of a sample), rounded down.
    pub fn deviation(&self) -> u32 {
        self.variance.isqrt()
    }

    /// Takes in what another stream saw.
    pub fn merge(&mut self, other: &Moments) {
        let (mine, theirs) = (i64::from(self.count), i64::from(other.count));
        let all = mine.saturating_add(theirs);
        if all == 0 {
            return;
        }
        let weighed = |a: u32, b: u32| {
            let sum = i64::from(a).saturating_mul(mine).saturating_add(i64::from(b).saturating_mul(theirs));
            rounded(sum, all)
        };
        let apart = i64::from(self.mean).abs_diff(i64::from(other.mean)) >> 8;
        let between = (apart.saturating_mul(apart) >> 16).saturating_mul(mine.saturating_mul(theirs).unsigned_abs());
        let between = between.checked_div(all.saturating_mul(all).unsigned_abs()).unwrap_or(0);
        let within = weighed(self.variance, other.variance);
        self.variance = to_u32(within.saturating_add_unsigned(between));
        self.mean = to_u32(weighed(self.mean, other.mean));
        self.count = to_u32(all).min(MEMORY);
    }
}

/// `amount / count`, to the nearest.
fn rounded(amount: i64, count: i64) -> i64 {
    amount.saturating_add(count >> 1).checked_div_euclid(count).unwrap_or(0)
}

fn to_u32(value: i64) -> u32 {
    u32::try_from(value.max(0)).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn of(values: &[u16]) -> Moments {
        let mut moments = Moments::default();
        values.iter().for_each(|value| moments.add(*value));
        moments
    }

    fn check(found: &Moments, values: &[u16]) {
        let count = values.len() as f64;
        let mean = values.iter().map(|v| f64::from(*v)).sum::<f64>() / count;
        let variance = values.iter().map(|v| (f64::from(*v) - mean).powi(2)).sum::<f64>() / count;
        assert!((f64::from(found.mean()) - mean).abs() <= 1.0, "{found:?}: mean {mean}");
        let deviation = variance.sqrt();
        assert!((f64::from(found.deviation()) - deviation).abs() <= deviation / 50.0 + 2.0, "{found:?}: {deviation}");
    }

    proptest! {
        #[test]
        fn they_are_near_the_exact_ones(values in prop::collection::vec((0u32..16, any::<u16>()).prop_map(|(b, v)| v >> b), 1..=64)) {
            check(&of(&values), &values);
        }

        #[test]
        fn merging_is_seeing_both(mine in prop::collection::vec(0u16..9_000, 0..32), theirs in prop::collection::vec(0u16..9_000, 1..32)) {
            let (mut one, mut other) = (of(&mine), of(&theirs));
            one.merge(&of(&theirs));
            other.merge(&of(&mine));
            prop_assert_eq!(one, other);
            check(&one, &[mine, theirs].concat());
        }

        #[test]
        fn any_state_is_bearable(mean: u32, variance: u32, count: u32, value: u16, other: (u32, u32, u32)) {
            let mut moments = Moments { mean, variance, count };
            moments.merge(&Moments { mean: other.0, variance: other.1, count: other.2 });
            moments.add(value);
            prop_assert!(moments.count() <= 64);
        }
    }

    #[test]
    fn the_recent_values_win() {
        let mut moments = of(&[4_000; 1_000]);
        assert_eq!((moments.mean(), moments.deviation()), (4_000, 0));
        (0..400).for_each(|_| moments.add(1_000));
        assert!(moments.mean() < 1_010 && moments.deviation() < 200, "{moments:?}");
    }
}
