//! The tree that paths are collected in: one node a segment.

use alloc::boxed::Box;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::fold::{Care, settle};
use super::form::{Form, Forms, Split, split};
use crate::limits;

/// What is counted at an endpoint. `merge` must be commutative and associative: folding joins counts in any order.
pub trait Tally: Default {
    /// Adds another count of the same endpoint.
    fn merge(&mut self, other: Self);
}

impl Tally for () {
    fn merge(&mut self, (): Self) {}
}

/// What a node stands for.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Key {
    /// This text.
    Literal(Box<[u8]>),
    /// Any value between these two texts.
    Variable { prefix: Box<[u8]>, suffix: Box<[u8]> },
}

impl Key {
    pub(super) fn variable(split: &Split<'_>) -> Self {
        Key::Variable { prefix: split.prefix.into(), suffix: split.suffix.into() }
    }

    pub(super) fn is_variable(&self) -> bool {
        matches!(self, Key::Variable { .. })
    }

    pub(super) fn text(&self) -> &[u8] {
        match self {
            Key::Literal(text) => text,
            Key::Variable { .. } => b"{}",
        }
    }

    fn parts(&self) -> (u8, &[u8], &[u8]) {
        match self {
            Key::Literal(text) => (0, text, b""),
            Key::Variable { prefix, suffix } => (1, prefix, suffix),
        }
    }

    /// Literals by text, then variables by what stands around them.
    pub(super) fn order(&self, other: &Key) -> Ordering {
        self.parts().cmp(&other.parts())
    }
}

/// A segment, its counts, and what follows it.
#[derive(Clone, Debug)]
pub(super) struct Node<T> {
    pub(super) key: Key,
    /// Forms that a variable's values had.
    pub(super) forms: Forms,
    /// Values that were joined into a variable; too high where one came again later.
    pub(super) values: u32,
    /// Requests that passed or ended here.
    pub(super) hits: u32,
    /// Requests that ended here.
    pub(super) ends: u32,
    /// Stands in a taught template: never folded.
    pub(super) is_taught: bool,
    /// A taught template ends here.
    pub(super) is_taught_end: bool,
    /// A taught template ends here in `**`.
    pub(super) is_open: bool,
    /// Sorted by [`Key::order`].
    pub(super) children: Vec<Node<T>>,
    /// Counts of the requests that ended here.
    pub(super) tally: Option<Box<T>>,
    /// Literal children at which the node is folded next.
    pub(super) fold_at: u32,
}

impl<T: Tally> Node<T> {
    pub(super) fn new(key: Key) -> Self {
        Node {
            key,
            forms: Forms::default(),
            values: 0,
            hits: 0,
            ends: 0,
            is_taught: false,
            is_taught_end: false,
            is_open: false,
            children: Vec::new(),
            tally: None,
            fold_at: 0,
        }
    }

    pub(super) fn literal(text: &[u8]) -> Self {
        Node::new(Key::Literal(text.into()))
    }

    /// Where a literal child is, or would be.
    pub(super) fn place(&self, text: &[u8]) -> Result<usize, usize> {
        self.children.binary_search_by(|child| match &child.key {
            Key::Literal(own) => (**own).cmp(text),
            Key::Variable { .. } => Ordering::Greater,
        })
    }

    /// The variable child that takes a segment taken apart so.
    pub(super) fn variable_for(&self, split: &Split<'_>, text: &[u8]) -> Option<usize> {
        let fits = |child: &Node<T>| match &child.key {
            Key::Literal(_) => false,
            Key::Variable { prefix, suffix } => {
                **prefix == *split.prefix && **suffix == *split.suffix && child.forms.takes(split.form)
                    // A taught `{}` takes whole segments.
                    || child.is_taught && text.starts_with(prefix) && text.ends_with(suffix)
                        && text.len() > prefix.len().saturating_add(suffix.len())
            }
        };
        self.children.iter().rposition(fits)
    }

    /// Where the child with this key is, made where there is none.
    fn seat(&mut self, key: Key) -> usize {
        self.children.binary_search_by(|child| child.key.order(&key)).unwrap_or_else(|place| {
            self.children.insert(place, Node::new(key));
            place
        })
    }

    /// The child with this key, made where there is none.
    pub(super) fn child(&mut self, key: Key) -> &mut Node<T> {
        let place = self.seat(key);
        #[allow(clippy::indexing_slicing, reason = "`seat` gives a place within the list")]
        &mut self.children[place]
    }

    /// The node where a path ends, made where there is none; hits are counted on the way, new nodes into `nodes`. A node with
    /// `most` literal children and more is folded first.
    pub(super) fn insert<'p>(
        &mut self,
        mut segments: impl Iterator<Item = &'p [u8]>,
        depth: usize,
        most: usize,
        nodes: &mut usize,
    ) -> &mut Node<T> {
        self.hits = self.hits.saturating_add(1);
        let is_below_open = self.is_open && !self.children.iter().any(|child| child.is_taught);
        let Some(segment) = segments.next().filter(|_| !is_below_open) else { return self };
        if self.children.len() >= most.max(usize::try_from(self.fold_at).unwrap_or(usize::MAX)) {
            let before = self.size();
            settle(self, depth, Care::Much);
            *nodes = nodes.saturating_sub(before).saturating_add(self.size());
        }
        let parts = split_bounded(segment);
        let key = self.key_for(segment, &parts);
        let before = self.children.len();
        let place = self.seat(key);
        *nodes = nodes.saturating_add(self.children.len().saturating_sub(before));
        // The place was just found or filled.
        #[allow(clippy::indexing_slicing, reason = "`seat` gives a place within the list")]
        let child = &mut self.children[place];
        if child.key.is_variable() {
            child.forms = child.forms.with(Forms::of(parts.form));
        }
        child.insert(segments, depth.saturating_add(1), most, nodes)
    }

    fn key_for(&self, segment: &[u8], parts: &Split<'_>) -> Key {
        if self.place(segment).is_ok() {
            return Key::Literal(segment.into());
        }
        match self.variable_for(parts, segment).and_then(|place| self.children.get(place)) {
            // A name may still turn out to stand beside the values.
            Some(child) if parts.form.is_value() => child.key.clone(),
            _ if segment.len() > limits::ENDPOINT_SEGMENT => Key::variable(parts),
            _ => Key::Literal(segment.into()),
        }
    }

    /// Adds everything of `other`, which stands for the same place; own key and teaching stay.
    pub(super) fn absorb(&mut self, other: Node<T>) {
        self.hits = self.hits.saturating_add(other.hits);
        self.ends = self.ends.saturating_add(other.ends);
        self.is_taught |= other.is_taught;
        self.is_taught_end |= other.is_taught_end;
        self.is_open |= other.is_open;
        if other.key.is_variable() {
            self.forms = self.forms.with(other.forms);
            self.values = self.values.saturating_add(other.values);
        }
        match (&mut self.tally, other.tally) {
            (Some(own), Some(tally)) => own.merge(*tally),
            (own @ None, tally) => *own = tally,
            (Some(_), None) => {}
        }
        for child in other.children {
            self.adopt(child);
        }
    }

    /// Adds a child, to the one with the same key if there is one.
    pub(super) fn adopt(&mut self, child: Node<T>) {
        match self.children.binary_search_by(|own| own.key.order(&child.key)) {
            Ok(place) => {
                if let Some(own) = self.children.get_mut(place) {
                    own.absorb(child);
                }
            }
            Err(place) => self.children.insert(place, child),
        }
    }

    /// What went through a literal fits beneath a taught variable: it ended where that ends, or went on as that does.
    pub(super) fn fits(&self, taught: &Node<T>) -> bool {
        let goes_on = |child: &Node<T>| taught.children.iter().any(|own| own.key.is_variable() || own.key == child.key);
        taught.is_open || self.ends > 0 && taught.is_taught_end || self.children.iter().any(goes_on)
    }

    /// Nodes below and this one.
    pub(super) fn size(&self) -> usize {
        self.children.iter().fold(1usize, |sum, child| sum.saturating_add(child.size()))
    }
}

/// As [`split`]; a segment past the limit is a value whatever it looks like.
pub(super) fn split_bounded(segment: &[u8]) -> Split<'_> {
    if segment.len() > limits::ENDPOINT_SEGMENT {
        return Split { prefix: b"", suffix: b"", form: Form::Token };
    }
    split(segment)
}

/// Segments of a path as they are learned and looked up: empty ones are passed over, `;` and what follows is cut off.
pub(super) fn segments(path: &[u8]) -> impl Iterator<Item = &[u8]> + Clone {
    path.split(|byte| *byte == b'/').map(bare).filter(|segment| !segment.is_empty())
}

fn bare(segment: &[u8]) -> &[u8] {
    match segment.iter().position(|byte| *byte == b';') {
        Some(at) if at > 0 => segment.get(..at).unwrap_or(segment),
        _ => segment,
    }
}
