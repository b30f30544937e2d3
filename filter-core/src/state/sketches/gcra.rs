//! Whether one more is within a limit, in eight bytes a key.

/// How much is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limit {
    /// Microseconds between two events at the sustained rate; 0 allows everything.
    pub interval: u64,
    /// Events that may come at once; 0 allows nothing.
    pub burst: u32,
}

/// Generic cell rate algorithm (ITU-T I.371, 1993): the time at which all that was let through is paid off.
///
/// Guarantee: in any stretch of `t` microseconds at most `burst + t / interval` events pass; and whoever keeps `interval`
/// always passes. What is refused costs nothing.
///
/// Merge law: debts of disjoint streams add up, as seen at the later of both payments; commutative.
///
/// ```
/// use filter_core::state::sketches::{Cell, Limit};
/// let limit = Limit { interval: 1_000_000, burst: 2 };
/// let mut cell = Cell::default();
/// assert_eq!(cell.take(5_000, limit), Ok(()));
/// assert_eq!(cell.take(5_000, limit), Ok(()));
/// assert_eq!(cell.take(5_250, limit), Err(750)); // milliseconds to wait
/// assert_eq!(cell.take(6_000, limit), Ok(()));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Cell {
    /// Theoretical arrival time in microseconds since the epoch.
    due: u64,
}

fields!(Cell { due: u64 });

impl Cell {
    /// Takes one event's worth.
    ///
    /// # Errors
    /// When the limit is reached: milliseconds until one more passes, rounded up; `u64::MAX` where none ever will.
    pub fn take(&mut self, now: u64, limit: Limit) -> Result<(), u64> {
        let now = now.saturating_mul(1_000);
        let allowance = limit.interval.saturating_mul(u64::from(limit.burst));
        // A debt above the whole allowance comes from another limit, or from a clock that was ahead.
        let due = self.due.clamp(now, now.saturating_add(allowance));
        let after = due.saturating_add(limit.interval);
        let latest = now.saturating_add(allowance);
        if limit.burst == 0 {
            return Err(u64::MAX);
        }
        if after > latest {
            return Err(after.saturating_sub(latest).div_ceil(1_000));
        }
        self.due = after;
        Ok(())
    }

    /// Milliseconds until all is paid off, rounded up: so long it is worth keeping.
    pub fn rest(&self, now: u64) -> u64 {
        self.due.saturating_sub(now.saturating_mul(1_000)).div_ceil(1_000)
    }

    /// Its eight bytes.
    pub fn to_bytes(&self) -> [u8; 8] {
        self.due.to_le_bytes()
    }

    /// Reads them; any are some cell, and fewer are an empty one.
    pub fn from_bytes(bytes: &[u8]) -> Self {
        Cell { due: bytes.first_chunk().map_or(0, |bytes| u64::from_le_bytes(*bytes)) }
    }

    /// Adds what another stream owes.
    pub fn merge(&mut self, other: &Cell, now: u64) {
        let now = now.saturating_mul(1_000);
        let debt = |cell: &Cell| cell.due.saturating_sub(now);
        self.due = now.saturating_add(debt(self)).saturating_add(debt(other));
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn passed(times: &[u64], limit: Limit) -> Vec<u64> {
        let mut cell = Cell::default();
        times.iter().copied().filter(|now| cell.take(*now, limit).is_ok()).collect()
    }

    #[test]
    fn a_stored_cell_goes_on_until_it_is_paid_off() {
        let limit = Limit { interval: 1_000_000, burst: 2 };
        let mut cell = Cell::default();
        assert_eq!((cell.rest(5_000), cell.take(5_000, limit), cell.take(5_000, limit)), (0, Ok(()), Ok(())));
        let mut again = Cell::from_bytes(&cell.to_bytes());
        assert_eq!((again, again.rest(5_000), again.rest(6_999), again.rest(7_000)), (cell, 2_000, 1, 0));
        assert_eq!(again.take(5_250, limit), Err(750));
        assert_eq!(Cell::from_bytes(&[]), Cell::default());
    }

    proptest! {
        #[test]
        fn no_stretch_lets_more_through(
            gaps in prop::collection::vec((0u32..12, 0u64..4_096).prop_map(|(bits, gap)| gap >> bits), 1..200),
            interval in 1u64..500_000,
            burst in 1u32..20,
        ) {
            let mut now = 1_000;
            let times: Vec<u64> = gaps.iter().map(|gap| { now += gap; now }).collect();
            let passed = passed(&times, Limit { interval, burst });
            for (first, from) in passed.iter().enumerate() {
                for (last, to) in passed.iter().enumerate().skip(first) {
                    let most = u64::from(burst) + (to - from) * 1_000 / interval;
                    prop_assert!((last - first + 1) as u64 <= most, "{from} to {to}");
                }
            }
        }

        #[test]
        fn the_wait_is_enough_and_needed(gaps in prop::collection::vec(0u64..300, 1..100), interval in 1_000u64..500_000, burst in 1u32..9) {
            let limit = Limit { interval, burst };
            let (mut cell, mut now) = (Cell::default(), 1_000);
            for gap in gaps {
                now += gap;
                let before = cell;
                if let Err(wait) = cell.take(now, limit) {
                    prop_assert_eq!(cell, before);
                    prop_assert!(wait > 0);
                    let mut early = cell;
                    prop_assert!(early.take(now + wait - 1, limit).is_err());
                    prop_assert_eq!(early.take(now + wait, limit), Ok(()));
                }
            }
        }

        #[test]
        fn debts_add_up(mine in 0u32..5, theirs in 0u32..5) {
            let limit = Limit { interval: 1_000_000, burst: 10 };
            let spend = |events: u32| {
                let mut cell = Cell::default();
                (0..events).for_each(|_| cell.take(1_000, limit).unwrap());
                cell
            };
            let (mut one, mut other) = (spend(mine), spend(theirs));
            one.merge(&spend(theirs), 1_000);
            other.merge(&spend(mine), 1_000);
            prop_assert_eq!(one, other);
            prop_assert_eq!(one, Cell { due: spend(mine + theirs).due.max(1_000_000) });
        }

        #[test]
        fn any_state_is_bearable(due: u64, now: u64, interval: u64, burst: u32, other: u64) {
            let mut cell = Cell { due };
            let _ = cell.take(now, Limit { interval, burst });
            cell.merge(&Cell { due: other }, now);
        }
    }

    #[test]
    fn the_sustained_rate_always_passes() {
        let times: Vec<u64> = (0..1_000).map(|i| 1_000 + i * 250).collect();
        assert_eq!(passed(&times, Limit { interval: 250_000, burst: 1 }).len(), 1_000);
    }

    #[test]
    fn a_debt_from_a_clock_ahead_is_no_life_sentence() {
        let limit = Limit { interval: 1_000_000, burst: 3 };
        let mut cell = Cell { due: u64::MAX };
        assert_eq!(cell.take(1_000, limit), Err(1_000));
        assert_eq!(cell.take(1_000, Limit { interval: 1, burst: 0 }), Err(u64::MAX));
        assert_eq!(cell.take(1_000, Limit { interval: 0, burst: 1 }), Ok(()));
    }
}
