//! Tokens that start words, found at the starts of words only: most of a table, and a few look-ups a user agent.

use alloc::vec;
use alloc::vec::Vec;

use super::Named;
use super::token::{Token, literal};

/// Buckets by the first bytes: 2,000 tokens leave most with none or one.
pub(super) const BUCKETS: usize = 4096;

/// Bytes that choose the bucket; shorter tokens are left to the automaton.
const KEY: usize = 4;

/// Entries by the hash of their first bytes.
#[derive(Default)]
pub(super) struct Words {
    /// Where each bucket starts in `entries`, and where the last ends.
    starts: Vec<u16>,
    entries: Vec<Entry>,
}

/// First bytes and place. The bytes stand here too: an entry of another word is then passed over without touching the table,
/// whose lines are cold in a busy host.
#[derive(Clone, Copy, Default)]
struct Entry {
    key: u32,
    place: u16,
}

impl Words {
    /// Whether a token can be found by its first bytes at the start of a word.
    pub(super) fn takes(entry: &Named) -> bool {
        Token::new(entry).starts_word() && literal(&entry.token).len() >= KEY
    }

    /// Sorts the entries that it takes into buckets.
    pub(super) fn new(entries: &[Named]) -> Self {
        let taken = entries.iter().zip(0u16..).filter(|(entry, _)| Self::takes(entry));
        let keyed: Vec<(usize, Entry)> = taken
            .filter_map(|(entry, place)| {
                key(literal(&entry.token).as_bytes()).map(|key| (bucket(key), Entry { key, place }))
            })
            .collect();
        let (starts, entries) = deal(&keyed);
        Words { starts, entries }
    }

    /// Entries that may start with the first bytes of `rest`.
    pub(super) fn candidates(&self, rest: &[u8]) -> impl Iterator<Item = usize> {
        let sought = key(rest);
        let range = sought.and_then(|key| {
            let bucket = bucket(key);
            let start = self.starts.get(bucket)?;
            let end = self.starts.get(bucket.saturating_add(1))?;
            self.entries.get(usize::from(*start)..usize::from(*end))
        });
        let entries = range.unwrap_or_default().iter().filter(move |entry| Some(entry.key) == sought);
        entries.map(|entry| usize::from(entry.place))
    }
}

/// Sorts items by bucket: where each bucket starts, and where the last ends; then the items. Those of one bucket keep their order.
pub(super) fn deal<T: Copy + Default>(items: &[(usize, T)]) -> (Vec<u16>, Vec<T>) {
    let mut starts = vec![0u16; BUCKETS.saturating_add(1)];
    for (bucket, _) in items {
        if let Some(count) = starts.get_mut(bucket.saturating_add(1)) {
            *count = count.saturating_add(1);
        }
    }
    let mut before = 0u16;
    for start in &mut starts {
        before = before.saturating_add(*start);
        *start = before;
    }
    let (mut next, mut dealt) = (starts.clone(), vec![T::default(); items.len()]);
    for (bucket, item) in items {
        if let Some(place) = next.get_mut(*bucket)
            && let Some(slot) = dealt.get_mut(usize::from(*place))
        {
            *slot = *item;
            *place = place.saturating_add(1);
        }
    }
    (starts, dealt)
}

/// A letter or digit; by table, as it is asked of every byte.
pub(super) fn is_word(byte: u8) -> bool {
    WORD.get(usize::from(byte)).copied().unwrap_or(false)
}

static WORD: [bool; 256] = {
    let mut table = [false; 256];
    let mut rest: &mut [bool] = &mut table;
    let mut byte = 0u8;
    while let [first, others @ ..] = rest {
        *first = byte.is_ascii_alphanumeric();
        byte = byte.wrapping_add(1);
        rest = others;
    }
    table
};

fn key(text: &[u8]) -> Option<u32> {
    text.first_chunk::<KEY>().map(|bytes| u32::from_le_bytes(*bytes))
}

/// Fibonacci hashing: the upper 12 bits of the product.
fn bucket(key: u32) -> usize {
    usize::try_from(key.wrapping_mul(0x9E37_79B1) >> 20).unwrap_or(0)
}
