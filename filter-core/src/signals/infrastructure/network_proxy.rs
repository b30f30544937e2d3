//! A known open or residential proxy. The default bundle has no such list: this is for lists that an operator brings.

use crate::signals::infrastructure::NetworkKind;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "network_proxy",
    pillar: Pillar::Infrastructure,
    scope: Scope::Origin,
    weight: 1_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the address is an open or residential proxy",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "judgement: as Tor, of which it is the paid form; no labelled traffic is at hand (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "GET https://shop.example/ HTTP/2\n@network=proxy:open\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@from=2001:db8::7\n@network=proxy:open\naccept: */*",
        ],
        silent: &[
            "GET https://shop.example/ HTTP/2\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=hosting:elsewhere\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=proxy:open\n@network=relay:icloud\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=proxy:open\n@network=cdn:cloudflare\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=proxy:open\n@provenance=unverified\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=proxy:open\n@network=crawler:googlebot\nuser-agent: Googlebot/2.1",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let list = seen.origin.telling(NetworkKind::Proxy)?;
    Some(Detail::new("the address is in proxy list `{}`").with(list.name.as_bytes()))
}
