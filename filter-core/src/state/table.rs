//! One kind's records in memory that never grows.

use alloc::vec::Vec;

use super::form::Field;
use super::sketches::Frequencies;

/// Records that may lie at one place.
const WAYS: usize = 8;

/// A table of fixed size: a key may lie in one of eight slots, and a full set keeps those that came most.
///
/// A slot's *heat* is how often its key came lately, up to 255; it halves every [`HALF_LIFE`]. A key that has no slot is counted
/// in [`Frequencies`], and takes the coolest slot of its set once it came as often as that one's key did. A crowd of keys that come once
/// each so displaces only what came no more often than they (Einziger, Friedman, Manes: TinyLFU, 2017). Every call looks at one
/// set, whatever is held.
pub(crate) struct Table<R> {
    places: Places,
    /// `WAYS` a set.
    records: Vec<R>,
}

impl<R: Field> Table<R> {
    /// Room for `capacity` records, rounded up to whole sets; none where there is no memory for them.
    pub(super) fn new(capacity: u32) -> Self {
        let mut places = Places::new(capacity);
        let (mut records, slots) = (Vec::new(), places.sets.len().saturating_mul(WAYS));
        if records.try_reserve_exact(slots).is_ok() {
            records.resize(slots, R::EMPTY);
        } else {
            places.sets = Vec::new();
        }
        Table { places, records }
    }

    /// The record of a key that is held.
    pub(super) fn find(&mut self, key: u64) -> Option<&mut R> {
        let slot = self.places.find(key)?;
        self.records.get_mut(slot)
    }

    /// To be read.
    pub(crate) fn get(&self, key: u64) -> Option<&R> {
        self.records.get(self.places.find(key)?)
    }

    /// The record of a key, which gets one if it came often enough.
    pub(super) fn admit(&mut self, key: u64, now: u64, seen: &mut Frequencies) -> Option<&mut R> {
        let (slot, is_new) = self.places.admit(key, now, seen)?;
        let record = self.records.get_mut(slot)?;
        if is_new {
            *record = R::EMPTY;
        }
        Some(record)
    }

    /// The record of a key that weighs so much: in a full set it displaces the one that weighs least, if that weighs less. For tables that are
    /// filled at once.
    pub(super) fn put(&mut self, key: u64, weight: u8) -> Option<&mut R> {
        let (slot, is_new) = self.places.put(key, weight)?;
        let record = self.records.get_mut(slot)?;
        if is_new {
            *record = R::EMPTY;
        }
        Some(record)
    }

    /// Forgets all keys.
    pub(super) fn clear(&mut self) {
        self.places.clear();
    }

    /// Which key lies where.
    pub(crate) fn places(&self) -> &Places {
        &self.places
    }

    /// The record at a place.
    pub(crate) fn at(&self, place: usize) -> Option<&R> {
        self.records.get(place)
    }

    /// Whether anything can be held.
    pub(super) fn has_room(&self) -> bool {
        !self.places.sets.is_empty()
    }

    /// Keys that have a record. It only grows: a record's place goes to another, never back.
    pub(super) fn held(&self) -> usize {
        self.places.held
    }

    /// Bytes taken, whatever is held.
    pub(super) fn bytes(&self) -> usize {
        let sets = self.places.sets.capacity().saturating_mul(size_of::<Set>());
        sets.saturating_add(self.records.capacity().saturating_mul(size_of::<R>()))
    }
}

/// Which key lies where; the same code for every kind.
pub(crate) struct Places {
    sets: Vec<Set>,
    held: usize,
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

impl Places {
    fn new(capacity: u32) -> Self {
        let count = usize::try_from(capacity).unwrap_or(0).div_ceil(WAYS);
        let mut sets = Vec::new();
        if sets.try_reserve_exact(count).is_ok() {
            sets.resize(count, Set { keys: [0; WAYS], heat: [0; WAYS], age: 0, hand: 0 });
        }
        Places { sets, held: 0 }
    }

    #[inline(never)]
    fn find(&self, key: u64) -> Option<usize> {
        let place = self.place(key)?;
        let way = self.sets.get(place)?.way(key)?;
        Some(place.wrapping_mul(WAYS).wrapping_add(way))
    }

    /// The slot of a key, and whether it is new there.
    #[inline(never)]
    fn admit(&mut self, key: u64, now: u64, seen: &mut Frequencies) -> Option<(usize, bool)> {
        let place = self.place(key)?;
        let set = self.sets.get_mut(place)?;
        set.cool(now);
        let (way, is_new) = match set.way(key) {
            Some(way) => (way, false),
            None => {
                let (way, was_free) = set.make_room(key, seen)?;
                self.held = self.held.saturating_add(usize::from(was_free));
                (way, true)
            }
        };
        let heat = set.heat.get_mut(way)?;
        *heat = heat.saturating_add(1);
        Some((place.wrapping_mul(WAYS).wrapping_add(way), is_new))
    }

    #[inline(never)]
    fn put(&mut self, key: u64, weight: u8) -> Option<(usize, bool)> {
        let place = self.place(key)?;
        let set = self.sets.get_mut(place)?;
        set.age = u32::MAX; // it does not cool
        let (way, is_new) = match set.way(key) {
            Some(way) => (way, false),
            None => {
                let slots = set.keys.iter().zip(&set.heat).enumerate();
                let weights = slots.map(|(way, (held, heat))| (way, if *held == 0 { 0 } else { (*heat).max(1) }));
                let (way, least) = weights.min_by_key(|(_, heat)| *heat)?;
                if least >= weight.max(1) {
                    return None;
                }
                self.held = self.held.saturating_add(usize::from(least == 0));
                *set.heat.get_mut(way)? = 0;
                (way, true)
            }
        };
        *set.keys.get_mut(way)? = key;
        let heat = set.heat.get_mut(way)?;
        *heat = heat.saturating_add(weight.max(1));
        Some((place.wrapping_mul(WAYS).wrapping_add(way), is_new))
    }

    #[inline(never)]
    fn clear(&mut self) {
        self.sets.iter_mut().for_each(|set| set.keys = [0; WAYS]);
        self.held = 0;
    }

    /// Gives the places of keys that came lately, with the keys: their heat has not cooled to nothing.
    #[inline(never)]
    pub(crate) fn warm(&self, now: u64, give: &mut dyn FnMut(usize, u64)) {
        let age = age(now);
        for (first, set) in (0usize..).step_by(WAYS).zip(&self.sets) {
            let halvings = age.saturating_sub(set.age);
            for (way, (key, heat)) in set.keys.iter().zip(&set.heat).enumerate() {
                if *key != 0 && heat.checked_shr(halvings).unwrap_or(0) > 0 {
                    give(first.wrapping_add(way), *key);
                }
            }
        }
    }

    /// The set of a key; `None` for no key, and where there is no room at all.
    fn place(&self, key: u64) -> Option<usize> {
        let sets = u64::try_from(self.sets.len()).ok().filter(|sets| *sets > 0 && key != 0)?;
        usize::try_from((key >> 32).wrapping_mul(sets) >> 32).ok()
    }
}

/// Half-lives since the epoch.
fn age(now: u64) -> u32 {
    now.checked_div(HALF_LIFE).and_then(|age| u32::try_from(age).ok()).unwrap_or(0)
}

impl Set {
    fn way(&self, key: u64) -> Option<usize> {
        self.keys.iter().position(|held| *held == key)
    }

    /// Halves the heat once for each half-life since the last time. A clock that was ahead is believed no longer.
    fn cool(&mut self, now: u64) {
        let age = age(now);
        if age != self.age {
            let halvings = age.saturating_sub(self.age);
            self.heat.iter_mut().for_each(|heat| *heat = heat.checked_shr(halvings).unwrap_or(0));
            self.age = age;
        }
    }

    /// Gives the key the coolest slot, if it came as often as that one's key, and says whether it was free. It enters cool itself: its count may be
    /// others' by chance, and sets would only ever heat up.
    fn make_room(&mut self, key: u64, seen: &mut Frequencies) -> Option<(usize, bool)> {
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
        Some((way, coolest < 0))
    }
}
