//! Room for requests that are held: so many places a rule and point of presence, each taken for as long as it holds.
//!
//! Sandboxes do not know each other. A place is an entry in the cache they share, which ends by itself; which one a request
//! asks for follows from its id. Two that ask at once may both get it, and one that is refused might have found another free:
//! held are about as many as allowed, and never many more.

use core::time::Duration;

use crate::hostcalls::Arena;
use crate::hostcalls::cache::{self, Lookup};

/// Places asked for, one after the other.
const TRIES: u64 = 4;

/// Takes a place for `time`, where one is free among `most`.
pub(crate) fn takes(rule: &str, id: &str, most: u32, time: Duration) -> bool {
    let start = id.bytes().fold(0u64, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
    (0..TRIES.min(u64::from(most))).any(|step| {
        let Some(place) = start.wrapping_add(step).checked_rem(u64::from(most)) else { return false };
        let key = format!("weir/held/{rule}/{place}");
        // Where the cache cannot say, nobody is held.
        let is_free = || Some(Lookup::start(key.as_bytes()).ok()?.metadata(&mut Arena::default()).ok()?.is_none());
        is_free() == Some(true) && cache::insert(key.as_bytes(), &[], &[], time).is_ok()
    })
}
