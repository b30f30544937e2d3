//! Why the origin gave no answer.

use std::fmt;
use std::io;

/// Why the origin gave no answer.
#[derive(Debug)]
pub enum OriginError {
    /// No connection could be made.
    Connect(io::Error),
    /// Connecting took too long.
    ConnectTimeout,
    /// The connection ended before an answer began, or the answer is no HTTP.
    Closed(hyper::Error),
    /// No answer began in time.
    Silent,
    /// The client sends its body too slowly.
    SlowUpload,
    /// All connections that are allowed are in use.
    Busy,
}

impl OriginError {
    /// For the `weir_why` label.
    pub(crate) fn label(&self) -> &'static str {
        match self {
            OriginError::Connect(_) => "connect",
            OriginError::ConnectTimeout => "connect_timeout",
            OriginError::Closed(_) => "closed",
            OriginError::Silent => "answer_timeout",
            OriginError::SlowUpload => "slow_upload",
            OriginError::Busy => "busy",
        }
    }

    /// What the client gets.
    pub(crate) fn status(&self) -> u16 {
        match self {
            OriginError::Connect(_) | OriginError::Closed(_) => 502,
            OriginError::ConnectTimeout | OriginError::Silent => 504,
            OriginError::SlowUpload => 408,
            OriginError::Busy => 503,
        }
    }
}

impl fmt::Display for OriginError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OriginError::Connect(error) => write!(f, "the origin cannot be reached: {error}"),
            OriginError::ConnectTimeout => write!(f, "connecting to the origin took too long"),
            OriginError::Closed(error) => write!(f, "the origin gave no answer: {error}"),
            OriginError::Silent => write!(f, "the origin did not answer in time"),
            OriginError::SlowUpload => write!(f, "the client sent its body too slowly"),
            OriginError::Busy => write!(f, "all connections to the origin are in use"),
        }
    }
}

impl std::error::Error for OriginError {}
