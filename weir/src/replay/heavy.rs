//! The most frequent keys of a stream, in constant memory.

use std::collections::HashMap;
use std::hash::Hash;

/// Misra and Gries' summary (1982) with the batched decrement of Anderson et al. (2017, "A high-performance algorithm for
/// identifying frequent items in data streams").
///
/// With capacity k, after n keys: `true count - 2 n / k <= shown count <= true count`. Each key seen more than `2 n / k` times is
/// there. Takes k entries and amortised constant time a key.
#[derive(Clone, Debug)]
pub struct Heavy<K> {
    counts: HashMap<K, u64>,
    capacity: usize,
    /// Most that any shown count is too low by.
    error: u64,
}

impl<K: Hash + Eq + Clone + Ord> Heavy<K> {
    /// Keeps at most `capacity` keys, at least two.
    pub fn new(capacity: usize) -> Self {
        Heavy { counts: HashMap::new(), capacity: capacity.max(2), error: 0 }
    }

    /// Counts one.
    pub fn add(&mut self, key: &K) {
        if let Some(count) = self.counts.get_mut(key) {
            *count = count.saturating_add(1);
            return;
        }
        if self.counts.len() >= self.capacity {
            self.shrink();
        }
        self.counts.insert(key.clone(), 1);
    }

    /// The first `most` keys by count, then by key.
    pub fn top(&self, most: usize) -> Vec<(K, u64)> {
        let mut all: Vec<_> = self.counts.iter().map(|(key, count)| (key.clone(), *count)).collect();
        all.sort_by(|(one, count), (other, more)| more.cmp(count).then_with(|| one.cmp(other)));
        all.truncate(most);
        all
    }

    /// Of [`top`](Self::top) those that are surely more frequent than any key that was dropped.
    pub fn surely_top(&self, most: usize) -> Vec<(K, u64)> {
        let mut top = self.top(most);
        top.retain(|(_, count)| *count > self.error);
        top
    }

    /// Most that any shown count is too low by.
    pub fn error(&self) -> u64 {
        self.error
    }

    /// Takes the median count off every key: half of them go, and each removed count was matched by others.
    fn shrink(&mut self) {
        let mut counts: Vec<u64> = self.counts.values().copied().collect();
        let middle = counts.len() / 2;
        let median = *counts.select_nth_unstable(middle).1;
        self.error = self.error.saturating_add(median);
        self.counts.retain(|_, count| {
            *count = count.saturating_sub(median);
            *count > 0
        });
    }
}

#[cfg(test)]
#[allow(clippy::arithmetic_side_effects, reason = "counts of a test are small")]
mod tests {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #[test]
        fn counts_are_within_the_stated_error(keys in proptest::collection::vec(0u8..60, 0..2000), capacity in 2usize..40) {
            let mut heavy = Heavy::new(capacity);
            let mut exact = HashMap::new();
            for key in &keys {
                heavy.add(key);
                *exact.entry(*key).or_insert(0u64) += 1;
            }
            let shown: HashMap<_, _> = heavy.top(usize::MAX).into_iter().collect();
            prop_assert!(shown.len() <= capacity);
            // Half of the capacity is what the batched form guarantees.
            prop_assert!(heavy.error() <= keys.len() as u64 * 2 / capacity as u64);
            for (key, count) in exact {
                let found = shown.get(&key).copied().unwrap_or(0);
                prop_assert!(found <= count && count - found <= heavy.error(), "{key}: {found} of {count}");
            }
        }
    }

    #[test]
    fn few_keys_are_exact() {
        let mut heavy = Heavy::new(8);
        for key in ["a", "b", "a", "c", "a", "b"] {
            heavy.add(&key);
        }
        assert_eq!(heavy.top(2), [("a", 3), ("b", 2)]);
        assert_eq!(heavy.error(), 0);
    }
}
