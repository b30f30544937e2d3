//! The second line: everything a verdict depends on besides the request.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

use super::{Action, AllowRule, Endpoint, RateLimit, Rule, Tests};

/// A bundle's second line. Every member but `otherwise` may be left out.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Content {
    /// Thresholds and choices that are not a rule's.
    #[serde(default)]
    pub settings: BundleSettings,
    /// Weights in milli-nats by signal id; the others keep their default.
    #[serde(default)]
    pub weights: BTreeMap<String, i32>,
    /// Automation that names itself.
    #[serde(default)]
    pub names: Vec<NamedEntry>,
    /// Network lists.
    #[serde(default)]
    pub networks: Networks,
    /// Endpoints by path template, for rules and events.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// Lists of texts by name, for rules.
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<String>>,
    /// Passwords and pairs that are known from breaches, for signals.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub breached: Vec<BreachedEntry>,
    /// Rate limits, for rules.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub limits: Vec<RateLimit>,
    /// Rules that let pass; asked first, and they always win.
    #[serde(default)]
    pub allow: Vec<AllowRule>,
    /// Rules in order; the first that matches acts.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What happens where no rule matches.
    pub otherwise: Action,
    /// Golden tests: a host that cannot pass them does not take the bundle.
    #[serde(default, skip_serializing_if = "BTreeMap::is_empty")]
    pub tests: Tests,
}

/// Thresholds and choices that are not a rule's. What is left out keeps the default of [`Weights`](crate::score::Weights).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct BundleSettings {
    /// Least score of class `bot`, 1 to 100.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bot_threshold: Option<u32>,
    /// Greatest score of class `human`, below `bot_threshold`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub human_threshold: Option<u32>,
    /// Log-odds of a bot before anything is seen, in milli-nats.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub prior: Option<i32>,
    /// Most that a pillar may add.
    #[serde(default)]
    pub caps: Caps,
    /// Where a session's name is looked for, in this order.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub identity: Vec<IdentitySource>,
    /// How events name the client.
    #[serde(default)]
    pub event_client: EventClient,
    /// How much is remembered, on hosts that keep records in their own memory.
    #[serde(default, skip_serializing_if = "is_default")]
    pub limits: Limits,
}

/// Most records of each kind; 0 keeps none. What is left out keeps the default of [`Limits`](crate::state::Limits).
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the kinds' names")]
pub struct Limits {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub clients: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub addresses: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub networks: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub accounts: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub endpoints: Option<u32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub sites: Option<u32>,
    /// Keys of rate limits that are counted at once; 8,192 by default where there are limits.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub cells: Option<u32>,
}

/// Most that each pillar may add, in milli-nats.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
#[allow(missing_docs, reason = "the pillars' names")]
pub struct Caps {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tools: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub infrastructure: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub credentials: Option<i32>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub behaviour: Option<i32>,
}

/// One place where a session's name may be.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum IdentitySource {
    /// `{"cookie":"session"}`
    Cookie(String),
    /// `{"header":"x-api-key"}`
    Header(String),
    /// `{"jwt":{"header":"authorization","claim":"sub"}}`
    Jwt(Jwt),
}

/// A claim of a JSON Web Token. The token is not verified here: a false one names another session, never another's.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Jwt {
    /// Header that carries the token, with or without `Bearer`.
    pub header: String,
    /// Claim that names the session: a string or a number at the payload's top level.
    pub claim: String,
}

/// How events name the client.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum EventClient {
    /// By a keyed hash of the address.
    #[default]
    Hash,
    /// By the address itself: the operator answers for that.
    Address,
}

/// One entry of the name table.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NamedEntry {
    /// Literal looked for in the user agent, lower case.
    pub token: String,
    /// Name shown to people.
    pub name: String,
    /// What it is for; a category's name.
    pub category: String,
    /// Who runs it.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub operator: Option<String>,
    /// Network list that proves the claim.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub ranges: Option<String>,
    /// Only says that it is automation (`bot`, `+http`): every other entry wins over it.
    #[serde(default, skip_serializing_if = "is_false")]
    pub generic: bool,
}

fn is_default(limits: &Limits) -> bool {
    *limits == Limits::default()
}

fn is_false(value: &bool) -> bool {
    !value
}

/// Network lists and the table of their ranges.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Networks {
    /// At most 64, one bit each.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub lists: Vec<NetworkEntry>,
    /// Sets of lists as hexadecimal numbers, bit 0 the first list; the table's values are indices into this.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub sets: Vec<String>,
    /// IPv4 ranges, base64.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub v4: String,
    /// IPv6 ranges, base64.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub v6: String,
    /// Origin AS numbers by IPv4 range, base64, for hosts that do not know them. The default bundle has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub asn_v4: String,
    /// The same for IPv6.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub asn_v6: String,
    /// Countries by IPv4 range, base64: a value is the code's two letters, the first times 256 plus the second. For hosts that do not
    /// know them; the default bundle has none.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub country_v4: String,
    /// The same for IPv6.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub country_v6: String,
}

/// One network list.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct NetworkEntry {
    /// Name used by rules and by `ranges`.
    pub name: String,
    /// What membership means; a network kind's name.
    pub kind: String,
    /// Where the ranges came from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub source: Option<String>,
    /// When, as `2026-11-21`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
}

/// A [`Fuse`](crate::fingerprint::credentials::Fuse) filter over the SHA-1 of what breaches gave away.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct BreachedEntry {
    /// The feed's name, for people.
    pub name: String,
    /// `passwords` or `pairs`.
    pub kind: String,
    /// When it was the latest, as `2026-11-21`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub date: Option<String>,
    /// How many it holds, for people.
    #[serde(default)]
    pub keys: u64,
    /// Bits of a place: 8 or 16.
    pub bits: u32,
    /// What keys are mixed with, a hexadecimal number.
    pub seed: String,
    /// Places of a segment.
    pub segment: u32,
    /// The places, base64; 16 bits with the lower byte first.
    pub table: String,
}
