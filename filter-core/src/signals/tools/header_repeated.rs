//! These headers hold one value; senders send them once (RFC 9110, 5.3). Twice means a script that adds its own to a
//! library's.

use crate::request::HeaderName;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "header_repeated",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 3_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a header that comes once came twice",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 1 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
+user-agent: other",
            "GET https://shop.example/ HTTP/1.1
user-agent: curl/8.5.0
accept: */*
+accept: text/html",
        ],
        silent: &["like chromium_navigation
+cookie: a=1
+cookie: b=2"],
    },
};

const ONCE: [HeaderName; 11] = [
    HeaderName::UserAgent,
    HeaderName::Accept,
    HeaderName::AcceptEncoding,
    HeaderName::AcceptLanguage,
    HeaderName::Host,
    HeaderName::ContentLength,
    HeaderName::ContentType,
    HeaderName::Origin,
    HeaderName::Referer,
    HeaderName::SecChUa,
    HeaderName::SecFetchSite,
];

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let headers = &seen.request.headers;
    let name = ONCE.iter().find(|name| headers.is_repeated(**name))?;
    Some(Detail::new("`{}` came more than once").word(name.as_str()))
}
