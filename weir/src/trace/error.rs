//! Why a line is no record.

use std::fmt;

/// Why a line could not be read.
#[derive(Debug)]
pub struct TraceError(Kind);

#[derive(Debug)]
enum Kind {
    Json(serde_json::Error),
    Unreadable(&'static str),
    Neither,
    Both,
    TooLong,
}

impl TraceError {
    pub(super) fn json(error: serde_json::Error) -> Self {
        TraceError(Kind::Json(error))
    }

    pub(super) fn unreadable(member: &'static str) -> Self {
        TraceError(Kind::Unreadable(member))
    }

    pub(super) fn neither() -> Self {
        TraceError(Kind::Neither)
    }

    pub(super) fn both() -> Self {
        TraceError(Kind::Both)
    }

    pub(super) fn too_long() -> Self {
        TraceError(Kind::TooLong)
    }

    /// The line is sound, but its recorder never read the request: nothing can be judged, and nothing is wrong.
    pub fn is_unreadable(&self) -> bool {
        matches!(self.0, Kind::Unreadable(_))
    }
}

impl fmt::Display for TraceError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Kind::Json(error) => {
                // The reader knows the line; within it only the column says something.
                let text = error.to_string();
                let place = format!(" at line {} column {}", error.line(), error.column());
                write!(f, "{} (column {})", text.strip_suffix(&place).unwrap_or(&text), error.column())
            }
            Kind::Unreadable(member) => write!(f, "the request was not read by its recorder: `{member}` is null"),
            Kind::Neither => f.write_str("neither `request` nor `response`; add one"),
            Kind::Both => f.write_str("both `request` and `response`; write them as two lines with the same `id`"),
            Kind::TooLong => f.write_str("the line is longer than 4 MiB"),
        }
    }
}

impl std::error::Error for TraceError {}
