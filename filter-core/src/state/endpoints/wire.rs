//! Snapshots: what one node learned, as bytes, and how those of many are merged.
//!
//! Form: `WEP`, version 1, then varints (LEB128, shortest form only): node, epoch, number of hosts; per host its name and its tree in
//! preorder. A node of the tree is a byte of flags, its text (literals: one, variables: prefix, suffix, forms, values),
//! hits, ends, number of children, children in order. Everything is checked when it is read.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;
use core::cmp::Ordering;
use core::fmt;

use super::fold::{Care, fold};
use super::form::Forms;
use super::model::Model;
use super::tree::{Key, Node, Tally};
use crate::limits;

const MAGIC: [u8; 4] = *b"WEP\x01";
const VARIABLE: u8 = 1;
const TAUGHT: u8 = 2;
const TAUGHT_END: u8 = 4;
const OPEN: u8 = 8;
/// One bit a form.
const FORMS: u32 = 1 << 15;

/// What one node learned up to an epoch.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Snapshot {
    node: u64,
    epoch: u64,
    bytes: Box<[u8]>,
}

/// Why bytes are no snapshot.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SnapshotError(&'static str);

impl fmt::Display for SnapshotError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "not a snapshot of endpoints: {}; take one of this version", self.0)
    }
}

impl core::error::Error for SnapshotError {}

impl Snapshot {
    /// Reads a snapshot. Total: any bytes give one or an error, in time and memory bounded by [`limits::ENDPOINT_SNAPSHOT`].
    ///
    /// # Errors
    /// Where the bytes are of another version, longer than the limit, or break a rule of the form.
    pub fn parse(bytes: &[u8]) -> Result<Self, SnapshotError> {
        let (node, epoch, _) = read(bytes)?;
        Ok(Snapshot { node, epoch, bytes: bytes.into() })
    }

    /// The bytes that [`parse`](Self::parse) reads.
    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }

    /// Who took it.
    pub fn node(&self) -> u64 {
        self.node
    }

    /// Grows with each snapshot of a node.
    pub fn epoch(&self) -> u64 {
        self.epoch
    }

    /// Of a node that learned nothing.
    pub(super) fn empty(node: u64, epoch: u64) -> Self {
        let mut bytes = MAGIC.to_vec();
        [node, epoch, 0].into_iter().for_each(|part| number(part, &mut bytes));
        Snapshot { node, epoch, bytes: bytes.into() }
    }

    /// `None`: too large.
    pub(super) fn write<'n, T: Tally + 'n>(
        node: u64,
        epoch: u64,
        hosts: impl Iterator<Item = (&'n [u8], &'n Node<T>)> + Clone,
    ) -> Option<Self> {
        let mut bytes = MAGIC.to_vec();
        number(node, &mut bytes);
        number(epoch, &mut bytes);
        number(u64::try_from(hosts.clone().count()).unwrap_or(u64::MAX), &mut bytes);
        for (name, root) in hosts {
            text(name, &mut bytes);
            tree(root, &mut bytes);
        }
        // What cannot be read back is not given away.
        Snapshot::parse(&bytes).ok()
    }
}

/// The latest snapshots of many nodes. Merging is commutative, associative and idempotent: of a node the greatest epoch stays, of all
/// nodes those with the least numbers where there are more than [`limits::ENDPOINT_PEERS`].
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Peers {
    latest: BTreeMap<u64, Snapshot>,
}

impl Peers {
    /// Adds a snapshot, in any order, any number of times.
    pub fn add(&mut self, snapshot: Snapshot) {
        let newer = |own: &Snapshot| (own.epoch, &own.bytes).cmp(&(snapshot.epoch, &snapshot.bytes)) == Ordering::Less;
        if self.latest.get(&snapshot.node).is_none_or(newer) {
            self.latest.insert(snapshot.node, snapshot);
        }
        while self.latest.len() > limits::ENDPOINT_PEERS {
            self.latest.pop_last();
        }
    }

    /// Adds all of another's.
    pub fn merge(&mut self, other: Peers) {
        other.latest.into_values().for_each(|snapshot| self.add(snapshot));
    }

    /// The latest snapshots by node.
    pub fn snapshots(&self) -> impl Iterator<Item = &Snapshot> {
        self.latest.values()
    }

    /// What all of them learned, folded as one: a name that one node took for a literal is a value where the others saw many.
    pub fn model(&self) -> Model {
        let mut hosts: BTreeMap<Box<[u8]>, Node<()>> = BTreeMap::new();
        for snapshot in self.latest.values() {
            let Ok((_, _, trees)) = read(&snapshot.bytes) else { continue };
            for (name, root) in trees {
                match hosts.get_mut(&name) {
                    Some(own) => own.absorb(root),
                    None => drop(hosts.insert(name, root)),
                }
            }
        }
        hosts.values_mut().for_each(|root| fold(root, 0, Care::Usual));
        Model::of(hosts.iter().map(|(name, root)| (&**name, root)))
    }
}

fn number(mut number: u64, bytes: &mut Vec<u8>) {
    while number > 0x7F {
        bytes.push(u8::try_from(number & 0x7F).unwrap_or(0) | 0x80);
        number >>= 7;
    }
    bytes.push(u8::try_from(number).unwrap_or(0));
}

fn text(text: &[u8], bytes: &mut Vec<u8>) {
    number(u64::try_from(text.len()).unwrap_or(u64::MAX), bytes);
    bytes.extend_from_slice(text);
}

fn tree<T: Tally>(node: &Node<T>, bytes: &mut Vec<u8>) {
    let flag = |is: bool, flag: u8| if is { flag } else { 0 };
    bytes.push(
        flag(node.key.is_variable(), VARIABLE)
            | flag(node.is_taught, TAUGHT)
            | flag(node.is_taught_end, TAUGHT_END)
            | flag(node.is_open, OPEN),
    );
    match &node.key {
        Key::Literal(own) => text(own, bytes),
        Key::Variable { prefix, suffix } => {
            text(prefix, bytes);
            text(suffix, bytes);
            number(u64::from(node.forms.0), bytes);
            number(u64::from(node.values), bytes);
        }
    }
    number(u64::from(node.hits), bytes);
    number(u64::from(node.ends), bytes);
    number(u64::try_from(node.children.len()).unwrap_or(u64::MAX), bytes);
    node.children.iter().for_each(|child| tree(child, bytes));
}

type Trees = Vec<(Box<[u8]>, Node<()>)>;

fn read(bytes: &[u8]) -> Result<(u64, u64, Trees), SnapshotError> {
    if bytes.len() > limits::ENDPOINT_SNAPSHOT {
        return Err(SnapshotError("too long"));
    }
    let rest = bytes.strip_prefix(&MAGIC).ok_or(SnapshotError("it does not begin with `WEP`, version 1"))?;
    let mut reader = Reader { rest, nodes: 0 };
    let (node, epoch, hosts) = (reader.number()?, reader.number()?, reader.number()?);
    let mut trees: Trees = Vec::new();
    for _ in 0..hosts {
        let name = reader.bytes(limits::ENDPOINT_HOST)?;
        if trees.last().is_some_and(|(before, _)| **before >= *name) {
            return Err(SnapshotError("hosts are not in order"));
        }
        let root = reader.tree(0)?;
        trees.push((name.into(), root));
    }
    if reader.rest.is_empty() { Ok((node, epoch, trees)) } else { Err(SnapshotError("more bytes than hosts")) }
}

struct Reader<'b> {
    rest: &'b [u8],
    nodes: usize,
}

impl<'b> Reader<'b> {
    fn byte(&mut self) -> Result<u8, SnapshotError> {
        let (byte, rest) = self.rest.split_first().ok_or(SnapshotError("the bytes end early"))?;
        self.rest = rest;
        Ok(*byte)
    }

    fn number(&mut self) -> Result<u64, SnapshotError> {
        let mut number = 0u64;
        for shift in (0..64u32).step_by(7) {
            let byte = self.byte()?;
            let low = u64::from(byte & 0x7F);
            let part = low.wrapping_shl(shift);
            if part.wrapping_shr(shift) != low {
                return Err(SnapshotError("a number too large"));
            }
            number |= part;
            if byte & 0x80 == 0 {
                return if byte == 0 && shift > 0 { Err(SnapshotError("a number too long")) } else { Ok(number) };
            }
        }
        Err(SnapshotError("a number too long"))
    }

    fn count(&mut self) -> Result<u32, SnapshotError> {
        u32::try_from(self.number()?).map_err(|_| SnapshotError("a number too large"))
    }

    fn bytes(&mut self, most: usize) -> Result<&'b [u8], SnapshotError> {
        let length = usize::try_from(self.number()?).unwrap_or(usize::MAX);
        let (text, rest) = self.rest.split_at_checked(length).ok_or(SnapshotError("the bytes end early"))?;
        self.rest = rest;
        if length > most { Err(SnapshotError("a text too long")) } else { Ok(text) }
    }

    fn text(&mut self, most: usize) -> Result<&'b [u8], SnapshotError> {
        let text = self.bytes(most)?;
        if text.contains(&b'/') { Err(SnapshotError("a segment with a slash")) } else { Ok(text) }
    }

    fn tree(&mut self, depth: usize) -> Result<Node<()>, SnapshotError> {
        self.nodes = self.nodes.saturating_add(1);
        // Taught templates come on top of what is learned.
        if depth > limits::PATH_SEGMENTS || self.nodes > limits::ENDPOINT_NODES.saturating_mul(2) {
            return Err(SnapshotError("too many nodes or too deep"));
        }
        let flags = self.byte()?;
        if flags >= OPEN << 1 {
            return Err(SnapshotError("an unknown flag"));
        }
        let first = self.text(limits::ENDPOINT_SEGMENT)?;
        let mut node = if flags & VARIABLE == 0 {
            if first.is_empty() != (depth == 0) {
                return Err(SnapshotError("a literal without text"));
            }
            Node::literal(first)
        } else {
            let suffix = self.text(limits::ENDPOINT_SEGMENT)?.into();
            let mut node = Node::new(Key::Variable { prefix: first.into(), suffix });
            let forms = self.count()?;
            if forms == 0 || forms >= FORMS || depth == 0 {
                return Err(SnapshotError("a variable without form"));
            }
            node.forms = Forms(u16::try_from(forms).unwrap_or(0));
            node.values = self.count()?;
            node
        };
        node.is_taught = flags & TAUGHT != 0;
        node.is_taught_end = flags & TAUGHT_END != 0;
        node.is_open = flags & OPEN != 0;
        (node.hits, node.ends) = (self.count()?, self.count()?);
        for _ in 0..self.number()? {
            let child = self.tree(depth.saturating_add(1))?;
            if node.children.last().is_some_and(|before| before.key.order(&child.key) != Ordering::Less) {
                return Err(SnapshotError("children are not in order"));
            }
            node.children.push(child);
        }
        Ok(node)
    }
}
