//! The numbers of a range table.
//!
//! Blocks are aligned, so most numbers end in many zero bits, which are not written. The first byte holds, from the
//! top: one bit *more follows*, three bits *scale*, four bits of the number; each further byte one bit *more follows*
//! and seven bits, lowest first. The number is shifted left by the scale's entry in `SCALES`. A `/24` is one byte, as
//! is a `/32`, `/48` or `/64` of IPv6.

use alloc::vec::Vec;
use core::fmt;

/// Zero bits left out, by scale: the alignments of IPv4's /24 and /20, and of IPv6's /64, /56, /48, /40 and /32.
const SCALES: [u32; 8] = [0, 8, 12, 64, 72, 80, 88, 96];

/// Most bytes of a number: 4 bits, then 18 times 7.
const LONGEST: usize = 19;

/// Why a table's bytes were refused.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct RangeError {
    offset: usize,
    problem: &'static str,
}

impl fmt::Display for RangeError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            f,
            "not a range table: {} at byte {}; build the bundle again with `weir build`",
            self.problem, self.offset
        )
    }
}

/// Appends `number`.
pub fn write(number: u128, bytes: &mut Vec<u8>) {
    let zeros = number.trailing_zeros();
    let fitting = (0u8..).zip(SCALES).filter(|(_, shift)| number != 0 && *shift <= zeros).last();
    let (scale, shift) = fitting.unwrap_or((0, 0));
    let mut rest = number.checked_shr(shift).unwrap_or(0);
    let low = u8::try_from(rest & 0x0F).unwrap_or(0);
    rest >>= 4;
    bytes.push(more(rest) | scale << 4 | low);
    while rest != 0 {
        let low = u8::try_from(rest & 0x7F).unwrap_or(0);
        rest >>= 7;
        bytes.push(more(rest) | low);
    }
}

fn more(rest: u128) -> u8 {
    if rest == 0 { 0 } else { 0x80 }
}

/// Reads numbers one after the other. Total: any bytes give numbers or an error.
pub(super) struct Reader<'a> {
    /// Bytes that were given, for places.
    length: usize,
    rest: &'a [u8],
}

impl<'a> Reader<'a> {
    /// Begins after the first `offset` bytes.
    pub(super) fn new(bytes: &'a [u8], offset: usize) -> Self {
        Reader { length: bytes.len(), rest: bytes.get(offset..).unwrap_or_default() }
    }

    /// Bytes that were read.
    pub(super) fn offset(&self) -> usize {
        self.length.saturating_sub(self.rest.len())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.rest.is_empty()
    }

    pub(super) fn error(&self, problem: &'static str) -> RangeError {
        RangeError { offset: self.offset(), problem }
    }

    /// The next number.
    #[inline(always)]
    pub(super) fn number(&mut self) -> Result<u128, RangeError> {
        match self.short() {
            Some(number) => Ok(number),
            None => self.long(),
        }
    }

    /// A number of up to 32 bits before it is shifted, as nearly all are: no bit can be lost. `None`: another, or none.
    #[inline(always)]
    fn short(&mut self) -> Option<u128> {
        let (first, mut rest) = self.rest.split_first()?;
        let (mut number, mut at, mut last) = (u64::from(first & 0x0F), 4u32, *first);
        while last & 0x80 != 0 {
            let (byte, after) = rest.split_first().filter(|_| at < 32)?;
            number |= u64::from(byte & 0x7F) << at;
            (last, rest, at) = (*byte, after, at.saturating_add(7));
        }
        self.rest = rest;
        let scale = SCALES.get(usize::from(first >> 4 & 0x07)).copied().unwrap_or(0);
        let number = u128::from(number << (scale % 64));
        Some(if scale < 64 { number } else { number << 64 })
    }

    /// Any number, or what is wrong with it.
    #[cold]
    #[inline(never)]
    fn long(&mut self) -> Result<u128, RangeError> {
        let first = self.byte()?;
        let mut number = u128::from(first & 0x0F);
        let (mut at, mut follows, mut length) = (4u32, first & 0x80 != 0, 1usize);
        while follows {
            let byte = self.byte()?;
            length = length.saturating_add(1);
            if length > LONGEST {
                return Err(self.error("a number too long"));
            }
            number |= self.shifted(u128::from(byte & 0x7F), at)?;
            at = at.saturating_add(7);
            follows = byte & 0x80 != 0;
        }
        let scale = usize::from(first >> 4 & 0x07);
        self.shifted(number, SCALES.get(scale).copied().unwrap_or(0))
    }

    /// `number << by`, refused where bits would be lost.
    fn shifted(&self, number: u128, by: u32) -> Result<u128, RangeError> {
        match number.checked_shl(by) {
            Some(shifted) if shifted >> by == number => Ok(shifted),
            _ => Err(self.error("a number above 128 bits")),
        }
    }

    fn byte(&mut self) -> Result<u8, RangeError> {
        let (byte, rest) = self.rest.split_first().ok_or_else(|| self.error("the bytes end inside a range"))?;
        self.rest = rest;
        Ok(*byte)
    }
}
