//! Claims a browser and loads page after page, but never a style, script, picture or font, on a site whose pages have
//! them. Those that a cache holds were loaded once, or are asked about.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};
use crate::state::{Act, Shown};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "assets_never",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 2_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "pages, and nothing that they embed",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "clients that claim a browser: a shop's log 8 of 176, one address with four names among them, a blog's 7 of 1383; recorded browsers 0 of 4 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@site=known
@path=/{n}
then after=9000 times=14"],
        silent: &[
            "like chromium_navigation
@path=/{n}
then after=9000 times=9",
            "like chromium_navigation
@site=known
@path=/{n}
then after=9000 times=5",
            "like chromium_navigation
@site=known
@path=/{n}
then after=9000 times=14
if-none-match: \"x\"",
            "like chromium_navigation
@site=known
@path=/{n}
user-agent: curl/8.5.0
then after=9000 times=14",
        ],
    },
};

/// Pages from which on it is odd.
const PAGES: u32 = 8;
/// Distinct ones: browsers also poll one or two feeds for their readers.
const PATHS: u32 = 5;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| !seen.is_embedded())?;
    let (client, site) = (seen.memory.client?, seen.memory.site?);
    let pages = client.acts(Act::Page);
    let rest = [Act::Asset, Act::Call, Act::Other].iter().map(|act| client.acts(*act)).sum::<u32>();
    let keeps = client.shown.has(Shown::CONDITIONAL) || client.shown.has(Shown::FAVICON);
    let paths = seen.memory.detail?.paths.count();
    let fires = pages >= PAGES && paths >= PATHS && rest == 0 && !keeps && site.has_assets();
    fires.then(|| Detail::new("claims {}, {} pages and no asset").word(claim.family.as_str()).with(pages))
}
