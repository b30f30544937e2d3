//! Where in a JSON text the value of a pointer stands.

use std::ops::Range;

/// The bytes of the value at `pointer` (RFC 6901), and whether it is there; else those of the nearest value around it.
///
/// ```
/// use policy_compiler::locate;
/// let text = r#"{"rules": [{"id": 7}]}"#;
/// assert_eq!(locate(text, "/rules/0/id"), (18..19, true));
/// assert_eq!(locate(text, "/rules/0/when"), (11..20, false));
/// ```
///
/// The text may be broken: what can be followed is followed.
pub fn locate(text: &str, pointer: &str) -> (Range<usize>, bool) {
    let mut scanner = Scanner { bytes: text.as_bytes(), at: 0 };
    scanner.space();
    let mut found = scanner.at;
    let mut is_there = pointer.is_empty() || pointer.starts_with('/');
    for token in pointer.split('/').skip(1) {
        let token = token.replace("~1", "/").replace("~0", "~");
        scanner.at = found;
        if !is_there || !scanner.descend(&token) {
            is_there = false;
            break;
        }
        found = scanner.at;
    }
    scanner.at = found;
    scanner.value();
    (found..scanner.at, is_there)
}

/// Digits without a sign or a leading zero (RFC 6901, 4).
fn index(token: &str) -> Option<usize> {
    let is_plain = token == "0" || token.starts_with(|first| matches!(first, '1'..='9'));
    token.parse().ok().filter(|_| is_plain)
}

struct Scanner<'t> {
    bytes: &'t [u8],
    at: usize,
}

impl Scanner<'_> {
    /// Moves to the start of the member or item `token` of the value at hand.
    fn descend(&mut self, token: &str) -> bool {
        match self.peek() {
            Some(b'{') => self.member(token),
            Some(b'[') => index(token).is_some_and(|index| self.item(index)),
            _ => false,
        }
    }

    fn member(&mut self, wanted: &str) -> bool {
        self.step();
        loop {
            self.space();
            let start = self.at;
            if self.peek() != Some(b'"') {
                return false;
            }
            self.string();
            let name = self.bytes.get(start..self.at).and_then(|name| serde_json::from_slice::<String>(name).ok());
            self.space();
            if self.peek() != Some(b':') {
                return false;
            }
            self.step();
            self.space();
            if name.as_deref() == Some(wanted) {
                return true;
            }
            if !self.next_after_value() {
                return false;
            }
        }
    }

    fn item(&mut self, wanted: usize) -> bool {
        self.step();
        for _ in 0..wanted {
            self.space();
            if !self.next_after_value() {
                return false;
            }
        }
        self.space();
        !matches!(self.peek(), None | Some(b']'))
    }

    /// Passes a value and the comma after it.
    fn next_after_value(&mut self) -> bool {
        let start = self.at;
        self.value();
        self.space();
        let is_more = self.peek() == Some(b',') && self.at > start;
        self.step();
        is_more
    }

    /// Passes one value, by its brackets and quotes only.
    fn value(&mut self) {
        let mut depth = 0usize;
        while let Some(byte) = self.peek() {
            match byte {
                b'"' => self.string(),
                b'{' | b'[' => {
                    depth = depth.saturating_add(1);
                    self.step();
                }
                b'}' | b']' | b',' if depth == 0 => return,
                b'}' | b']' => {
                    depth = depth.saturating_sub(1);
                    self.step();
                }
                _ if depth == 0 && byte.is_ascii_whitespace() => return,
                _ => {
                    self.step();
                    continue;
                }
            }
            if depth == 0 {
                return;
            }
        }
    }

    fn string(&mut self) {
        self.step();
        while let Some(byte) = self.peek() {
            self.step();
            match byte {
                b'"' => return,
                b'\\' => self.step(),
                _ => {}
            }
        }
    }

    fn space(&mut self) {
        while self.peek().is_some_and(|byte| byte.is_ascii_whitespace()) {
            self.step();
        }
    }

    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.at).copied()
    }

    fn step(&mut self) {
        self.at = self.at.saturating_add(1).min(self.bytes.len());
    }
}
