//! An address of a data centre. Automation lives there, and so do office gateways, VPNs and read-aloud services: a
//! quarter of an ordinary site's visitors. A weight, never a verdict.

use crate::signals::infrastructure::NetworkKind;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "network_hosting",
    pillar: Pillar::Infrastructure,
    scope: Scope::Origin,
    weight: 800,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the address belongs to a data centre or cloud",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "66 % of 777 addresses that declare automation, 14 % of 1,545 that claim browsers only (two access logs, 2015 and 2019): ln 1.5; halved, as an ordinary site of today has 25 % and automation that hides avoids such networks (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "GET https://shop.example/ HTTP/2\n@network=hosting:aws\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@from=2001:db8::7\n@network=hosting:aws\naccept: */*",
        ],
        silent: &[
            "GET https://shop.example/ HTTP/2\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=vpn:elsewhere\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=hosting:aws\n@network=relay:icloud\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=hosting:aws\n@network=cdn:cloudflare\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=hosting:aws\n@provenance=unverified\naccept: */*",
            "GET https://shop.example/ HTTP/2\n@network=hosting:aws\n@network=crawler:googlebot\nuser-agent: Googlebot/2.1",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let list = seen.origin.telling(NetworkKind::Hosting)?;
    Some(Detail::new("the address is in hosting list `{}`").with(list.name.as_bytes()))
}
