//! What to do about a request: the sixth stage of the line.
//!
//! Signals weigh, rules act. A [`Bundle`] holds weights, tables and rules and travels as two lines of JSON ([`wire`]), or
//! in a [`compact`] form;
//! [`Settings`] are the host's own and hold trust and secrets. Both are checked whole when they are loaded, so that
//! nothing can fail when a request comes.

pub mod compact;
pub mod json;
#[cfg(feature = "catalogue")]
pub mod vocabulary;
pub mod wire;

mod action;
mod activation;
mod bundle;
mod condition;
mod endpoint;
mod limit;
mod answers;
mod login;
mod problem;
mod rollout;
mod rule;
mod settings;
mod signature;

pub use action::{Action, Block, Limited, Redirect, Tarpit};
pub use activation::{Activation, Highest, Slot};
pub use answers::Answers;
pub use bundle::{Bundle, Loading, check_content};
pub use endpoint::Endpoint;
pub(crate) use limit::Limiter;
pub use limit::{RateLimit, Refused};
pub use problem::{Position, Problem, Problems};
pub use rollout::{Guardrails, Rollout, SHARES};
pub use rule::{Decision, Mode, Rule, SHADOWS};
pub(crate) use settings::EVENT_SHARES;
pub use settings::{BundleSource, CandidateSettings, Poll, Settings};
pub use signature::{TrustedKey, seal};
