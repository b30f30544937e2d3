//! Site `none` means a typed address, a bookmark or a new tab: such a navigation is always GET. A POST with it comes
//! from a script that replays one set of headers.

use crate::facts::Fact;
use crate::request::{HeaderName, Method};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "post_site_none",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a POST that no page sent",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 33 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_form_post
sec-fetch-site: none"],
        silent: &["like chromium_form_post"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let writes = matches!(seen.request.method, Method::Post | Method::Put | Method::Patch | Method::Delete);
    let none = seen.header(HeaderName::SecFetchSite) == Fact::Present(b"none");
    (writes && none).then(|| Detail::new("{} with sec-fetch-site none").with(seen.request.facts.method))
}
