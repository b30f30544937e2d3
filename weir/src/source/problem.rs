//! Why a line gives no request.

use std::fmt;

use crate::trace::TraceError;

/// Why a line gives no request.
#[derive(Debug)]
pub struct Problem {
    message: String,
    is_unreadable: bool,
}

impl Problem {
    /// The line is not of its source's form.
    pub(super) fn malformed(message: impl Into<String>) -> Self {
        Problem { message: message.into(), is_unreadable: false }
    }

    /// The line is sound, the request in it is not: the server could not read it either.
    pub(super) fn unreadable(message: impl Into<String>) -> Self {
        Problem { message: message.into(), is_unreadable: true }
    }

    pub(super) fn too_long() -> Self {
        Problem::malformed("the line is longer than 4 MiB")
    }

    /// The line is sound, but the server or recorder never read a request: nothing is wrong with the file.
    pub fn is_unreadable(&self) -> bool {
        self.is_unreadable
    }
}

impl From<TraceError> for Problem {
    fn from(error: TraceError) -> Self {
        Problem { is_unreadable: error.is_unreadable(), message: error.to_string() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)
    }
}
