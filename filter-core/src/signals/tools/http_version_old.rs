//! Over TLS a current browser negotiates HTTP/2 with any host that offers it. Filtering proxies fall back to HTTP/1.1
//! (116 of 15,170 Chrome visitors), so this is weak alone; WebSockets use HTTP/1.1 by design.

use crate::fingerprint::Engine;
use crate::request::{HttpVersion, RequestKind};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "http_version_old",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 1_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a current browser that does not use HTTP/2",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 165 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "GET https://shop.example/ HTTP/1.1\nuser-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
        ],
        silent: &["like chromium_h1_navigation", "like chromium_websocket", "like chromium_plain_navigation"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| seen.request.is_secure() && seen.request.kind != RequestKind::WebSocket)?;
    let version = seen.request.version.present().filter(|version| *version <= HttpVersion::V1_1)?;
    // Where JA4 is known it says what was offered, and `tls_alpn` judges that.
    let offer_known = seen.request.tls().ja4.is_present();
    let current = claim.engine_major.is_some_and(|major| major >= 60 || claim.engine == Engine::WebKit);
    (current && !offer_known).then(|| {
        Detail::new("claims {} over TLS, HTTP/{}, not HTTP/2").word(claim.family.as_str()).word(version.as_str())
    })
}
