//! Where hosts fetch their bundle: a folder behind a web server, an HTTP endpoint that takes `PUT`, or a key-value store of Fastly's or
//! Cloudflare's.
//!
//! ```text
//! NAME.json            what hosts poll: the two lines of the newest bundle
//! NAME.history.jsonl   one line a bundle that was put there, oldest first
//! blobs/SHA256.json    every bundle that was ever put there, by the SHA-256 of its bytes
//! ```
//!
//! In a key-value store the same things lie as the hosts there read them; `kv.rs` says how.
//!
//! The blob goes first and the pointer last, each in one step, so that whoever reads meanwhile sees the old state or the new
//! one. Nothing is taken away: to go back, the old content is sealed anew under a higher serial.

mod api;
mod cloudflare;
mod ecds;
mod fastly;
mod kv;
mod place;

use std::fmt;

use filter_core::policy::Bundle;
use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use crate::bundle::{Lines, SealError, SigningKey, Terms, seal};
use crate::terminal::shown;
use crate::time;

pub use ecds::with_bundle;
use place::Item;
pub use place::{Place, Tag};

/// One bundle that was put there.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Entry {
    /// When, in milliseconds since the epoch.
    pub t: u64,
    /// Its serial.
    pub serial: u64,
    /// SHA-256 of its content.
    pub id: String,
    /// SHA-256 of the whole file: its name under `blobs`.
    pub blob: String,
    /// Id of the key that signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Why, for people.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
}

/// What became of a push.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// Hosts get it from now on.
    New(Entry),
    /// They got it already.
    Unchanged(Entry),
}

/// The files of one name at one place.
#[derive(Debug)]
pub struct Shelf {
    place: Place,
    name: String,
}

impl Shelf {
    /// The shelf `name` at a place.
    pub fn new(place: Place, name: &str) -> Self {
        Shelf { place, name: name.to_owned() }
    }

    /// What hosts get now, and its tag.
    ///
    /// # Errors
    /// Where the place cannot be read.
    pub fn serving(&self) -> Result<Option<(Lines, Tag)>, ShelfError> {
        let Some((bytes, tag)) = self.place.get(&self.name, Item::Pointer)? else { return Ok(None) };
        let text = String::from_utf8(bytes).map_err(|_| ShelfError::odd(&self.pointer(), "it is not UTF-8"))?;
        let lines = Lines::read(&text).map_err(|error| ShelfError::odd(&self.pointer(), &error.to_string()))?;
        Ok(Some((lines, tag)))
    }

    /// What was put there, oldest first.
    ///
    /// # Errors
    /// Where the place cannot be read, or the history is none.
    pub fn history(&self) -> Result<Vec<Entry>, ShelfError> {
        Ok(self.read_history()?.0)
    }

    /// Puts a bundle there: blob, history, pointer. `now` is milliseconds since the epoch.
    ///
    /// # Errors
    /// Where it is no bundle, hosts would refuse its serial after the one they have, it is unsigned after a signed one, the
    /// place cannot be written, or somebody else put one there meanwhile.
    pub fn push(&self, text: &str, note: Option<String>, now: u64) -> Result<Pushed, ShelfError> {
        crate::desk::take(text.as_bytes()).map_err(|problems| ShelfError::Refused(problems.to_string()))?;
        let offered = Lines::read(text)?.manifest;
        let (mut history, history_tag) = self.read_history()?;
        let blob = sha256(text.as_bytes());
        let entry = Entry { t: now, serial: offered.serial, id: offered.id, blob, key: offered.key, note };
        let serving = self.serving()?;
        let is_resumed = history.last().is_some_and(|last| last.blob == entry.blob);
        let before = history.len().saturating_sub(usize::from(is_resumed));
        let mut highest = history.iter().take(before).map(|entry| entry.serial).max();
        if let Some((lines, _)) = &serving {
            let is = &lines.manifest;
            if is.serial == entry.serial && is.id == entry.id && is.signature == offered.signature {
                return Ok(Pushed::Unchanged(entry));
            }
            if is.signature.is_some() && offered.signature.is_none() {
                return Err(ShelfError::Unsigned);
            }
            highest = highest.max(Some(is.serial));
        }
        if let Some(highest) = highest.filter(|highest| entry.serial <= *highest) {
            return Err(ShelfError::Serial { offered: entry.serial, highest });
        }
        self.place.put(&self.name, Item::Blob(&entry.blob), text.as_bytes(), None)?;
        // A push that broke off before its last step is gone on with.
        if !is_resumed {
            history.push(entry.clone());
            let lines: Vec<String> = history.iter().filter_map(|entry| serde_json::to_string(entry).ok()).collect();
            let text = format!("{}\n", lines.join("\n"));
            self.place.put(&self.name, Item::Log, text.as_bytes(), Some(&history_tag))?;
        }
        let tag = serving.map(|(_, tag)| tag).unwrap_or_default();
        self.place.put(&self.name, Item::Pointer, text.as_bytes(), Some(&tag))?;
        Ok(Pushed::New(entry))
    }

    /// Seals the content of an earlier bundle anew under the next serial and pushes it: the one with serial `to`, else the
    /// last one with other content than serves.
    ///
    /// # Errors
    /// Where there is no such bundle, its blob is not what it was, or as [`push`](Self::push).
    pub fn roll_back(
        &self,
        to: Option<u64>,
        key: Option<&SigningKey>,
        expires: Option<u64>,
        now: u64,
    ) -> Result<(Entry, Entry), ShelfError> {
        let history = self.history()?;
        let (serving, _) = self.serving()?.ok_or(ShelfError::Empty)?;
        let mut before = history.iter().rev();
        let old = match to {
            Some(serial) => before.find(|entry| entry.serial == serial),
            None => before.find(|entry| entry.id != serving.manifest.id),
        };
        let old = old.ok_or(ShelfError::NoSuch(to))?;
        // Whoever may write here chose it.
        if old.blob.len() != 64 || !old.blob.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(ShelfError::odd(&self.log(), "a `blob` in it is no SHA-256"));
        }
        let name = Item::Blob(&old.blob).file(&self.name);
        let (bytes, _) =
            self.place.get(&self.name, Item::Blob(&old.blob))?.ok_or_else(|| ShelfError::odd(&name, "it is gone"))?;
        if sha256(&bytes) != old.blob {
            return Err(ShelfError::odd(&name, "it is not what was put there"));
        }
        // Whoever may write here is not thereby believed: only what this key signed is signed anew.
        if let Some(key) = key
            && let Err(problems) = Bundle::trusted(&bytes, &[key.public()])
        {
            return Err(ShelfError::odd(&name, &format!("the key at hand did not sign it: {problems}")));
        }
        let lines = Lines::read(&String::from_utf8_lossy(&bytes))?;
        if (lines.manifest.serial, &lines.manifest.id) != (old.serial, &old.id) {
            return Err(ShelfError::odd(&name, "the history says another serial or id"));
        }
        let highest = history.iter().map(|entry| entry.serial).max().unwrap_or(0).max(serving.manifest.serial);
        let terms = Terms { serial: Some(highest.saturating_add(1)), not_before: None, expires };
        let note = format!("back to serial {}", old.serial);
        match self.push(&seal(&lines, &terms, key)?, Some(note), now)? {
            Pushed::New(entry) | Pushed::Unchanged(entry) => Ok((old.clone(), entry)),
        }
    }

    fn read_history(&self) -> Result<(Vec<Entry>, Tag), ShelfError> {
        let Some((bytes, tag)) = self.place.get(&self.name, Item::Log)? else { return Ok(Default::default()) };
        let text = String::from_utf8_lossy(&bytes);
        let lines = text.lines().filter(|line| !line.trim().is_empty());
        let entries = lines.map(serde_json::from_str).collect::<Result<Vec<Entry>, _>>();
        Ok((entries.map_err(|error| ShelfError::odd(&self.log(), &error.to_string()))?, tag))
    }

    fn pointer(&self) -> String {
        Item::Pointer.file(&self.name)
    }

    fn log(&self) -> String {
        Item::Log.file(&self.name)
    }
}

pub(crate) fn sha256(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().map(|byte| format!("{byte:02x}")).collect()
}

/// Why nothing was put there.
#[derive(Debug)]
pub enum ShelfError {
    /// The place cannot be read or written.
    Place(String),
    /// A file there is not what it should be.
    Odd(String),
    /// The bundle is refused, with everything that is wrong.
    Refused(String),
    /// Hosts would refuse it.
    Serial {
        /// What was offered.
        offered: u64,
        /// What hosts have seen.
        highest: u64,
    },
    /// Hosts that trust keys would refuse it.
    Unsigned,
    /// There is nothing to go back from.
    Empty,
    /// There is no such bundle.
    NoSuch(Option<u64>),
}

impl ShelfError {
    fn odd(file: &str, why: &str) -> Self {
        ShelfError::Odd(format!("`{file}` is there, and {why}; mend it, or put it away by hand"))
    }
}

impl From<SealError> for ShelfError {
    fn from(error: SealError) -> Self {
        ShelfError::Refused(error.to_string())
    }
}

impl fmt::Display for ShelfError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            ShelfError::Place(text) | ShelfError::Odd(text) => f.write_str(text),
            ShelfError::Refused(text) => write!(f, "the bundle is refused:\n{text}"),
            ShelfError::Serial { offered, highest } => write!(
                f,
                "serial {offered} is not above {highest}, which hosts may have: they would refuse it; build with `--serial {}`",
                highest.saturating_add(1)
            ),
            ShelfError::Unsigned => f.write_str(
                "the bundle is not signed, and the one that serves is: hosts would refuse it; build it with `--key`",
            ),
            ShelfError::Empty => f.write_str("nothing was put there yet; see `weir push`"),
            ShelfError::NoSuch(Some(serial)) => write!(f, "no bundle there has serial {serial}; see `weir history`"),
            ShelfError::NoSuch(None) => f.write_str("no bundle there has other content; see `weir history`"),
        }
    }
}

impl std::error::Error for ShelfError {}

/// One line for a person.
impl fmt::Display for Entry {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Whoever may write to the place chose these.
        let id: String = self.id.chars().take(16).collect();
        let (id, key) = (shown(&id), shown(self.key.as_deref().unwrap_or("unsigned")));
        write!(
            f,
            "{:>6}  {id}  {:<16}  {}  {}",
            self.serial,
            key,
            time::show(self.t),
            shown(self.note.as_deref().unwrap_or(""))
        )
    }
}
