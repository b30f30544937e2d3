//! The user agent names a crawler, preview fetcher, monitor or feed reader. Whether the address bears the name out is
//! the infrastructure pillar's question.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "declared_crawler",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 2_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the user agent names a crawler",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 4 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["GET https://shop.example/ HTTP/1.1
user-agent: Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)
accept: */*"],
        silent: &["GET https://shop.example/ HTTP/2
user-agent: curl/8.5.0
accept: */*"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let named = seen.fingerprint.named.filter(|named| named.category.is_crawler())?;
    Some(Detail::new("says it is {} ({})").with(named.name.as_bytes()).word(named.category.as_str()))
}
