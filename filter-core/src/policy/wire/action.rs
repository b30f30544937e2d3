//! Actions as written.

use alloc::string::String;

use serde::{Deserialize, Serialize};

/// What is done with a request: `"allow"`, `"monitor"`, `"tag"`, `{"block":{}}`, `{"redirect":{"location":"/closed"}}`,
/// `{"route":{"to":"decoy"}}`, `{"tarpit":{"seconds":5}}` or `{"limit":{"by":"per-client"}}`.
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
    /// It is sent elsewhere, and an event is written. A request for that very place passes, so that nobody goes in circles.
    Redirect(Redirect),
    /// It goes to another origin, and an event is written.
    Route(Route),
    /// It is held for a while, then passes or is blocked, and an event is written.
    Tarpit(Tarpit),
    /// It is counted, and the next rules are asked; where too many came it is answered here, and an event is written.
    Limit(Limit),
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

/// Where a request is sent. gRPC callers get PERMISSION_DENIED with the place in the message.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Redirect {
    /// A path of this site (`/closed`) or a whole URL (`https://help.example/bots`), at most 2,048 bytes, as it goes into the
    /// header: nothing of the request comes into it.
    pub location: String,
    /// HTTP status: 302 by default, 303 (with GET), 307, 308 (with the same method).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
}

/// Which origin a request goes to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Route {
    /// The origin's name, as the host's configuration has it: `x-weir-route` of an Envoy route, `--route` of the sidecar.
    pub to: String,
}

/// How long a request is held, and what becomes of it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Tarpit {
    /// Seconds, 1 to 30.
    pub seconds: u32,
    /// Requests held at once by this rule's host (Envoy: each worker), 1 to 1,024; 256 by default. Those beyond are blocked at once.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub most: Option<u32>,
    /// What becomes of it then.
    #[serde(default)]
    pub after: After,
    /// The answer where it is blocked.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub block: Option<Block>,
}

/// What becomes of a request that was held.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum After {
    /// It is blocked.
    #[default]
    Block,
    /// It passes.
    Pass,
}

/// By which limit, and the answer where too many came.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct Limit {
    /// Id of one of the policy's `limits`.
    pub by: String,
    /// HTTP status, 400 to 599; 429 by default. gRPC callers get RESOURCE_EXHAUSTED.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub status: Option<u16>,
    /// One sentence for the caller; `too many requests` by default.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub message: Option<String>,
}
