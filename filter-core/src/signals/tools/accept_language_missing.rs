//! Every browser with a window names a language on page loads; Chromium's headless shell and most libraries do not.

use crate::request::{HeaderName, RequestKind};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accept_language_missing",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a page load without a language",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 43 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
-accept-language",
            "like firefox_navigation
-accept-language",
        ],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    let page = matches!(seen.request.kind, RequestKind::Navigation | RequestKind::FormPost);
    (page && seen.header(HeaderName::AcceptLanguage).is_absent())
        .then(|| Detail::new("claims {}, loads a page, no Accept-Language").word(claim.family.as_str()))
}
