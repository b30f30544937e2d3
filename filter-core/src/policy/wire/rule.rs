//! Rules and actions as written.

use alloc::string::String;

use serde::{Deserialize, Serialize};

use super::{Action, Condition};

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
