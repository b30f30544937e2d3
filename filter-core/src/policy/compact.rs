//! The compact form of a bundle's content: half the bytes and a fraction of the work, for hosts that load often or may not stop for long.
//!
//! A bundle in this form is the first line, a line feed, and instead of the second line `WBC`, the version, and what bincode makes of
//! the structures below; nothing else of a bundle speaks bincode. What is large stands in it as it is used: ranges in their wire
//! form, names one after the other in one pool. What is small is JSON as in the second line (`rest`, `tests`): so it has one reader,
//! the same checks, and one bound on how deeply it is nested. Where only text can travel, all after the first line is base64.
//!
//! The first line vouches for both forms: `id` is the second line's SHA-256, `bincode` is this form's SHA-512/256, which costs half of
//! SHA-256 where there are 64-bit words and no instructions for either, as in wasm.

use alloc::borrow::Cow;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use bincode::config::{self, Configuration, Limit, LittleEndian, Varint};
use bincode::{BorrowDecode, Encode};
use sha2::{Digest, Sha512_256};

use super::wire::{BreachedEntry, Content, NamedEntry, Networks, Tests};
use crate::{bytes, limits};

/// What the form starts with; the last byte is its version.
const MAGIC: [u8; 4] = *b"WBC\x01";
/// The same in base64, as far as it does not depend on the version.
const MAGIC_BASE64: &[u8] = b"V0JD";

const CONFIG: Configuration<LittleEndian, Varint, Limit<{ limits::BUNDLE }>> =
    config::standard().with_limit::<{ limits::BUNDLE }>();

/// The content in parts, not looked at yet.
#[derive(Encode, BorrowDecode)]
pub(super) struct Compact<'b> {
    /// The second line without what stands below, JSON.
    pub(super) rest: &'b [u8],
    /// The member `tests`, JSON.
    pub(super) tests: &'b [u8],
    /// Network ranges.
    pub(super) v4: &'b [u8],
    pub(super) v6: &'b [u8],
    /// AS numbers by range.
    pub(super) asn_v4: &'b [u8],
    pub(super) asn_v6: &'b [u8],
    /// Countries by range.
    pub(super) country_v4: &'b [u8],
    pub(super) country_v6: &'b [u8],
    /// Tables of the member `breached`, by place.
    pub(super) breached: Vec<&'b [u8]>,
    /// The member `names`.
    pub(super) names: Names<'b>,
}

/// The name table.
#[derive(Encode, BorrowDecode)]
pub(super) struct Names<'b> {
    /// Each entry's token and name, one after the other.
    pool: &'b [u8],
    /// Categories, operators and lists, which many entries share.
    words: Vec<&'b str>,
    count: u32,
    /// As many [`Entry`].
    entries: &'b [u8],
}

/// What an entry says beside its texts. Words are places in `words`, plus one where there may be none.
#[derive(Encode, BorrowDecode)]
struct Entry {
    token: u32,
    name: u32,
    category: u16,
    operator: u16,
    ranges: u16,
    generic: bool,
}

/// An entry of a name table in either form.
pub(super) struct Named<'b> {
    pub(super) token: Cow<'b, str>,
    pub(super) name: Cow<'b, str>,
    pub(super) category: Cow<'b, str>,
    pub(super) operator: Option<Cow<'b, str>>,
    pub(super) ranges: Option<Cow<'b, str>>,
    pub(super) generic: bool,
}

impl From<NamedEntry> for Named<'_> {
    fn from(entry: NamedEntry) -> Self {
        let NamedEntry { token, name, category, operator, ranges, generic } = entry;
        Named {
            token: token.into(),
            name: name.into(),
            category: category.into(),
            operator: operator.map(Cow::Owned),
            ranges: ranges.map(Cow::Owned),
            generic,
        }
    }
}

/// Whether a bundle is in this form, for hosts that take such ones in pieces.
pub fn is_one(bundle: &[u8]) -> bool {
    let end = memchr::memchr(b'\n', bundle).and_then(|end| bundle.get(end..)?.get(1..));
    end.is_some_and(|second| second.starts_with(MAGIC_BASE64) || second.starts_with(b"WBC"))
}

/// The form's own bytes, where `second`, which stands in the second line's place, is one. What is no base64 has none that the first
/// line could vouch for.
pub(super) fn find(second: &[u8]) -> Option<Cow<'_, [u8]>> {
    if second.starts_with(MAGIC_BASE64) {
        return Some(Cow::Owned(BASE64_STANDARD.decode(second.trim_ascii_end()).unwrap_or_default()));
    }
    second.get(..3).filter(|start| MAGIC.starts_with(start)).map(|_| Cow::Borrowed(second))
}

/// Its parts; `None`: another version, or not whole.
pub(super) fn open(bytes: &[u8]) -> Option<Compact<'_>> {
    let body = bytes.strip_prefix(&MAGIC)?;
    let (compact, read) = bincode::borrow_decode_from_slice(body, CONFIG).ok()?;
    (read == body.len()).then_some(compact)
}

impl<'b> Names<'b> {
    /// Shows each entry in order; `None`: they are not whole, or one is too long. Many entries may share a long word, and each has it copied.
    pub(super) fn each(&self, show: &mut dyn FnMut(Named<'b>)) -> Option<()> {
        let fits = |word: &&str| word.len() <= limits::DETAIL;
        if usize::try_from(self.count).ok()? > limits::NAMES || !self.words.iter().all(fits) {
            return None;
        }
        let mut pool = core::str::from_utf8(self.pool).ok()?;
        let mut entries = self.entries;
        let mut text = |length: u32| {
            let (text, rest) = pool.split_at_checked(usize::try_from(length).ok()?)?;
            pool = rest;
            Some(Cow::Borrowed(text)).filter(|_| fits(&text))
        };
        let word = |place: u16| self.words.get(usize::from(place)).map(|word| Cow::Borrowed(*word));
        let may_be = |place: u16| match place.checked_sub(1) {
            None => Some(None),
            Some(place) => word(place).map(Some),
        };
        for _ in 0..self.count {
            let (entry, read): (Entry, usize) = bincode::borrow_decode_from_slice(entries, CONFIG).ok()?;
            entries = entries.get(read..)?;
            show(Named {
                token: text(entry.token)?,
                name: text(entry.name)?,
                category: word(entry.category)?,
                operator: may_be(entry.operator)?,
                ranges: may_be(entry.ranges)?,
                generic: entry.generic,
            });
        }
        (entries.is_empty() && text(1).is_none()).then_some(())
    }
}

/// The form in base64.
pub fn text(form: &[u8]) -> String {
    BASE64_STANDARD.encode(form)
}

/// What a first line calls this form: SHA-512/256, 64 hexadecimal digits.
pub fn digest(bytes: &[u8]) -> String {
    let mut hasher = Hasher::default();
    hasher.take(bytes);
    hasher.finish()
}

/// The same of bytes that come in pieces.
#[derive(Debug, Default)]
pub(super) struct Hasher(Sha512_256);

impl Hasher {
    pub(super) fn take(&mut self, bytes: &[u8]) {
        self.0.update(bytes);
    }

    pub(super) fn finish(self) -> String {
        bytes::hex(&self.0.finalize())
    }
}

/// The content that stands in place of the second line in this form, as bytes or in base64; for desks, which show and compare it. `None`:
/// it is none. What hosts would say of it is not looked at.
pub fn read(second: &[u8]) -> Option<Content> {
    let form = find(second)?;
    let compact = open(&form)?;
    let mut content: Content = serde_json::from_slice(compact.rest).ok()?;
    content.tests = serde_json::from_slice(compact.tests).ok()?;
    let networks = &mut content.networks;
    for (text, table) in [
        (&mut networks.v4, compact.v4),
        (&mut networks.v6, compact.v6),
        (&mut networks.asn_v4, compact.asn_v4),
        (&mut networks.asn_v6, compact.asn_v6),
        (&mut networks.country_v4, compact.country_v4),
        (&mut networks.country_v6, compact.country_v6),
    ] {
        *text = BASE64_STANDARD.encode(table);
    }
    if compact.breached.len() != content.breached.len() {
        return None;
    }
    for (entry, table) in content.breached.iter_mut().zip(&compact.breached) {
        entry.table = BASE64_STANDARD.encode(table);
    }
    let names = &mut content.names;
    compact.names.each(&mut |named| {
        names.push(NamedEntry {
            token: named.token.into_owned(),
            name: named.name.into_owned(),
            category: named.category.into_owned(),
            operator: named.operator.map(Cow::into_owned),
            ranges: named.ranges.map(Cow::into_owned),
            generic: named.generic,
        });
    })?;
    Some(content)
}

/// The compact form of content; `None` where its tables are no base64 or it has more words than can be numbered, which no bundle has that may be used.
pub fn write(content: &Content) -> Option<Vec<u8>> {
    let networks = &content.networks;
    let table = |text: &str| BASE64_STANDARD.decode(text).ok();
    let (v4, v6) = (table(&networks.v4)?, table(&networks.v6)?);
    let (asn_v4, asn_v6) = (table(&networks.asn_v4)?, table(&networks.asn_v6)?);
    let (country_v4, country_v6) = (table(&networks.country_v4)?, table(&networks.country_v6)?);
    let breached = content.breached.iter().map(|entry| table(&entry.table)).collect::<Option<Vec<_>>>()?;
    let mut words: BTreeMap<&str, u16> = BTreeMap::new();
    for entry in &content.names {
        let shared = [Some(&entry.category), entry.operator.as_ref(), entry.ranges.as_ref()];
        for word in shared.into_iter().flatten() {
            words.insert(word, 0);
        }
    }
    for (place, word) in words.values_mut().enumerate() {
        *word = u16::try_from(place).ok().filter(|place| *place < u16::MAX)?;
    }
    let place = |word: &str| words.get(word).copied().unwrap_or_default();
    let may_be = |word: &Option<String>| word.as_ref().map_or(0, |word| place(word).saturating_add(1));
    let (mut pool, mut entries) = (Vec::new(), Vec::new());
    for entry in &content.names {
        pool.extend_from_slice(entry.token.as_bytes());
        pool.extend_from_slice(entry.name.as_bytes());
        let entry = Entry {
            token: u32::try_from(entry.token.len()).ok()?,
            name: u32::try_from(entry.name.len()).ok()?,
            category: place(&entry.category),
            operator: may_be(&entry.operator),
            ranges: may_be(&entry.ranges),
            generic: entry.generic,
        };
        entries.extend(bincode::encode_to_vec(entry, config::standard()).ok()?);
    }
    let rest = Content {
        names: Vec::new(),
        networks: Networks { lists: networks.lists.clone(), sets: networks.sets.clone(), ..Networks::default() },
        tests: Tests::new(),
        breached: content
            .breached
            .iter()
            .map(|entry| BreachedEntry { table: String::new(), ..entry.clone() })
            .collect(),
        ..content.clone()
    };
    let (rest, tests) = (serde_json::to_vec(&rest).ok()?, serde_json::to_vec(&content.tests).ok()?);
    let compact = Compact {
        rest: &rest,
        tests: &tests,
        v4: &v4,
        v6: &v6,
        asn_v4: &asn_v4,
        asn_v6: &asn_v6,
        country_v4: &country_v4,
        country_v6: &country_v6,
        breached: breached.iter().map(Vec::as_slice).collect(),
        names: Names {
            pool: &pool,
            words: words.into_keys().collect(),
            count: u32::try_from(content.names.len()).ok()?,
            entries: &entries,
        },
    };
    let mut bytes = MAGIC.to_vec();
    bytes.extend(bincode::encode_to_vec(&compact, config::standard()).ok()?);
    Some(bytes)
}
