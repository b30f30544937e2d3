//! Over TLS, `zstd` came with Chromium 123 and Firefox 126 and `br` long before; on plain transport neither is
//! offered. Enterprise policy and filtering proxies shorten the list, so this is weak where something is missing.

use crate::bytes;
use crate::fingerprint::Engine;
use crate::request::HeaderName;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accept_encoding_version",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 1_800,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "an Accept-Encoding of another version",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 214 in 20139 requests, honeypot's browser claims 1 in 1851, recorded automation 17 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
accept-encoding: gzip, deflate, br",
            "like chromium_h1_navigation
accept-encoding: gzip, deflate",
            "like chromium_plain_navigation
accept-encoding: gzip, deflate, br",
        ],
        silent: &["like safari_navigation"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    let secure = seen.request.secure.present()?;
    let sent = seen.header(HeaderName::AcceptEncoding).present().filter(|sent| sent.starts_with(b"gzip, deflate"))?;
    let major = claim.engine_major?;
    let (offers_br, offers_zstd) = (bytes::contains(sent, b"br"), bytes::contains(sent, b"zstd"));
    let zstd_since = match claim.engine {
        Engine::Chromium => 123,
        Engine::Gecko => 126,
        _ => u32::MAX,
    };
    let odd = match secure {
        true => {
            (!offers_br && major >= 60)
                || (major >= zstd_since && !offers_zstd)
                || (offers_zstd && zstd_since != u32::MAX && major < zstd_since)
        }
        false => (offers_br || offers_zstd) && claim.engine != Engine::WebKit,
    };
    odd.then(|| Detail::new("claims {} {}, Accept-Encoding is `{}`").word(claim.engine.as_str()).with(major).with(sent))
}
