//! How much each signal counts. Weights live in the bundle; the signals' own are the default.

use crate::signals::{COUNT, Pillar, SIGNALS, SignalId};

/// Prior, weights, caps and thresholds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Weights {
    /// Log-odds of a bot before anything is seen, in milli-nats.
    pub prior: i32,
    /// Most that one pillar may add, in the order of [`Pillar::ALL`].
    pub caps: [i32; 4],
    /// Least score of class `bot`.
    pub bot_threshold: u8,
    /// Greatest score of class `human`.
    pub human_threshold: u8,
    weights: [i32; COUNT],
}

impl Default for Weights {
    /// A prior of 1.8 %: alone, a weight of 4,000 makes an even chance. No pillar says more than 99.9 %.
    ///
    /// A signal's own weight is at most the ratio measured on recorded traffic (`wasm-tests`, program `weights`), and
    /// usually less: signals about one header set are not independent, and the traffic was in sight when they were made. So
    /// - what no recorded browser does weighs 4,300 to 5,500: just enough to decide alone;
    /// - what some people's software is known to do (filtering proxies, antivirus, privacy tools, old devices) weighs
    ///   less than 4,000, whatever was measured: it needs other evidence beside it;
    /// - what says openly that it is automation weighs 1,000 to 2,000, and 9,000 where it says that it attacks.
    fn default() -> Self {
        let mut weights = [0i32; COUNT];
        for (weight, signal) in weights.iter_mut().zip(SIGNALS) {
            *weight = signal.weight;
        }
        Weights { prior: -4_000, caps: [11_000; 4], bot_threshold: 50, human_threshold: 25, weights }
    }
}

impl Weights {
    /// A signal's weight in milli-nats.
    pub fn of(&self, signal: SignalId) -> i32 {
        self.weights.get(signal.index()).copied().unwrap_or(0)
    }

    /// Replaces a signal's weight.
    pub fn set(&mut self, signal: SignalId, weight: i32) {
        if let Some(slot) = self.weights.get_mut(signal.index()) {
            *slot = weight;
        }
    }

    /// A pillar's sum, not above its cap.
    pub(crate) fn cap(&self, pillar: Pillar, sum: i32) -> i32 {
        sum.min(self.caps.get(pillar as usize).copied().unwrap_or(i32::MAX))
    }
}
