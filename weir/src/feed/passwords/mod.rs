//! Breached passwords, and pairs of name and password, as a feed: a binary fuse filter over the most frequent ones.
//!
//! Memory is bounded by how many are kept, whatever is read: a list of 40 GB takes as much as one of 40 MB.

mod read;
mod seen;
#[cfg(test)]
mod tests;
mod top;

use std::path::{Path, PathBuf};

use filter_core::fingerprint::credentials::{BreachedKind, Fuse};
use policy_compiler::feed::{Body, Feed, Filter, Kind, write};
use xorf::{BinaryFuse8, BinaryFuse16};

use super::Choice;
use crate::files;

use self::read::Reader;
use self::seen::Seen;
use self::top::Top;

/// What the lines of a list are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Lines {
    /// `SHA1:COUNT`, as Pwned Passwords are published; in a folder of ranges without the file name's five digits.
    Hashes,
    /// Passwords.
    Passwords,
    /// `name:password`.
    Pairs,
}

/// What is to be made.
#[derive(Debug)]
pub struct Wanted<'w> {
    /// Folders of range files, or files; `-` is standard input.
    pub from: &'w [PathBuf],
    /// What lines are; `None`: hashes, where they look like it.
    pub lines: Option<Lines>,
    /// Most that go into the filter: the most frequent ones, all that were seen equally often or none.
    pub most: usize,
    /// Least often that one was seen.
    pub at_least: u32,
    /// Bits a place: 8 or 16.
    pub bits: u32,
    /// The feed's name, and its file's.
    pub name: &'w str,
    /// Where the lists came from, for people; the paths where nobody says.
    pub source: Option<&'w str>,
    /// Under which licence they may be used.
    pub licence: &'w str,
    /// The day on which they were the latest; the files' where nobody says.
    pub date: Option<&'w str>,
    /// Days after which the feed is stale.
    pub stale_days: u32,
    /// Folder that the feed goes to.
    pub into: &'w Path,
    /// Read everything, changed or not.
    pub anew: bool,
}

/// What was made.
#[derive(Debug)]
pub struct Made {
    /// What it holds.
    pub kind: BreachedKind,
    /// How many.
    pub keys: u64,
    /// Each was seen at least so often.
    pub floor: u32,
    /// Bytes of the table.
    pub bytes: usize,
    /// Lines that were read.
    pub read: u64,
    /// Range files that were there, and those of them that had not changed.
    pub ranges: (u64, u64),
    /// Lines that are nothing of the kind.
    pub wrong: u64,
    /// The feed's file.
    pub file: PathBuf,
}

/// Ranges that Pwned Passwords come in: one for each start of five hexadecimal digits.
pub const RANGES: u64 = 1 << 20;

/// Most that fit into a bundle of [`BUNDLE`](filter_core::limits::BUNDLE) bytes beside a policy, by bits: nine or eighteen bits each, in base64.
pub const fn room(bits: u32) -> usize {
    if bits == 16 { 1_200_000 } else { 2_400_000 }
}

/// Reads the lists, builds the filter, and replaces the feed's file in one step. `told` hears bytes or files so far, and all of them where
/// that is known.
///
/// # Errors
/// Where a list cannot be read or has another form, nothing is left, or it does not fit into a bundle; the old file stays.
pub fn make(
    wanted: &Wanted<'_>,
    choice: &Choice<'_>,
    told: &mut dyn FnMut(&str, u64, Option<u64>),
) -> Result<Made, String> {
    if wanted.most > room(wanted.bits) {
        return Err(format!(
            "{} do not fit into a bundle; {} of {} bits do",
            wanted.most,
            room(wanted.bits),
            wanted.bits
        ));
    }
    let file = wanted.into.join(format!("{}.txt", wanted.name));
    let kept = wanted.into.join(".cache").join(format!("{}.seen", wanted.name));
    let before = if wanted.anew { None } else { Seen::open(&kept, wanted.most, wanted.at_least) };
    let mut reader = Reader::new(Top::new(wanted.most, before.as_ref().map_or(wanted.at_least, |seen| seen.floor)));
    for from in wanted.from {
        if from.is_dir() {
            reader.folder(from, before.as_ref(), told)?;
        } else {
            reader.file(from, wanted.lines, told)?;
        }
    }
    let Reader { top, read, wrong, stamps, unchanged, newest, kind } = reader;
    if wrong.saturating_mul(100) > read {
        return Err(format!("{wrong} of {read} lines are nothing of the kind; say with --lines what they are"));
    }
    let (floor, all) = top.finish()?;
    let keys: Vec<u64> = all.iter().map(|(key, _)| *key).collect();
    let filter = filter(&keys, wanted.bits)?;
    let bytes = filter.table.len();
    let kind = kind.unwrap_or(BreachedKind::Passwords);
    let of_paths = || wanted.from.iter().map(|path| path.display().to_string()).collect::<Vec<_>>().join(", ");
    let what = match kind {
        BreachedKind::Passwords => "passwords",
        BreachedKind::Pairs => "pairs of name and password",
    };
    let feed = Feed {
        name: wanted.name.to_owned(),
        kind: match kind {
            BreachedKind::Passwords => Kind::BreachedPasswords,
            BreachedKind::Pairs => Kind::BreachedPairs,
        }
        .as_str()
        .to_owned(),
        about: Some(format!(
            "{} breached {what}, each seen {floor} times or more; false positives: {}",
            keys.len(),
            odds(wanted.bits)
        )),
        sources: vec![(
            wanted.source.map_or_else(of_paths, str::to_owned),
            wanted.licence.to_owned(),
            wanted.date.map_or_else(|| day(newest), str::to_owned),
        )],
        stale_days: wanted.stale_days,
        body: Body::Filter(filter),
    };
    let text = match choice.key {
        Some(key) => write(&feed, Some((&key.public(), &|message| key.sign(message)))),
        None => write(&feed, None),
    };
    let failed = |error: std::io::Error| format!("`{}`: {error}", file.display());
    std::fs::create_dir_all(kept.parent().unwrap_or(wanted.into)).map_err(failed)?;
    files::replace(&file, text.as_bytes()).map_err(failed)?;
    let ranges = (stamps.len() as u64, unchanged);
    // After the feed: a crash between the two reads everything again. Only a single folder's files can be told apart by their keys.
    match wanted.from {
        [one] if one.is_dir() => {
            Seen { floor, stamps, keys: all }.write(&kept, wanted.most, wanted.at_least).map_err(failed)?;
        }
        _ => _ = std::fs::remove_file(&kept),
    }
    Ok(Made { kind, keys: keys.len() as u64, floor, bytes, read, ranges, wrong, file })
}

/// How often another one looks as if it were in a filter.
pub const fn odds(bits: u32) -> &'static str {
    if bits == 16 { "1 in 65536 (0.0015 %)" } else { "1 in 256 (0.39 %)" }
}

/// Builds the filter over distinct keys, and looks every one of them up as hosts will.
fn filter(keys: &[u64], bits: u32) -> Result<Filter, String> {
    let failed = |why: &str| format!("the filter cannot be built: {why}");
    let (descriptor, table) = if bits == 16 {
        let built = BinaryFuse16::try_from(keys).map_err(failed)?;
        (built.descriptor, built.fingerprints.iter().flat_map(|place| place.to_le_bytes()).collect())
    } else {
        let built = BinaryFuse8::try_from(keys).map_err(failed)?;
        (built.descriptor, built.fingerprints.into_vec())
    };
    let (seed, segment) = (descriptor.seed, descriptor.segment_length);
    let filter = Filter { keys: keys.len() as u64, bits, seed, segment, table };
    let fuse = Fuse::new(bits, seed, segment, filter.table.clone().into()).map_err(failed)?;
    match keys.iter().all(|key| fuse.contains(*key)) {
        true => Ok(filter),
        false => Err(failed("it does not hold what was put in; this is a bug")),
    }
}

/// The day of a time, in UTC.
fn day(t: u64) -> String {
    crate::time::show(t).get(..10).unwrap_or_default().to_owned()
}
