//! Every browser asks for compression. Only media requests with a range ask for `identity`.

use crate::request::HeaderName;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accept_encoding_missing",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a browser without Accept-Encoding",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 1 in 20139 requests, honeypot's browser claims 113 in 1851, recorded automation 39 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
-accept-encoding"],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    seen.header(HeaderName::AcceptEncoding)
        .is_absent()
        .then(|| Detail::new("claims {}, no Accept-Encoding").word(claim.family.as_str()))
}
