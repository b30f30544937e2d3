//! Mutations from a fixed generator: the same inputs on every machine and in every run.

/// Bytes and words that parsers look for.
const WORDS: [&[u8]; 38] = [
    b"\xFF",
    b"\0",
    b"\n",
    b"\r\n",
    b"\"",
    b"\\",
    b"%2e",
    b"%00",
    b"/..",
    b"//",
    b"?",
    b"#",
    b",",
    b";",
    b"=",
    b":",
    b"[",
    b"]",
    b"{",
    b"}",
    b"(",
    b")",
    b"-1",
    b"4294967296",
    b"18446744073709551616",
    b"1e999",
    b"null",
    b"true",
    b"\xC3\xA9",
    b"\xE2\x82",
    b"::ffff:",
    b"/33",
    b"Chrome/",
    b"Version/",
    b"HTTP/1.1",
    b"x-weir-score",
    b"{\"base64\":\"/w==\"}",
    b"\\ud800",
];

/// Makes inputs out of seeds.
pub struct Mutator<'s> {
    seeds: &'s [Vec<u8>],
    state: u64,
}

impl<'s> Mutator<'s> {
    /// A generator over `seeds`, which may be empty.
    pub fn new(seeds: &'s [Vec<u8>], start: u64) -> Self {
        Mutator { seeds, state: start | 1 }
    }

    /// The next input: a seed with one to eight edits; now and then one of bytes alone.
    pub fn next_input(&mut self) -> Vec<u8> {
        let mut input = match self.below(16) {
            0 => (0..self.below(64)).map(|_| self.byte()).collect(),
            _ => self.seed().to_vec(),
        };
        for _ in 0..=self.below(8) {
            self.edit(&mut input);
        }
        input
    }

    fn edit(&mut self, input: &mut Vec<u8>) {
        let length = input.len();
        let (from, to) = self.range(length);
        match self.below(8) {
            0 if from < length => input[from] ^= 1 << self.below(8),
            1 if from < length => input[from] = self.byte(),
            2 => input.insert(from, self.byte()),
            3 => drop(input.drain(from..to)),
            4 => {
                let copy = input[from..to.min(from + 256)].to_vec();
                input.splice(to..to, copy);
            }
            5 => drop(input.splice(from..from, WORDS[self.below(WORDS.len())].iter().copied())),
            6 => {
                let other = self.seed();
                let (start, end) = self.range(other.len());
                input.splice(from..to, other[start..end].iter().copied());
            }
            _ => input.truncate(to),
        }
    }

    fn seed(&mut self) -> &'s [u8] {
        let place = self.below(self.seeds.len().max(1));
        self.seeds.get(place).map(Vec::as_slice).unwrap_or_default()
    }

    /// Two ordered places in `0..=length`, near to each other more often than not.
    fn range(&mut self, length: usize) -> (usize, usize) {
        let from = self.below(length + 1);
        let reach = if self.below(4) == 0 { length } else { 8 };
        (from, (from + self.below(reach + 1)).min(length))
    }

    fn byte(&mut self) -> u8 {
        self.number() as u8
    }

    fn below(&mut self, bound: usize) -> usize {
        (self.number() % bound as u64) as usize
    }

    /// Xorshift with a multiplication (Vigna's xorshift64*).
    fn number(&mut self) -> u64 {
        self.state ^= self.state >> 12;
        self.state ^= self.state << 25;
        self.state ^= self.state >> 27;
        self.state.wrapping_mul(0x2545_F491_4F6C_DD1D) >> 16
    }
}
