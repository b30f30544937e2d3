//! A page's parts are fetched with their own destination. People do open an image in its own tab, so this is weak
//! alone.

use crate::facts::Fact;
use crate::request::HeaderName;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "asset_as_navigation",
    pillar: Pillar::Tools,
    scope: Scope::Request,
    weight: 1_800,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "an image, style or script fetched as a page",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 34 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@path=/static/app.css"],
        silent: &["like chromium_script"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let dest = seen.header(HeaderName::SecFetchDest) == Fact::Present(b"document");
    let asset = seen.request.path.is_asset();
    (dest && asset).then(|| Detail::new("`{}` fetched as a document").with(seen.request.path.sent()))
}
