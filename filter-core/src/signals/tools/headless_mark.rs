//! The user agent or the brand list names a browser without a window, or a driver of one. Nobody browses with these.

use crate::fingerprint::{Category, Family};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "headless_mark",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 9_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the request names a headless or driven browser",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 12 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 266 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) HeadlessChrome/156.0.0.0 Safari/537.36",
            r#"like chromium_navigation
sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156", "HeadlessChrome";v="156""#,
            "GET http://shop.example/ HTTP/1.1
user-agent: Mozilla/5.0 (Unknown; Linux x86_64) AppleWebKit/538.1 (KHTML, like Gecko) HeadlessChrome/2.1.1 Safari/538.1",
        ],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let fingerprint = seen.fingerprint;
    if fingerprint.claim.family == Family::HeadlessChrome {
        return Some(Detail::new("user agent says HeadlessChrome"));
    }
    if fingerprint.hints().brand(b"HeadlessChrome").is_some() {
        return Some(Detail::new("sec-ch-ua says HeadlessChrome"));
    }
    let named = fingerprint.named.filter(|named| named.category == Category::BrowserAutomation)?;
    Some(Detail::new("user agent says {}").with(named.name.as_bytes()))
}
