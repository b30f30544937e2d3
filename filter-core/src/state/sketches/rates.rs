//! How many lately: one stream counted with four half-lives at once.

/// A half-life. Traffic that keeps a steady pace holds a level of 1.44 half-lives' worth.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// 4.096 seconds.
    Seconds,
    /// 65.536 seconds.
    Minute,
    /// 17.5 minutes.
    Quarter,
    /// 4.66 hours.
    Hours,
}

fields!(Rates { last: u32, levels: [u32; 4] });

impl Scale {
    /// All of them, the shortest first.
    pub const ALL: [Scale; 4] = [Scale::Seconds, Scale::Minute, Scale::Quarter, Scale::Hours];

    /// The half-life in milliseconds.
    pub fn half_life(self) -> u64 {
        1u64.wrapping_shl(self.shift().wrapping_add(TICK))
    }

    /// Log2 of the half-life in ticks.
    fn shift(self) -> u32 {
        match self {
            Scale::Seconds => 8,
            Scale::Minute => 12,
            Scale::Quarter => 16,
            Scale::Hours => 20,
        }
    }
}

/// Decayed counts of one stream: what came `t` ago counts `2^(-t / half-life)`.
///
/// Guarantee, `x` being the exact decayed count and both sides in events:
/// `|level / 256 - x| <= x / 50 + 1 / 32`, while less than four million came in a half-life (then it saturates) and nobody
/// was away for two years (then the rest is anything below `x`).
///
/// Forward decay (Cormode, Shkapenyuk, Srivastava, Xu: Forward decay, 2009): an event is added once with a weight that
/// grows with time since a landmark, so that many small steps lose nothing to rounding; landmarks are the multiples of the half-life.
///
/// Merge law: the levels of disjoint streams add up; commutative, and associative up to 1/64 of an event.
///
/// ```
/// use filter_core::state::sketches::{Rates, Scale};
/// let mut rates = Rates::default();
/// rates.add(1_731_000_000_000, 1);
/// rates.add(1_731_000_000_000, 1);
/// let later = 1_731_000_000_000 + Scale::Minute.half_life();
/// assert!(rates.level(Scale::Minute, later).abs_diff(256) <= 8);
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rates {
    /// Time of the last event in ticks.
    last: u32,
    /// By scale: sum of `256 * 2^(time past the landmark / half-life)`, the landmark being the one before `last`.
    levels: [u32; 4],
}

/// Log2 of the milliseconds in a tick.
const TICK: u32 = 4;

/// Ticks by which a clock may run backwards before what is remembered counts as older than two years instead: 4.7 hours.
const BACKWARDS: u32 = 1 << 20;

impl Rates {
    /// Counts `amount` events.
    #[inline(never)] // once in wasm, not once a record
    pub fn add(&mut self, now: u64, amount: u32) {
        let now = self.later(tick(now));
        for (level, scale) in self.levels.iter_mut().zip(Scale::ALL) {
            let kept = decay(*level, scale, self.last, now);
            *level = kept.saturating_add(amount.saturating_mul(grown(past(scale, now))));
        }
        self.last = now;
    }

    /// Decayed count, in 1/256 of an event.
    pub fn level(&self, scale: Scale, now: u64) -> u32 {
        let now = self.later(tick(now));
        let level = self.levels.get(scale as usize).copied().unwrap_or(0);
        let kept = u64::from(decay(level, scale, self.last, now));
        // 2^-f = 2^(1 - f) / 2
        let shrink = u64::from(grown(256u32.wrapping_sub(past(scale, now))));
        u32::try_from(kept.saturating_mul(shrink) >> 9).unwrap_or(u32::MAX)
    }

    /// Decayed count, in whole events, rounded.
    pub fn count(&self, scale: Scale, now: u64) -> u32 {
        self.level(scale, now).saturating_add(128) >> 8
    }

    /// Adds what another stream counted.
    #[inline(never)] // once in wasm, not once a record
    pub fn merge(&mut self, other: &Rates) {
        if other.levels == [0; 4] || self.levels == [0; 4] {
            *self = if self.levels == [0; 4] { *other } else { *self };
            return;
        }
        // Within a year of each other: both are alive.
        let now = if self.last.wrapping_sub(other.last) < 1 << 31 { self.last } else { other.last };
        for ((level, scale), theirs) in self.levels.iter_mut().zip(Scale::ALL).zip(other.levels) {
            let kept = decay(*level, scale, self.last, now);
            *level = kept.saturating_add(decay(theirs, scale, other.last, now));
        }
        self.last = now;
    }

    /// `now`, or the last time where the clock ran backwards.
    fn later(&self, now: u32) -> u32 {
        let back = self.last.wrapping_sub(now);
        if back < BACKWARDS && self.levels != [0; 4] { self.last } else { now }
    }
}

fn tick(now: u64) -> u32 {
    (now >> TICK) as u32
}

/// Place between two landmarks, in 1/256.
fn past(scale: Scale, tick: u32) -> u32 {
    tick.wrapping_shr(scale.shift().wrapping_sub(8)) & 255
}

/// A level moved to the landmark before `now`.
fn decay(level: u32, scale: Scale, last: u32, now: u32) -> u32 {
    let shift = scale.shift();
    let landmarks = now.wrapping_shr(shift).wrapping_sub(last.wrapping_shr(shift)) & u32::MAX.wrapping_shr(shift);
    level.checked_shr(landmarks).unwrap_or(0)
}

/// `256 * 2^(place / 256)` for a place of 0..=256, within 0.5 %.
fn grown(place: u32) -> u32 {
    // 2^f is near 1 + f * (0.656 + 0.344 * f): within 0.27 % on [0, 1], and exact at both ends.
    let slope = place.wrapping_mul(88).wrapping_add(168 << 8);
    place.wrapping_mul(slope).wrapping_add(1 << 15).wrapping_shr(16).wrapping_add(256)
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    const START: u64 = 1_731_000_000_000;

    /// Gaps of all sizes, and amounts.
    fn stream() -> impl Strategy<Value = Vec<(u64, u32)>> {
        let gap = (0u32..24, 0u64..1 << 24).prop_map(|(bits, gap)| gap >> bits);
        prop::collection::vec((gap, 1u32..20), 0..300)
    }

    fn timed(stream: &[(u64, u32)]) -> Vec<(u64, u32)> {
        let mut now = START;
        stream
            .iter()
            .map(|(gap, amount)| {
                now += gap;
                (now, *amount)
            })
            .collect()
    }

    fn exact(events: &[(u64, u32)], scale: Scale, now: u64) -> f64 {
        let decayed =
            |(t, amount): &(u64, u32)| f64::from(*amount) * (-((now - t) as f64) / scale.half_life() as f64).exp2();
        events.iter().map(decayed).sum()
    }

    fn check(rates: &Rates, events: &[(u64, u32)], now: u64) {
        for scale in Scale::ALL {
            let exact = exact(events, scale, now);
            let level = f64::from(rates.level(scale, now)) / 256.0;
            assert!((level - exact).abs() <= exact / 50.0 + 1.0 / 32.0, "{scale:?}: {level} is not {exact}");
        }
    }

    fn counted(events: &[(u64, u32)]) -> Rates {
        let mut rates = Rates::default();
        events.iter().for_each(|(now, amount)| rates.add(*now, *amount));
        rates
    }

    proptest! {
        #[test]
        fn levels_are_near_the_exact_ones(stream in stream(), wait in 0u64..1 << 25) {
            let events = timed(&stream);
            let now = events.last().map_or(START, |(t, _)| *t) + wait;
            check(&counted(&events), &events, now);
        }

        #[test]
        fn merging_is_counting_both(stream in stream(), split in prop::collection::vec(any::<bool>(), 300)) {
            let events = timed(&stream);
            let (mine, theirs): (Vec<_>, Vec<_>) = events.iter().zip(split).partition(|(_, mine)| *mine);
            let half = |half: Vec<(&(u64, u32), bool)>| counted(&half.iter().map(|(e, _)| **e).collect::<Vec<_>>());
            let (mine, theirs) = (half(mine), half(theirs));
            let (mut one, mut other) = (mine, theirs);
            one.merge(&theirs);
            other.merge(&mine);
            prop_assert_eq!(one, other);
            check(&one, &events, events.last().map_or(START, |(t, _)| *t));
        }

        #[test]
        fn any_state_and_time_is_bearable(last: u32, levels: [u32; 4], now: u64, amount: u32, theirs: [u32; 4]) {
            let mut rates = Rates { last, levels };
            rates.add(now, amount);
            rates.merge(&Rates { last: now as u32, levels: theirs });
            for scale in Scale::ALL {
                rates.count(scale, now);
            }
        }
    }

    #[test]
    fn a_million_close_events_decay_as_they_should() {
        let events: Vec<_> = (0..1_000_000u64).map(|i| (START + i / 10, 1)).collect();
        check(&counted(&events), &events, START + 100_000);
    }

    #[test]
    fn time_that_runs_backwards_is_the_last_time() {
        let mut rates = counted(&[(START, 1)]);
        let mut twice = rates;
        rates.add(START - 60_000, 1);
        twice.add(START, 1);
        assert_eq!(rates, twice);
    }

    #[test]
    fn steady_traffic_holds_its_level_and_silence_forgets() {
        let events: Vec<_> = (0..2_000u64).map(|i| (START + i * 1_000, 1)).collect();
        let rates = counted(&events);
        let now = START + 2_000_000;
        let steady = 65.536 / core::f64::consts::LN_2;
        assert!((f64::from(rates.count(Scale::Minute, now)) - steady).abs() < 3.0);
        assert_eq!(rates.level(Scale::Hours, now + 400_000_000_000 / 4), 0);
        assert_eq!(rates.count(Scale::Seconds, now + 60_000), 0);
    }
}
