//! Chromium since 152 adds a random (GREASE, RFC 8701) value to its signature algorithms. Envoy's JA4 counts it and so
//! shows one of 16 values; the value without it, `cb7bf5808d99`, then belongs to a library's copy. JA4 by the
//! specification drops GREASE and cannot tell.

use crate::facts::Ja4By;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "tls_grease_missing",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a Chromium without its random signature algorithm",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@ja4_by=envoy"],
        silent: &["like chromium_navigation"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let major = seen.chromium().filter(|major| *major >= 152)?;
    let by_envoy = seen.request.facts.tls.ja4_by == Ja4By::Envoy;
    let hello = seen.fingerprint.ja4.filter(|_| by_envoy)?;
    (hello.extensions == b"cb7bf5808d99").then(|| {
        Detail::new("claims Chromium {}, JA4 {} lacks GREASE in its signature algorithms")
            .with(major)
            .with(hello.extensions)
    })
}
