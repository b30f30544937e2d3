//! How often each signal fires, and what that is worth.

use filter_core::signals::{COUNT, Evidence, SIGNALS};

/// Requests in which each signal fired.
#[derive(Clone, Debug)]
pub struct Tally {
    /// Requests seen.
    pub total: u32,
    /// Fired, in registry order.
    pub fired: [u32; COUNT],
}

impl Default for Tally {
    fn default() -> Self {
        Tally { total: 0, fired: [0; COUNT] }
    }
}

impl Tally {
    /// Counts one request.
    pub fn add(&mut self, evidence: Evidence) {
        self.total += 1;
        for (id, _) in evidence.signals() {
            self.fired[id.index()] += 1;
        }
    }

    /// Log-likelihood ratio of a signal in milli-nats, this tally's bots over `people`, half a request added to each side.
    pub fn weight_over(&self, people: &Tally, signal: usize) -> i32 {
        let rate = |t: &Tally| (f64::from(t.fired[signal]) + 0.5) / (f64::from(t.total) + 1.0);
        (1000.0 * (rate(self) / rate(people)).ln()).round() as i32
    }

    /// Names and counts of what fired, most often first.
    pub fn ranking(&self) -> Vec<(&'static str, u32)> {
        let mut rows: Vec<_> = SIGNALS.iter().map(|s| s.id).zip(self.fired).filter(|(_, n)| *n > 0).collect();
        rows.sort_by_key(|(_, n)| std::cmp::Reverse(*n));
        rows
    }
}
