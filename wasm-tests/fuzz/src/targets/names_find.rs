//! The default bundle's whole table of names against the slow search.

use std::sync::OnceLock;

use filter_core::fingerprint::Named;

use super::Target;
use crate::parts::default_engine;
use crate::seeds;

/// Bytes of a text that are searched here; the slow search asks for each name at each of them.
const LONGEST: usize = 96;
/// Words that generic names are not looked for beside: they are made of one.
const LOOKALIKES: [&[u8]; 2] = [b"cubot", b"mozacfetch"];

pub(super) const TARGET: Target = Target {
    name: "names_find",
    check,
    seeds: || {
        let named = default_engine().bundle().names().entries().iter().step_by(25);
        let mut all: Vec<_> =
            named.map(|named| format!("Mozilla/5.0 ({}1.0)", named.token.replace('*', "x")).into_bytes()).collect();
        all.extend(seeds::user_agents());
        all.extend(seeds::texts(&["CUBOT bot", "mozacfetch crawler"]));
        all
    },
    rounds: 200,
};

fn check(data: &[u8]) {
    let text = &data[..data.len().min(LONGEST)];
    let names = default_engine().bundle().names();
    let lower = text.to_ascii_lowercase();
    let found = names.find(text);
    assert_eq!(found, slow(&lower), "{}", text.escape_ascii());
    assert_eq!(found, names.find(&lower), "letter case");
}

/// A token without its `*`, and whose it is.
type Word = (&'static [u8], &'static Named);

fn words() -> &'static [Word] {
    static WORDS: OnceLock<Vec<Word>> = OnceLock::new();
    WORDS.get_or_init(|| {
        let entries = default_engine().bundle().names().entries();
        entries.iter().map(|entry| (entry.token.trim_matches('*').as_bytes(), entry)).collect()
    })
}

/// The first in the text, then the longest; generic ones only where there is no other.
fn slow(text: &[u8]) -> Option<&'static Named> {
    let standing: Vec<Vec<Word>> = (0..text.len())
        .map(|start| words().iter().copied().filter(|word| stands(*word, text, start)).collect())
        .collect();
    let first = |generic: bool| {
        standing.iter().find_map(|here| {
            let here = here.iter().filter(|(_, entry)| entry.generic == generic);
            here.max_by_key(|(word, _)| word.len()).map(|(_, entry)| *entry)
        })
    };
    let looks_alike = LOOKALIKES.iter().any(|word| text.windows(word.len()).any(|window| window == *word));
    first(false).or_else(|| first(true).filter(|_| !looks_alike))
}

fn stands((word, entry): Word, text: &[u8], start: usize) -> bool {
    if word[0] != text[start] || !text[start..].starts_with(word) {
        return false;
    }
    let before = start > 0 && text[start - 1].is_ascii_alphanumeric();
    let after = text.get(start + word.len()).is_some_and(u8::is_ascii_alphabetic);
    (entry.token.starts_with('*') || !word[0].is_ascii_alphanumeric() || !before)
        && (entry.token.ends_with('*') || !word[word.len() - 1].is_ascii_alphanumeric() || !after)
}
