//! One kind's records in memory that never grows.

use alloc::vec::Vec;

use super::form::Field;
use super::sketches::Frequencies;

/// Records that may lie at one place.
const WAYS: usize = 8;

/// A table of fixed size: a key may lie in one of eight slots, and a full set keeps those that came most.
///
/// A slot's *heat* is how often its key came lately, up to 255; it halves every [`HALF_LIFE`]. A key that has no slot is counted
/// in [`Frequencies`], and takes the coolest slot of its set once it came more often than that one's key did. A crowd of keys that come once
/// each so displaces only what came no more often than they (Einziger, Friedman, Manes: TinyLFU, 2017). Every call looks at one
/// set, whatever is held.
pub(super) struct Table<R> {
    sets: Vec<Set>,
    /// `WAYS` a set.
    records: Vec<R>,
}

/// What is looked at before any record is touched.
#[derive(Clone, Copy)]
struct Set {
    /// 0 is a free slot.
    keys: [u64; WAYS],
    heat: [u8; WAYS],
    /// Half-life since the epoch in which the heat was last brought up to date.
    age: u32,
    /// Where the next newcomer is put, of slots that are equally cool: after the last one.
    hand: u8,
}

/// Milliseconds in which heat halves: a session of ten requests outlasts an hour's crowd of visitors that come once.
const HALF_LIFE: u64 = 15 * 60 * 1000;

impl<R: Field> Table<R> {
    /// Room for `capacity` records, rounded up to whole sets; none where there is no memory for them.
    pub(super) fn new(capacity: u32) -> Self {
        let count = usize::try_from(capacity).unwrap_or(0).div_ceil(WAYS);
        let (mut sets, mut records) = (Vec::new(), Vec::new());
        let slots = count.saturating_mul(WAYS);
        if sets.try_reserve_exact(count).is_ok() && records.try_reserve_exact(slots).is_ok() {
            sets.resize(count, Set { keys: [0; WAYS], heat: [0; WAYS], age: 0, hand: 0 });
            records.resize(slots, R::EMPTY);
        }
        Table { sets, records }
    }

    /// The record of a key that is held.
    pub(super) fn find(&mut self, key: u64) -> Option<&mut R> {
        let place = self.place(key)?;
        let way = self.sets.get(place)?.way(key)?;
        self.records.get_mut(place.wrapping_mul(WAYS).wrapping_add(way))
    }

    /// The record of a key, which gets one if it came often enough.
    pub(super) fn admit(&mut self, key: u64, now: u64, seen: &mut Frequencies) -> Option<&mut R> {
        let place = self.place(key)?;
        let set = self.sets.get_mut(place)?;
        set.cool(now);
        let (way, is_new) = match set.way(key) {
            Some(way) => (way, false),
            None => (set.make_room(key, seen)?, true),
        };
        let heat = set.heat.get_mut(way)?;
        *heat = heat.saturating_add(1);
        let record = self.records.get_mut(place.wrapping_mul(WAYS).wrapping_add(way))?;
        if is_new {
            *record = R::EMPTY;
        }
        Some(record)
    }

    /// Keys that have a record. Walks the whole table.
    pub(super) fn held(&self) -> usize {
        self.sets.iter().flat_map(|set| set.keys).filter(|key| *key != 0).count()
    }

    /// Bytes taken, whatever is held.
    pub(super) fn bytes(&self) -> usize {
        let sets = self.sets.capacity().saturating_mul(size_of::<Set>());
        sets.saturating_add(self.records.capacity().saturating_mul(size_of::<R>()))
    }

    /// The set of a key; `None` for no key, and where there is no room at all.
    fn place(&self, key: u64) -> Option<usize> {
        let sets = u64::try_from(self.sets.len()).ok().filter(|sets| *sets > 0 && key != 0)?;
        usize::try_from((key >> 32).wrapping_mul(sets) >> 32).ok()
    }
}

impl Set {
    fn way(&self, key: u64) -> Option<usize> {
        self.keys.iter().position(|held| *held == key)
    }

    /// Halves the heat once for each half-life since the last time. A clock that was ahead is believed no longer.
    fn cool(&mut self, now: u64) {
        let age = now.checked_div(HALF_LIFE).and_then(|age| u32::try_from(age).ok()).unwrap_or(0);
        if age != self.age {
            let halvings = age.saturating_sub(self.age);
            self.heat.iter_mut().for_each(|heat| *heat = heat.checked_shr(halvings).unwrap_or(0));
            self.age = age;
        }
    }

    /// Gives the key the coolest slot, if it came more often than that one's key. It enters cool itself: its count may be
    /// others' by chance, and sets would only ever heat up.
    fn make_room(&mut self, key: u64, seen: &mut Frequencies) -> Option<usize> {
        let slots = self.keys.iter().zip(&self.heat).map(|(held, heat)| if *held == 0 { -1 } else { i32::from(*heat) });
        let hand = usize::from(self.hand);
        let (way, coolest) =
            slots.enumerate().min_by_key(|(way, heat)| (*heat, way.wrapping_sub(hand) & (WAYS - 1)))?;
        if coolest >= 0 && i32::from(seen.add(key)) < coolest {
            return None;
        }
        *self.keys.get_mut(way)? = key;
        *self.heat.get_mut(way)? = 0;
        self.hand = u8::try_from(way.wrapping_add(1)).unwrap_or(0);
        Some(way)
    }
}
