//! Browsers send `gzip, deflate` on plain transport and add `br` and `zstd` over TLS, in that order and spelling. A
//! list with other codings, another order or no space comes from a library. `gzip` alone also comes from filtering
//! proxies (21 of 20,000 visitors), and other cut-down lists do (40 of 20,000): they are not counted here.

use crate::fingerprint::Engine;
use crate::request::HeaderName;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accept_encoding_foreign",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "an Accept-Encoding no browser sends",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 39 in 1851, recorded automation 21 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
accept-encoding: gzip,deflate",
            "like chromium_navigation
accept-encoding: deflate, gzip",
            "like chromium_navigation
accept-encoding: *",
            "like chromium_navigation
accept-encoding: identity",
        ],
        silent: &[
            "like chromium_script
accept-encoding: identity;q=1, *;q=0
range: bytes=0-",
            "like chromium_navigation
accept-encoding: gzip",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    let sent = seen.header(HeaderName::AcceptEncoding).present()?;
    let known = matches!(
        sent,
        b"gzip, deflate, br, zstd"
            | b"gzip, deflate, br"
            | b"gzip, deflate"
            | b"gzip"
            | b"gzip, deflate, zstd"
            | b"gzip, br"
            | b"gzip, deflate, br, identity"
            | b"gzip, deflate, identity"
            | b"gzip, deflate, sdch"
            | b"gzip, deflate, sdch, br"
            | b"identity;q=1, *;q=0"
            | b"gzip, deflate, br, zstd, dcb, dcz"
            | b"gzip, deflate, br, dcb"
            | b"dcb, dcz, gzip, deflate, br, zstd"
    );
    let range = sent == b"identity" && seen.header(HeaderName::Range).is_present();
    (!known && !range && claim.engine != Engine::Legacy)
        .then(|| Detail::new("claims {}, Accept-Encoding is `{}`").word(claim.family.as_str()).with(sent))
}
