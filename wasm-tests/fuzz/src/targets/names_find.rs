//! The default bundle's whole table of names against the slow search.

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
    assert_eq!(found, slow(names.entries(), &lower), "{}", text.escape_ascii());
    assert_eq!(found, names.find(&lower), "letter case");
}

/// The first in the text, then the longest; generic ones only where there is no other.
fn slow<'a>(entries: &'a [Named], text: &[u8]) -> Option<&'a Named> {
    let first = |generic: bool| {
        (0..text.len()).find_map(|start| {
            let here = entries.iter().filter(|entry| entry.generic == generic && stands(entry, text, start));
            here.max_by_key(|entry| entry.token.trim_matches('*').len())
        })
    };
    let looks_alike = LOOKALIKES.iter().any(|word| text.windows(word.len()).any(|window| window == *word));
    first(false).or_else(|| first(true).filter(|_| !looks_alike))
}

fn stands(entry: &Named, text: &[u8], start: usize) -> bool {
    let word = entry.token.trim_matches('*').as_bytes();
    let end = start + word.len();
    text[start..].starts_with(word)
        && (entry.token.starts_with('*')
            || !word[0].is_ascii_alphanumeric()
            || start == 0
            || !text[start - 1].is_ascii_alphanumeric())
        && (entry.token.ends_with('*')
            || !word[word.len() - 1].is_ascii_alphanumeric()
            || !text.get(end).is_some_and(u8::is_ascii_alphabetic))
}
