//! Cuts a user agent into products and comments, in the order written (RFC 9110, section 10.1.5).
//!
//! Forgiving where real clients are: brackets and semicolons separate products (in-app browsers write
//! `[FBAN/FBIOS;FBAV/450.0]`), a parenthesis never closed runs to the end, a stray one is skipped.

/// One piece of a user agent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Token<'a> {
    /// `name/version`, or a bare word.
    Product(Product<'a>),
    /// A comment begins; its items follow.
    Comment,
    /// What stands between semicolons in a comment, inner parentheses included.
    Item(&'a [u8]),
}

/// A product; the version is empty where none is given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Product<'a> {
    pub(super) name: &'a [u8],
    pub(super) version: &'a [u8],
}

/// The pieces of a user agent, each byte looked at once.
pub(super) struct Tokens<'a> {
    rest: &'a [u8],
    /// Parentheses open.
    depth: usize,
}

impl<'a> Tokens<'a> {
    pub(super) fn new(text: &'a [u8]) -> Self {
        Tokens { rest: text, depth: 0 }
    }

    /// Passes over this text if it comes next, outside comments.
    #[inline]
    pub(super) fn pass_over(&mut self, text: &[u8]) -> bool {
        match self.rest.strip_prefix(text) {
            Some(rest) if self.depth == 0 => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    #[inline(never)] // as `product`
    fn item(&mut self) -> &'a [u8] {
        let mut end = 0usize;
        loop {
            let Some(at) = find(self.rest, end, SEMICOLON) else {
                self.depth = 0;
                return self.cut(self.rest.len()).trim_ascii();
            };
            match self.rest.get(at).map_or(PLAIN, class) {
                OPEN => self.depth = self.depth.saturating_add(1),
                CLOSE => self.depth = self.depth.saturating_sub(1),
                _ => return self.cut(at).trim_ascii(),
            }
            if self.depth == 0 {
                return self.cut(at).trim_ascii();
            }
            end = at.saturating_add(1);
        }
    }

    #[inline(never)] // all in one function runs out of registers: 2,700 instructions for a Chrome instead of 2,300 (x86-64)
    fn product(&mut self) -> Product<'a> {
        let end = find(self.rest, 0, SLASH).unwrap_or(self.rest.len());
        let slash = self.rest.get(end).is_some_and(|byte| *byte == b'/');
        let name = if slash { self.cut(end) } else { self.take(end) };
        if !slash {
            return Product { name, version: b"" };
        }
        let end = find(self.rest, 0, SPACE).unwrap_or(self.rest.len());
        Product { name, version: self.take(end) }
    }

    /// Takes what is before `at`.
    fn take(&mut self, at: usize) -> &'a [u8] {
        let (piece, rest) = self.rest.split_at_checked(at).unwrap_or((self.rest, b""));
        self.rest = rest;
        piece
    }

    /// Takes what is before `at` and drops the byte there.
    fn cut(&mut self, at: usize) -> &'a [u8] {
        let piece = self.take(at);
        self.rest = self.rest.get(1..).unwrap_or(b"");
        piece
    }
}

impl<'a> Iterator for Tokens<'a> {
    type Item = Token<'a>;

    #[inline]
    fn next(&mut self) -> Option<Token<'a>> {
        if self.depth > 0 {
            return Some(Token::Item(self.item()));
        }
        let mut text = self.rest;
        loop {
            let (first, rest) = text.split_first()?;
            match class(first) {
                SPACE | SEMICOLON | CLOSE => text = rest,
                OPEN => {
                    (self.depth, self.rest) = (1, rest);
                    return Some(Token::Comment);
                }
                _ => {
                    self.rest = text;
                    return Some(Token::Product(self.product()));
                }
            }
        }
    }
}

// Ordered so that one comparison finds the end of a name, of a version and of a comment's item.
const PLAIN: u8 = 0;
const SLASH: u8 = 1;
const SPACE: u8 = 2;
const SEMICOLON: u8 = 3;
const OPEN: u8 = 4;
const CLOSE: u8 = 5;

#[allow(clippy::indexing_slicing, reason = "runs at compile time")]
static CLASSES: [u8; 256] = {
    let mut classes = [PLAIN; 256];
    classes[b'/' as usize] = SLASH;
    classes[b' ' as usize] = SPACE;
    classes[b'\t' as usize] = SPACE;
    classes[b'[' as usize] = SPACE;
    classes[b']' as usize] = SPACE;
    classes[b';' as usize] = SEMICOLON;
    classes[b'(' as usize] = OPEN;
    classes[b')' as usize] = CLOSE;
    classes
};

#[inline]
fn class(byte: &u8) -> u8 {
    CLASSES.get(usize::from(*byte)).copied().unwrap_or(PLAIN)
}

/// The next byte of this class or one after it.
#[inline]
fn find(text: &[u8], from: usize, least: u8) -> Option<usize> {
    let mut at = from;
    while let Some(byte) = text.get(at) {
        if class(byte) >= least {
            return Some(at);
        }
        at = at.wrapping_add(1);
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::vec::Vec;

    fn product<'a>(name: &'a str, version: &'a str) -> Token<'a> {
        Token::Product(Product { name: name.as_bytes(), version: version.as_bytes() })
    }

    fn all(text: &str) -> Vec<Token<'_>> {
        Tokens::new(text.as_bytes()).collect()
    }

    #[test]
    fn products_and_comments_in_order() {
        assert_eq!(
            all("Mozilla/5.0 (X11; Linux (x86) ;; wv) Gecko Firefox/1/2"),
            [
                product("Mozilla", "5.0"),
                Token::Comment,
                Token::Item(b"X11"),
                Token::Item(b"Linux (x86)"),
                Token::Item(b""),
                Token::Item(b"wv"),
                product("Gecko", ""),
                product("Firefox", "1/2"),
            ]
        );
        assert_eq!(
            all("Mobile/15E148 [FBAN/FBIOS;FBAV/450.0]"),
            [product("Mobile", "15E148"), product("FBAN", "FBIOS"), product("FBAV", "450.0")]
        );
    }

    #[test]
    fn parentheses_that_do_not_match() {
        assert_eq!(all("a (b (c"), [product("a", ""), Token::Comment, Token::Item(b"b (c")]);
        assert_eq!(all(") a) b"), [product("a", ""), product("b", "")]);
        assert_eq!(all("("), [Token::Comment, Token::Item(b"")]);
        assert_eq!(all("()()"), [Token::Comment, Token::Item(b""), Token::Comment, Token::Item(b"")]);
        assert_eq!(
            all("((a;b);c) d"),
            [Token::Comment, Token::Item(b"(a"), Token::Item(b"b)"), Token::Item(b"c"), product("d", "")]
        );
        assert_eq!(all("/ a/"), [product("", ""), product("a", "")]);
    }
}
