//! A crawler's name from an address its operator does not publish. Operators add ranges faster than lists are built, so
//! the list's date matters; behind a CDN or an address nobody vouches for the signal is silent.

use crate::signals::{CrawlerProof, Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "crawler_impostor",
    pillar: Pillar::Infrastructure,
    scope: Scope::Origin,
    weight: 9_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "claims a crawler whose operator publishes its addresses, from another one",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "decisive by construction: 0 of 14,206 published address rows of 24 operators look so; the claim is false unless the address is newer than the list (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "GET https://shop.example/ HTTP/1.1\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@provenance=hop\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@network=crawler:bingbot\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@from=2001:db8::7\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        ],
        silent: &[
            "GET https://shop.example/ HTTP/1.1\n@network=crawler:googlebot\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@provenance=cdn\n@network=crawler:googlebot\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@from=2001:4860:4801:10::1\n@network=crawler:googlebot\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@network=cdn:cloudflare\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@provenance=unverified\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@from=10.0.0.9\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\nuser-agent: Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
            "GET https://shop.example/ HTTP/1.1\nuser-agent: curl/8.5.0",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    match seen.origin.crawler {
        CrawlerProof::Impostor(named) => Some(
            Detail::new("claims {}, and the address is not in its operator's published ranges")
                .with(named.name.as_bytes()),
        ),
        _ => None,
    }
}
