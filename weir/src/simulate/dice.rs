//! Numbers from a seed, the same everywhere.

/// SplitMix64 (Steele, Lea, Flood: Fast splittable pseudorandom number generators, 2014).
#[derive(Clone, Debug)]
pub struct Dice(u64);

const STEP: u64 = 0x9e37_79b9_7f4a_7c15;

impl Dice {
    /// Begins with a seed, and a text that says what for.
    pub fn new(seed: u64, what: &str) -> Self {
        let start = what.bytes().fold(seed, |sum, byte| sum.wrapping_mul(31).wrapping_add(u64::from(byte)));
        Dice(start.wrapping_mul(STEP))
    }

    /// A number below `bound`; 0 where that is 0.
    pub fn below(&mut self, bound: u64) -> u64 {
        self.0 = self.0.wrapping_add(STEP);
        let z = (self.0 ^ (self.0 >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        (z ^ (z >> 31)).checked_rem(bound).unwrap_or(0)
    }

    /// True in so many of a hundred cases.
    pub fn percent(&mut self, share: u64) -> bool {
        self.below(100) < share
    }

    /// One of some, each as likely.
    pub fn one_of<T: Copy>(&mut self, choice: &[T], otherwise: T) -> T {
        let at = usize::try_from(self.below(choice.len() as u64)).unwrap_or(0);
        choice.get(at).copied().unwrap_or(otherwise)
    }

    /// Letters.
    pub fn word(&mut self, length: usize) -> String {
        (0..length).map(|_| char::from(b'a'.wrapping_add(self.below(26) as u8))).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_seed_gives_the_same_numbers_everywhere() {
        let mut dice = Dice::new(7, "OAT-008");
        let numbers: Vec<u64> = (0..4).map(|_| dice.below(1000)).collect();
        let mut again = Dice::new(7, "OAT-008");
        assert_eq!(numbers, (0..4).map(|_| again.below(1000)).collect::<Vec<_>>());
        assert_ne!(numbers, (0..4).map(|_| Dice::new(8, "OAT-008").below(1000)).collect::<Vec<_>>());
        assert!(dice.word(9).bytes().all(|byte| byte.is_ascii_lowercase()));
    }
}
