//! What an inventory found.

use filter_core::state::endpoints::{Forms, Part, Tally};

use super::inventory::sum;
use super::labels::{self, Suggestion};
use super::{Inventory, Operation, Operations};

/// A segment of a template.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Segment {
    /// This text.
    Literal(String),
    /// A value of these forms between two texts.
    Variable(String, String, Forms),
    /// Everything below.
    Rest,
}

/// One endpoint.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Host; empty where the source did not say.
    pub host: String,
    /// The template's segments.
    pub segments: Vec<Segment>,
    /// It comes from a description.
    pub is_described: bool,
    /// What was seen, by method.
    pub operations: Operations,
    /// All methods as one.
    pub total: Operation,
    /// What it is probably for.
    pub labels: Vec<Suggestion>,
}

/// Everything that was found.
pub struct Report {
    /// Endpoints, the most asked for first.
    pub endpoints: Vec<Endpoint>,
    /// Requests read.
    pub requests: u64,
    /// Requests for what is not there, and the most frequent paths of them.
    pub probes: (u64, Vec<(String, u64)>),
    /// Requests without a path.
    pub pathless: u64,
    /// Requests of endpoints that found no room.
    pub overflow: u64,
    /// Milliseconds since the epoch of the first and last request.
    pub seen: Option<(u64, u64)>,
}

impl Endpoint {
    /// `/users/{}/orders`
    pub fn template(&self) -> String {
        let mut out = String::new();
        for segment in &self.segments {
            out.push('/');
            match segment {
                Segment::Literal(text) => out.push_str(text),
                Segment::Variable(prefix, suffix, _) => {
                    out.push_str(prefix);
                    out.push_str("{}");
                    out.push_str(suffix);
                }
                Segment::Rest => out.push_str("**"),
            }
        }
        if out.is_empty() { "/".into() } else { out }
    }
}

impl Inventory {
    /// Folds everything and says what was found.
    pub fn report(&mut self) -> Report {
        self.flush();
        self.learner.fold();
        self.settle();
        let mut endpoints: Vec<Endpoint> = self
            .learner
            .endpoints()
            .into_iter()
            .map(|learned| {
                let mut operations = Operations::default();
                if let Some(tally) = learned.tally {
                    operations.merge(tally.clone());
                }
                let segments: Vec<Segment> = learned.segments.iter().map(segment).collect();
                let total = sum(&operations);
                let mut endpoint = Endpoint {
                    host: String::from_utf8_lossy(learned.host).into_owned(),
                    segments,
                    is_described: learned.is_taught,
                    operations,
                    total,
                    labels: Vec::new(),
                };
                endpoint.labels = labels::suggest(&endpoint);
                endpoint
            })
            .collect();
        endpoints.sort_by(|one, other| {
            let rank = |e: &Endpoint| (std::cmp::Reverse(e.total.requests), e.host.clone(), e.template());
            rank(one).cmp(&rank(other))
        });
        Report {
            endpoints,
            requests: self.requests,
            probes: (self.probes, self.probed.surely_top(10)),
            pathless: self.pathless,
            overflow: self.learner.overflow().0,
            seen: self.seen,
        }
    }
}

fn segment(part: &Part<'_>) -> Segment {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    match part {
        Part::Literal(literal) => Segment::Literal(text(literal)),
        Part::Variable(prefix, suffix, forms) => Segment::Variable(text(prefix), text(suffix), *forms),
        Part::Rest => Segment::Rest,
    }
}
