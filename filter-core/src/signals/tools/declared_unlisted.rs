//! The user agent names a program that is no browser and that the bundle's table does not know, such as
//! `price-sync/1.2`: automation, said openly, by somebody unknown.

use crate::fingerprint::Family;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "declared_unlisted",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 2_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the user agent names a program nobody listed",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 56 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["GET https://shop.example/ HTTP/1.1
user-agent: price-sync/1.2
accept: */*"],
        silent: &["GET https://shop.example/ HTTP/2
user-agent: curl/8.5.0
accept: */*"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = &seen.fingerprint.claim;
    let unlisted = claim.family == Family::Tool && seen.fingerprint.named.is_none();
    unlisted.then(|| Detail::new("unlisted program `{}`").with(claim.user_agent))
}
