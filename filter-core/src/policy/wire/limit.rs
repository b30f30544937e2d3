//! Rate limits as written.

use alloc::string::String;
use alloc::vec::Vec;

use serde::{Deserialize, Serialize};

/// How often requests with one key may come. Rules say which requests, by `{"limit":{"by":"<id>"}}`; all that name one limit
/// share it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(deny_unknown_fields)]
pub struct RateLimit {
    /// Stable name: `a`-`z`, `0`-`9`, `_`, `-`, `.`, at most 64.
    pub id: String,
    /// What is counted apart: at most four parts; none: all requests together. Where a part is not there, or nobody vouches for it, the
    /// limit does not count the request.
    pub key: Vec<KeyPart>,
    /// So many requests, 1 to 1,000,000 ...
    pub requests: u32,
    /// ... in so many seconds, 1 to 86,400.
    pub seconds: u32,
    /// Requests that may come at once, 1 to 1,000,000; by default as many as `requests`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub burst: Option<u32>,
}

/// One part of a limit's key.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "schema", derive(schemars::JsonSchema))]
#[serde(rename_all = "snake_case")]
pub enum KeyPart {
    /// The session, by `settings.identity`, else address and user agent.
    Client,
    /// The client's address (IPv6: its /64).
    Address,
    /// Its autonomous system where it is known, else IPv4 /24 or IPv6 /48.
    Network,
    /// The program, by how its requests are put together.
    Tool,
    /// The account that is logged in to, where one was found.
    Account,
    /// The endpoint: host, method and template.
    Endpoint,
    /// The host asked for.
    Host,
    /// The method.
    Method,
    /// The normalised path.
    Path,
    /// Who runs a program of the name tables, else its name.
    Bot,
    /// `{"header":"x-api-key"}`: a header's first value.
    Header(String),
    /// `{"cookie":"session"}`: a cookie's value.
    Cookie(String),
}
