//! Every current browser offers `h2` in ALPN on its ordinary connections; WebSocket connections offer HTTP/1.1 alone.
//! QtWebEngine and company proxies do not offer it either.

use crate::fingerprint::Engine;
use crate::request::RequestKind;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "tls_alpn",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 1_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a current browser that offers no HTTP/2",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 85 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_h1_navigation
@ja4=t13d1516h1_8daaf6152771_02713d6af862"],
        silent: &["like chromium_websocket"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|claim| claim.engine != Engine::Legacy)?;
    let hello = seen.fingerprint.ja4?;
    let current = claim.engine_major.is_some_and(|major| major >= 60 || claim.engine == Engine::WebKit);
    (current && !hello.offers_http2() && seen.request.kind != RequestKind::WebSocket)
        .then(|| Detail::new("claims {}, ALPN offers `{}`").word(claim.family.as_str()).with(hello.alpn))
}
