//! Automation that names itself: crawlers, tools, libraries, scanners.
//!
//! The table comes with the bundle. Tokens are found ASCII case ignored; among those that stand as words of their own
//! the first wins, as programs name themselves before what they are built on or link to; of those that start at one
//! place the longest. A search looks tokens up at the starts of words, and the few that may start anywhere with an
//! automaton. It allocates nothing.

mod category;
mod check;
mod token;
mod words;

pub use category::Category;
pub use check::NamesError;

use alloc::string::String;
use alloc::vec::Vec;
use core::cmp::Reverse;

use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder, MatchKind};

use crate::{bytes, limits};
use token::Token;
use words::Words;

/// One entry of the bundle's name table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Literal looked for in the user agent, lower case. Where it starts with a letter or digit it must start a word, and
    /// where it ends with one no letter may follow: `curl/` is not found in `libcurl/`, nor `bot` in `bottle`. A `*` at
    /// that end lifts the rule: `*bot` is found in `examplebot/1.0`.
    pub token: String,
    /// Name shown to people.
    pub name: String,
    /// What it is for.
    pub category: Category,
    /// Who runs it, for crawlers.
    pub operator: Option<String>,
    /// Name of the network list that proves the claim, for crawlers with published ranges.
    pub ranges: Option<String>,
    /// Only says that it is automation (`bot`, `+http`), or what automation is built on (`libcurl/`, `headlesschrome`): every
    /// entry that is not generic wins over it, wherever it stands.
    pub generic: bool,
}

/// The compiled table.
///
/// ```
/// use filter_core::fingerprint::{Category, Named, Names};
/// let entry = |token: &str, name: &str, category, generic| Named {
///     token: token.into(), name: name.into(), category, operator: None, ranges: None, generic,
/// };
/// let names = Names::new(vec![
///     entry("curl/", "curl", Category::CommandLine, false),
///     entry("*bot", "unnamed bot", Category::OtherCrawler, true),
/// ]).unwrap();
/// assert_eq!(names.find(b"curl/8.5.0").unwrap().name, "curl");
/// assert_eq!(names.find(b"ExampleBot/1.0").unwrap().name, "unnamed bot");
/// assert!(names.find(b"pycurl/7.45 bottle").is_none());
/// ```
#[derive(Default)]
pub struct Names {
    entries: Vec<Named>,
    tokens: Vec<Token>,
    words: Words,
    /// Tokens that may start anywhere. `None` where there are none: there is no automaton of nothing.
    anywhere: Option<DoubleArrayAhoCorasick<u32>>,
}

impl Names {
    /// Compiles the table, or says everything that is wrong with it.
    ///
    /// # Errors
    ///
    /// A token that is empty, not lower case, not printable ASCII, longer than [`limits::NAME_TOKEN`] or there twice; an
    /// empty name; a name or an operator longer than [`limits::DETAIL`]; more entries than [`limits::NAMES`].
    pub fn new(entries: Vec<Named>) -> Result<Self, Vec<NamesError>> {
        let problems = check::problems(&entries);
        if !problems.is_empty() {
            return Err(problems);
        }
        let tokens: Vec<Token> = entries.iter().map(Token::new).collect();
        let anywhere: Vec<(&str, u32)> = entries
            .iter()
            .zip(0u32..)
            .filter(|(entry, _)| !Words::takes(entry))
            .map(|(entry, place)| (token::literal(&entry.token), place))
            .collect();
        let anywhere = if anywhere.is_empty() {
            None
        } else {
            // Without the prefilter: 64 KB, dear to make, and cold where a request would use it.
            let builder = DoubleArrayAhoCorasickBuilder::new().match_kind(MatchKind::Standard).use_prefilter(false);
            let built = builder.build_with_values(anywhere);
            Some(built.map_err(|_| check::unbuildable())?)
        };
        Ok(Names { words: Words::new(&entries), entries, tokens, anywhere })
    }

    /// The entry whose token occurs in the first [`limits::USER_AGENT`] bytes of `user_agent`: a generic one only where there is
    /// no other, then the first in the text, then the longest.
    pub fn find(&self, user_agent: &[u8]) -> Option<&Named> {
        let mut buffer = [0u8; limits::USER_AGENT];
        let text = lower_case(user_agent, &mut buffer);
        let mut best = None;
        let mut in_word = false;
        for (start, byte) in text.iter().enumerate() {
            let word_byte = words::is_word(*byte);
            let starts_word = word_byte && !in_word;
            in_word = word_byte;
            if starts_word {
                let rest = text.get(start..).unwrap_or_default();
                for place in self.words.candidates(rest) {
                    let Some(entry) = self.entries.get(place) else { continue };
                    // It starts a word, so only its end can carry a `*`.
                    let token = entry.token.as_bytes();
                    let word = token.strip_suffix(b"*").unwrap_or(token);
                    if begins(rest, word) {
                        self.consider(&mut best, text, start, start.saturating_add(word.len()), place);
                    }
                }
                if matches!(best, Some(((true, ..), _))) {
                    break; // no later one can win
                }
            }
        }
        if let Some(anywhere) = &self.anywhere {
            for found in anywhere.find_overlapping_iter(text) {
                let place = usize::try_from(found.value()).unwrap_or(usize::MAX);
                self.consider(&mut best, text, found.start(), found.end(), place);
            }
        }
        let ((named, ..), place) = best?;
        if !named && LOOKALIKES.iter().any(|word| bytes::contains_ignore_case(text, word)) {
            return None;
        }
        self.entries.get(place)
    }

    /// Keeps the entry at `place`, whose literal is at `start..end` of `text`, if it stands there and wins.
    fn consider(&self, best: &mut Option<(Rank, usize)>, text: &[u8], start: usize, end: usize, place: usize) {
        let Some(token) = self.tokens.get(place) else { return };
        let rank = (!token.is_generic(), Reverse(start), end);
        if best.is_none_or(|(other, _)| rank > other) && token.stands_in(text, start, end) {
            *best = Some((rank, place));
        }
    }

    /// All entries, in the bundle's order.
    pub fn entries(&self) -> &[Named] {
        &self.entries
    }
}

/// What wins: not generic, then the first, then the longest.
type Rank = (bool, Reverse<usize>, usize);

/// `starts_with` without a call: most candidates differ in the first bytes.
fn begins(text: &[u8], word: &[u8]) -> bool {
    text.len() >= word.len() && text.iter().zip(word).all(|(a, b)| a == b)
}

fn lower_case<'a>(user_agent: &[u8], buffer: &'a mut [u8; limits::USER_AGENT]) -> &'a [u8] {
    let length = user_agent.len().min(buffer.len());
    for (lower, byte) in buffer.iter_mut().zip(user_agent) {
        *lower = byte.to_ascii_lowercase();
    }
    buffer.get(..length).unwrap_or_default()
}

impl core::fmt::Debug for Names {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        write!(f, "Names({} entries)", self.entries.len())
    }
}

/// Words of real browsers' user agents that a generic token is part of: Cubot makes phones, MozacFetch is Firefox's on Android.
const LOOKALIKES: [&[u8]; 2] = [b"cubot", b"mozacfetch"];

#[cfg(test)]
mod tests;
