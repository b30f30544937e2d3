//! A navigation submits forms as `application/x-www-form-urlencoded`, `multipart/form-data` or `text/plain`, by GET or
//! POST (WHATWG HTML, 4.10.21). A JSON body, PUT, PATCH or DELETE with the headers of a page load is one header set
//! replayed for everything.

use crate::bytes;
use crate::facts::Fact;
use crate::request::{HeaderName, Method};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "api_call_as_navigation",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 5_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "an API call with a navigation's headers",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 35 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
@method=POST
content-type: application/json",
            "like chromium_navigation
@method=DELETE",
        ],
        silent: &["like chromium_form_post", "like chromium_fetch"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    seen.browser()?;
    let json =
        seen.header(HeaderName::ContentType).present().is_some_and(|text| bytes::contains_ignore_case(text, b"json"));
    let call = match seen.request.method {
        Method::Put | Method::Patch | Method::Delete => true,
        Method::Post => json,
        _ => false,
    };
    let page = seen.header(HeaderName::SecFetchMode) == Fact::Present(b"navigate")
        || seen.header(HeaderName::UpgradeInsecureRequests).is_present()
        || seen.header(HeaderName::SecFetchUser).is_present();
    (call && page).then(|| Detail::new("{} of an API with the headers of a page load").with(seen.request.facts.method))
}
