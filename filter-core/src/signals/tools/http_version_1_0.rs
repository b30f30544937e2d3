//! No browser of this century speaks HTTP/1.0; old proxies do.

use crate::facts::Fact;
use crate::request::{HeaderName, HttpVersion};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "http_version_1_0",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a browser that speaks HTTP/1.0",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_plain_navigation
@version=1.0"],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| seen.request.version == Fact::Present(HttpVersion::V1_0))?;
    seen.header(HeaderName::Via).is_absent().then(|| Detail::new("claims {}, HTTP/1.0").word(claim.family.as_str()))
}
