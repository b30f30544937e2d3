//! An exit of a commercial VPN. Mostly people; scripts rent the same exits to change address.

use crate::signals::infrastructure::NetworkKind;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "network_vpn",
    pillar: Pillar::Infrastructure,
    scope: Scope::Origin,
    weight: 900,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the address belongs to a VPN service",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "judgement: a weight that three other weak signs must join; 2 of 1,545 addresses that claim browsers and 0 of 777 that declare automation are too few to measure (two access logs, 2015 and 2019)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "GET https://shop.example/ HTTP/2\n@network=vpn:vpn\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@from=2001:db8::7\n@network=vpn:vpn\naccept: */*",
        ],
        silent: &[
            "GET https://shop.example/ HTTP/2\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=hosting:elsewhere\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=vpn:vpn\n@network=relay:icloud\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=vpn:vpn\n@network=cdn:cloudflare\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=vpn:vpn\n@provenance=unverified\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=vpn:vpn\n@network=crawler:googlebot\nuser-agent: Googlebot/2.1",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let list = seen.origin.telling(NetworkKind::Vpn)?;
    Some(Detail::new("the address is in VPN list `{}`").with(list.name.as_bytes()))
}
