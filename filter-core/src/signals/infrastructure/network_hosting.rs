//! An address of a data centre. Automation lives there, and so do office gateways, VPNs and read-aloud services: a quarter
//! of an ordinary site's visitors. A weight, never a verdict.

use crate::signals::infrastructure::NetworkKind;
use crate::signals::{Detail, Pillar, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "network_hosting",
    pillar: Pillar::Infrastructure,
    weight: 800,
    summary: "the address belongs to a data centre or cloud",
    measured: "25 % of an ordinary site's visitors sit in such networks, and we judge a little over half of automation does: ln(0.55 / 0.25) (judgement; 2026-11)",
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
