//! The lowered tree, each test with the part of the expression it came from.

use std::ops::Range;

use filter_core::limits;
use filter_core::policy::wire::{AddressTest, Condition};

/// A condition in the core's form, and where its parts came from.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Lowered {
    pub(super) node: Node,
    pub(super) span: Range<usize>,
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) enum Node {
    Test(Condition),
    All(Vec<Lowered>),
    Any(Vec<Lowered>),
    Not(Box<Lowered>),
}

/// Makes one test of two with *or* between them, where the core has such a test: the edge asks once.
fn join(into: &mut Condition, other: &Condition) -> bool {
    let (into, other) = match (into, other) {
        (Condition::Signal(into), Condition::Signal(other))
        | (Condition::Class(into), Condition::Class(other))
        | (Condition::Kind(into), Condition::Kind(other))
        | (Condition::Endpoint(into), Condition::Endpoint(other))
        | (Condition::Label(into), Condition::Label(other))
        | (Condition::Method(into), Condition::Method(other))
        | (Condition::Provenance(into), Condition::Provenance(other))
        | (Condition::Country(into), Condition::Country(other))
        | (Condition::Crawler(into), Condition::Crawler(other))
        | (Condition::Http(into), Condition::Http(other))
        | (Condition::Tls(into), Condition::Tls(other)) => (into, other),
        (Condition::Address(into), Condition::Address(other)) if into.provenance == other.provenance => {
            let count = |test: &AddressTest| {
                test.blocks.len().saturating_add(test.lists.len()).saturating_add(test.kinds.len())
            };
            if count(into).saturating_add(count(other)) > limits::CONDITION_ITEMS {
                return false;
            }
            into.blocks.extend(other.blocks.iter().cloned());
            into.lists.extend(other.lists.iter().cloned());
            into.kinds.extend(other.kinds.iter().cloned());
            return true;
        }
        _ => return false,
    };
    if into.len().saturating_add(other.len()) > limits::CONDITION_ITEMS {
        return false;
    }
    let new = other.iter().filter(|item| !into.contains(item)).cloned().collect::<Vec<_>>();
    into.extend(new);
    true
}

impl Lowered {
    pub(super) fn test(condition: Condition, span: Range<usize>) -> Self {
        Lowered { node: Node::Test(condition), span }
    }

    /// All of them; those that are such a list themselves are laid flat.
    pub(super) fn all(parts: Vec<Lowered>, span: Range<usize>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part.node {
            Node::All(inner) => inner,
            _ => vec![part],
        });
        Lowered { node: Node::All(flat.collect()), span }
    }

    /// Any of them; those that are such a list themselves are laid flat.
    pub(super) fn any(parts: Vec<Lowered>, span: Range<usize>) -> Self {
        let flat = parts.into_iter().flat_map(|part| match part.node {
            Node::Any(inner) => inner,
            _ => vec![part],
        });
        let mut parts: Vec<Lowered> = Vec::new();
        for part in flat {
            let joined = match &part.node {
                Node::Test(test) => parts.iter_mut().any(|other| match &mut other.node {
                    Node::Test(into) => join(into, test),
                    _ => false,
                }),
                _ => false,
            };
            if !joined {
                parts.push(part);
            }
        }
        match <[Lowered; 1]>::try_from(parts) {
            Ok([part]) => Lowered { node: part.node, span },
            Err(parts) => Lowered { node: Node::Any(parts), span },
        }
    }

    /// Not this; twice is once none.
    pub(super) fn not(self, span: Range<usize>) -> Self {
        match self.node {
            Node::Not(inner) => *inner,
            node => Lowered { node: Node::Not(Box::new(Lowered { node, span: self.span })), span },
        }
    }

    /// The condition as a bundle holds it.
    pub fn condition(&self) -> Condition {
        match &self.node {
            Node::Test(condition) => condition.clone(),
            Node::All(parts) => Condition::All(parts.iter().map(Lowered::condition).collect()),
            Node::Any(parts) => Condition::Any(parts.iter().map(Lowered::condition).collect()),
            Node::Not(part) => Condition::Not(Box::new(part.condition())),
        }
    }

    /// The bytes of the expression that the part at `place`, such as `/all/0/path`, was lowered from.
    pub fn span_of(&self, place: &str) -> Range<usize> {
        let mut names = place.split('/').skip(1);
        let mut at = self;
        loop {
            let inner = match &at.node {
                Node::Test(_) => None,
                Node::All(parts) | Node::Any(parts) => {
                    names.next();
                    names.next().and_then(|index| parts.get(index.parse::<usize>().ok()?))
                }
                Node::Not(part) => names.next().map(|_| part.as_ref()),
            };
            match inner {
                Some(part) => at = part,
                None => return at.span.clone(),
            }
        }
    }
}
