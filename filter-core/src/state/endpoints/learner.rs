//! Learning templates from paths, in bounded memory.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::vec::Vec;

use super::fold::{Care, drain, fold};
use super::model::Model;
use super::tree::{Key, Node, Tally, segments, split_bounded};
use super::wire::Snapshot;
use crate::limits;

/// How much a learner may hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Bounds {
    /// Hosts with a tree of their own; the rest share one, named `*`.
    pub hosts: usize,
    /// Nodes of all trees together: 150 to 250 bytes each, and what is counted there.
    pub nodes: usize,
    /// Literals side by side before they are judged for the first time.
    pub children: usize,
}

impl Bounds {
    /// For an edge: under 2 MiB.
    pub const EDGE: Bounds = Bounds { hosts: 32, nodes: limits::ENDPOINT_NODES, children: 256 };
    /// For a desk.
    pub const DESK: Bounds = Bounds { hosts: 256, nodes: 60_000, children: 1024 };
}

/// The host that stands for all without a tree of their own.
pub const OTHER_HOSTS: &[u8] = b"*";

/// Learns which paths are the same endpoint. `T` is what is counted at each.
///
/// After convergence (each template seen often enough to be told, bounds not reached) the templates do not depend on the
/// order of the traffic.
///
/// ```
/// use filter_core::state::endpoints::{Bounds, Learner};
/// let mut learner = Learner::<()>::new(Bounds::EDGE);
/// for path in ["/orders/17", "/orders/18/items", "/orders/19/items", "/orders/search"] {
///     learner.observe(b"shop.example", path.as_bytes());
/// }
/// let model = learner.model();
/// let template = |path: &str| model.find(b"shop.example", path.as_bytes()).and_then(|id| model.template(id));
/// assert_eq!(template("/orders/4711/items"), Some("/orders/{}/items"));
/// assert_eq!(template("/orders/search"), Some("/orders/search"));
/// assert_eq!(template("/admin"), None);
/// ```
#[derive(Clone, Debug)]
pub struct Learner<T> {
    bounds: Bounds,
    hosts: BTreeMap<Box<[u8]>, Node<T>>,
    /// Templates that every host has.
    everywhere: Vec<Box<[u8]>>,
    nodes: usize,
    overflow: T,
    overflowed: u64,
}

/// An endpoint as it was learned.
#[derive(Debug)]
pub struct Learned<'l, T> {
    /// Lower-case host; empty where the source did not say, [`OTHER_HOSTS`] for the rest.
    pub host: &'l [u8],
    /// The template's segments.
    pub segments: Vec<Part<'l>>,
    /// It was taught.
    pub is_taught: bool,
    /// Requests.
    pub hits: u32,
    /// What was counted; `None`: taught and never seen.
    pub tally: Option<&'l T>,
}

/// A segment of a template.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Part<'l> {
    /// This text.
    Literal(&'l [u8]),
    /// A value between two texts, of these forms.
    Variable(&'l [u8], &'l [u8], super::Forms),
    /// Everything below.
    Rest,
}

impl<T: Tally> Learner<T> {
    /// Knows nothing.
    pub fn new(bounds: Bounds) -> Self {
        Learner {
            bounds,
            hosts: BTreeMap::new(),
            everywhere: Vec::new(),
            nodes: 0,
            overflow: T::default(),
            overflowed: 0,
        }
    }

    /// Teaches a template such as `/users/{id}` or `/static/**`, on one host or on all: it wins over what is learned.
    pub fn teach(&mut self, host: Option<&[u8]>, template: &[u8]) {
        match host {
            Some(host) => {
                let Learner { bounds, hosts, everywhere, nodes, .. } = self;
                teach(tree_of(hosts, &host.to_ascii_lowercase(), bounds.hosts, everywhere, nodes), template);
            }
            None => {
                self.hosts.values_mut().for_each(|root| teach(root, template));
                self.everywhere.push(template.into());
            }
        }
        self.nodes = self.count();
    }

    /// Counts a request for a path (normal form, without query) that exists on a host: one that was answered with 404 teaches
    /// nothing. What is counted at its endpoint is returned.
    pub fn observe(&mut self, host: &[u8], path: &[u8]) -> &mut T {
        if self.nodes >= self.bounds.nodes {
            self.shrink();
        }
        let Learner { bounds, hosts, everywhere, nodes, .. } = self;
        let root = tree_of(hosts, host, bounds.hosts, everywhere, nodes);
        let node = root.insert(segments(path).take(limits::PATH_SEGMENTS), 0, bounds.children, nodes);
        node.ends = node.ends.saturating_add(1);
        node.tally.get_or_insert_with(Box::default)
    }

    /// What is counted where a path belongs, if it belongs to an endpoint that is known; teaches nothing.
    pub fn find(&mut self, host: &[u8], path: &[u8]) -> Option<&mut T> {
        let name = if self.hosts.contains_key(host) { host } else { OTHER_HOSTS };
        let root = self.hosts.get_mut(name)?;
        let parts: Vec<&[u8]> = segments(path).take(limits::PATH_SEGMENTS).collect();
        let mut budget = limits::ENDPOINT_STEPS;
        route(root, &parts, &mut budget)?.tally.as_deref_mut()
    }

    /// Folds everything: until the next request the templates are final.
    pub fn fold(&mut self) {
        self.fold_with(Care::Usual);
    }

    fn fold_with(&mut self, care: Care) {
        for root in self.hosts.values_mut() {
            fold(root, 0, care);
        }
        self.nodes = self.count();
    }

    /// The endpoints by host and template. Fold first.
    pub fn endpoints(&self) -> Vec<Learned<'_, T>> {
        let mut found = Vec::new();
        for (host, root) in &self.hosts {
            collect(host, root, &mut Vec::new(), &mut found);
        }
        found
    }

    /// Folds, and gives what finds a path's endpoint.
    pub fn model(&mut self) -> Model {
        self.fold();
        Model::of(self.hosts.iter().map(|(name, root)| (&**name, root)))
    }

    /// Folds, and gives what other nodes merge. `node` owns the slot, `epoch` grows with each snapshot. The least asked for is
    /// left out where it would be too large.
    pub fn snapshot(&mut self, node: u64, epoch: u64) -> Snapshot {
        self.fold();
        let mut least = 1u32;
        while least < u32::MAX {
            let snapshot = Snapshot::write(node, epoch, self.hosts.iter().map(|(name, root)| (&**name, root)));
            if let Some(snapshot) = snapshot {
                return snapshot;
            }
            self.prune(least);
            least = least.saturating_mul(2);
        }
        // What is taught is never dropped: it alone was too large.
        Snapshot::empty(node, epoch)
    }

    /// What did not fit: requests, and what was counted of them.
    pub fn overflow(&self) -> (u64, &T) {
        (self.overflowed, &self.overflow)
    }

    /// Nodes held.
    pub fn size(&self) -> usize {
        self.count()
    }

    fn count(&self) -> usize {
        self.hosts.values().fold(0usize, |sum, root| sum.saturating_add(root.size()))
    }

    /// Folds; where that is not enough, drops what was asked for least.
    fn shrink(&mut self) {
        self.fold_with(Care::Much);
        let enough = self.bounds.nodes.saturating_sub(self.bounds.nodes / 4);
        if self.nodes >= enough {
            self.fold();
        }
        let mut least = 1u32;
        while self.nodes >= enough && least < u32::MAX {
            self.prune(least);
            least = least.saturating_mul(2);
        }
    }

    fn prune(&mut self, least: u32) {
        let mut dropped = Node::literal(b"");
        for root in self.hosts.values_mut() {
            prune(root, least, &mut dropped);
        }
        self.hosts.retain(|_, root| root.hits > least || !root.children.is_empty() || root.is_taught);
        self.overflowed = self.overflowed.saturating_add(u64::from(dropped.ends));
        if let Some(tally) = dropped.tally {
            self.overflow.merge(*tally);
        }
        self.nodes = self.count();
    }
}

/// A host's tree, made where there is none and room for one.
fn tree_of<'h, T: Tally>(
    hosts: &'h mut BTreeMap<Box<[u8]>, Node<T>>,
    host: &[u8],
    most: usize,
    everywhere: &[Box<[u8]>],
    nodes: &mut usize,
) -> &'h mut Node<T> {
    let has_room = hosts.len() < most && host.len() <= limits::ENDPOINT_HOST;
    let name = if hosts.contains_key(host) || has_room { host } else { OTHER_HOSTS };
    hosts.entry(name.into()).or_insert_with(|| {
        let mut root = Node::literal(b"");
        everywhere.iter().for_each(|template| teach(&mut root, template));
        *nodes = nodes.saturating_add(root.size());
        root
    })
}

/// Takes subtrees with few requests off; what was counted in them goes to `dropped`.
fn prune<T: Tally>(node: &mut Node<T>, least: u32, dropped: &mut Node<T>) {
    let children = core::mem::take(&mut node.children);
    for mut child in children {
        if child.hits <= least && !child.is_taught {
            drain(child, dropped);
        } else {
            prune(&mut child, least, dropped);
            node.children.push(child);
        }
    }
}

/// A template with a segment past the limit could not be told from a value, and is left out.
fn teach<T: Tally>(root: &mut Node<T>, template: &[u8]) {
    if template.split(|byte| *byte == b'/').any(|segment| segment.len() > limits::ENDPOINT_SEGMENT) {
        return;
    }
    let mut node = root;
    node.is_taught = true;
    for segment in
        template.split(|byte| *byte == b'/').filter(|segment| !segment.is_empty()).take(limits::PATH_SEGMENTS)
    {
        if segment == b"**" {
            node.is_open = true;
            node.is_taught_end = true;
            return;
        }
        node = node.child(taught_key(segment));
        node.is_taught = true;
        if node.key.is_variable() {
            node.forms = node.forms.with(super::Forms::of(super::Form::Word));
        }
    }
    node.is_taught_end = true;
}

/// `{id}`, `{id}.json`, `f(id='{id}')`: from the first brace to the last is the variable.
fn taught_key(segment: &[u8]) -> Key {
    let open = segment.iter().position(|byte| *byte == b'{');
    let close = segment.iter().rposition(|byte| *byte == b'}');
    match (open, close) {
        (Some(open), Some(close)) if open < close => Key::Variable {
            prefix: segment.get(..open).unwrap_or_default().into(),
            suffix: segment.get(close.saturating_add(1)..).unwrap_or_default().into(),
        },
        _ => Key::Literal(segment.into()),
    }
}

/// The node a path ends at, literals first; at most `budget` steps.
fn route<'n, T: Tally>(node: &'n mut Node<T>, parts: &[&[u8]], budget: &mut usize) -> Option<&'n mut Node<T>> {
    *budget = budget.checked_sub(1)?;
    let Some((first, rest)) = parts.split_first() else {
        return (node.ends > 0 || node.is_taught_end).then_some(node);
    };
    let literal = node.place(first).ok();
    let variable = node.variable_for(&split_bounded(first), first);
    // Twice, since a borrow that is returned on one path only is not let go on the other.
    let is_literal =
        literal.is_some_and(|place| node.children.get_mut(place).is_some_and(|c| route(c, rest, budget).is_some()));
    let place = if is_literal { literal } else { variable };
    match place {
        Some(place) => node.children.get_mut(place).and_then(|child| route(child, rest, budget)),
        None => node.is_open.then_some(node),
    }
}

fn collect<'l, T: Tally>(host: &'l [u8], node: &'l Node<T>, path: &mut Vec<Part<'l>>, found: &mut Vec<Learned<'l, T>>) {
    if node.ends > 0 || node.is_taught_end {
        let mut segments = path.clone();
        segments.extend(node.is_open.then_some(Part::Rest));
        let tally = node.tally.as_deref();
        found.push(Learned { host, segments, is_taught: node.is_taught_end, hits: node.ends, tally });
    }
    for child in &node.children {
        path.push(match &child.key {
            Key::Literal(text) => Part::Literal(text),
            Key::Variable { prefix, suffix } => Part::Variable(prefix, suffix, child.forms),
        });
        collect(host, child, path, found);
        path.pop();
    }
}
