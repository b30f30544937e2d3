//! Ids: 64 bits of a keyed hash, printed in Crockford's base32.

use core::fmt;
use core::hash::Hasher;

use siphasher::sip::SipHasher24;

use super::Claim;

/// A keyed hash of something. Ids of different kinds never meet: the kind's name is hashed with them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Id(u64);

impl Id {
    /// Starts an id of a kind.
    pub(crate) fn hasher(mut hasher: SipHasher24, kind: &[u8]) -> SipHasher24 {
        field(&mut hasher, kind);
        hasher
    }

    /// Ends it.
    #[inline(never)] // the rounds are long: once in wasm, not once an id
    pub(crate) fn finish(hasher: &SipHasher24) -> Self {
        Id(hasher.finish())
    }

    pub(crate) fn of_bits(bits: u64) -> Self {
        Id(bits)
    }

    /// The 64 bits.
    pub fn bits(self) -> u64 {
        self.0
    }
}

impl fmt::Display for Id {
    /// 13 digits.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write_base32(f, self.0, 13)
    }
}

impl Claim<'_> {
    /// The claim's id under a tenant's key: family, major version and platform.
    pub(crate) fn id(&self, key: SipHasher24) -> Id {
        let mut hasher = Id::hasher(key, b"claim-1");
        field(&mut hasher, self.family.as_str().as_bytes());
        field(&mut hasher, &self.major.map_or([0xFF; 4], u32::to_le_bytes));
        field(&mut hasher, self.platform.as_str().as_bytes());
        Id::finish(&hasher)
    }
}

/// One length-prefixed field, so that no two lists of fields hash alike.
#[inline(never)] // as above
pub(crate) fn field(hasher: &mut SipHasher24, bytes: &[u8]) {
    hasher.write(&u64::try_from(bytes.len()).unwrap_or(u64::MAX).to_le_bytes());
    hasher.write(bytes);
}

/// Crockford's digits: no I, L, O, U, which are mistaken for others or spell words.
const DIGITS: [u8; 32] = *b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";

/// The lowest `digits` digits of a number, the highest first.
pub(crate) fn write_base32(out: &mut dyn fmt::Write, value: u64, digits: u32) -> fmt::Result {
    for place in (0..digits).rev() {
        let digit = value.checked_shr(place.saturating_mul(5)).unwrap_or(0) & 31;
        let digit = usize::try_from(digit).ok().and_then(|at| DIGITS.get(at)).copied().unwrap_or(b'0');
        out.write_char(char::from(digit))?;
    }
    Ok(())
}

/// Reads one digit as people write it: either case, and I, L, O for the digits they look like.
pub(crate) fn base32_digit(digit: u8) -> Option<u64> {
    let digit = match digit.to_ascii_uppercase() {
        b'I' | b'L' => b'1',
        b'O' => b'0',
        other => other,
    };
    DIGITS.iter().position(|one| *one == digit).and_then(|place| u64::try_from(place).ok())
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn thirteen_digits_hold_64_bits() {
        assert_eq!(Id(0).to_string(), "0000000000000");
        assert_eq!(Id(u64::MAX).to_string(), "FZZZZZZZZZZZZ");
        assert_eq!(Id(0x0123_4567_89AB_CDEF).to_string(), "028T5CY4TQKFF");
        for (place, digit) in DIGITS.iter().enumerate() {
            assert_eq!(base32_digit(*digit), u64::try_from(place).ok());
        }
        assert_eq!((base32_digit(b'o'), base32_digit(b'l'), base32_digit(b'u')), (Some(0), Some(1), None));
    }
}
