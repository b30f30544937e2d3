//! SHA-1 (FIPS 180-4, 6.1.2), because lists of breached passwords are published under it. It protects nothing here: a list of
//! public hashes is looked up in. For short secrets; what it worked on is zeroed.

use zeroize::{Zeroize, Zeroizing};

/// Bytes of a block.
const BLOCK: usize = 64;

/// The first 64 bits of the digest of the parts, one after the other.
pub(super) fn start(parts: &[&[u8]]) -> u64 {
    let mut hasher = Hasher { state: Zeroizing::new(START), block: Zeroizing::new([0; BLOCK]), filled: 0 };
    let mut length = 0u64;
    for byte in parts.iter().flat_map(|part| part.iter()) {
        hasher.push(*byte);
        length = length.wrapping_add(8);
    }
    hasher.push(0x80);
    while hasher.filled != BLOCK.saturating_sub(8) {
        hasher.push(0);
    }
    length.to_be_bytes().into_iter().for_each(|byte| hasher.push(byte));
    let [high, low, ..] = *hasher.state;
    u64::from(high) << 32 | u64::from(low)
}

const START: [u32; 5] = [0x6745_2301, 0xEFCD_AB89, 0x98BA_DCFE, 0x1032_5476, 0xC3D2_E1F0];

struct Hasher {
    state: Zeroizing<[u32; 5]>,
    block: Zeroizing<[u8; BLOCK]>,
    filled: usize,
}

impl Hasher {
    fn push(&mut self, byte: u8) {
        if let Some(slot) = self.block.get_mut(self.filled) {
            *slot = byte;
        }
        self.filled = self.filled.saturating_add(1);
        if self.filled == BLOCK {
            self.mix();
            self.filled = 0;
        }
    }

    fn mix(&mut self) {
        // The schedule's last sixteen words, as a ring.
        let mut words = [0u32; 16];
        for (word, bytes) in words.iter_mut().zip(self.block.as_chunks::<4>().0) {
            *word = u32::from_be_bytes(*bytes);
        }
        let [mut a, mut b, mut c, mut d, mut e] = *self.state;
        for round in 0..80usize {
            let word = |back: usize| words.get(round.wrapping_sub(back) & 15).copied().unwrap_or(0);
            // For the first sixteen rounds the word is the block's own; sixteen back is the same place of the ring.
            let next = if round < 16 { word(16) } else { (word(3) ^ word(8) ^ word(14) ^ word(16)).rotate_left(1) };
            if let Some(slot) = words.get_mut(round & 15) {
                *slot = next;
            }
            let (mixed, constant) = match round {
                0..20 => ((b & c) | (!b & d), 0x5A82_7999),
                20..40 => (b ^ c ^ d, 0x6ED9_EBA1),
                40..60 => ((b & c) | (b & d) | (c & d), 0x8F1B_BCDC),
                _ => (b ^ c ^ d, 0xCA62_C1D6u32),
            };
            let sum = a.rotate_left(5).wrapping_add(mixed).wrapping_add(e).wrapping_add(constant).wrapping_add(next);
            (a, b, c, d, e) = (sum, a, b.rotate_left(30), c, d);
        }
        for (state, more) in self.state.iter_mut().zip([a, b, c, d, e]) {
            *state = state.wrapping_add(more);
        }
        words.zeroize();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_digests() {
        // FIPS 180's examples, and "password" as the list of Pwned Passwords has it; lengths about the ends of a block by Python's hashlib.
        let cases: [(&[u8], u64); 9] = [
            (b"", 0xda39_a3ee_5e6b_4b0d),
            (b"abc", 0xa999_3e36_4706_816a),
            (b"abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq", 0x8498_3e44_1c3b_d26e),
            (b"password", 0x5baa_61e4_c9b9_3f3f),
            (&[b'a'; 55], 0xc1c8_bbdc_2279_6e28),
            (&[b'a'; 56], 0xc2db_330f_6083_854c),
            (&[b'a'; 63], 0x03f0_9f5b_158a_7a8c),
            (&[b'a'; 64], 0x0098_ba82_4b5c_1642),
            (&[b'a'; 1000], 0x291e_9a6c_6699_4949),
        ];
        for (bytes, expected) in cases {
            assert_eq!(start(&[bytes]), expected, "{} bytes", bytes.len());
            let (first, second) = bytes.split_at(bytes.len() / 3);
            assert_eq!(start(&[first, second]), expected, "{} bytes in two parts", bytes.len());
        }
    }
}
