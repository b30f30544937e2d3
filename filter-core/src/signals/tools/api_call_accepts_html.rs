//! A script's JSON call accepts `*/*` or JSON; `text/html` first is what a page load accepts.

use crate::bytes;
use crate::request::{HeaderName, Method};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "api_call_accepts_html",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "an API call that asks for a page",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 38 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["POST http://shop.example/api/cart HTTP/1.1
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
accept: text/html,application/xhtml+xml
content-type: application/json"],
        silent: &["like chromium_form_post", "like chromium_fetch"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    seen.browser().filter(|_| seen.request.method == Method::Post)?;
    let json =
        seen.header(HeaderName::ContentType).present().is_some_and(|text| bytes::contains_ignore_case(text, b"json"));
    let html = seen.header(HeaderName::Accept).present().is_some_and(|accept| accept.starts_with(b"text/html"));
    (json && html).then(|| Detail::new("posts JSON, accepts text/html first"))
}
