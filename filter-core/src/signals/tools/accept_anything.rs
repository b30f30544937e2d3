//! Without Fetch Metadata (plain transport, old browsers) a GET for anything (`*/*`) from a browser is a script or a
//! fetch from a page, and then it says which page: it has a Referer. Assets fetched with a no-referrer policy still
//! name a language.

use crate::facts::Fact;
use crate::request::{HeaderName, Method, RequestKind};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accept_anything",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a browser's first request accepts anything",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 779 in 1851, recorded automation 36 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["GET http://shop.example/ HTTP/1.1
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
accept: */*"],
        silent: &["like chromium_plain_fetch"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| matches!(seen.request.method, Method::Get | Method::Head))?;
    let anything = seen.header(HeaderName::Accept) == Fact::Present(b"*/*");
    let fetch = [HeaderName::SecFetchMode, HeaderName::Referer, HeaderName::Origin, HeaderName::SecWebsocketKey];
    let from_page = fetch.iter().any(|name| !seen.header(*name).is_absent());
    let asset = seen.request.kind == RequestKind::Asset && seen.header(HeaderName::AcceptLanguage).is_present();
    (anything && !from_page && !asset)
        .then(|| Detail::new("claims {}, accepts `*/*`, comes from no page").word(claim.family.as_str()))
}
