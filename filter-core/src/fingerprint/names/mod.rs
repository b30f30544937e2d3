//! Automation that names itself: crawlers, tools, libraries, scanners.
//!
//! The table comes with the bundle. One pass over the user agent finds every token in it, ASCII case ignored; among those
//! that stand as words of their own the longest wins. Nothing is allocated by a search.

mod category;
mod check;
mod token;

pub use category::Category;
pub use check::NamesError;

use alloc::string::String;
use alloc::vec::Vec;

use daachorse::{DoubleArrayAhoCorasick, DoubleArrayAhoCorasickBuilder, MatchKind};

use crate::{bytes, limits};
use token::Token;

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
    /// Only says that it is automation (`bot`, `+http`): every entry that is not generic wins over it, however short.
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
    /// `None` for an empty table: there is no automaton of nothing.
    search: Option<DoubleArrayAhoCorasick<u32>>,
}

impl Names {
    /// Compiles the table, or says everything that is wrong with it.
    ///
    /// # Errors
    ///
    /// A token that is empty, not lower case, not printable ASCII, longer than [`limits::NAME_TOKEN`] or there twice; an
    /// empty name; more entries than [`limits::NAMES`].
    pub fn new(entries: Vec<Named>) -> Result<Self, Vec<NamesError>> {
        let problems = check::problems(&entries);
        if !problems.is_empty() {
            return Err(problems);
        }
        let tokens: Vec<Token> = entries.iter().map(Token::new).collect();
        let search = if entries.is_empty() {
            None
        } else {
            let patterns = entries.iter().zip(0u32..).map(|(entry, place)| (token::literal(&entry.token), place));
            let built =
                DoubleArrayAhoCorasickBuilder::new().match_kind(MatchKind::Standard).build_with_values(patterns);
            Some(built.map_err(|_| check::unbuildable())?)
        };
        Ok(Names { entries, tokens, search })
    }

    /// The entry whose token occurs in the first [`limits::USER_AGENT`] bytes of `user_agent`: the longest, then the
    /// earliest in the table; a generic one only where there is no other.
    pub fn find(&self, user_agent: &[u8]) -> Option<&Named> {
        let text = user_agent.get(..limits::USER_AGENT).unwrap_or(user_agent);
        let mut best: Option<(Token, u32)> = None;
        let lower = text.iter().map(u8::to_ascii_lowercase);
        for found in self.search.as_ref()?.find_overlapping_iter_from_iter(lower) {
            let place = found.value();
            let Some(token) = self.tokens.get(usize::try_from(place).ok()?).copied() else { continue };
            if best.is_none_or(|(other, at)| token.beats(other) || (token.ties(other) && place < at))
                && token.stands_in(text, found.start(), found.end())
            {
                best = Some((token, place));
            }
        }
        let (token, place) = best?;
        let lookalike = || LOOKALIKES.iter().any(|word| bytes::contains_ignore_case(text, word));
        if token.is_generic() && lookalike() {
            return None;
        }
        self.entries.get(usize::try_from(place).ok()?)
    }

    /// All entries, in the bundle's order.
    pub fn entries(&self) -> &[Named] {
        &self.entries
    }
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
