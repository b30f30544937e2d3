//! Endpoints: which paths are the same thing, learned from traffic.
//!
//! A [`Learner`] collects paths in a tree and folds it: segments that are values become `{}`, by their form ([`Form`]) or
//! because there are too many of them. A [`Model`] is what it learned, for the hot path: path in, number of the endpoint out, no memory
//! taken. [`Snapshot`]s carry it between nodes, [`Peers`] merges them. Templates that were taught (policy, OpenAPI) win.
//!
//! What is not learned: anything about paths that were answered with 404; the caller keeps those away.

mod evidence;
mod fold;
mod form;
mod learner;
mod model;
#[cfg(test)]
mod tests;
mod tree;
mod wire;
mod words;

pub use form::{Form, Forms};
pub use learner::{Bounds, Learned, Learner, OTHER_HOSTS, Part};
pub use model::{EndpointId, Model};
pub use tree::Tally;
pub use wire::{Peers, Snapshot, SnapshotError};
