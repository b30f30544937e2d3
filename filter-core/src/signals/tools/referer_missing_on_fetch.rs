//! A fetch from a page of the same origin carries its Referer, unless the site's policy or the visitor's settings
//! remove it.

use crate::facts::Fact;
use crate::request::{HeaderName, RequestKind};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "referer_missing_on_fetch",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 1_200,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a same-origin fetch without Referer",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 8 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_fetch
-referer"],
        silent: &["like chromium_navigation"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    seen.browser().filter(|_| seen.request.kind == RequestKind::Fetch)?;
    let same = seen.header(HeaderName::SecFetchSite) == Fact::Present(b"same-origin");
    (same && seen.header(HeaderName::Referer).is_absent()).then(|| Detail::new("same-origin fetch without Referer"))
}
