//! The last 16 steps of a client.

use super::log2;

/// One step.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Step {
    /// Which endpoint, by the number that the learned model gives it.
    pub endpoint: u16,
    /// Pause before it, in quarter octaves of milliseconds: the pause is at least `2^(gap / 4)` ms, and less than 19 % more but for a hundredth.
    pub gap: u8,
}

/// The last 16 steps, exactly.
///
/// Merge law: none, since two trails have no common order; of two snapshots of one client the later one is kept.
///
/// ```
/// use filter_core::state::sketches::Trail;
/// let mut trail = Trail::default();
/// trail.add(3, 0);
/// trail.add(4, 1_000);
/// let endpoints: Vec<u16> = trail.steps().map(|step| step.endpoint).collect();
/// assert_eq!(endpoints, [4, 3]); // the last one first
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Trail {
    endpoints: [u16; 16],
    gaps: [u8; 16],
    /// Place of the next step.
    next: u8,
    held: u8,
}

fields!(Trail { endpoints: [u16; 16], gaps: [u8; 16], next: u8, held: u8 });

impl Trail {
    /// Takes a step; the pause before it is in milliseconds.
    pub fn add(&mut self, endpoint: u16, gap: u64) {
        let place = usize::from(self.next & 15);
        if let (Some(slot), Some(pause)) = (self.endpoints.get_mut(place), self.gaps.get_mut(place)) {
            *slot = endpoint;
            *pause = u8::try_from(log2(gap) >> 6).unwrap_or(u8::MAX);
        }
        self.next = self.next.wrapping_add(1) & 15;
        self.held = self.held.saturating_add(1).min(16);
    }

    /// The steps, the last one first.
    pub fn steps(&self) -> impl Iterator<Item = Step> {
        (1..=self.held.min(16)).filter_map(|back| {
            let place = usize::from(self.next.wrapping_sub(back) & 15);
            Some(Step { endpoint: *self.endpoints.get(place)?, gap: *self.gaps.get(place)? })
        })
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn it_holds_the_last_sixteen(steps in prop::collection::vec((any::<u16>(), 0u64..1 << 40), 0..60)) {
            let mut trail = Trail::default();
            steps.iter().for_each(|(endpoint, gap)| trail.add(*endpoint, *gap));
            let found: Vec<Step> = trail.steps().collect();
            prop_assert_eq!(found.len(), steps.len().min(16));
            for (step, (endpoint, gap)) in found.iter().zip(steps.iter().rev()) {
                prop_assert_eq!(step.endpoint, *endpoint);
                let least = (f64::from(step.gap) / 4.0).exp2();
                let gap = (*gap).max(1) as f64;
                prop_assert!(least <= gap * 1.012 && gap < least * 1.19 * 1.012, "{} in {:?}", gap, step);
            }
        }
    }
}
