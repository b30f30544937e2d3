//! Where verbs write: colours on terminals only, and nothing that others wrote drives the terminal.

use std::io::{StderrLock, StdoutLock};

use anstream::AutoStream;
use weir::terminal::Clean;

/// Standard output.
pub(super) fn stdout() -> Clean<AutoStream<StdoutLock<'static>>> {
    Clean(anstream::stdout().lock())
}

/// Standard error.
pub(super) fn stderr() -> Clean<AutoStream<StderrLock<'static>>> {
    Clean(anstream::stderr().lock())
}
