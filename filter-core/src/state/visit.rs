//! What one request adds to the records it touches.

use super::Branch;
use super::merge::Merge;
use crate::facts::Fact;
use crate::fingerprint::credentials::Attempt;
use crate::fingerprint::{Family, Fingerprint};
use crate::request::{HeaderName, Method, Request, RequestKind};

/// What a request is, as far as behaviour goes. The number is the place in [`Client::acts`](super::Client::acts).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Act {
    /// A page, or something that could be one.
    Page,
    /// What pages embed.
    Asset,
    /// A call by a script or an app.
    Call,
    /// A form that is sent off.
    Form,
    /// A preflight, a handshake, a probe by HEAD.
    Other,
}

impl Act {
    /// How many there are.
    pub const COUNT: usize = Act::Other as usize + 1;

    fn of(request: &Request<'_>) -> Self {
        match (request.kind, request.method) {
            (RequestKind::Asset, _) => Act::Asset,
            (RequestKind::FormPost, _) => Act::Form,
            (RequestKind::Fetch, _) => Act::Call,
            (RequestKind::Preflight | RequestKind::WebSocket, _) => Act::Other,
            (RequestKind::Unknown, Method::Get) if is_in_asset_folder(request.path.normalised()) => Act::Asset,
            (RequestKind::Navigation | RequestKind::Unknown, Method::Get) => Act::Page,
            (RequestKind::Navigation | RequestKind::Unknown, Method::Head | Method::Options) => Act::Other,
            (RequestKind::Navigation | RequestKind::Unknown, _) => Act::Form,
        }
    }
}

/// What a request or its answer has shown, one bit each. Bits stay set while a record lives; only what was seen sets one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown(u16);

#[allow(missing_docs, reason = "each bit's name says it")]
impl Shown {
    pub const COOKIE: Shown = Shown(1);
    pub const REFERER: Shown = Shown(1 << 1);
    /// `If-None-Match` or `If-Modified-Since`: it keeps what it fetched.
    pub const CONDITIONAL: Shown = Shown(1 << 2);
    pub const RANGE: Shown = Shown(1 << 3);
    pub const AUTHORIZATION: Shown = Shown(1 << 4);
    pub const ROBOTS_TXT: Shown = Shown(1 << 5);
    pub const FAVICON: Shown = Shown(1 << 6);
    /// An answer set a cookie.
    pub const COOKIE_GIVEN: Shown = Shown(1 << 7);
    /// A cookie came after one was given.
    pub const COOKIE_KEPT: Shown = Shown(1 << 8);
    /// An answer carried a validator, so that a conditional request would have been possible.
    pub const VALIDATOR_GIVEN: Shown = Shown(1 << 9);

    /// Whether all bits of `other` are set.
    pub fn has(self, other: Shown) -> bool {
        self.0 & other.0 == other.0
    }

    /// Sets the bits of `other`.
    pub fn set(&mut self, other: Shown) {
        self.0 |= other.0;
    }

    /// What a request shows, and what of that its host cannot see.
    fn of(request: &Request<'_>) -> (Self, Self) {
        const HEADERS: [(HeaderName, Shown); 6] = [
            (HeaderName::Cookie, Shown::COOKIE),
            (HeaderName::Referer, Shown::REFERER),
            (HeaderName::IfNoneMatch, Shown::CONDITIONAL),
            (HeaderName::IfModifiedSince, Shown::CONDITIONAL),
            (HeaderName::Range, Shown::RANGE),
            (HeaderName::Authorization, Shown::AUTHORIZATION),
        ];
        let (mut shown, mut hidden) = (Shown::default(), Shown::default());
        for (name, bit) in HEADERS {
            match request.header(name) {
                Fact::Present(value) if !value.is_empty() => shown.set(bit),
                Fact::Present(_) | Fact::Absent => {}
                Fact::Unknown => hidden.set(bit),
            }
        }
        match request.path.normalised() {
            b"/robots.txt" => shown.set(Shown::ROBOTS_TXT),
            b"/favicon.ico" => shown.set(Shown::FAVICON),
            _ => {}
        }
        (shown, hidden)
    }
}

impl Merge for Shown {
    fn merge(&mut self, other: &Self) {
        self.set(*other);
    }
}

fields!(Shown { 0: u16 });

/// One request as records count it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Visit {
    /// When it was judged; milliseconds since the epoch.
    pub at: u64,
    /// What it is.
    pub act: Act,
    /// What it shows.
    pub shown: Shown,
    /// What this host cannot see, shown or not.
    pub hidden: Shown,
    /// Keyed hash of the path in its normal form, without the query.
    pub path: u64,
    /// Keyed hash of path and query.
    pub target: u64,
    /// The last number in path or query, if there is one: identifiers are walked through by number.
    pub number: Option<u64>,
    /// Where in the site's tree of pages it goes.
    pub branch: Branch,
    /// It says itself that it loads a page; where it does not, what follows another page at once may be a part of that page.
    pub is_navigation: bool,
    /// It sends something off: a form, or a call that is no question.
    pub is_sent: bool,
    /// Another site's page has it sent, by the browser's own word: its visitor need not know.
    pub is_foreign: bool,
    /// Its sender says that it is a program.
    pub is_declared: bool,
    /// It logs in or signs up.
    pub attempt: Option<Attempt>,
}

impl Visit {
    pub(super) fn of(request: &Request<'_>, fingerprint: &Fingerprint<'_>, now: u64, path: u64, target: u64) -> Self {
        let query = request.path.query().and_then(last_number);
        let (shown, hidden) = Shown::of(request);
        Visit {
            at: now,
            act: Act::of(request),
            shown,
            hidden,
            path,
            target,
            number: query.or_else(|| last_number(request.path.normalised())),
            branch: Branch::of(request.path.normalised()),
            is_navigation: matches!(request.kind, RequestKind::Navigation | RequestKind::FormPost),
            is_sent: !matches!(request.method, Method::Get | Method::Head | Method::Options),
            is_foreign: request.header(HeaderName::SecFetchSite).present() == Some(b"cross-site"),
            is_declared: fingerprint.named.is_some() || fingerprint.claim.family == Family::Tool,
            attempt: None,
        }
    }

    /// A page or form, `pause` milliseconds after the one before: what people do. Scripts' calls come by clocks of their own.
    pub(super) fn is_step(&self, pause: u64) -> bool {
        matches!(self.act, Act::Page | Act::Form) && (self.is_navigation || pause >= EMBEDDED)
    }

    /// A person or program did something, and not a page that fetches what it embeds.
    pub fn is_act(&self) -> bool {
        matches!(self.act, Act::Page | Act::Call | Act::Form)
    }
}

/// Folders of what pages embed, by the names that sites give them; pictures there often have no extension.
const ASSET_FOLDERS: [&[u8]; 9] =
    [b"image", b"images", b"img", b"static", b"assets", b"media", b"thumbs", b"thumbnails", b"avatars"];

fn is_in_asset_folder(path: &[u8]) -> bool {
    let mut segments = path.split(|byte| *byte == b'/').skip(1);
    segments.next().is_some_and(|first| ASSET_FOLDERS.contains(&first)) && segments.next().is_some()
}

/// Milliseconds within which a page's parts follow it. Those without an extension (pictures, frames) look like pages in logs.
const EMBEDDED: u64 = 500;

/// Digits of an identifier that counts up; longer ones are hashes or times.
const DIGITS: usize = 12;

/// The last run of digits that stands for itself: `/item/42`, `id=42`, `page-42.html`.
fn last_number(text: &[u8]) -> Option<u64> {
    let text = text.get(text.len().saturating_sub(128)..)?;
    let run = text.split(|byte| !byte.is_ascii_alphanumeric()).rev();
    let number = run.take(16).find(|run| (1..=DIGITS).contains(&run.len()) && run.iter().all(u8::is_ascii_digit))?;
    number.iter().try_fold(0u64, |n, digit| n.checked_mul(10)?.checked_add(u64::from(digit.wrapping_sub(b'0'))))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn numbers_in_paths() {
        let cases: [(&[u8], Option<u64>); 8] = [
            (b"/item/42", Some(42)),
            (b"/item/42/reviews", Some(42)),
            (b"/page-7.html", Some(7)),
            (b"id=3&x=abc", Some(3)),
            (b"/a1b2", None),
            (b"/", None),
            (b"/1234567890123", None),
            (b"", None),
        ];
        for (text, expected) in cases {
            assert_eq!(last_number(text), expected, "{}", text.escape_ascii());
        }
    }
}
