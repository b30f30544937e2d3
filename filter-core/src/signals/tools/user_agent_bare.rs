//! The user agent is empty, or a beginning such as `Mozilla/5.0` that names no product: the mark of a script whose
//! author stopped there.

use crate::fingerprint::Family;
use crate::request::HeaderName;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "user_agent_bare",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the user agent is empty or says nothing",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "GET https://shop.example/ HTTP/1.1
user-agent: Mozilla/5.0
accept: */*",
            "GET https://shop.example/ HTTP/1.1
user-agent: 
accept: */*",
            "like chromium_navigation
user-agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64)",
        ],
        silent: &["GET https://shop.example/ HTTP/2
user-agent: curl/8.5.0
accept: */*"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = &seen.fingerprint.claim;
    let sent = seen.header(HeaderName::UserAgent).is_present();
    let bare = sent && claim.family == Family::Unknown && seen.fingerprint.named.is_none();
    bare.then(|| Detail::new("user agent `{}` names no product").with(claim.user_agent))
}
