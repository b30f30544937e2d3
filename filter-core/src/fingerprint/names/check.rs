//! What makes a name table fit to compile.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::Named;
use super::token::literal;
use crate::limits;

/// Why a name table was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamesError {
    /// Index of the entry at fault.
    pub index: usize,
    /// What is wrong, and the remedy.
    pub message: String,
}

impl fmt::Display for NamesError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "entry {}: {}", self.index, self.message)
    }
}

/// Everything that is wrong with `entries`.
pub(super) fn problems(entries: &[Named]) -> Vec<NamesError> {
    if entries.len() > limits::NAMES {
        let message = format!("{} names; a table holds at most {}", entries.len(), limits::NAMES);
        return vec![NamesError { index: limits::NAMES, message }];
    }
    let mut first_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let text = literal(&entry.token);
        let message = if text.is_empty() {
            Some(String::from("empty token; write the word that the user agent contains"))
        } else if text.len() > limits::NAME_TOKEN {
            Some(format!("token of {} bytes; at most {} are looked for", text.len(), limits::NAME_TOKEN))
        } else if text.bytes().any(|b| b.is_ascii_uppercase()) {
            Some(format!("token `{text}` is not lower case; write `{}`", text.to_ascii_lowercase()))
        } else if !text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
            Some(format!("token `{}` has bytes outside printable ASCII", text.escape_default()))
        } else if entry.name.is_empty() {
            Some(format!("token `{text}` has no name; say who it is"))
        } else {
            first_of.get(text).map(|first| format!("token `{text}` is already entry {first}; remove one"))
        };
        if let Some(message) = message {
            problems.push(NamesError { index, message });
        }
        first_of.entry(text).or_insert(index);
    }
    problems
}

/// The automaton refuses what was checked before: only a table of extreme size gets here.
pub(super) fn unbuildable() -> Vec<NamesError> {
    vec![NamesError { index: 0, message: String::from("the table is too large to search; remove entries") }]
}
