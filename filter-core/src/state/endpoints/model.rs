//! The learned templates as the edge looks them up: flat, immutable, no memory taken by a look-up.

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Ordering;

use super::OTHER_HOSTS;
use super::form::{Form, Forms};
use super::tree::{Key, Node, Tally, segments, split_bounded};
use crate::limits;

/// Number of an endpoint within one model.
pub type EndpointId = u32;

/// Finds the endpoint of a path.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Model {
    /// Sorted by name.
    hosts: Vec<(Text, u32)>,
    nodes: Vec<Flat>,
    literals: Vec<(Text, u32)>,
    variables: Vec<Variable>,
    ends: Vec<Text>,
    text: Vec<u8>,
    templates: String,
}

/// A piece of the model's text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
struct Text {
    from: u32,
    to: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Flat {
    literals: (u32, u32),
    variables: (u32, u32),
    end: Option<EndpointId>,
    /// The endpoint of everything below that has none.
    rest: Option<EndpointId>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Variable {
    prefix: Text,
    suffix: Text,
    forms: Forms,
    is_taught: bool,
    child: u32,
}

impl Model {
    /// The endpoint of a path (normal form, without query) on a host (lower case, without port). `None`: nothing like it was
    /// learned or taught. Takes one binary search a segment, and more only where templates contradict each other,
    /// [`limits::ENDPOINT_STEPS`] steps at most.
    pub fn find(&self, host: &[u8], path: &[u8]) -> Option<EndpointId> {
        let root = self.root(host).or_else(|| self.root(OTHER_HOSTS))?;
        let mut budget = limits::ENDPOINT_STEPS;
        self.walk(root, segments(path).take(limits::PATH_SEGMENTS), &mut budget)
    }

    /// An endpoint's template: `/orders/{}/items`.
    pub fn template(&self, id: EndpointId) -> Option<&str> {
        let text = self.ends.get(usize::try_from(id).ok()?)?;
        self.templates.get(usize::try_from(text.from).ok()?..usize::try_from(text.to).ok()?)
    }

    /// Endpoints.
    pub fn len(&self) -> usize {
        self.ends.len()
    }

    /// Nothing was learned.
    pub fn is_empty(&self) -> bool {
        self.ends.is_empty()
    }

    pub(super) fn of<'n, T: Tally + 'n>(hosts: impl Iterator<Item = (&'n [u8], &'n Node<T>)>) -> Self {
        let mut model = Model::default();
        for (name, root) in hosts {
            let name = model.put(name);
            let root = model.add(root, &mut String::new());
            model.hosts.push((name, root));
        }
        model
    }

    /// Adds a tree and gives its place.
    fn add<T: Tally>(&mut self, node: &Node<T>, path: &mut String) -> u32 {
        let end = (node.ends > 0 || node.is_taught_end).then(|| {
            let from = length(self.templates.len());
            self.templates.push_str(if path.is_empty() { "/" } else { path });
            if node.is_open {
                self.templates.push_str(if path.is_empty() { "**" } else { "/**" });
            }
            self.ends.push(Text { from, to: length(self.templates.len()) });
            length(self.ends.len().saturating_sub(1))
        });
        let (mut literals, mut variables) = (Vec::new(), Vec::new());
        for child in &node.children {
            let start = path.len();
            path.push('/');
            match &child.key {
                Key::Literal(text) => {
                    path.push_str(&String::from_utf8_lossy(text));
                    let place = self.add(child, path);
                    literals.push((self.put(text), place));
                }
                Key::Variable { prefix, suffix } => {
                    path.push_str(&String::from_utf8_lossy(prefix));
                    path.push_str("{}");
                    path.push_str(&String::from_utf8_lossy(suffix));
                    let place = self.add(child, path);
                    variables.push(Variable {
                        prefix: self.put(prefix),
                        suffix: self.put(suffix),
                        forms: child.forms,
                        is_taught: child.is_taught,
                        child: place,
                    });
                }
            }
            path.truncate(start);
        }
        let literals = extend(&mut self.literals, literals);
        let variables = extend(&mut self.variables, variables);
        self.nodes.push(Flat { literals, variables, end, rest: end.filter(|_| node.is_open) });
        length(self.nodes.len().saturating_sub(1))
    }

    fn put(&mut self, bytes: &[u8]) -> Text {
        let from = length(self.text.len());
        self.text.extend_from_slice(bytes);
        Text { from, to: length(self.text.len()) }
    }

    fn text(&self, text: Text) -> &[u8] {
        slice(&self.text, (text.from, text.to))
    }

    fn root(&self, host: &[u8]) -> Option<u32> {
        let place = self.hosts.binary_search_by(|(name, _)| self.text(*name).cmp(host)).ok()?;
        self.hosts.get(place).map(|(_, root)| *root)
    }

    fn walk<'p>(
        &self,
        node: u32,
        mut rest: impl Iterator<Item = &'p [u8]> + Clone,
        budget: &mut usize,
    ) -> Option<EndpointId> {
        *budget = budget.checked_sub(1)?;
        let node = self.nodes.get(usize::try_from(node).ok()?)?;
        let Some(segment) = rest.next() else { return node.end };
        let literals = slice(&self.literals, node.literals);
        if let Ok(place) = literals.binary_search_by(|(text, _)| compare(self.text(*text), segment))
            && let Some((_, child)) = literals.get(place)
            && let Some(found) = self.walk(*child, rest.clone(), budget)
        {
            return Some(found);
        }
        let variables = slice(&self.variables, node.variables);
        if variables.is_empty() {
            return node.rest;
        }
        let parts = split_bounded(segment);
        // What stands around a value tells more than what takes anything: the longest first.
        for variable in variables.iter().rev() {
            let (prefix, suffix) = (self.text(variable.prefix), self.text(variable.suffix));
            let is_own = prefix == parts.prefix && suffix == parts.suffix && variable.forms.takes(parts.form);
            let is_around = || {
                (variable.is_taught
                    || prefix.is_empty()
                        && suffix.is_empty()
                        && variable.forms.is_open()
                        && parts.form != Form::Version)
                    && segment.starts_with(prefix)
                    && segment.ends_with(suffix)
                    && segment.len() > prefix.len().saturating_add(suffix.len())
            };
            if (is_own || is_around())
                && let Some(found) = self.walk(variable.child, rest.clone(), budget)
            {
                return Some(found);
            }
        }
        node.rest
    }
}

fn compare(own: &[u8], other: &[u8]) -> Ordering {
    own.cmp(other)
}

fn slice<I>(items: &[I], (from, to): (u32, u32)) -> &[I] {
    let range = usize::try_from(from).unwrap_or(usize::MAX)..usize::try_from(to).unwrap_or(usize::MAX);
    items.get(range).unwrap_or_default()
}

fn extend<I>(items: &mut Vec<I>, more: Vec<I>) -> (u32, u32) {
    let from = length(items.len());
    items.extend(more);
    (from, length(items.len()))
}

fn length(length: usize) -> u32 {
    u32::try_from(length).unwrap_or(u32::MAX)
}
