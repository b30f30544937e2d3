//! HTTP/2 stacks write the pseudo headers in their own order: Chromium `masp` (method, authority, scheme, path),
//! Firefox `mpas`, Safari `mspa` and since 18 `msap`.

use crate::facts::Fact;
use crate::fingerprint::Engine;
use crate::request::HttpVersion;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "pseudo_header_order",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "HTTP/2 pseudo headers in another engine's order",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 46 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
@pseudo=mpas",
            "like firefox_navigation
@pseudo=masp",
            "like safari_navigation
@pseudo=masp",
        ],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| seen.request.version == Fact::Present(HttpVersion::V2))?;
    let order = seen.request.facts.pseudo_order.present().filter(|order| order.len() == 4)?;
    let own: &[&[u8]] = match claim.engine {
        Engine::Chromium => &[b"masp"],
        Engine::Gecko => &[b"mpas"],
        Engine::WebKit => &[b"mspa", b"msap"],
        Engine::Legacy | Engine::None => return None,
    };
    (!own.contains(&order))
        .then(|| Detail::new("claims {}, pseudo headers in order {}").word(claim.engine.as_str()).with(order))
}
