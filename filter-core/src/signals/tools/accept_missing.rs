//! Every browser sends Accept with every request but WebSockets (WHATWG Fetch, 4.1).

use crate::request::{HeaderName, RequestKind};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accept_missing",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a browser without Accept",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 454 in 1851, recorded automation 43 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
-accept"],
        silent: &["like chromium_websocket"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| seen.request.kind != RequestKind::WebSocket)?;
    seen.header(HeaderName::Accept).is_absent().then(|| Detail::new("claims {}, no Accept").word(claim.family.as_str()))
}
