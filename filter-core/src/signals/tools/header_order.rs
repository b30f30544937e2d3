//! Each engine writes its headers in a fixed order; scripts that copy the headers rarely copy the order. Only pairs
//! that hold for every kind of request are compared: in Chromium the script's headers come before the network stack's
//! (`sec-fetch-site`, `-mode`, `-user`, `-dest`, then `accept-encoding`, `accept-language`), in Firefox `user-agent`,
//! `accept`, `accept-language`, `accept-encoding` lead and `sec-fetch-dest`, `-mode`, `-site` follow. Safari changed
//! its order with versions and is compared by none.

use crate::fingerprint::Engine;
use crate::request::{HeaderName, RequestKind};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "header_order",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "headers in an order this browser does not use",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 1150 in 1851, recorded automation 145 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
<accept-encoding",
            "like chromium_navigation
<accept-language",
            "like firefox_navigation
<accept-encoding",
            "like chromium_plain_navigation
<accept-encoding",
            "like chromium_navigation
<sec-fetch-dest",
            "like chromium_fetch
-content-type
content-type: application/json",
        ],
        silent: &["like safari_navigation
<accept-encoding"],
    },
};

const CHROMIUM: [HeaderName; 8] = [
    HeaderName::Accept,
    HeaderName::SecFetchSite,
    HeaderName::SecFetchMode,
    HeaderName::SecFetchUser,
    HeaderName::SecFetchDest,
    HeaderName::AcceptEncoding,
    HeaderName::AcceptLanguage,
    HeaderName::Priority,
];
/// Set by the page or the browser's renderer, before the network stack adds its own.
const CHROMIUM_FIRST: [HeaderName; 5] = [
    HeaderName::UserAgent,
    HeaderName::ContentType,
    HeaderName::Origin,
    HeaderName::UpgradeInsecureRequests,
    HeaderName::XRequestedWith,
];
/// Preflights order mode before site.
const CHROMIUM_PREFLIGHT: [HeaderName; 3] =
    [HeaderName::Accept, HeaderName::AcceptEncoding, HeaderName::AcceptLanguage];
const GECKO: [HeaderName; 8] = [
    HeaderName::UserAgent,
    HeaderName::Accept,
    HeaderName::AcceptLanguage,
    HeaderName::AcceptEncoding,
    HeaderName::SecFetchDest,
    HeaderName::SecFetchMode,
    HeaderName::SecFetchSite,
    HeaderName::SecFetchUser,
];
const GECKO_MEDIA: [HeaderName; 4] =
    [HeaderName::UserAgent, HeaderName::Accept, HeaderName::AcceptLanguage, HeaderName::SecFetchDest];

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| seen.request.facts.header_order.is_known())?;
    let expected: &[HeaderName] = match claim.engine {
        Engine::Chromium if matches!(seen.request.kind, RequestKind::Preflight | RequestKind::WebSocket) => {
            &CHROMIUM_PREFLIGHT
        }
        Engine::Chromium => &CHROMIUM,
        // Media are asked for in ranges, with an Accept-Encoding of their own at the end.
        Engine::Gecko if seen.header(HeaderName::Range).is_present() => &GECKO_MEDIA,
        Engine::Gecko if seen.request.kind != RequestKind::WebSocket => &GECKO,
        _ => return None,
    };
    let headers = &seen.request.headers;
    let late = || {
        let first: &[HeaderName] = if expected == CHROMIUM && !seen.is_for_worker() { &CHROMIUM_FIRST } else { &[] };
        first.iter().find_map(|name| headers.first_inversion(&[*name, HeaderName::SecFetchSite]))
    };
    let (before, after) = headers.first_inversion(expected).or_else(late)?;
    Some(
        Detail::new("claims {}, `{}` comes before `{}`")
            .word(claim.family.as_str())
            .word(before.as_str())
            .word(after.as_str()),
    )
}
