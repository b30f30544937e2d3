//! A page load accepts `text/html` first, in every browser.

use crate::request::{HeaderName, RequestKind};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accept_not_page",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 5_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a page load that does not accept pages",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
accept: */*",
            "like firefox_navigation
accept: application/json",
        ],
        silent: &["like chromium_plain_fetch"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    let navigates = matches!(seen.request.kind, RequestKind::Navigation | RequestKind::FormPost);
    let accept = seen.header(HeaderName::Accept).present().filter(|_| navigates)?;
    (!accept.starts_with(b"text/html"))
        .then(|| Detail::new("claims {}, loads a page, accepts `{}`").word(claim.family.as_str()).with(accept))
}
