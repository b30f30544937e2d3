//! The host calls on a request's way: bytes in, bytes out, every status handled, nothing that can panic.
//!
//! The SDK's getters panic on a status they do not list, and on a server name that is not UTF-8, which clients choose; and
//! they copy each header into a type of its own. So the SDK opens stores and logs, and requests go through here. A status
//! is kept as the number it came as.
#![allow(unsafe_code, reason = "host calls are foreign functions; all of them are in this folder")]

mod body;
pub(crate) mod cache;
pub(crate) mod kv;
pub(crate) mod request;
pub(crate) mod response;
pub(crate) mod sandbox;

use core::fmt;
use core::ops::Range;

use fastly_shared::FastlyStatus;

/// What the host answered instead of doing what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(i32);

#[cfg(feature = "test-seam")]
impl Refusal {
    /// What was given cannot be read.
    pub(crate) const BAD_ARGUMENT: Refusal = Refusal(FastlyStatus::INVAL.code);
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{:?}", FastlyStatus { code: self.0 })
    }
}

pub(crate) type Answer<T> = Result<T, Refusal>;

fn done(status: FastlyStatus) -> Answer<()> {
    if status.is_ok() { Ok(()) } else { Err(Refusal(status.code)) }
}

/// Bytes that the host wrote, one after the other.
#[derive(Debug, Default)]
pub(crate) struct Arena {
    bytes: Vec<u8>,
}

/// Room that is offered first, and more where that was not enough.
const ROOM: usize = 1024;
/// No value is longer on this host: header fields have 128 KiB, URLs 8 KiB.
const MOST: usize = 256 << 10;

impl Arena {
    /// Empties it; the memory stays.
    pub(crate) fn clear(&mut self) {
        self.bytes.clear();
    }

    /// What stands in `range`.
    pub(crate) fn get(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }

    /// Writes bytes of our own.
    pub(crate) fn push(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        self.bytes.extend_from_slice(bytes);
        start..self.bytes.len()
    }

    /// Offers room to a host call until it is enough. The call takes where to write, how much room there is, and where to
    /// put how much it wrote or would need.
    fn fill(&mut self, mut call: impl FnMut(*mut u8, usize, &mut usize) -> FastlyStatus) -> Answer<Range<usize>> {
        let start = self.bytes.len();
        let mut room = ROOM;
        loop {
            let end = start.saturating_add(room);
            if self.bytes.len() < end {
                self.bytes.resize(end, 0);
            }
            let mut written = 0usize;
            let at = self.bytes.get_mut(start..).unwrap_or_default();
            let offered = at.len();
            let status = call(at.as_mut_ptr(), offered, &mut written);
            if status == FastlyStatus::BUFLEN && offered < MOST {
                room = written.max(offered.saturating_mul(4)).min(MOST);
                continue;
            }
            let end = if status.is_ok() { start.saturating_add(written.min(offered)) } else { start };
            self.bytes.truncate(end);
            return done(status).map(|()| start..end);
        }
    }

    /// The same for calls that give a list, each item ended by a zero byte, in one or more answers.
    fn fill_list(
        &mut self,
        mut call: impl FnMut(*mut u8, usize, u32, &mut i64, &mut usize) -> FastlyStatus,
    ) -> Answer<Range<usize>> {
        let start = self.bytes.len();
        let mut cursor = 0u32;
        loop {
            let mut next = -1i64;
            let part = self.fill(|at, room, written| call(at, room, cursor, &mut next, written));
            if let Err(refusal) = part {
                self.bytes.truncate(start);
                return Err(refusal);
            }
            // Past the end, or no further than before: that was all.
            match u32::try_from(next) {
                Ok(next) if next > cursor => cursor = next,
                _ => return Ok(start..self.bytes.len()),
            }
        }
    }
}

/// The items of a list, each ended by a zero byte, as ranges of the arena that `list` is a range of.
pub(crate) fn items(arena: &Arena, list: Range<usize>) -> impl Iterator<Item = Range<usize>> + '_ {
    let mut at = list.start;
    core::iter::from_fn(move || {
        let rest = arena.bytes.get(at..list.end).filter(|rest| !rest.is_empty())?;
        let length = rest.iter().position(|byte| *byte == 0).unwrap_or(rest.len());
        let item = at..at.saturating_add(length);
        at = item.end.saturating_add(1);
        Some(item)
    })
}
