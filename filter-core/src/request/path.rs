//! The path as sent, and one normal form for matching.

use crate::bytes;
use crate::limits;

/// Path and query. What was sent is kept; rules and signals match the normal form.
///
/// Normal form: percent-encoded unreserved characters decoded, dot segments removed (RFC 3986, 6.2.2), empty segments
/// merged, `\` read as `/`. At most [`limits::PATH`] bytes; a longer path's rest is cut off.
#[derive(Debug)]
pub struct Path<'a> {
    sent: &'a [u8],
    query: Option<&'a [u8]>,
    has_fragment: bool,
    normal: Normal<'a>,
}

#[derive(Debug)]
enum Normal<'a> {
    AsSent(&'a [u8]),
    Rewritten(alloc::boxed::Box<[u8]>),
}

impl<'a> Path<'a> {
    pub(crate) fn new(target: &'a [u8]) -> Self {
        let fragment = bytes::find(target, b"#");
        let target = origin_form(fragment.and_then(|at| target.get(..at)).unwrap_or(target));
        let (sent, query) = match target.iter().position(|b| *b == b'?') {
            Some(at) => (target.get(..at).unwrap_or(target), target.get(at.saturating_add(1)..)),
            None => (target, None),
        };
        let bounded = sent.get(..limits::PATH).unwrap_or(sent);
        let normal = if is_normal(bounded) { Normal::AsSent(bounded) } else { Normal::Rewritten(normalise(bounded)) };
        Path { sent, query, has_fragment: fragment.is_some(), normal }
    }

    /// The path as sent, without the query.
    pub fn sent(&self) -> &'a [u8] {
        self.sent
    }

    /// The query as sent, without `?`.
    pub fn query(&self) -> Option<&'a [u8]> {
        self.query
    }

    /// The normal form.
    pub fn normalised(&self) -> &[u8] {
        match &self.normal {
            Normal::AsSent(path) => path,
            Normal::Rewritten(path) => path,
        }
    }

    /// What was sent is not in normal form.
    pub fn was_rewritten(&self) -> bool {
        matches!(self.normal, Normal::Rewritten(_))
    }

    /// Whether servers read this path in different ways, as `/public/..;/admin`, which is `/admin` to some: dot segments, path
    /// parameters (`;`), `\\`, a fragment, control characters, a `%` that encodes nothing, encoded bytes that mean something
    /// in a URL (`%2F`, `%5C`, `%3B`, `%3F`, `%23`, `%25`, `%00`), or more than [`limits::PATH`]. Such a path earns nothing.
    pub fn is_ambiguous(&self) -> bool {
        self.has_fragment || self.sent.len() > limits::PATH || has_two_readings(self.sent)
    }

    /// The path ends like something that pages embed: a style, script, image, font or medium.
    pub fn is_asset(&self) -> bool {
        super::kind::is_asset_path(self.normalised())
    }

    /// The last segment's extension, if it has one.
    pub fn extension(&self) -> Option<&[u8]> {
        let last = self.normalised().rsplit(|b| *b == b'/').next()?;
        let dot = last.iter().rposition(|b| *b == b'.')?;
        last.get(dot.saturating_add(1)..).filter(|extension| !extension.is_empty() && dot > 0)
    }
}

/// `https://shop.example/a` as `/a` (RFC 9112, 3.2.2): proxies and logs have the absolute form.
fn origin_form(target: &[u8]) -> &[u8] {
    if target.starts_with(b"/") {
        return target;
    }
    let rest = [&b"http://"[..], b"https://"].iter().find_map(|scheme| {
        target.get(..scheme.len()).filter(|start| start.eq_ignore_ascii_case(scheme))?;
        target.get(scheme.len()..)
    });
    match rest {
        Some(rest) => rest.iter().position(|b| *b == b'/').and_then(|at| rest.get(at..)).unwrap_or(b"/"),
        None => target,
    }
}

/// Nothing to do, which is nearly always so: then nothing is copied.
fn is_normal(path: &[u8]) -> bool {
    let mut previous = 0u8;
    for byte in path {
        match (*byte, previous) {
            (b'%' | b'\\', _) | (b'/' | b'.', b'/') => return false,
            _ => previous = *byte,
        }
    }
    true
}

#[inline(never)] // seldom
fn normalise(path: &[u8]) -> alloc::boxed::Box<[u8]> {
    let decoded = decode_unreserved(path);
    let mut out = alloc::vec::Vec::with_capacity(decoded.len());
    let mut segments = decoded.split(|b| *b == b'/').peekable();
    while let Some(segment) = segments.next() {
        let last = segments.peek().is_none();
        match segment {
            b"" | b"." if !last => {}
            b"" | b"." => out.push(b'/'),
            b".." => {
                let parent = out.iter().rposition(|b| *b == b'/').unwrap_or(0);
                out.truncate(parent);
                if last {
                    out.push(b'/');
                }
            }
            segment => {
                out.push(b'/');
                out.extend_from_slice(segment);
            }
        }
    }
    out.into_boxed_slice()
}

fn decode_unreserved(path: &[u8]) -> alloc::vec::Vec<u8> {
    let mut out = alloc::vec::Vec::with_capacity(path.len());
    let mut rest = path;
    while let Some((byte, tail)) = rest.split_first() {
        rest = tail;
        match (*byte, tail) {
            (b'\\', _) => out.push(b'/'),
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(h), Some(l)) => {
                    let value = h.wrapping_shl(4) | l;
                    if value.is_ascii_alphanumeric() || matches!(value, b'-' | b'.' | b'_' | b'~') {
                        out.push(value);
                    } else {
                        out.extend_from_slice(&[b'%', high.to_ascii_uppercase(), low.to_ascii_uppercase()]);
                    }
                    rest = after;
                }
                _ => out.push(b'%'),
            },
            (other, _) => out.push(other),
        }
    }
    out
}

fn has_two_readings(path: &[u8]) -> bool {
    // Bytes since the last `/`, as long as they are dots; more than two do no harm.
    let mut dots = Some(0u8);
    let mut rest = path;
    while let Some((first, tail)) = rest.split_first() {
        let (byte, is_encoded, after) = match (*first, tail) {
            (b'%', [high, low, after @ ..]) => match (hex(*high), hex(*low)) {
                (Some(high), Some(low)) => (high.wrapping_shl(4) | low, true, after),
                _ => return true,
            },
            (b'%', _) => return true,
            (byte, after) => (byte, false, after),
        };
        rest = after;
        dots = match byte {
            b'/' if !is_encoded && !matches!(dots, Some(1 | 2)) => Some(0),
            b'/' | b'\\' | b';' | b'?' | b'#' | b'%' | 0x7f | 0..0x20 => return true,
            b'.' => dots.map(|count| count.saturating_add(1)),
            _ => None,
        };
    }
    matches!(dots, Some(1 | 2))
}

fn hex(digit: u8) -> Option<u8> {
    char::from(digit).to_digit(16).and_then(|value| u8::try_from(value).ok())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn normal(path: &str) -> alloc::string::String {
        alloc::string::String::from_utf8_lossy(Path::new(path.as_bytes()).normalised()).into_owned()
    }

    #[test]
    fn one_form() {
        let cases = [
            ("/a/b", "/a/b"),
            ("/", "/"),
            ("", ""),
            ("*", "*"),
            ("//a//b/", "/a/b/"),
            ("/a/./b", "/a/b"),
            ("/a/../b", "/b"),
            ("/../../etc/passwd", "/etc/passwd"),
            ("/%2e%2E/x", "/x"),
            ("/%2eenv", "/.env"),
            ("/a%2fb", "/a%2Fb"),
            ("/100%", "/100%"),
            ("/%zz", "/%zz"),
            ("/a\\..\\b", "/b"),
            ("/a/..", "/"),
            ("/.env", "/.env"),
            ("/a/.", "/a/"),
        ];
        for (sent, expected) in cases {
            assert_eq!(normal(sent), expected, "{sent}");
        }
    }

    #[test]
    fn what_was_sent_stays() {
        let path = Path::new(b"/a/../b.JS?x=/../y#z");
        assert_eq!(
            (path.sent(), path.query(), path.normalised()),
            (&b"/a/../b.JS"[..], Some(&b"x=/../y"[..]), &b"/b.JS"[..])
        );
        assert_eq!(path.extension(), Some(&b"JS"[..]));
        assert_eq!(Path::new(b"/.env").extension(), None);
    }

    #[test]
    fn two_readings() {
        let clear = [
            "/",
            "/a/b.js",
            "//a//b",
            "/%7Euser",
            "/caf%C3%A9",
            "/a%20b",
            "/a+b,c=d@e",
            "/x?y=;/../%2F",
            "/.env",
            "/...",
            "",
        ];
        for path in clear {
            assert!(!Path::new(path.as_bytes()).is_ambiguous(), "{path}");
        }
        let two = [
            "/public/../admin",
            "/public/%2e%2e/admin",
            "/public/.%2E/admin",
            "/a/.",
            "/public/..;/admin",
            "/admin;x=.css",
            "/public%2F..%2fadmin",
            "/a%5Cb",
            "/a\\b",
            "/a%00.css",
            "/a%0ab",
            "/%252e%252e/",
            "/a%3Bb",
            "/a%3fb",
            "/a%23b",
            "/a#b",
            "/100%",
            "/%zz",
            "/a\x01b",
            "/a%7f",
        ];
        for path in two {
            assert!(Path::new(path.as_bytes()).is_ambiguous(), "{path}");
        }
        assert!(Path::new(&[b'/'; limits::PATH + 1]).is_ambiguous());
    }

    #[test]
    fn normalising_twice_changes_nothing() {
        proptest::proptest!(|(path in "[/.%2eaF\\\\]{0,24}")| {
            let once = normal(&path);
            // `%25` is not decoded, so a second round has nothing new to decode.
            proptest::prop_assert_eq!(normal(&once), once);
        });
    }
}
