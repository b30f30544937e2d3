//! Chromium since 70, Firefox since 63 and Safari since 12.1 offer TLS 1.3. Company proxies that open TLS may not.

use crate::fingerprint::Engine;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "tls_version_old",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 3_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a current browser with old TLS",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 16 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@ja4=t12d1516h2_8daaf6152771_7e5f9ed09ed7
@tls=1.2"],
        silent: &["like chromium_navigation
@tls=1.2"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    let hello = seen.fingerprint.ja4?;
    let since = match claim.engine {
        Engine::Chromium => 70,
        Engine::Gecko => 63,
        Engine::WebKit => 13,
        Engine::Legacy | Engine::None => return None,
    };
    (claim.engine_major.is_some_and(|major| major >= since) && !hello.offers_tls_1_3())
        .then(|| Detail::new("claims {}, offers at most TLS {}").word(claim.family.as_str()).with(hello.version))
}
