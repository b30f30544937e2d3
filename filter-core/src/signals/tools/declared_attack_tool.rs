//! The user agent names a vulnerability scanner, brute-forcer or exploit kit. Whoever runs one against his own site
//! can allow it.

use crate::fingerprint::Category;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "declared_attack_tool",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 9_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the user agent names an attack tool",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 38 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["GET https://shop.example/ HTTP/1.1
user-agent: sqlmap/1.8#stable (https://sqlmap.org)
accept: */*"],
        silent: &["GET https://shop.example/ HTTP/2
user-agent: curl/8.5.0
accept: */*"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let named = seen.fingerprint.named.filter(|named| named.category == Category::AttackTool)?;
    Some(Detail::new("says it is {}").with(named.name.as_bytes()))
}
