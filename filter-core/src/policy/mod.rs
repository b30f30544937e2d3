//! What to do about a request: the sixth stage of the line.
//!
//! Signals weigh, rules act. A [`Bundle`] holds weights, tables and rules and travels as two lines of JSON ([`wire`]);
//! [`Settings`] are the host's own and hold trust and secrets. Both are checked whole when they are loaded, so that nothing
//! can fail when a request comes.

pub mod wire;

mod bundle;
mod endpoint;
mod problem;
mod rule;
mod settings;

pub use bundle::Bundle;
pub use endpoint::Endpoint;
pub use problem::{Position, Problem, Problems};
pub use rule::{Action, Block, Decision, Mode, Rule, SHADOWS};
pub use settings::{BundleSource, Poll, Settings};
