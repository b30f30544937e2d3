//! Feeds: lists of networks that others publish, brought into one form with source, licence and date, and kept current.

mod config;
mod fetch;
mod form;
pub mod passwords;
mod ranges;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;
use std::path::Path;

use filter_core::limits;
use filter_core::request::Prefix;
use policy_compiler::feed::{Body, Feed, write};

use crate::bundle::SigningKey;
use crate::files;

pub use config::{Config, Csv, Entry, Form, Mmdb};
pub use fetch::{Fetched, Fetcher};
pub use form::{Parsed, parse};
pub use ranges::Ranges;

/// Entries that may be no addresses, of a thousand: above that a list has another form than was said.
const WRONG: usize = 10;

/// Blocks below which a list may shrink as it likes.
const SMALL: usize = 16;

/// What became of a feed.
#[derive(Debug)]
pub struct Updated {
    /// Blocks it has.
    pub blocks: usize,
    /// Blocks that are new.
    pub added: usize,
    /// Blocks that are gone.
    pub removed: usize,
    /// Its publishers had nothing new.
    pub is_unchanged: bool,
    /// What was passed over, and what else its reader should know.
    pub notes: Vec<String>,
}

/// What an update may do.
#[derive(Debug, Default)]
pub struct Choice<'c> {
    /// Signs the feeds.
    pub key: Option<&'c SigningKey>,
    /// A feed may lose more than half of its blocks.
    pub may_shrink: bool,
}

/// Brings one feed up to date: fetches, reads, joins, and replaces its file in `into` in one step. `told` hears how far a fetch is.
///
/// # Errors
/// Where a list cannot be had, has another form, or lost too much; the old file stays.
pub fn update(
    entry: &Entry,
    folder: &Path,
    into: &Path,
    fetcher: &Fetcher,
    choice: &Choice<'_>,
    told: &mut dyn FnMut(u64, Option<u64>),
) -> Result<Updated, String> {
    let mut all = Ranges::default();
    let (mut sources, mut notes, mut is_unchanged) = (Vec::new(), Vec::new(), true);
    for from in &entry.from {
        let fetched = fetcher.fetch(from, folder, told)?;
        let mut parsed = parse(&entry.form, &fetched.bytes).map_err(|why| format!("`{from}`: {why}"))?;
        check(from, &parsed, &mut notes)?;
        if !entry.any_width {
            let sifted = parsed.ranges.sift();
            note(&mut notes, from, "too wide, or special", &sifted);
        }
        // A publisher vouches today for what it publishes; a file is as old as it says.
        let is_file = !from.contains("://");
        let date = parsed.made.filter(|_| is_file).unwrap_or(fetched.date);
        is_unchanged &= fetched.is_unchanged;
        sources.push((from.clone(), entry.licence.clone(), date));
        all.extend(&parsed.ranges);
    }
    let blocks = all.blocks();
    if blocks.is_empty() {
        return Err("it has no blocks".into());
    }
    if blocks.len() > limits::RANGES {
        return Err(format!("{} blocks; a bundle holds at most {}", blocks.len(), limits::RANGES));
    }
    let file = into.join(format!("{}.txt", entry.name));
    let before = old(&file);
    let now: BTreeSet<String> = blocks.iter().map(shown).collect();
    let (added, removed) = (now.difference(&before).count(), before.difference(&now).count());
    if !choice.may_shrink && before.len() > SMALL && now.len().saturating_mul(2) < before.len() {
        return Err(format!(
            "{} blocks are left of {}; look at its source, and give --shrink if that is right",
            now.len(),
            before.len()
        ));
    }
    let feed = Feed {
        name: entry.name.clone(),
        kind: entry.kind.clone(),
        about: entry.about.clone(),
        sources,
        stale_days: entry.stale_days,
        body: Body::Blocks(blocks),
    };
    let text = match choice.key {
        Some(key) => write(&feed, Some((&key.public(), &|message| key.sign(message)))),
        None => write(&feed, None),
    };
    let written = std::fs::create_dir_all(into).and_then(|()| files::replace(&file, text.as_bytes()));
    written.map_err(|error| format!("`{}`: {error}", file.display()))?;
    Ok(Updated { blocks: now.len(), added, removed, is_unchanged, notes })
}

/// Whether a list is what it was said to be: a few entries that are no addresses are passed over, more are another form.
fn check(from: &str, parsed: &Parsed, notes: &mut Vec<String>) -> Result<(), String> {
    let first = |wrong: &[(usize, String)]| {
        let shown = wrong.iter().take(3).map(|(line, text)| format!("{line}: `{}`", text.escape_debug()));
        shown.collect::<Vec<_>>().join(", ")
    };
    let wrong = parsed.wrong.len();
    if parsed.entries == 0 {
        return Err(format!("`{from}`: nothing there where addresses should be; see `form`"));
    }
    if wrong.saturating_mul(1000) > parsed.entries.saturating_mul(WRONG) {
        return Err(format!(
            "`{from}`: {wrong} of {} entries are no addresses; {}",
            parsed.entries,
            first(&parsed.wrong)
        ));
    }
    if wrong > 0 {
        notes.push(format!("`{from}`: no addresses, passed over: {}", first(&parsed.wrong)));
    }
    Ok(())
}

fn note(notes: &mut Vec<String>, from: &str, what: &str, blocks: &[String]) {
    if let Some(first) = blocks.get(..blocks.len().min(4)).filter(|first| !first.is_empty()) {
        let more = if blocks.len() > first.len() { " ..." } else { "" };
        notes.push(format!("`{from}`: {what}, passed over: {}{more}", first.join(", ")));
    }
}

/// The blocks of a feed's file as it is.
fn old(file: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

fn shown(block: &Prefix) -> String {
    format!("{}/{}", block.address(), block.length())
}
