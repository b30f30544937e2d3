//! What was read the last time, so that only range files that changed are read again.
//!
//! Of an unchanged file all keys are known that were seen as often as the last floor. So a floor never sinks by itself: a change
//! of what is wanted reads everything again.

use std::fmt::Write;
use std::io;
use std::path::Path;

use super::read::Stamp;
use crate::files;
use crate::input::{Input, Lines};

/// Range files with their stamps, and the keys they gave; both in ascending order.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Seen {
    /// Least count of a key that was kept.
    pub(super) floor: u32,
    pub(super) stamps: Vec<(u32, Stamp)>,
    pub(super) keys: Vec<(u64, u32)>,
}

const FIRST: &str = "weir seen 1";

impl Seen {
    /// What was written for the same wishes; `None`: nothing that can be used.
    pub(super) fn open(path: &Path, most: usize, at_least: u32) -> Option<Self> {
        let mut lines = Lines::new(Input::open(path).ok()?);
        let mut seen = Seen { floor: 0, stamps: Vec::new(), keys: Vec::new() };
        let mut is_whole = false;
        while let Some(line) = lines.next().ok()? {
            let (number, text) = (line.number, std::str::from_utf8(line.text?).ok()?);
            let (word, rest) = text.split_once(' ')?;
            let mut rest = rest.split(' ');
            match word {
                "weir" if text == FIRST && number == 1 => {}
                "wanted" => {
                    let same = rest.next()? == most.to_string() && rest.next()? == at_least.to_string();
                    seen.floor = rest.next().filter(|_| same)?.parse().ok()?;
                }
                "range" => {
                    let prefix = u32::from_str_radix(rest.next()?, 16).ok()?;
                    seen.stamps.push((prefix, (rest.next()?.parse().ok()?, rest.next()?.parse().ok()?)));
                }
                "key" => seen.keys.push((u64::from_str_radix(rest.next()?, 16).ok()?, rest.next()?.parse().ok()?)),
                "end" => is_whole = true,
                _ => return None,
            }
        }
        (is_whole && seen.floor > 0 && seen.stamps.is_sorted() && seen.keys.is_sorted()).then_some(seen)
    }

    /// Writes it for the next time.
    pub(super) fn write(&self, path: &Path, most: usize, at_least: u32) -> io::Result<()> {
        let mut text = format!("{FIRST}\nwanted {most} {at_least} {}\n", self.floor);
        for (prefix, (size, changed)) in &self.stamps {
            let _ = writeln!(text, "range {prefix:05x} {size} {changed}");
        }
        for (key, count) in &self.keys {
            let _ = writeln!(text, "key {key:016x} {count}");
        }
        text.push_str("end 1\n");
        files::replace(path, text.as_bytes())
    }

    /// The keys of a range file, where it is as it was.
    pub(super) fn range(&self, prefix: u32, stamp: Stamp) -> Option<&[(u64, u32)]> {
        let place = self.stamps.binary_search_by_key(&prefix, |(prefix, _)| *prefix).ok()?;
        self.stamps.get(place).filter(|(_, was)| *was == stamp)?;
        let of = |key: u64| u32::try_from(key >> 44).unwrap_or(u32::MAX);
        let start = self.keys.partition_point(|(key, _)| of(*key) < prefix);
        let end = self.keys.partition_point(|(key, _)| of(*key) <= prefix);
        self.keys.get(start..end)
    }
}
