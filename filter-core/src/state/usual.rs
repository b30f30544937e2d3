//! How often something is so where people do it, and how little that fits a program that keeps on.

use super::merge::Merge;
use super::sketches::log2;
use super::statuses::bump_wide;

/// Events of which some are so and others are not, both halved when one is full.
///
/// ```
/// use filter_core::state::Usual;
/// let mut refused = Usual::default();
/// (0..100).for_each(|n| refused.add(n % 20 == 0));
/// // Five in a row, where one of twenty is usual.
/// assert!(refused.unlike([5, 0], 900).unwrap() > 13_000);
/// assert!(refused.unlike([5, 95], 900).unwrap() < 0);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Usual([u16; 2]);

fields!(Usual { 0: [u16; 2] });

impl Merge for Usual {
    fn merge(&mut self, other: &Self) {
        self.0.merge(&other.0);
    }
}

/// Events after which it is known what is usual.
const WARM: u32 = 20;

impl Usual {
    /// Counts one.
    pub fn add(&mut self, is_so: bool) {
        bump_wide(&mut self.0, usize::from(!is_so));
    }

    /// Events counted; with many, halved.
    pub fn total(&self) -> u32 {
        self.0.iter().map(|count| u32::from(*count)).sum()
    }

    /// Of 100 events, those that are so, rounded up.
    pub fn hundredths(&self) -> u32 {
        let [so, not] = self.0.map(u32::from);
        so.saturating_mul(100).div_ceil(so.saturating_add(not).max(1))
    }

    /// How much better a program of whose events `often` of 1,000 are so explains `[so, not so]` than what is usual, in milli-nats;
    /// `None` until 20 events are known.
    ///
    /// Guarantee: for a client whose events are so at the usual rate, independently of each other, the chance that this ever reaches
    /// `t` is at most `e^(-t / 1000)`: it is the logarithm of a likelihood ratio (Wald: Sequential tests of statistical hypotheses, 1945;
    /// Ville's inequality). The usual counts are smoothed by one. People differ from each other, so take it with a margin.
    pub fn unlike(&self, seen: [u32; 2], often: u32) -> Option<i32> {
        let (usual, all) = (self.0.map(u32::from), self.total());
        if all < WARM {
            return None;
        }
        let program = [often, 1_000u32.saturating_sub(often)];
        let terms = seen.iter().zip(usual).zip(program).map(|((seen, usual), program)| {
            // log2(program / 1000 : usual / all), in 1/256.
            let more = u64::from(program.max(1)).saturating_mul(u64::from(all.saturating_add(2)));
            let less = u64::from(usual.saturating_add(1)).saturating_mul(1_000);
            let ratio = i64::from(log2(more)).saturating_sub(i64::from(log2(less)));
            ratio.saturating_mul(i64::from(*seen))
        });
        // ln 2 / 256 in 1/1000 is 2.7076.
        let sum = terms.fold(0i64, i64::saturating_add).saturating_mul(2_708);
        i32::try_from(sum.checked_div(1_000)?).ok()
    }

    /// The same for one event.
    pub fn unlike_one(&self, is_so: bool, often: u32) -> Option<i32> {
        self.unlike(if is_so { [1, 0] } else { [0, 1] }, often)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn usual(so: u32, not: u32) -> Usual {
        let mut usual = Usual::default();
        (0..so).for_each(|_| usual.add(true));
        (0..not).for_each(|_| usual.add(false));
        usual
    }

    #[test]
    fn nothing_is_said_before_it_is_known() {
        assert_eq!(usual(1, 18).unlike([9, 0], 900), None);
        assert!(usual(1, 19).unlike([9, 0], 900).is_some());
    }

    proptest! {
        #[test]
        fn it_is_the_likelihood_ratio(so in 0u32..500, not in 32u32..500, seen in prop::array::uniform2(0u32..300), often in 1u32..1_000) {
            let found = f64::from(usual(so, not).unlike(seen, often).unwrap());
            let all = f64::from(so + not + 2);
            let q = f64::from(so + 1) / all;
            let p = f64::from(often) / 1_000.0;
            let exact = f64::from(seen[0]) * (p / q).ln() + f64::from(seen[1]) * ((1.0 - p) / (1.0 - q)).ln();
            // The logarithm is exact to 1/256 of an octave or so.
            let slack = 24.0 * f64::from(seen[0] + seen[1]) + 2.0;
            prop_assert!((found - exact * 1_000.0).abs() <= slack, "{found} for {exact}");
        }
    }
}
