//! The cipher part of JA4 is the same for all versions of an engine with TLS 1.3: Chromium `8daaf6152771`, Firefox
//! `5b57614c22b0` and since 150 `86a278354501` (Tor Browser and the newest share Chromium's), Safari `a09f3c656075`.
//! Antivirus and company proxies open TLS and show their own (4 to 11 % of visits: Durumeric et al., NDSS 2017), so
//! this needs other evidence beside it.

use crate::fingerprint::Engine;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "tls_ciphers",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 2_400,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "TLS ciphers of another program",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 138 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
@ja4=t13d3112h2_e8f1e7e78f70_b26ce05bbdd6",
            "like firefox_navigation
@ja4=t13d2014h2_a09f3c656075_e42f34c56612",
        ],
        silent: &["like chromium_navigation
@ja4_by=envoy
@ja4=t13d1517h2_8daaf6152771_e1c1a5ac2a37"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    let hello = seen.fingerprint.ja4?;
    let current = match claim.engine {
        Engine::Chromium => claim.engine_major.is_some_and(|major| major >= 83),
        Engine::Gecko => claim.engine_major.is_some_and(|major| major >= 100),
        Engine::WebKit => claim.engine_major.is_some_and(|major| major >= 15),
        Engine::Legacy | Engine::None => false,
    };
    (current && !hello.fits(claim.engine))
        .then(|| Detail::new("claims {}, TLS ciphers are {}").word(claim.engine.as_str()).with(hello.ciphers))
}
