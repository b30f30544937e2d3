//! What is wrong with a bundle or with host settings: everything at once, each with its place and remedy.

use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use crate::limits;

/// One thing wrong.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// Where, as a path of names and indices from the document's root, such as `/content/rules/3/when/score`.
    pub place: String,
    /// Line and column of the text (from 1), where the text itself could not be read.
    pub position: Option<Position>,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
}

/// A place in a text; both count from 1, columns in bytes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Position {
    /// Line.
    pub line: usize,
    /// Column in bytes.
    pub column: usize,
}

impl Problem {
    /// A problem of meaning: the text could be read.
    pub fn new(place: impl Into<String>, message: impl Into<String>, remedy: impl Into<String>) -> Self {
        Problem { place: place.into(), position: None, message: message.into(), remedy: remedy.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(if self.place.is_empty() { "/" } else { &self.place })?;
        if let Some(Position { line, column }) = self.position {
            write!(f, " (line {line}, column {column})")?;
        }
        write!(f, ": {}", self.message)?;
        if self.remedy.is_empty() { Ok(()) } else { write!(f, "; {}", self.remedy) }
    }
}

/// A value as a problem quotes it: escaped, and its first [`limits::DETAIL`] bytes. Whoever wrote it chose how long it is.
pub(super) struct Quoted<'v>(pub(super) &'v str);

impl fmt::Display for Quoted<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Quoted(value) = self;
        let shown = value.get(..value.floor_char_boundary(limits::DETAIL)).unwrap_or(value);
        write!(f, "{}{}", shown.escape_debug(), if shown.len() < value.len() { "..." } else { "" })
    }
}

/// All that is wrong, at least one, in the order of the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problems(Vec<Problem>);

impl Problems {
    /// `Ok` where nothing is wrong.
    pub fn check(problems: Vec<Problem>) -> Result<(), Problems> {
        if problems.is_empty() { Ok(()) } else { Err(Problems(problems)) }
    }

    /// For callers that know that something is wrong.
    pub(crate) fn of(problems: Vec<Problem>) -> Self {
        Problems(problems)
    }

    /// The problems.
    pub fn iter(&self) -> impl Iterator<Item = &Problem> {
        self.0.iter()
    }
}

impl From<Problem> for Problems {
    fn from(problem: Problem) -> Self {
        Problems(alloc::vec![problem])
    }
}

impl fmt::Display for Problems {
    /// One line a problem.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (index, problem) in self.0.iter().enumerate() {
            if index > 0 {
                f.write_str("\n")?;
            }
            write!(f, "{problem}")?;
        }
        Ok(())
    }
}

impl core::error::Error for Problems {}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::string::ToString;

    #[test]
    fn what_is_quoted_is_short() {
        assert_eq!(Quoted("a`\n").to_string(), "a`\\n");
        let long = "\u{e9}".repeat(limits::BUNDLE);
        assert_eq!(Quoted(&long).to_string(), alloc::format!("{}...", "\u{e9}".repeat(limits::DETAIL / 2)));
    }
}
