//! Browsers send Origin with every POST (WHATWG Fetch, 3.2; Firefox since 70), `null` where policy hides it.

use crate::fingerprint::Engine;
use crate::request::{HeaderName, Method};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "origin_missing_on_post",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a browser's POST without Origin",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 7 in 1851, recorded automation 45 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_form_post
-origin",
            "like firefox_fetch
-origin",
        ],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| seen.request.method == Method::Post)?;
    let since = match claim.engine {
        Engine::Chromium | Engine::Gecko => 83,
        Engine::WebKit => 13,
        Engine::Legacy | Engine::None => return None,
    };
    (claim.engine_major.is_some_and(|major| major >= since) && seen.header(HeaderName::Origin).is_absent())
        .then(|| Detail::new("claims {}, POST without Origin").word(claim.family.as_str()))
}
