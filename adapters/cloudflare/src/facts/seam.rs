//! What tests say about a request, in a header: the time, and whether judging panics.
//!
//! Built with the feature `test-seam` alone. A test checks that the module as it is deployed does not know the header's name.

use serde::Deserialize;

/// JSON of [`Seam`].
pub(crate) const HEADER: &str = "x-weir-test-facts";

/// Milliseconds from verdict to answer, where the seam gives the time.
pub(crate) const LATER: u64 = 10;

/// What is said. Members may be missing.
#[derive(Clone, Copy, Debug, Default, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Seam {
    /// The time of the verdict, milliseconds since the epoch; the answer comes ten later.
    pub(crate) t: Option<u64>,
    /// Judging panics.
    pub(crate) panics: bool,
    /// A candidate's judging panics.
    pub(crate) candidate_panics: bool,
}

impl Seam {
    pub(super) fn read(text: &str) -> Self {
        serde_json::from_str(text).unwrap_or_else(|error| {
            crate::log::say(&format!("the facts for tests: {error}"));
            Seam::default()
        })
    }
}
