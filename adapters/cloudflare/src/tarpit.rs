//! Requests that are held: bounded in time and number.
//!
//! Where a client leaves, the host forgets its request without a word: a place is taken for as long as the rule holds, not until
//! somebody gives it back.

use std::collections::BTreeMap;

use filter_core::limits;
use filter_core::policy::Tarpit;

/// Until when places are taken, by rule.
#[derive(Debug, Default)]
pub(crate) struct Tarpits(BTreeMap<String, Vec<u64>>);

impl Tarpits {
    /// Takes a place for one more; `false` where as many are held as may be.
    pub(crate) fn take(&mut self, tarpit: &Tarpit, rule: &str, now: u64) -> bool {
        self.0.retain(|_, places| {
            places.retain(|until| *until > now);
            !places.is_empty()
        });
        let count = |places: &Vec<u64>| u32::try_from(places.len()).unwrap_or(u32::MAX);
        let all = self.0.values().fold(0u32, |sum, places| sum.saturating_add(count(places)));
        let held = self.0.get(rule).map_or(0, count);
        if held >= tarpit.most || all >= limits::TARPIT_HELD {
            return false;
        }
        let until = now.saturating_add(u64::from(tarpit.seconds).saturating_mul(1000));
        self.0.entry(rule.to_owned()).or_default().push(until);
        true
    }
}
