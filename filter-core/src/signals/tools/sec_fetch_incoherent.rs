//! The Fetch Metadata values of one request follow from one another (W3C Fetch Metadata, WHATWG Fetch): a document is
//! navigated to, only a navigation has a user, site `none` is a navigation typed or bookmarked, and the three headers
//! come together.

use crate::request::HeaderName;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "sec_fetch_incoherent",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 5_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "Fetch Metadata that no browser sends",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
sec-fetch-mode: cors",
            "like chromium_fetch
sec-fetch-site: none",
            "like chromium_navigation
-sec-fetch-site",
            "like chromium_navigation
sec-fetch-dest: empty",
            "like chromium_fetch
sec-fetch-user: ?1",
            "like chromium_navigation
sec-fetch-mode: browse",
        ],
        silent: &["like chromium_navigation
sec-fetch-site: cross-site"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    // Libraries that declare themselves send what they like (Node's fetch sends the mode alone).
    seen.browser()?;
    let header = |name| seen.header(name).known();
    let (site, mode, dest, user) = (
        header(HeaderName::SecFetchSite)?,
        header(HeaderName::SecFetchMode)?,
        header(HeaderName::SecFetchDest)?,
        header(HeaderName::SecFetchUser)?,
    );
    let (site, mode, dest) = match (site, mode, dest) {
        (Some(site), Some(mode), Some(dest)) => (site, mode, dest),
        (None, None, None) => return None,
        // Plain preflights carry the mode alone.
        _ if !seen.request.is_secure() => return None,
        _ => return Some(Detail::new("sec-fetch-site, -mode and -dest did not come together")),
    };
    let known = matches!(site, b"none" | b"same-origin" | b"same-site" | b"cross-site")
        && matches!(mode, b"navigate" | b"cors" | b"no-cors" | b"same-origin" | b"websocket");
    if !known {
        return Some(Detail::new("no such sec-fetch values: site `{}`, mode `{}`").with(site).with(mode));
    }
    let framed = matches!(dest, b"document" | b"iframe" | b"frame" | b"embed" | b"object" | b"fencedframe");
    // Embeds and objects are fetched without a navigation first.
    let embeds = matches!(dest, b"embed" | b"object");
    let navigates = mode == b"navigate";
    if navigates != framed && !(embeds && mode == b"no-cors") {
        return Some(Detail::new("sec-fetch-mode `{}` with dest `{}`").with(mode).with(dest));
    }
    if site == b"none" && !navigates {
        return Some(Detail::new("sec-fetch-site none with mode `{}`").with(mode));
    }
    (user.is_some() && !navigates).then(|| Detail::new("sec-fetch-user with mode `{}`").with(mode))
}
