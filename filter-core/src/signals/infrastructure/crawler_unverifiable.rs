//! A crawler's name that no published ranges can prove, or whose address is not surely the client's.

use crate::signals::{CrawlerProof, Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "crawler_unverifiable",
    pillar: Pillar::Infrastructure,
    scope: Scope::Origin,
    weight: 300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "claims a crawler that cannot be verified here",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "judgement: says little, most such claims are true and declared automation is weighed by other signals (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "GET https://shop.example/ HTTP/1.1\n@network=cdn:cloudflare\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@provenance=unverified\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@from=10.0.0.9\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\nuser-agent: Mozilla/5.0 (compatible; AhrefsBot/7.0; +http://ahrefs.com/robot/)",
        ],
        silent: &[
            "GET https://shop.example/ HTTP/1.1\n@network=crawler:googlebot\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@provenance=cdn\n@network=crawler:googlebot\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@from=2001:4860:4801:10::1\n@network=crawler:googlebot\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@provenance=hop\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@network=crawler:bingbot\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\n@from=2001:db8::7\nuser-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
            "GET https://shop.example/ HTTP/1.1\nuser-agent: curl/8.5.0",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    match seen.origin.crawler {
        CrawlerProof::Unverifiable(named) => {
            Some(Detail::new("claims {}, which published ranges cannot prove here").with(named.name.as_bytes()))
        }
        _ => None,
    }
}
