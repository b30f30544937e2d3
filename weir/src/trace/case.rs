//! A verdict set down beside its request.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// What was said about a request, by which bundle. The line's other members are the request as that host saw it, redacted.
///
/// A case is a trace line: `weir replay` and `weir explain` judge it anew and compare.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Case {
    /// Form of the case: 1.
    pub format: u32,
    /// Id of the bundle that was asked.
    pub bundle: String,
    /// Host whose view the request was projected to; missing: as recorded.
    #[serde(default, rename = "as", skip_serializing_if = "Option::is_none")]
    pub host: Option<String>,
    /// What was redacted: header names, `query` for values in the path, `referer`, `body`.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub redacted: Vec<String>,
    /// The redacted request gives the same verdict. Where it does not, comparing says nothing.
    pub exact: bool,
    /// The event.
    pub verdict: Value,
}
