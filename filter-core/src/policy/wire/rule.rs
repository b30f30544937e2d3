//! Rules and actions as written.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::Condition;

/// A rule that lets a request pass whatever else would be said about it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct AllowRule {
    /// Stable name: `a`-`z`, `0`-`9`, `_`, `-`, `.`, at most 64.
    pub id: String,
    /// Which requests.
    pub when: Condition,
    /// Whether it acts.
    #[serde(default)]
    pub mode: Mode,
    /// Why it exists, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// A rule that acts on the requests it matches.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable name: `a`-`z`, `0`-`9`, `_`, `-`, `.`, at most 64.
    pub id: String,
    /// Which requests.
    pub when: Condition,
    /// What to do with them.
    pub then: Action,
    /// Whether it acts.
    #[serde(default)]
    pub mode: Mode,
    /// Why it exists, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// Whether a rule acts or only reports.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum Mode {
    /// It acts.
    #[default]
    Enforce,
    /// What it would have done is reported; the next rules are asked.
    Shadow,
}

/// What is done with a request: `"allow"`, `"monitor"`, `"tag"` or `{"block":{}}`.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case", deny_unknown_fields)]
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
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Block {
    /// HTTP status, 400 to 599; 403 by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// One sentence for the caller; `request blocked` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
