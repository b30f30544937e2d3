//! Evidence added up: the fifth stage of the line.
//!
//! Weights are log-likelihood ratios in milli-nats. They are added to a prior, capped by pillar so that no pillar
//! alone can say more than its cap, and mapped to 0..=100. Integers throughout: every host adds the same.

mod class;
mod table;
mod weights;

pub use class::Class;
pub use weights::Weights;

use crate::fingerprint::Family;
use crate::signals::{CrawlerProof, Evidence, Pillar, Seen};

/// How sure we are, from how much could be seen.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Score {
    /// Chance in percent that the request is a bot's: 0..=100.
    pub value: u8,
    /// The same from the prior and one pillar alone, in the order of [`Pillar::ALL`].
    pub pillars: [u8; 4],
    /// What the request is.
    pub class: Class,
    /// Sum in milli-nats that `value` came from.
    pub milli_nats: i32,
}

impl Score {
    /// Adds the evidence up.
    pub fn new(evidence: Evidence, seen: &Seen<'_>, weights: &Weights) -> Self {
        let mut sums = [0i32; 4];
        for (id, signal) in evidence.signals() {
            if let Some(sum) = sums.get_mut(signal.pillar as usize) {
                *sum = sum.saturating_add(weights.of(id));
            }
        }
        let mut milli_nats = weights.prior;
        let nothing = table::score(weights.prior);
        let mut pillars = [nothing; 4];
        for ((sum, pillar), shown) in sums.iter().zip(Pillar::ALL).zip(pillars.iter_mut()) {
            // Most pillars are silent on most requests.
            if *sum == 0 {
                continue;
            }
            let capped = weights.cap(pillar, *sum);
            milli_nats = milli_nats.saturating_add(capped);
            *shown = table::score(weights.prior.saturating_add(capped));
        }
        let value = if milli_nats == weights.prior { nothing } else { table::score(milli_nats) };
        let class = Class::of(value, seen, weights);
        Score { value, pillars, class, milli_nats }
    }

    /// One pillar's score.
    pub fn pillar(&self, pillar: Pillar) -> u8 {
        self.pillars.get(pillar as usize).copied().unwrap_or(0)
    }
}

impl Class {
    fn of(value: u8, seen: &Seen<'_>, weights: &Weights) -> Self {
        let fingerprint = seen.fingerprint;
        match seen.origin.crawler {
            CrawlerProof::Verified(_) => Class::GoodBot,
            _ if value >= weights.bot_threshold => Class::Bot,
            CrawlerProof::Impostor(_) | CrawlerProof::Unverifiable(_) => Class::Tool,
            CrawlerProof::NotClaimed if fingerprint.named.is_some() || fingerprint.claim.family == Family::Tool => {
                Class::Tool
            }
            CrawlerProof::NotClaimed if fingerprint.claim.is_browser() && value <= weights.human_threshold => {
                Class::Human
            }
            CrawlerProof::NotClaimed => Class::Unknown,
        }
    }
}
