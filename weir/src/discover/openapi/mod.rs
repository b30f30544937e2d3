//! API descriptions: OpenAPI 2.0, 3.0 and 3.1, JSON or YAML. Read by hand, since real files are messy and no library takes all
//! three versions: only paths, methods, parameters, bodies, statuses and servers are looked at.

mod read;
mod write;

pub use read::read;
pub use write::write;

use std::collections::{BTreeMap, BTreeSet};

/// A described operation.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Described {
    /// Upper-case method.
    pub method: String,
    /// Template with the server's path before it, as it is written.
    pub template: String,
    /// Types of query parameters by name; empty where it is not said.
    pub query: BTreeMap<String, String>,
    /// Types of path parameters in order; empty where it is not said.
    pub path: Vec<String>,
    /// Members of a JSON or form body, `a.b` and `a[].b` within; `None`: the body is not described, or open to anything.
    pub body: Option<BTreeSet<String>>,
    /// Statuses, classes as `4XX`.
    pub statuses: BTreeSet<String>,
    /// Query parameters that are not described are allowed: never so in these formats, unless one is an object that takes any.
    pub is_query_open: bool,
}

/// `/a/{id}/b` and `/a/{}/b` alike as `/a/{}/b`.
pub fn normal(template: &str) -> String {
    let mut out = String::new();
    for segment in template.split('/').filter(|segment| !segment.is_empty()) {
        out.push('/');
        match (segment.find('{'), segment.rfind('}')) {
            (Some(open), Some(close)) if open < close => {
                out.push_str(segment.get(..open).unwrap_or_default());
                out.push_str("{}");
                out.push_str(segment.get(close.saturating_add(1)..).unwrap_or_default());
            }
            _ => out.push_str(segment),
        }
    }
    if out.is_empty() { "/".into() } else { out }
}
