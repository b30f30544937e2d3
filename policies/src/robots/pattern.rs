//! A path pattern of robots.txt (RFC 9309, 2.2.2 and 2.2.3): what it matches, and the condition that says the same.

use filter_core::limits;

use super::expression::quote;

/// A pattern in the form that requests are compared in: percent-encoded letters that need no encoding are decoded, bytes
/// beyond ASCII are encoded.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Pattern {
    /// `*` stands for any bytes; without a `$` at the end one follows.
    text: String,
}

/// One way for a request to match: tests of its path and its query, joined by `&&`.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Way {
    /// The path begins so, whatever the query.
    Starts(String),
    /// These hold.
    Tests(Vec<String>),
    /// Every request matches.
    Always,
}

impl Pattern {
    /// # Errors
    /// Message and remedy, where no request can match.
    pub(super) fn parse(text: &str) -> Result<Self, (String, &'static str)> {
        if !text.starts_with(['/', '*']) {
            return Err((format!("no path starts with `{}`", text.escape_debug()), "start it with `/`"));
        }
        if text.contains(char::is_whitespace) {
            return Err((format!("no path holds the space of `{text}`"), "write `%20`, or one path a line"));
        }
        let text = normal(text);
        let path = text.split('?').next().unwrap_or_default();
        if path.contains("//") || path.contains('\\') || path.split('/').any(|part| matches!(part, "." | "..")) {
            let remedy = "paths are compared without empty segments, dot segments and `\\`";
            return Err((format!("no path holds the `//`, `/./` or `\\` of `{text}`"), remedy));
        }
        if text.ends_with("?$") {
            return Err(("an empty query is compared as none".to_owned(), "leave the `?` out"));
        }
        Ok(Pattern { text })
    }

    /// What decides between rules: the longest wins.
    pub(super) fn length(&self) -> usize {
        self.text.len()
    }

    /// Without its `$`, or with the `*` that stands for the rest.
    fn body(&self) -> String {
        let mut body = match self.text.strip_suffix('$') {
            Some(closed) => closed.to_owned(),
            None => format!("{}*", self.text),
        };
        while body.contains("**") {
            body = body.replace("**", "*");
        }
        body
    }

    /// Whether it matches a path with its query, as a crawler would say; the reading that the conditions are tested against.
    pub(super) fn matches(&self, target: &str) -> bool {
        let body = self.body();
        let mut parts = body.split('*');
        let Some(first) = parts.next() else { return false };
        let Some(mut rest) = target.strip_prefix(first) else { return false };
        let mut parts = parts.peekable();
        if parts.peek().is_none() {
            return rest.is_empty();
        }
        while let Some(part) = parts.next() {
            if parts.peek().is_none() {
                return rest.ends_with(part);
            }
            let Some(at) = rest.find(part) else { return false };
            rest = rest.get(at.saturating_add(part.len())..).unwrap_or_default();
        }
        false
    }

    /// A path that it matches.
    pub(super) fn example(&self) -> String {
        let body = self.body();
        let body = body.strip_suffix('*').unwrap_or(&body).replace('*', "x");
        let query = if body.ends_with('?') { "x" } else { "" };
        if body.starts_with('/') { format!("{body}{query}") } else { format!("/{body}{query}") }
    }

    /// Whether whatever this matches the other matches too; `false` says nothing.
    pub(super) fn is_within(&self, other: &Pattern) -> bool {
        let outer = other.body();
        let start = outer.strip_suffix('*').filter(|start| !start.contains('*'));
        start.is_some_and(|start| self.start().starts_with(start))
    }

    /// Whether some request may match both; `true` says nothing.
    pub(super) fn meets(&self, other: &Pattern) -> bool {
        let (a, b) = (self.start(), other.start());
        a.starts_with(b) || b.starts_with(a)
    }

    /// Whether it may match a path, with some query; `true` says nothing.
    pub(super) fn may_begin(&self, path: &str) -> bool {
        let start = self.start().split('?').next().unwrap_or_default();
        path.starts_with(start)
    }

    /// What every request that it matches begins with.
    fn start(&self) -> &str {
        self.text.split(['*', '$']).next().unwrap_or_default()
    }

    /// The ways to match it. A request's `?` stands where the pattern has its first one, or within what a `*` before that stands for.
    ///
    /// # Errors
    /// Message and remedy, where it holds more than a condition may.
    pub(super) fn ways(&self) -> Result<Vec<Way>, (String, &'static str)> {
        let body = self.body();
        let longest = body.split('*').map(str::len).max().unwrap_or_default();
        let most = if body.matches('*').count() > 1 { limits::CONTAINS } else { limits::TEXT };
        if longest > most {
            return Err((format!("{longest} bytes without a `*`; at most {most} are compared"), "shorten it"));
        }
        let mut ways = Vec::new();
        for (at, byte) in body.bytes().enumerate() {
            let (before, after) =
                (body.get(..at).unwrap_or_default(), body.get(at.saturating_add(1)..).unwrap_or_default());
            match byte {
                b'*' => {
                    let path = format!("{before}*");
                    let query = body.get(at..).unwrap_or_default();
                    ways.push(join(path_test(&path), query_test(query), &path));
                }
                b'?' => {
                    let query = match after {
                        "*" => Some("request.query != ''".to_owned()),
                        after => query_test(after),
                    };
                    ways.push(join(path_test(before), query, before));
                    break;
                }
                _ => {}
            }
        }
        if !body.contains('?') && !body.ends_with('*') {
            ways.push(join(path_test(&body), Some("request.query == ''".to_owned()), &body));
        }
        if ways.contains(&Way::Always) {
            return Ok(vec![Way::Always]);
        }
        ways.sort();
        ways.dedup();
        Ok(ways)
    }
}

fn join(path: Option<String>, query: Option<String>, pattern: &str) -> Way {
    match (path, query) {
        (None, None) => Way::Always,
        (Some(path), Some(query)) => Way::Tests(vec![path, query]),
        (None, Some(test)) => Way::Tests(vec![test]),
        (Some(test), None) => match pattern.strip_suffix('*').filter(|start| !start.contains('*')) {
            Some(start) => Way::Starts(start.to_owned()),
            None => Way::Tests(vec![test]),
        },
    }
}

/// The test of the path; `None`: every path passes it.
fn path_test(pattern: &str) -> Option<String> {
    if matches!(pattern, "*" | "/*") { None } else { Some(test("request.path", pattern)) }
}

fn query_test(pattern: &str) -> Option<String> {
    if pattern == "*" { None } else { Some(test("request.query", pattern)) }
}

fn test(variable: &str, pattern: &str) -> String {
    if pattern.contains('*') {
        format!("{variable}.glob({})", quote(pattern))
    } else {
        format!("{variable} == {}", quote(pattern))
    }
}

/// Percent-encoded unreserved bytes decoded, the hex digits of the others in upper case, bytes beyond ASCII encoded (RFC 3986, 6.2.2).
fn normal(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    let mut rest = text.as_bytes();
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        let encoded = tail.get(..2).filter(|_| *byte == b'%').and_then(|digits| std::str::from_utf8(digits).ok());
        let value = encoded.filter(|digits| digits.bytes().all(|b| b.is_ascii_hexdigit()));
        match value.and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
            Some(value) => {
                rest = tail.get(2..).unwrap_or_default();
                if value.is_ascii_alphanumeric() || matches!(value, b'-' | b'.' | b'_' | b'~') {
                    out.push(char::from(value));
                } else {
                    out.push_str(&format!("%{value:02X}"));
                }
            }
            None if byte.is_ascii_graphic() => out.push(char::from(*byte)),
            None => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
