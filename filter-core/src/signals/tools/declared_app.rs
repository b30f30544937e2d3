//! The user agent is that of a native app's HTTP stack: okhttp, CFNetwork, Dalvik. Apps are used by people and by
//! scripts that copy them; alone it says little.

use crate::fingerprint::{Category, Family};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "declared_app",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 1_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the user agent names an app's HTTP stack",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 7 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["GET https://api.shop.example/v1/items HTTP/2
user-agent: okhttp/4.12.0
accept-encoding: gzip"],
        silent: &["GET https://shop.example/ HTTP/2
user-agent: curl/8.5.0
accept: */*"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = &seen.fingerprint.claim;
    match seen.fingerprint.named {
        Some(named) if named.category == Category::App => {
            Some(Detail::new("says it is {}").with(named.name.as_bytes()))
        }
        None if claim.family == Family::App => Some(Detail::new("user agent of an app: `{}`").with(claim.user_agent)),
        _ => None,
    }
}
