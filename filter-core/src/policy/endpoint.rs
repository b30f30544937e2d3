//! Endpoints by path template.

use alloc::string::String;

/// An endpoint that rules and events name.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Endpoint {
    /// Stable name.
    pub id: String,
    /// What it is for.
    pub label: Option<String>,
}
