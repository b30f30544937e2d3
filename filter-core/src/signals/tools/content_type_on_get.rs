//! A GET has no body to describe. Scripts in pages sometimes set Content-Type on their fetches; page loads never have
//! one.

use crate::request::{HeaderName, Method, RequestKind};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "content_type_on_get",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a Content-Type on a page load",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 1253 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["GET http://shop.example/ HTTP/1.1
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36
accept: text/html
content-type: application/json"],
        silent: &["like chromium_plain_fetch
content-type: application/json"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| matches!(seen.request.method, Method::Get | Method::Head))?;
    let sent = seen.header(HeaderName::ContentType).present()?;
    let fetch = seen.request.kind == RequestKind::Fetch || seen.header(HeaderName::Referer).is_present();
    (!fetch).then(|| Detail::new("claims {}, GET with Content-Type `{}`").word(claim.family.as_str()).with(sent))
}
