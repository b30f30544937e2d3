//! Chromium since 80, Firefox since 90 and Safari since 16.4 send `sec-fetch-site`, `-mode` and `-dest` with every
//! request to a secure origin. Preflights carry them too; WebSockets do not in Chromium.

use crate::fingerprint::Engine;
use crate::request::{HeaderName, RequestKind};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "sec_fetch_missing",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "no Fetch Metadata from a browser that sends it",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 71 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
-sec-fetch-site
-sec-fetch-mode
-sec-fetch-user
-sec-fetch-dest",
        ],
        silent: &[
            "like chromium_plain_navigation",
            "like safari_navigation
-sec-fetch-site
-sec-fetch-mode
-sec-fetch-dest
user-agent: Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/15.5 Safari/605.1.15",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| seen.request.is_secure() && !seen.is_embedded())?;
    let since = match claim.engine {
        Engine::Chromium => 80,
        Engine::Gecko => 90,
        // 16.4, and iOS majors say nothing of the minor.
        Engine::WebKit => 17,
        Engine::Legacy | Engine::None => return None,
    };
    let major = claim.engine_major.filter(|major| *major >= since)?;
    let absent = |name| seen.header(name).is_absent();
    let missing =
        absent(HeaderName::SecFetchSite) && absent(HeaderName::SecFetchMode) && absent(HeaderName::SecFetchDest);
    (missing && seen.request.kind != RequestKind::WebSocket)
        .then(|| Detail::new("claims {} {}, no sec-fetch headers").word(claim.engine.as_str()).with(major))
}
