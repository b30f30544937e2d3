//! robots.txt and ready-made presets as policy sources.
//!
//! A group of robots.txt (RFC 9309) becomes rules on the programs that it names: the longest pattern decides, and `Allow` where two
//! are as long. `User-agent: *` becomes rules on all named crawlers that no other group is for, and on nobody else: people's
//! browsers and tools do not read robots.txt. `Crawl-delay` becomes a limit for each program. What is written is a source
//! like any other, with comments, for its author to go on from, and golden tests that show what it does.

mod agents;
mod condition;
mod expression;
mod parts;
mod pattern;
mod presets;
mod read;
#[cfg(test)]
mod tests;
mod write;

use std::path::PathBuf;

use filter_core::policy::wire::{Mode, NamedEntry};

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::names;

pub use presets::{PRESETS, Preset, PresetLimit, PresetRule, preset};

/// What is to be written.
#[derive(Debug, Default)]
pub struct Wish<'w> {
    /// A robots.txt: its name, for messages, and its text.
    pub robots: Option<(&'w str, &'w str)>,
    /// Presets, in the order of their rules.
    pub presets: Vec<&'static Preset>,
    /// Whether the rules act.
    pub mode: Mode,
    /// Name tables, relative to `folder`.
    pub names: Vec<PathBuf>,
    /// Network lists, relative to `folder`.
    pub networks: Vec<PathBuf>,
    /// The folder that the source will be in.
    pub folder: PathBuf,
    /// The name of the file beside it for programs that no table has.
    pub new_names: String,
    /// The day, as `2026-11-22`.
    pub date: String,
}

/// A policy source and what goes with it.
#[derive(Debug)]
pub struct Made {
    /// The source.
    pub source: String,
    /// A name table with the programs that no other has, for the file [`Wish::new_names`]; none where there are none.
    pub new_names: Option<String>,
    /// What was passed over, as crawlers do.
    pub notes: Vec<Diagnostic>,
    /// Groups of the robots.txt.
    pub groups: usize,
    /// Rules written.
    pub rules: usize,
}

/// Writes the policy source.
///
/// # Errors
/// Where the name tables or the robots.txt cannot be read, or a pattern says more than a condition can.
pub fn make(wish: &Wish<'_>) -> Result<Made, Diagnostics> {
    let mut unread = Vec::new();
    let tables: Vec<NamedEntry> = names::read(&wish.names, &wish.folder, &mut unread);
    Diagnostics::check(unread.iter().map(|problem| Diagnostic::of_data(Code::NAMES, problem)).collect(), "")?;
    let mut notes = Vec::new();
    let (file, text) = wish.robots.unwrap_or_default();
    let groups = match wish.robots {
        Some((file, text)) => read::read(file, text, &mut notes)?,
        None => Vec::new(),
    };
    let directory = agents::Directory::new(&groups, &tables, (file, text), &mut notes);
    let mut problems = Vec::new();
    let parts = parts::parts(&groups, &directory, (file, text), &mut problems);
    Diagnostics::check(problems, file)?;
    notes.sort_by_key(|note| note.span.start);
    let new_names = (!directory.new.is_empty()).then(|| write::names(&directory.new, file, &wish.date));
    let written = write::source(wish, &parts, new_names.is_some());
    Ok(Made { source: written.text, new_names, notes, groups: groups.len(), rules: written.rules })
}
