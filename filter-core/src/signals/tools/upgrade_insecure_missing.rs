//! Chromium since 44 and Firefox since 42 send `upgrade-insecure-requests: 1` with every navigation.

use crate::facts::Fact;
use crate::fingerprint::Engine;
use crate::request::HeaderName;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "upgrade_insecure_missing",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a page load without Upgrade-Insecure-Requests",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 67 in 1851, recorded automation 47 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
-upgrade-insecure-requests",
            "like firefox_navigation
-upgrade-insecure-requests",
        ],
        silent: &["like safari_navigation"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| seen.is_page_load() && !seen.is_embedded())?;
    let sends =
        matches!(claim.engine, Engine::Chromium | Engine::Gecko) && claim.engine_major.is_some_and(|major| major >= 44);
    let document = matches!(
        seen.header(HeaderName::SecFetchDest),
        Fact::Present(b"document" | b"iframe") | Fact::Absent | Fact::Unknown
    );
    (sends && document && seen.header(HeaderName::UpgradeInsecureRequests).is_absent())
        .then(|| Detail::new("claims {}, loads a page, no Upgrade-Insecure-Requests").word(claim.family.as_str()))
}
