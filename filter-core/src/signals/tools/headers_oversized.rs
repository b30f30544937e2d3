//! A browser sends 10 to 30 header lines. More than are looked at is a probe or a broken proxy.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "headers_oversized",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "more headers than any browser sends",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors { fires: &["like chromium_navigation\n@headers=200"], silent: &[] },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let count = u32::try_from(seen.request.facts.headers.len()).unwrap_or(u32::MAX);
    seen.request.headers.is_truncated().then(|| Detail::new("{} header lines").with(count))
}
