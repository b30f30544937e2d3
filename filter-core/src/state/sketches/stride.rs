//! Whether numbers are walked through: 1001, 1002, 1003.

/// Longest run of equal steps in a stream of numbers, and the one that goes on.
///
/// Guarantee: `run` and `longest` are exact up to 65,535 for the low 32 bits of the numbers. Repeating a number is no step: it
/// neither breaks nor lengthens a run, so that reading `/item/7` and then its picture `/item/7.jpg` does no harm.
///
/// A chance walk over `k` numbers makes a run of three or more equal steps with a chance below `4 / k` a step: an own count, no paper.
///
/// Merge law: the longer of both runs; idempotent, commutative, associative. A walk that is spread over nodes shows as its parts.
///
/// ```
/// use filter_core::state::sketches::Stride;
/// let mut items = Stride::default();
/// [1_001, 1_002, 1_003, 1_003, 1_004].into_iter().for_each(|id| items.add(id));
/// assert_eq!((items.run(), items.longest()), (3, 3));
/// items.add(7);
/// assert_eq!((items.run(), items.longest()), (1, 3));
/// ```
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Stride {
    last: u32,
    step: u32,
    run: u16,
    longest: u16,
}

fields!(Stride { last: u32, step: u32, run: u16, longest: u16 });

impl Stride {
    /// Takes the next number. The first one of all is a step from 0.
    pub fn add(&mut self, number: u64) {
        let number = number as u32;
        let step = number.wrapping_sub(self.last);
        if step == 0 {
            return;
        }
        self.run = if step == self.step { self.run.saturating_add(1) } else { 1 };
        self.step = step;
        self.last = number;
        self.longest = self.longest.max(self.run);
    }

    /// Equal steps up to now.
    pub fn run(&self) -> u32 {
        u32::from(self.run)
    }

    /// Most equal steps in a row so far.
    pub fn longest(&self) -> u32 {
        u32::from(self.longest)
    }

    /// The steps of the run are of one, up or down.
    pub fn is_by_one(&self) -> bool {
        self.step == 1 || self.step == u32::MAX
    }

    /// Takes in what another stream saw.
    pub fn merge(&mut self, other: &Stride) {
        let order = |stride: &Stride| (stride.run, stride.last, stride.step);
        let longest = self.longest.max(other.longest);
        if order(self) < order(other) {
            *self = *other;
        }
        self.longest = longest;
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn of(numbers: &[u32]) -> Stride {
        let mut stride = Stride::default();
        numbers.iter().for_each(|number| stride.add(u64::from(*number)));
        stride
    }

    proptest! {
        #[test]
        fn runs_are_exact(numbers in prop::collection::vec(0u32..5, 1..60)) {
            let mut walked = alloc::vec![0];
            walked.extend(&numbers);
            walked.dedup();
            let steps: Vec<u32> = walked.windows(2).map(|pair| pair[1].wrapping_sub(pair[0])).collect();
            let runs: Vec<usize> = steps.chunk_by(|a, b| a == b).map(<[u32]>::len).collect();
            let found = of(&numbers);
            prop_assert_eq!(found.run() as usize, runs.last().copied().unwrap_or(0));
            prop_assert_eq!(found.longest() as usize, runs.into_iter().max().unwrap_or(0));
        }

        #[test]
        fn merging_keeps_the_longer(sets in prop::array::uniform3(prop::collection::vec(0u32..4, 0..20))) {
            let [a, b, c] = sets.map(|numbers| of(&numbers));
            let merged = |x: &Stride, y: &Stride| { let mut x = *x; x.merge(y); x };
            prop_assert_eq!(merged(&a, &b), merged(&b, &a));
            prop_assert_eq!(merged(&merged(&a, &b), &c), merged(&a, &merged(&b, &c)));
            prop_assert_eq!(merged(&a, &a), a);
            prop_assert_eq!(merged(&a, &b).longest(), a.longest().max(b.longest()));
        }
    }
}
