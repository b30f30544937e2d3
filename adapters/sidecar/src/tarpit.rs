//! Requests that are held: bounded in time and number.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};

use filter_core::limits;
use filter_core::policy::Tarpit;

/// How many are held, by rule.
#[derive(Debug, Default)]
pub struct Tarpits(Mutex<BTreeMap<String, u32>>);

/// One held request's place, free again when dropped: also where its client leaves.
#[derive(Debug)]
pub(crate) struct Place {
    of: Arc<Tarpits>,
    rule: String,
}

impl Tarpits {
    /// A place for one more; `None` where as many are held as may be.
    pub(crate) fn take(self: &Arc<Self>, tarpit: &Tarpit, rule: String) -> Option<Place> {
        let mut held = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let all = held.values().fold(0u32, |sum, count| sum.saturating_add(*count));
        let count = held.get(&rule).copied().unwrap_or(0);
        if count >= tarpit.most || all >= limits::TARPIT_HELD {
            return None;
        }
        held.insert(rule.clone(), count.saturating_add(1));
        drop(held);
        Some(Place { of: Arc::clone(self), rule })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.of.0.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = held.get_mut(&self.rule) {
            *count = count.saturating_sub(1);
            if *count == 0 {
                held.remove(&self.rule);
            }
        }
    }
}
