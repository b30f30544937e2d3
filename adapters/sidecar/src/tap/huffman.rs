//! HPACK's Huffman code (RFC 7541, appendix B), decoded from the lengths alone: the code is canonical.

/// Length in bits of each symbol's code; the last is the end of string, which may not appear.
#[rustfmt::skip]
const LENGTHS: [u8; 257] = [
    13, 23, 28, 28, 28, 28, 28, 28, 28, 24, 30, 28, 28, 30, 28, 28, 28, 28, 28, 28, 28, 28, 30, 28, 28, 28, 28, 28,
    28, 28, 28, 28, 6, 10, 10, 12, 13, 6, 8, 11, 10, 10, 8, 11, 8, 6, 6, 6, 5, 5, 5, 6, 6, 6, 6, 6, 6, 6, 7, 8, 15,
    6, 12, 10, 13, 6, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 7, 8, 7, 8, 13, 19, 13, 14, 6,
    15, 5, 6, 5, 6, 5, 6, 6, 6, 5, 7, 7, 6, 6, 6, 5, 6, 7, 6, 5, 5, 6, 7, 7, 7, 7, 7, 15, 11, 14, 13, 28, 20, 22,
    20, 20, 22, 22, 22, 23, 22, 23, 23, 23, 23, 23, 24, 23, 24, 24, 22, 23, 24, 23, 23, 23, 23, 21, 22, 23, 22, 23,
    23, 24, 22, 21, 20, 22, 22, 23, 23, 21, 23, 22, 22, 24, 21, 22, 23, 23, 21, 21, 22, 21, 23, 22, 23, 23, 20, 22,
    22, 22, 23, 22, 22, 23, 26, 26, 20, 19, 22, 23, 22, 25, 26, 26, 26, 27, 27, 26, 24, 25, 19, 21, 26, 27, 27, 26,
    27, 24, 21, 21, 26, 26, 28, 27, 27, 27, 20, 24, 20, 21, 22, 21, 21, 23, 22, 22, 25, 25, 24, 24, 26, 23, 26, 27,
    26, 26, 27, 27, 27, 27, 27, 28, 27, 27, 27, 27, 27, 26, 30,
];

const LONGEST: usize = 30;
const END: u16 = 256;

/// By length: the first code of the next length's row, left-aligned in 32 bits, and where its symbols start.
struct Table {
    /// One past the last code of this length, left-aligned.
    limits: [u64; LONGEST + 1],
    /// What to add to a code of this length to find its symbol's place.
    offsets: [i64; LONGEST + 1],
    /// Symbols by length, then by value.
    symbols: [u16; 257],
}

static TABLE: Table = table();

/// Appends what `coded` stands for. `None`: it is no such code, is padded wrongly, or more than `most` bytes come out.
pub(super) fn decode(coded: &[u8], out: &mut Vec<u8>, most: usize) -> Option<()> {
    let mut bits: u64 = 0;
    let mut count: u32 = 0;
    let mut left = coded.iter();
    let mut written = 0usize;
    loop {
        while count <= 56 {
            let Some(byte) = left.next() else { break };
            bits |= u64::from(*byte).wrapping_shl(56u32.wrapping_sub(count));
            count = count.wrapping_add(8);
        }
        if count < 8 && bits == ones(count) {
            return Some(());
        }
        let window = bits.wrapping_shr(32);
        let length = (5..=LONGEST).find(|length| TABLE.limits.get(*length).is_some_and(|limit| window < *limit))?;
        let taken = u32::try_from(length).ok().filter(|taken| *taken <= count)?;
        let code = i64::try_from(window.wrapping_shr(32u32.wrapping_sub(taken))).ok()?;
        let place = usize::try_from(code.wrapping_add(*TABLE.offsets.get(length)?)).ok()?;
        let symbol = *TABLE.symbols.get(place)?;
        written = written.wrapping_add(1);
        if symbol == END || written > most {
            return None;
        }
        out.push(u8::try_from(symbol).ok()?);
        bits = bits.wrapping_shl(taken);
        count = count.wrapping_sub(taken);
    }
}

/// So many ones, left-aligned: the only padding that is allowed, and less than a byte of it.
fn ones(count: u32) -> u64 {
    if count == 0 { 0 } else { u64::MAX.wrapping_shl(64u32.wrapping_sub(count)) }
}

#[allow(
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "runs in the compiler, which stops at mistakes"
)]
const fn table() -> Table {
    let mut table = Table { limits: [0; LONGEST + 1], offsets: [0; LONGEST + 1], symbols: [0; 257] };
    let (mut length, mut code, mut place) = (1, 0u64, 0usize);
    while length <= LONGEST {
        code <<= 1;
        table.offsets[length] = place as i64 - code as i64;
        let mut symbol = 0;
        while symbol < 257 {
            if LENGTHS[symbol] as usize == length {
                table.symbols[place] = symbol as u16;
                place += 1;
                code += 1;
            }
            symbol += 1;
        }
        table.limits[length] = code << (32 - length);
        length += 1;
    }
    table
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(coded: &[u8]) -> Option<String> {
        let mut out = Vec::new();
        decode(coded, &mut out, 100).map(|()| String::from_utf8(out).unwrap())
    }

    /// RFC 7541, appendix C.4 and C.6.
    #[test]
    fn as_in_the_rfc() {
        let hex = |text: &str| {
            (0..text.len() / 2).map(|at| u8::from_str_radix(&text[at * 2..at * 2 + 2], 16).unwrap()).collect::<Vec<_>>()
        };
        let cases = [
            ("f1e3c2e5f23a6ba0ab90f4ff", "www.example.com"),
            ("a8eb10649cbf", "no-cache"),
            ("25a849e95ba97d7f", "custom-key"),
            ("25a849e95bb8e8b4bf", "custom-value"),
            ("d07abe941054d444a8200595040b8166e082a62d1bff", "Mon, 21 Oct 2013 20:13:21 GMT"),
            ("9d29ad171863c78f0b97c8e9ae82ae43d3", "https://www.example.com"),
            ("", ""),
        ];
        for (coded, plain) in cases {
            assert_eq!(text(&hex(coded)).as_deref(), Some(plain));
        }
    }

    #[test]
    fn what_is_no_code_is_refused() {
        assert_eq!(text(&[0xff]), None, "a whole byte of padding");
        assert_eq!(text(&[0x00, 0x00]), None, "padded with zeros");
        assert_eq!(text(&[0xff, 0xff, 0xff, 0xfc]), None, "the end of string");
        let mut out = Vec::new();
        assert_eq!(decode(&[0x00; 10], &mut out, 4), None, "too long");
    }
}
