//! What each threshold would touch, and the least one within a budget.

use super::sessions::Histogram;

/// How many sessions reach each score.
#[derive(Clone, Debug)]
pub struct Curve {
    /// Sessions that turned out good.
    pub good: u64,
    /// All others that came where the threshold will be asked.
    pub others: u64,
    /// Of the good ones those that score at least so much, by score.
    pub(super) touched: Vec<u64>,
    /// The same of the others.
    pub(super) acted_on: Vec<u64>,
    /// Good sessions of score 100 by what made them good: an endpoint's id, whether it was a login there, and how many.
    pub(super) highest: Vec<((String, bool), u64)>,
}

/// A threshold and what it does.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Solved {
    /// Requests that score at least so much are acted on.
    pub threshold: u8,
    /// Good sessions that are touched.
    pub touched: u64,
    /// Their share.
    pub share: f64,
    /// What the share is at most, with 95 % confidence.
    pub at_most: f64,
    /// Other sessions that are acted on.
    pub acted_on: u64,
    /// Their share.
    pub acted_share: f64,
}

impl Curve {
    pub(super) fn new(good: Histogram, others: Histogram) -> Self {
        let reach = |histogram: &Histogram| {
            let mut sum = 0u64;
            let mut reach: Vec<u64> = histogram
                .iter()
                .rev()
                .map(|count| {
                    sum = sum.saturating_add(*count);
                    sum
                })
                .collect();
            reach.reverse();
            reach
        };
        Curve {
            good: good.iter().sum(),
            others: others.iter().sum(),
            touched: reach(&good),
            acted_on: reach(&others),
            highest: Vec::new(),
        }
    }

    /// What a threshold does.
    pub fn at(&self, threshold: u8) -> Solved {
        let of = |reach: &[u64]| reach.get(usize::from(threshold)).copied().unwrap_or(0);
        let (touched, acted_on) = (of(&self.touched), of(&self.acted_on));
        let share = |count: u64, all: u64| if all == 0 { 0.0 } else { count as f64 / all as f64 };
        Solved {
            threshold,
            touched,
            share: share(touched, self.good),
            at_most: at_most(touched, self.good),
            acted_on,
            acted_share: share(acted_on, self.others),
        }
    }

    /// The least threshold that touches at most this share of the good sessions; `None`: even the greatest touches more.
    pub fn solve(&self, touch: f64) -> Option<Solved> {
        (1..=100).map(|threshold| self.at(threshold)).find(|solved| solved.share <= touch)
    }

    /// Good sessions without a single touch that it takes to be 95 % sure of a share: three divided by it.
    pub fn needed(touch: f64) -> u64 {
        (3.0 / touch).ceil() as u64
    }
}

/// The upper end of Wilson's interval at 95 % on one side (Wilson, "Probable inference, the law of succession, and statistical
/// inference", JASA 22, 1927).
fn at_most(count: u64, all: u64) -> f64 {
    if all == 0 {
        return 1.0;
    }
    let (z, n) = (1.644_853_627, all as f64);
    let p = count as f64 / n;
    let centre = p + z * z / (2.0 * n);
    let spread = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    ((centre + spread) / (1.0 + z * z / n)).min(1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_least_threshold_within_the_budget() {
        let (mut good, mut others) = ([0; 101], [0; 101]);
        (good[2], good[30], good[61], good[100]) = (9_980, 10, 9, 1);
        (others[5], others[60], others[95]) = (50, 100, 850);
        let curve = Curve::new(good, others);
        let solved = |touch: f64| curve.solve(touch).map(|solved| (solved.threshold, solved.touched, solved.acted_on));
        assert_eq!(solved(0.001), Some((31, 10, 950)), "10 of 10,000 are 0.1 %");
        assert_eq!(solved(0.0005), Some((62, 1, 850)));
        assert_eq!(solved(0.5), Some((3, 20, 1000)));
        assert_eq!(solved(0.00001), None, "one scores 100");
        assert_eq!(curve.at(0).share, 1.0);
    }

    #[test]
    fn what_a_share_is_at_most() {
        // R: binom::binom.wilson(x, n, conf.level = 0.90)$upper
        for (count, all, expected) in [(0, 1000, 0.002_698), (10, 1000, 0.016_676), (500, 1000, 0.525_94)] {
            assert!((at_most(count, all) - expected).abs() < 1e-4, "{count} of {all}: {}", at_most(count, all));
        }
        assert_eq!(Curve::needed(0.001), 3000);
    }
}
