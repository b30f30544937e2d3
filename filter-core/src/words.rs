//! Fixed tables of words, hashed when the program is built. A `match` over a hundred byte strings is ten times the code.

const EMPTY: u8 = u8::MAX;

/// What words mean. `SLOTS` is a power of two, at least twice the words, of which there are at most 255.
#[derive(Debug)]
pub(crate) struct WordTable<T: 'static, const SLOTS: usize> {
    words: &'static [(&'static [u8], T)],
    /// Places in `words`, by hash; the next free slot where that one was taken.
    slots: [u8; SLOTS],
}

impl<T: Copy, const SLOTS: usize> WordTable<T, SLOTS> {
    #[allow(clippy::indexing_slicing, clippy::arithmetic_side_effects, reason = "runs at compile time")]
    pub(crate) const fn new(words: &'static [(&'static [u8], T)]) -> Self {
        assert!(SLOTS.is_power_of_two() && words.len() < EMPTY as usize && words.len() * 2 <= SLOTS);
        let mut slots = [EMPTY; SLOTS];
        let mut place = 0;
        while place < words.len() {
            let mut slot = hash(words[place].0) & (SLOTS - 1);
            while slots[slot] != EMPTY {
                slot = (slot + 1) & (SLOTS - 1);
            }
            slots[slot] = place as u8;
            place += 1;
        }
        WordTable { words, slots }
    }

    pub(crate) fn get(&self, word: &[u8]) -> Option<T> {
        let last = SLOTS.wrapping_sub(1);
        let mut slot = hash(word) & last;
        // An empty slot ends the search: half of them are.
        loop {
            let (known, meaning) = self.words.get(usize::from(*self.slots.get(slot)?))?;
            if *known == word {
                return Some(*meaning);
            }
            slot = slot.wrapping_add(1) & last;
        }
    }
}

/// Length and four letters tell words apart.
const fn hash(word: &[u8]) -> usize {
    let (first, middle, before, last) = match word {
        [first, .., before, last] => match word.split_at_checked(word.len() / 2) {
            Some((_, [middle, ..])) => (*first, *middle, *before, *last),
            _ => (*first, 0, *before, *last),
        },
        [first, last] => (*first, 0, 0, *last),
        [only] => (*only, 0, 0, 0),
        [] => (0, 0, 0, 0),
    };
    let mixed =
        u32::from_le_bytes([first, middle, before, last]).wrapping_add((word.len() as u32).wrapping_mul(0x0101_6b35));
    (mixed.wrapping_mul(0x9e37_79b1) >> 16) as usize
}

#[cfg(test)]
mod tests {
    use super::*;

    static NUMBERS: WordTable<u8, 16> =
        WordTable::new(&[(b"", 0), (b"a", 1), (b"to", 2), (b"tea", 3), (b"toto", 4), (b"taxe", 5)]);

    #[test]
    fn finds_its_words_and_no_others() {
        for (word, meaning) in NUMBERS.words {
            assert_eq!(NUMBERS.get(word), Some(*meaning));
        }
        for word in ["t", "te", "A", "teas", "tete", "a word that is longer than any"] {
            assert_eq!(NUMBERS.get(word.as_bytes()), None);
        }
    }

    #[test]
    fn agrees_with_a_walk_over_the_words() {
        proptest::proptest!(|(word in "[aeotx]{0,5}")| {
            let walk = NUMBERS.words.iter().find(|(known, _)| *known == word.as_bytes()).map(|(_, meaning)| *meaning);
            proptest::prop_assert_eq!(NUMBERS.get(word.as_bytes()), walk);
        });
    }
}
