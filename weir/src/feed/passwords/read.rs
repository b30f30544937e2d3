//! Lists as they are published: range files of Pwned Passwords, one file of hashes, passwords, or pairs. No line is ever shown.

use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

use filter_core::fingerprint::credentials::{BreachedKind, pair_key, password_key};

use super::Lines;
use super::seen::Seen;
use super::top::Top;
use crate::input::{self, Input};

/// Lines between two words about progress.
const STEP: u64 = 1 << 16;

/// A range file's size and time of change.
pub(super) type Stamp = (u64, u64);

/// What was read so far.
pub(super) struct Reader {
    pub(super) top: Top,
    /// Lines.
    pub(super) read: u64,
    /// Lines that are nothing of the kind.
    pub(super) wrong: u64,
    /// Range files by their five digits, in ascending order.
    pub(super) stamps: Vec<(u32, Stamp)>,
    /// Those of them that were not read again.
    pub(super) unchanged: u64,
    /// When the newest file changed; milliseconds since the epoch.
    pub(super) newest: u64,
    pub(super) kind: Option<BreachedKind>,
}

impl Reader {
    pub(super) fn new(top: Top) -> Self {
        Reader { top, read: 0, wrong: 0, stamps: Vec::new(), unchanged: 0, newest: 0, kind: None }
    }

    /// Reads one file, or standard input.
    pub(super) fn file(
        &mut self,
        path: &Path,
        lines: Option<Lines>,
        told: &mut dyn FnMut(&str, u64, Option<u64>),
    ) -> Result<(), String> {
        let failed = |error: std::io::Error| format!("`{}`: {error}", path.display());
        let mut input = Input::open(path).map_err(failed)?;
        let start = input.peek().map_err(failed)?;
        let first = start.split(|byte| *byte == b'\n').next().unwrap_or_default().trim_ascii_end();
        let form = match (lines, digits(first)) {
            (Some(lines), _) => lines,
            (None, 40) => Lines::Hashes,
            (None, 32) => {
                return Err(format!("`{}`: these look like NTLM or MD5 hashes; fetch those by SHA-1", path.display()));
            }
            _ => {
                return Err(format!(
                    "`{}`: no hashes; say with --lines whether they are passwords or pairs",
                    path.display()
                ));
            }
        };
        self.take_kind(if form == Lines::Pairs { BreachedKind::Pairs } else { BreachedKind::Passwords })?;
        self.note_time(path);
        let (length, counter) = (input.length, input.counter());
        let mut lines = input::Lines::new(input);
        let name = path.display().to_string();
        while let Some(line) = lines.next().map_err(failed)? {
            let text = line.text.unwrap_or_default();
            if text.is_empty() && line.text.is_some() {
                continue;
            }
            let found = match form {
                Lines::Hashes => hash(text, 0, 40),
                Lines::Passwords => (!text.is_empty()).then(|| (password_key(text), 1)),
                Lines::Pairs => pair(text),
            };
            self.count(found);
            if self.read.is_multiple_of(STEP) {
                told(&name, counter.get(), length);
            }
        }
        Ok(())
    }

    /// Reads a folder of range files: those that changed since `before`.
    pub(super) fn folder(
        &mut self,
        folder: &Path,
        before: Option<&Seen>,
        told: &mut dyn FnMut(&str, u64, Option<u64>),
    ) -> Result<(), String> {
        let failed = |path: &Path, error: std::io::Error| format!("`{}`: {error}", path.display());
        self.take_kind(BreachedKind::Passwords)?;
        let mut ranges: Vec<(u32, PathBuf)> = Vec::new();
        for entry in std::fs::read_dir(folder).map_err(|error| failed(folder, error))? {
            let path = entry.map_err(|error| failed(folder, error))?.path();
            ranges.extend(prefix(&path).map(|prefix| (prefix, path)));
        }
        ranges.sort_unstable();
        if let Some(twice) = ranges.windows(2).find(|pair| matches!(pair, [a, b] if a.0 == b.0)) {
            let path = twice.first().map(|(_, path)| path.display().to_string()).unwrap_or_default();
            return Err(format!("`{path}`: the range is there twice; remove one"));
        }
        if ranges.is_empty() {
            return Err(format!(
                "`{}`: no range files, which are called by five hexadecimal digits, as `0A1B2.txt`",
                folder.display()
            ));
        }
        let all = ranges.len() as u64;
        for (done, (prefix, path)) in (0u64..).zip(ranges) {
            self.note_time(&path);
            let about = std::fs::metadata(&path).map_err(|error| failed(&path, error))?;
            let changed =
                about.modified().ok().and_then(|time| time.duration_since(UNIX_EPOCH).ok()).unwrap_or_default();
            let stamp = (about.len(), u64::try_from(changed.as_nanos()).unwrap_or(0));
            self.stamps.push((prefix, stamp));
            match before.and_then(|seen| seen.range(prefix, stamp)) {
                Some(kept) => {
                    self.unchanged = self.unchanged.saturating_add(1);
                    kept.iter().for_each(|(key, count)| self.top.add(*key, *count));
                }
                None => self.range(prefix, &path).map_err(|error| failed(&path, error))?,
            }
            if done.is_multiple_of(256) {
                told("ranges", done, Some(all));
            }
        }
        Ok(())
    }

    fn range(&mut self, prefix: u32, path: &Path) -> std::io::Result<()> {
        let mut lines = input::Lines::new(Input::open(path)?);
        while let Some(line) = lines.next()? {
            let text = line.text.unwrap_or_default();
            if !text.is_empty() {
                self.count(hash(text, u64::from(prefix), 35));
            }
        }
        Ok(())
    }

    fn count(&mut self, found: Option<(u64, u32)>) {
        self.read = self.read.saturating_add(1);
        match found {
            Some((key, count)) => self.top.add(key, count),
            None => self.wrong = self.wrong.saturating_add(1),
        }
    }

    fn take_kind(&mut self, kind: BreachedKind) -> Result<(), String> {
        match self.kind.replace(kind).filter(|before| *before != kind) {
            None => Ok(()),
            Some(_) => Err("passwords and pairs do not go into one feed; make two".into()),
        }
    }

    fn note_time(&mut self, path: &Path) {
        let changed = std::fs::metadata(path).and_then(|about| about.modified()).ok();
        let time = changed.and_then(|time| time.duration_since(UNIX_EPOCH).ok()).map_or_else(
            // Standard input is of now.
            crate::time::now,
            |since| u64::try_from(since.as_millis()).unwrap_or(0),
        );
        self.newest = self.newest.max(time);
    }
}

/// Hexadecimal digits that a line begins with, where nothing or a colon follows.
fn digits(line: &[u8]) -> usize {
    let count = line.iter().take_while(|byte| byte.is_ascii_hexdigit()).count();
    if matches!(line.get(count), None | Some(b':')) { count } else { 0 }
}

/// A line of so many digits, which may follow five of a file's name, and a count; one without counts once. Padding counts 0 times.
fn hash(line: &[u8], prefix: u64, length: usize) -> Option<(u64, u32)> {
    let line = line.trim_ascii();
    if digits(line) != length {
        return None;
    }
    let own = if length == 40 { 16 } else { 11 };
    let start = std::str::from_utf8(line.get(..own)?).ok()?;
    let key = (if own == 16 { 0 } else { prefix << 44 }) | u64::from_str_radix(start, 16).ok()?;
    let count = match line.get(length.saturating_add(1)..).filter(|rest| !rest.is_empty()) {
        Some(rest) => std::str::from_utf8(rest).ok()?.parse::<u64>().ok()?,
        None => 1,
    };
    Some((key, u32::try_from(count).unwrap_or(u32::MAX)))
}

fn pair(line: &[u8]) -> Option<(u64, u32)> {
    let colon = line.iter().position(|byte| *byte == b':')?;
    let (name, password) = (line.get(..colon)?, line.get(colon.saturating_add(1)..)?);
    Some((pair_key(name, password)?, 1))
}

/// The five digits that a range file is called by.
fn prefix(path: &Path) -> Option<u32> {
    let name = path.file_name()?.to_str()?;
    let (digits, ending) = name.split_at_checked(5)?;
    let is_hex = digits.bytes().all(|byte| byte.is_ascii_hexdigit());
    (is_hex && matches!(ending, "" | ".txt" | ".gz" | ".txt.gz"))
        .then(|| u32::from_str_radix(digits, 16).ok())
        .flatten()
}
