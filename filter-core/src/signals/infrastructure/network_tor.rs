//! A Tor exit. People use Tor Browser, and much automation hides there; the address says nothing about which.

use crate::signals::infrastructure::NetworkKind;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "network_tor",
    pillar: Pillar::Infrastructure,
    scope: Scope::Origin,
    weight: 1_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the address is a Tor exit",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "judgement: Tor Browser alone must stay below an even chance with 2,500 to spare; no labelled traffic from Tor is at hand (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "GET https://shop.example/ HTTP/2\n@network=tor:tor\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@from=2001:db8::7\n@network=tor:tor\naccept: */*",
        ],
        silent: &[
            "GET https://shop.example/ HTTP/2\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=hosting:elsewhere\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=tor:tor\n@network=relay:icloud\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=tor:tor\n@network=cdn:cloudflare\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=tor:tor\n@provenance=unverified\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=tor:tor\n@network=crawler:googlebot\nuser-agent: Googlebot/2.1",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let list = seen.origin.telling(NetworkKind::Tor)?;
    Some(Detail::new("the address is in Tor list `{}`").with(list.name.as_bytes()))
}
