//! What makes a name table fit to compile.

use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::fmt;

use super::Named;
use super::token::literal;
use super::words::{BUCKETS, deal};
use crate::{limits, order};

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
    if entries.iter().all(|entry| problem(entry).is_none()) && !has_twins(entries) {
        return Vec::new();
    }
    let mut first_of: BTreeMap<&str, usize> = BTreeMap::new();
    let mut problems = Vec::new();
    for (index, entry) in entries.iter().enumerate() {
        let text = literal(&entry.token);
        let twin = || first_of.get(text).map(|first| format!("token `{text}` is already entry {first}; remove one"));
        if let Some(message) = problem(entry).or_else(twin) {
            problems.push(NamesError { index, message });
        }
        first_of.entry(text).or_insert(index);
    }
    problems
}

/// What is wrong with one entry alone.
fn problem(entry: &Named) -> Option<String> {
    let text = literal(&entry.token);
    if text.is_empty() {
        Some(String::from("empty token; write the word that the user agent contains"))
    } else if text.len() > limits::NAME_TOKEN {
        Some(format!("token of {} bytes; at most {} are looked for", text.len(), limits::NAME_TOKEN))
    } else if text.bytes().any(|b| b.is_ascii_uppercase()) {
        Some(format!("token `{text}` is not lower case; write `{}`", text.to_ascii_lowercase()))
    } else if !text.bytes().all(|b| b == b' ' || b.is_ascii_graphic()) {
        Some(format!("token `{}` has bytes outside printable ASCII", text.escape_default()))
    } else if entry.name.is_empty() {
        Some(format!("token `{text}` has no name; say who it is"))
    } else if [Some(&entry.name), entry.operator.as_ref()].into_iter().flatten().any(|text| text.len() > limits::DETAIL)
    {
        Some(format!("token `{text}` has a name or an operator of more than {} bytes; shorten it", limits::DETAIL))
    } else {
        None
    }
}

/// Whether two entries have one token: by buckets, which costs a tenth of a search tree.
fn has_twins(entries: &[Named]) -> bool {
    let hashed = entries.iter().zip(0u16..).map(|(entry, place)| {
        let hash = literal(&entry.token)
            .bytes()
            .fold(0x811C_9DC5u32, |hash, byte| (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193));
        (usize::try_from(hash).unwrap_or(0) % BUCKETS, place)
    });
    let (starts, mut places) = deal(&hashed.collect::<Vec<_>>());
    let token = |place: u16| entries.get(usize::from(place)).map(|entry| literal(&entry.token));
    starts.windows(2).any(|pair| {
        let [start, end] = *pair else { return false };
        let Some(bucket) = places.get_mut(usize::from(start)..usize::from(end)).filter(|bucket| bucket.len() > 1)
        else {
            return false;
        };
        // Whoever chooses tokens may choose them into one bucket.
        order::sort_by(bucket, |a, b| token(*a) < token(*b));
        bucket.windows(2).any(|two| if let [a, b] = *two { token(a) == token(b) } else { false })
    })
}

/// The automaton refuses what was checked before: only a table of extreme size gets here.
pub(super) fn unbuildable() -> Vec<NamesError> {
    vec![NamesError { index: 0, message: String::from("the table is too large to search; remove entries") }]
}
