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
    normal: Normal<'a>,
}

#[derive(Debug)]
enum Normal<'a> {
    AsSent(&'a [u8]),
    Rewritten(alloc::boxed::Box<[u8]>),
}

impl<'a> Path<'a> {
    pub(crate) fn new(target: &'a [u8]) -> Self {
        let target = bytes::find(target, b"#").and_then(|at| target.get(..at)).unwrap_or(target);
        let target = origin_form(target);
        let (sent, query) = match target.iter().position(|b| *b == b'?') {
            Some(at) => (target.get(..at).unwrap_or(target), target.get(at.saturating_add(1)..)),
            None => (target, None),
        };
        let bounded = sent.get(..limits::PATH).unwrap_or(sent);
        let normal = if is_normal(bounded) { Normal::AsSent(bounded) } else { Normal::Rewritten(normalise(bounded)) };
        Path { sent, query, normal }
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
    fn normalising_twice_changes_nothing() {
        proptest::proptest!(|(path in "[/.%2eaF\\\\]{0,24}")| {
            let once = normal(&path);
            // `%25` is not decoded, so a second round has nothing new to decode.
            proptest::prop_assert_eq!(normal(&once), once);
        });
    }
}
