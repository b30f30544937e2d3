//! No user agent at all. RFC 9110 (10.1.5) says a user agent SHOULD send one; every browser does.

use crate::fingerprint::Family;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "user_agent_missing",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "no user agent was sent",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 76 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["GET https://shop.example/ HTTP/1.1
accept: */*"],
        silent: &["GET https://shop.example/ HTTP/2
user-agent: curl/8.5.0
accept: */*"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    (seen.fingerprint.claim.family == Family::Absent).then(|| Detail::new("no user agent"))
}
