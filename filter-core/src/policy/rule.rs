//! Rules, and which of them speaks.

use alloc::string::String;

pub use super::wire::Mode;

/// One rule of the bundle, checked.
#[derive(Debug)]
pub struct Rule {
    /// Stable name.
    pub id: String,
    /// What it does.
    pub then: Action,
    /// Whether it acts.
    pub mode: Mode,
    /// Why it exists.
    pub note: Option<String>,
}

/// What is done with a request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Action {
    /// It passes.
    Allow,
    /// It passes, and an event is written.
    Monitor,
    /// It passes with signed headers for the origin, and an event is written.
    Tag,
    /// It is answered here, and an event is written.
    Block(Block),
}

/// The answer to a blocked request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Block {
    /// HTTP status, 400 to 599.
    pub status: u16,
    /// One sentence for the caller.
    pub message: String,
}

impl Action {
    /// The form used in events and counters.
    pub fn as_str(&self) -> &'static str {
        match self {
            Action::Allow => "allow",
            Action::Monitor => "monitor",
            Action::Tag => "tag",
            Action::Block(_) => "block",
        }
    }
}

/// Shadow matches that a decision keeps; further ones are not reported.
pub const SHADOWS: usize = 8;

/// What policy says about one request.
#[derive(Clone, Copy, Debug)]
pub struct Decision<'a> {
    /// What is done.
    pub action: &'a Action,
    /// The rule that says so; `None`: the bundle's `otherwise`.
    pub rule: Option<&'a Rule>,
    /// Shadow rules that matched before it, in order.
    pub(crate) shadows: [Option<&'a Rule>; SHADOWS],
}

impl<'a> Decision<'a> {
    /// Shadow rules that matched before the rule that acts, in order; at most [`SHADOWS`].
    pub fn shadows(&self) -> impl Iterator<Item = &'a Rule> + use<'a> {
        self.shadows.into_iter().flatten()
    }
}
