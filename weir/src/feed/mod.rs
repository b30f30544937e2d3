//! Feeds: lists of networks and domains that others publish, brought into one form with source, licence and date, and kept current.

mod config;
mod domains;
mod fetch;
mod form;
pub mod passwords;
mod ranges;
#[cfg(test)]
mod tests;

use std::collections::{BTreeMap, BTreeSet};
use std::path::Path;

use filter_core::limits;
use filter_core::request::Prefix;
use policy_compiler::feed::{Body, Feed, write};

use crate::bundle::SigningKey;
use crate::files;

pub use config::{Config, Csv, Entry, Form, Mmdb};
pub use fetch::{Fetched, Fetcher};
pub use form::{Holds, Parsed, parse};
pub use ranges::Ranges;

/// Entries that may be no addresses, of a thousand: above that a list has another form than was said.
const WRONG: usize = 10;

/// Blocks below which a list may shrink as it likes.
const SMALL: usize = 16;

/// What became of a feed.
#[derive(Debug)]
pub struct Updated {
    /// Entries it has.
    pub entries: usize,
    /// What one of them is: a block, or a domain.
    pub one: &'static str,
    /// Those that are new.
    pub added: usize,
    /// Those that are gone.
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
    let holds = entry.holds().unwrap_or_default();
    let (mut ranges, mut marks, mut domains) = (Ranges::default(), BTreeMap::new(), BTreeSet::new());
    let (mut sources, mut notes, mut is_unchanged) = (Vec::new(), Vec::new(), true);
    for from in &entry.from {
        let fetched = fetcher.fetch(from, folder, told)?;
        let mut parsed = parse(&entry.form, holds, &fetched.bytes).map_err(|why| format!("`{from}`: {why}"))?;
        check(from, &parsed, holds, &mut notes)?;
        if !entry.any_width {
            let sifted = parsed.ranges.sift();
            note(&mut notes, from, "too wide, or special", &sifted);
        }
        // A publisher vouches today for what it publishes; a file is as old as it says.
        let is_file = !from.contains("://");
        let date = parsed.made.filter(|_| is_file).unwrap_or(fetched.date);
        is_unchanged &= fetched.is_unchanged;
        sources.push((from.clone(), entry.licence.clone(), date));
        ranges.extend(&parsed.ranges);
        // Of two values for one block the later list's counts.
        marks
            .extend(parsed.marks.into_iter().map(|(block, value)| ((block.address(), block.length()), (block, value))));
        domains.extend(parsed.domains);
    }
    let (one, most, body) = match holds {
        Holds::Networks => ("block", limits::RANGES, Body::Blocks(ranges.blocks())),
        Holds::Asns | Holds::Countries => ("block", limits::RANGES, Body::Marked(marks.into_values().collect())),
        Holds::Domains => ("domain", limits::LIST_ITEMS, Body::Domains(domains.into_iter().collect())),
    };
    let now = lines(&body);
    if now.is_empty() {
        return Err(format!("it has no {one}s"));
    }
    if now.len() > most {
        return Err(format!("{} {one}s; a bundle holds at most {most}", now.len()));
    }
    let file = into.join(format!("{}.txt", entry.name));
    let before = old(&file);
    let (added, removed) = (now.difference(&before).count(), before.difference(&now).count());
    if !choice.may_shrink && before.len() > SMALL && now.len().saturating_mul(2) < before.len() {
        return Err(format!(
            "{} {one}s are left of {}; look at its source, and give --shrink if that is right",
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
        body,
    };
    let text = match choice.key {
        Some(key) => write(&feed, Some((&key.public(), &|message| key.sign(message)))),
        None => write(&feed, None),
    };
    let written = std::fs::create_dir_all(into).and_then(|()| files::replace(&file, text.as_bytes()));
    written.map_err(|error| format!("`{}`: {error}", file.display()))?;
    Ok(Updated { entries: now.len(), one, added, removed, is_unchanged, notes })
}

/// Whether a list is what it was said to be: a few entries that are no addresses are passed over, more are another form.
fn check(from: &str, parsed: &Parsed, holds: Holds, notes: &mut Vec<String>) -> Result<(), String> {
    let first = |wrong: &[(usize, String)]| {
        let shown = wrong.iter().take(3).map(|(line, text)| format!("{line}: `{}`", text.escape_debug()));
        shown.collect::<Vec<_>>().join(", ")
    };
    let wrong = parsed.wrong.len();
    let what = if holds == Holds::Domains { "domains" } else { "addresses" };
    if parsed.entries == 0 {
        return Err(format!("`{from}`: nothing there where {what} should be; see `form`"));
    }
    if wrong.saturating_mul(1000) > parsed.entries.saturating_mul(WRONG) {
        return Err(format!("`{from}`: {wrong} of {} entries are no {what}; {}", parsed.entries, first(&parsed.wrong)));
    }
    if wrong > 0 {
        notes.push(format!("`{from}`: no {what}, passed over: {}", first(&parsed.wrong)));
    }
    Ok(())
}

fn note(notes: &mut Vec<String>, from: &str, what: &str, blocks: &[String]) {
    if let Some(first) = blocks.get(..blocks.len().min(4)).filter(|first| !first.is_empty()) {
        let more = if blocks.len() > first.len() { " ..." } else { "" };
        notes.push(format!("`{from}`: {what}, passed over: {}{more}", first.join(", ")));
    }
}

/// The entries of a feed's file as it is.
fn old(file: &Path) -> BTreeSet<String> {
    let text = std::fs::read_to_string(file).unwrap_or_default();
    text.lines().filter(|line| !line.starts_with('#')).map(str::to_owned).collect()
}

/// The entries as they are written.
fn lines(body: &Body) -> BTreeSet<String> {
    match body {
        Body::Blocks(blocks) => blocks.iter().map(shown).collect(),
        Body::Marked(blocks) => blocks.iter().map(|(block, value)| format!("{} {value}", shown(block))).collect(),
        Body::Domains(domains) => domains.iter().cloned().collect(),
        Body::Filter(_) => BTreeSet::new(),
    }
}

fn shown(block: &Prefix) -> String {
    format!("{}/{}", block.address(), block.length())
}
