//! Which keys come most.

use super::super::form::Field;

/// The keys with the greatest share of a stream, each with how many different ones it came with in a row: a password with the
/// accounts it was tried on. A key that comes again with the one it came with last counts once.
///
/// Guarantee, `n` being the additions that counted since the last fading: a count is never above the truth, and below it by at
/// most `n / (N + 1)`; so every key with a greater share than that is among the `N`. Two keys count as one with a
/// chance of 1 in four billion.
///
/// Misra, Gries: Finding repeated elements, 1982. Merge law: counts add up, then what the `N + 1`th has is taken from all (Agarwal, Cormode,
/// Huang, Phillips, Wei, Yi: Mergeable summaries, 2012); commutative, within the same bound.
///
/// ```
/// use filter_core::state::sketches::Leaders;
/// let mut passwords = Leaders::<8>::default();
/// for account in 0..20u64 {
///     passwords.add(0xfeed, account << 48);
/// }
/// assert_eq!((passwords.count(0xfeed), passwords.all()), (20, 20));
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Leaders<const N: usize> {
    all: u32,
    slots: [Leader; N],
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Leader {
    /// High half of the key's hash; meaningless where the count is 0.
    tag: u32,
    /// What it came with last, 16 bits of it.
    with: u16,
    count: u16,
}

impl Leader {
    /// Nothing stays of what counts no more.
    fn set(&mut self, count: u16) {
        *self = if count == 0 { Leader::EMPTY } else { Leader { count, ..*self } };
    }
}

fields!(Leader { tag: u32, with: u16, count: u16 });
fields!([const N: usize] Leaders<N> { all: u32, slots: [Leader; N] });

impl<const N: usize> Default for Leaders<N> {
    fn default() -> Self {
        Self::EMPTY
    }
}

impl<const N: usize> Leaders<N> {
    /// Counts a key that came with something.
    pub fn add(&mut self, key: u64, with: u64) {
        let leader = Leader { tag: tag(key), with: (with >> 48) as u16, count: 1 };
        if add(&mut self.slots, leader) {
            self.all = self.all.saturating_add(1);
        }
    }

    /// How often a key came, never too high.
    pub fn count(&self, key: u64) -> u32 {
        let tag = tag(key);
        let found = self.slots.iter().find(|slot| slot.tag == tag && slot.count > 0);
        found.map_or(0, |slot| u32::from(slot.count))
    }

    /// How many came in all.
    pub fn all(&self) -> u32 {
        self.all
    }

    /// Halves everything `times` times.
    pub fn fade(&mut self, times: u32) {
        self.all = self.all.checked_shr(times).unwrap_or(0);
        self.slots.iter_mut().for_each(|slot| slot.set(slot.count.checked_shr(times).unwrap_or(0)));
    }

    /// Adds what another one counted.
    pub fn merge(&mut self, other: &Self) {
        self.all = self.all.saturating_add(other.all);
        // All that either holds, the same keys joined; then the best stay, less what the best of the rest has.
        let mut rest = other.slots;
        for slot in self.slots.iter_mut().filter(|slot| slot.count > 0) {
            for twin in rest.iter_mut().filter(|twin| twin.tag == slot.tag && twin.count > 0) {
                slot.count = slot.count.saturating_add(core::mem::take(&mut twin.count));
                slot.with = slot.with.max(twin.with);
            }
        }
        let mut most = 0;
        for one in rest.iter_mut().filter(|one| one.count > 0) {
            // The least of ours makes way for a greater one; of equals the lower tag, so that order does not matter.
            let least = self.slots.iter_mut().min_by_key(|slot| (slot.count, core::cmp::Reverse(slot.tag)));
            if let Some(least) = least.filter(|least| (least.count, one.tag) < (one.count, least.tag)) {
                core::mem::swap(least, one);
            }
            most = most.max(one.count);
        }
        self.slots.iter_mut().for_each(|slot| slot.set(slot.count.saturating_sub(most)));
        self.tidy();
    }

    /// One order for one content.
    fn tidy(&mut self) {
        self.slots.iter_mut().for_each(|slot| slot.set(slot.count));
        crate::order::sort_by(&mut self.slots, |a, b| (b.count, a.tag) < (a.count, b.tag));
    }
}

fn tag(key: u64) -> u32 {
    (key >> 32) as u32
}

/// Whether it counted.
#[inline(never)] // once in wasm, not once a size
fn add(slots: &mut [Leader], new: Leader) -> bool {
    if let Some(slot) = slots.iter_mut().find(|slot| slot.tag == new.tag && slot.count > 0) {
        let is_other = slot.with != new.with;
        slot.with = new.with;
        slot.count = slot.count.saturating_add(u16::from(is_other));
        return is_other;
    }
    match slots.iter_mut().find(|slot| slot.count == 0) {
        Some(free) => *free = new,
        None => slots.iter_mut().for_each(|slot| slot.set(slot.count.saturating_sub(1))),
    }
    true
}

#[cfg(test)]
mod tests {
    use alloc::collections::BTreeMap;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    /// A few keys often, many once; each time with something else.
    fn stream() -> impl Strategy<Value = Vec<u64>> {
        prop::collection::vec(prop_oneof![0u64..6, 0u64..1_000], 0..600)
    }

    fn counted(keys: &[u64]) -> Leaders<8> {
        let mut leaders = Leaders::default();
        for (at, key) in keys.iter().enumerate() {
            leaders.add(key << 32, (at as u64) << 48);
        }
        leaders
    }

    fn check(leaders: &Leaders<8>, keys: &[u64]) {
        let mut exact = BTreeMap::<u64, u32>::new();
        keys.iter().for_each(|key| *exact.entry(*key).or_default() += 1);
        for (key, count) in exact {
            let found = leaders.count(key << 32);
            assert!(found <= count && found + keys.len() as u32 / 9 >= count, "{key}: {found} of {count}");
        }
        assert_eq!(leaders.all() as usize, keys.len());
    }

    proptest! {
        #[test]
        fn counts_are_never_high_and_low_by_a_ninth_at_most(keys in stream()) {
            check(&counted(&keys), &keys);
        }

        #[test]
        fn merging_counts_both(mine in stream(), theirs in stream()) {
            let (mut one, mut other) = (counted(&mine), counted(&theirs));
            let (first, second) = (one, other);
            one.merge(&second);
            other.merge(&first);
            prop_assert_eq!(one, other);
            check(&one, &[mine, theirs].concat());
        }

        #[test]
        fn any_state_is_bearable(bytes in prop::collection::vec(any::<u8>(), 136), key: u64) {
            let mut leaders = Leaders::<8>::take(&mut &bytes[..]);
            leaders.add(key, key);
            leaders.merge(&counted(&[key >> 32]));
            leaders.fade(key as u32);
            leaders.count(key);
        }
    }

    #[test]
    fn who_tries_again_counts_once() {
        let mut leaders = Leaders::<8>::default();
        (0..50).for_each(|_| leaders.add(7 << 32, 1 << 48));
        assert_eq!((leaders.count(7 << 32), leaders.all()), (1, 1));
        leaders.fade(1);
        assert_eq!(leaders, Leaders::default());
    }
}
