//! An address that others have reported. Home addresses change hands within days, so a report is a weight that fades
//! with the list's age; the default bundle has no such list.

use crate::signals::infrastructure::NetworkKind;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "network_reputation",
    pillar: Pillar::Infrastructure,
    scope: Scope::Origin,
    weight: 2_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the address was seen attacking others",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "judgement: half of what makes an even chance, because shared and reassigned addresses are reported too (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "GET https://shop.example/ HTTP/2\n@network=reputation:recent\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@from=2001:db8::7\n@network=reputation:recent\naccept: */*",
        ],
        silent: &[
            "GET https://shop.example/ HTTP/2\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=hosting:elsewhere\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=reputation:recent\n@network=relay:icloud\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=reputation:recent\n@network=cdn:cloudflare\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=reputation:recent\n@provenance=unverified\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=reputation:recent\n@network=crawler:googlebot\nuser-agent: Googlebot/2.1",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let list = seen.origin.telling(NetworkKind::Reputation)?;
    Some(Detail::new("the address is in reputation list `{}`").with(list.name.as_bytes()))
}
