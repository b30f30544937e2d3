//! One thing wrong with an expression.

use std::ops::Range;

use crate::code::Code;

/// One thing wrong with an expression.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// Its kind.
    pub code: Code,
    /// Bytes of the expression it is about.
    pub span: Range<usize>,
    /// What is wrong.
    pub message: String,
    /// What to write in its place.
    pub remedy: String,
}

impl Fault {
    pub(super) fn new(code: Code, span: Range<usize>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Fault { code, span, message: message.into(), remedy: remedy.into() }
    }
}
