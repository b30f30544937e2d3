//! What leaves: the last stage of the line.
//!
//! The whole reply, every header and the event line are made here; adapters only send them.

mod event;
mod reply;
mod tag;

pub use event::Event;
pub use reply::Reply;
pub use tag::is_own_header;

use crate::keys::Keys;
use crate::policy::Decision;
use crate::score::{Score, Weights};
use crate::signals::{Evidence, Seen};

/// Everything the stages before made of one request, for those who write about it.
#[derive(Clone, Copy, Debug)]
pub struct Judged<'a> {
    /// What the signals saw.
    pub seen: Seen<'a>,
    /// What fired.
    pub evidence: Evidence,
    /// What it adds up to.
    pub score: Score,
    /// The weights it was added up with.
    pub weights: &'a Weights,
    /// What policy says.
    pub decision: Decision<'a>,
    /// The bundle that was asked.
    pub bundle: &'a str,
    /// Keys, where the host has a secret.
    pub keys: Option<&'a Keys>,
    /// Milliseconds since the epoch.
    pub now: u64,
}
