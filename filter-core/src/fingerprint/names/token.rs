//! How a token must stand in the text.

use super::Named;

/// What the search needs to know of one entry.
#[derive(Clone, Copy)]
pub(super) struct Token {
    generic: bool,
    starts_word: bool,
    ends_word: bool,
}

impl Token {
    pub(super) fn new(entry: &Named) -> Self {
        let literal = literal(&entry.token).as_bytes();
        let is_word = |byte: Option<&u8>| byte.is_some_and(u8::is_ascii_alphanumeric);
        Token {
            generic: entry.generic,
            starts_word: !entry.token.starts_with('*') && is_word(literal.first()),
            ends_word: !entry.token.ends_with('*') && is_word(literal.last()),
        }
    }

    /// Whether the match at `start..end` of `text` stands as the token demands.
    pub(super) fn stands_in(self, text: &[u8], start: usize, end: usize) -> bool {
        let before = start.checked_sub(1).and_then(|place| text.get(place));
        let starts = !self.starts_word || !before.is_some_and(u8::is_ascii_alphanumeric);
        // A digit may follow: tools append their version (`okhttp3`).
        let ends = !self.ends_word || !text.get(end).is_some_and(u8::is_ascii_alphabetic);
        starts && ends
    }

    pub(super) fn starts_word(self) -> bool {
        self.starts_word
    }

    pub(super) fn is_generic(self) -> bool {
        self.generic
    }
}

/// The bytes that are looked for: the token without its `*`.
pub(super) fn literal(token: &str) -> &str {
    let token = token.strip_prefix('*').unwrap_or(token);
    token.strip_suffix('*').unwrap_or(token)
}
