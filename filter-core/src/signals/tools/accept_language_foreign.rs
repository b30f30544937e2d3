//! Browsers send language tags with falling weights. A bare `*` comes from libraries (Node's fetch), and so does a
//! list with `*` in it or with no tag.

use crate::bytes;
use crate::request::HeaderName;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "accept_language_foreign",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "an Accept-Language no browser sends",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 22 in 1851, recorded automation 12 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
accept-language: *",
            "like chromium_navigation
accept-language: en,*",
            "like chromium_navigation
accept-language: ",
        ],
        silent: &["like chromium_navigation
accept-language: de-CH"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    let sent = seen.header(HeaderName::AcceptLanguage).present()?;
    let tagged = sent.first().is_some_and(u8::is_ascii_alphabetic);
    let starred = bytes::list_items(sent).any(|item| item.starts_with(b"*"));
    (!tagged || starred)
        .then(|| Detail::new("claims {}, Accept-Language is `{}`").word(claim.family.as_str()).with(sent))
}
