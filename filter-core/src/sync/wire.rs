//! The wire form: `WSN`, the version, and what bincode makes of the structures below; nothing else here speaks it.
//!
//! bincode's standard configuration: little-endian, integers of variable length. What a record is made of is the record's own
//! byte form ([`FORM`]), packed: so a new field of a record does not touch this file. The version goes up when these
//! structures or the kinds change.

use alloc::vec::Vec;
use core::fmt;

use bincode::config::{self, Configuration, Limit, LittleEndian, Varint};
use bincode::{BorrowDecode, Encode};

use super::pack::pack;
use super::rank::KINDS;
use crate::limits;
use crate::order;
use crate::state::FORM;

/// Version of the wire form. Nodes with others do not hear each other until all are upgraded; each goes on with what it sees
/// itself.
pub const VERSION: u8 = 1;
const MAGIC: [u8; 4] = [b'W', b'S', b'N', VERSION];

const CONFIG: Configuration<LittleEndian, Varint, Limit<{ limits::SNAPSHOT * 2 }>> =
    config::standard().with_limit::<{ limits::SNAPSHOT * 2 }>();

/// Why bytes are not taken as a snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Refused {
    /// They are none, or not whole.
    Malformed,
    /// More than [`limits::SNAPSHOT`] bytes.
    TooLong,
    /// Another version of the wire form or of the records.
    OtherVersion,
    /// Keyed with another secret: its keys mean nothing here.
    OtherSecret,
    /// Taken longer ago than [`limits::SNAPSHOT_EXPIRY`].
    Expired,
    /// Taken later than [`limits::SNAPSHOT_AHEAD`] from now.
    Ahead,
}

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Refused::Malformed => "no snapshot, or not a whole one",
            Refused::TooLong => "longer than snapshots may be",
            Refused::OtherVersion => "another version of snapshots; upgrade all nodes",
            Refused::OtherSecret => "keyed with another secret; give all nodes the same one",
            Refused::Expired => "too old",
            Refused::Ahead => "taken in the future; set the clocks",
        })
    }
}

impl core::error::Error for Refused {}

/// Who took a snapshot, and when.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Encode, BorrowDecode)]
pub(super) struct Head {
    /// Form of the records.
    pub(super) form: u8,
    /// Of the secret that keys are made with.
    pub(super) seed: u64,
    pub(super) node: u64,
    /// Milliseconds since the epoch, or one more than the node's snapshot before.
    pub(super) epoch: u64,
}

/// A record: what it is about, and its packed bytes.
#[derive(Encode, BorrowDecode)]
pub(super) struct Entry<'b> {
    pub(super) key: u64,
    pub(super) record: &'b [u8],
}

/// Records by kind's number.
pub(super) type Body<'b> = [Vec<Entry<'b>>; KINDS];

/// Records of one kind as they are written: keys, and where their packed bytes end.
#[derive(Default)]
pub(super) struct Part {
    bytes: Vec<u8>,
    ends: Vec<(u64, usize)>,
}

impl Part {
    /// Adds a record, if it still fits into `most` bytes.
    pub(super) fn add(&mut self, key: u64, record: &[u8], most: usize) -> bool {
        let before = self.bytes.len();
        pack(record, &mut self.bytes);
        let taken = self.bytes.len().saturating_add(self.ends.len().saturating_add(1).saturating_mul(BESIDE));
        if taken > most || self.ends.len() >= limits::SNAPSHOT_RECORDS {
            self.bytes.truncate(before);
            return false;
        }
        self.ends.push((key, self.bytes.len()));
        true
    }

    fn entries(&self) -> Vec<Entry<'_>> {
        let mut start = 0;
        let entry = |(key, end): &(u64, usize)| {
            let record = self.bytes.get(start..*end).unwrap_or_default();
            start = *end;
            Entry { key: *key, record }
        };
        let mut entries: Vec<Entry<'_>> = self.ends.iter().map(entry).collect();
        order::sort_by(&mut entries, |a, b| a.key < b.key);
        entries
    }
}

/// Bytes of the largest record.
pub(super) const LONGEST: usize = crate::state::Endpoint::SIZE;
/// Bytes beside a packed record: its key with a byte before it, and up to three for its length.
const BESIDE: usize = 12;
/// Bytes beside all records: magic, head, numbers of records.
pub(super) const FRAME: usize = 64;

/// The whole snapshot.
pub(super) fn write(head: &Head, parts: &[Part; KINDS]) -> Vec<u8> {
    let body: Body<'_> = core::array::from_fn(|at| parts.get(at).map(Part::entries).unwrap_or_default());
    let mut bytes = MAGIC.to_vec();
    // Nothing in these can fail to be written.
    bytes.extend(bincode::encode_to_vec(head, CONFIG).unwrap_or_default());
    bytes.extend(bincode::encode_to_vec(&body, CONFIG).unwrap_or_default());
    bytes
}

/// The head, and the bytes after it.
pub(super) fn head(bytes: &[u8]) -> Result<(Head, &[u8]), Refused> {
    if bytes.len() > limits::SNAPSHOT {
        return Err(Refused::TooLong);
    }
    let (magic, rest) = bytes.split_first_chunk::<4>().ok_or(Refused::Malformed)?;
    if magic.get(..3) != MAGIC.get(..3) {
        return Err(Refused::Malformed);
    }
    if *magic != MAGIC {
        return Err(Refused::OtherVersion);
    }
    let (head, read): (Head, usize) =
        bincode::borrow_decode_from_slice(rest, CONFIG).map_err(|_| Refused::Malformed)?;
    if head.form != FORM {
        return Err(Refused::OtherVersion);
    }
    Ok((head, rest.get(read..).unwrap_or_default()))
}

/// The records after a head.
pub(super) fn body(rest: &[u8]) -> Result<Body<'_>, Refused> {
    let (body, read): (Body<'_>, usize) =
        bincode::borrow_decode_from_slice(rest, CONFIG).map_err(|_| Refused::Malformed)?;
    if read == rest.len() { Ok(body) } else { Err(Refused::Malformed) }
}

/// Which node took a snapshot, and when: for stores that keep one slot a node.
///
/// # Errors
/// As [`Peers::add`](super::Peers::add), but for time and secret.
pub fn node_of(bytes: &[u8]) -> Result<(u64, u64), Refused> {
    head(bytes).map(|(head, _)| (head.node, head.epoch))
}
