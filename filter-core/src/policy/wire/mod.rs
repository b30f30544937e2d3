//! Bundle format 1 as it is written: the types that serde reads and writes.
//!
//! A bundle is two lines of JSON: [`Manifest`], then [`Content`]. These types hold what a text says, unchecked;
//! [`Bundle::parse`](super::Bundle::parse) turns them into the checked form. Members are written in the order of the
//! fields, maps in the order of their keys, so equal content gives equal bytes and the same id.

mod action;
mod condition;
mod content;
mod endpoint;
mod limit;
mod manifest;
mod rule;
mod test;

pub use action::{Action, After, Block, Limit, Redirect, Route, Tarpit};
pub use condition::{AddressTest, ClaimTest, Condition, HeaderTest, Ja4Test, NamedTest, PillarTest, Range, Text};
pub use content::{
    BreachedEntry, BundleSettings, Caps, Content, EventClient, IdentitySource, Jwt, Limits, NamedEntry, NetworkEntry,
    Networks,
};
pub use endpoint::{AnswerHeader, AnswerMember, AnswerTest, AnswerTests, Body, Endpoint, Fields};
pub use limit::{KeyPart, RateLimit};
pub(crate) use manifest::content_id;
pub use manifest::{FORMAT, Manifest, write};
pub use rule::{AllowRule, Mode, Rule};
pub(crate) use test::requests;
pub use test::{TestLine, Tests};
