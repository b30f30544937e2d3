//! Chromium since 124 and Firefox since 128 send `priority: u=0, i` (RFC 9218) with page loads over HTTP/2.

use crate::facts::Fact;
use crate::fingerprint::Engine;
use crate::request::{HeaderName, HttpVersion};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "priority_missing",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 2_800,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a page load over HTTP/2 without Priority",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 28 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
-priority",
            "like firefox_navigation
-priority",
        ],
        silent: &["like chromium_script", "like chromium_h1_navigation"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| seen.is_page_load() && !seen.is_embedded())?;
    let since = match claim.engine {
        Engine::Chromium => 125,
        Engine::Gecko => 129,
        _ => return None,
    };
    let expected = seen.request.version == Fact::Present(HttpVersion::V2)
        && claim.engine_major.is_some_and(|major| major >= since);
    (expected && seen.header(HeaderName::Priority).is_absent())
        .then(|| Detail::new("claims {}, loads a page over HTTP/2, no Priority").word(claim.family.as_str()))
}
