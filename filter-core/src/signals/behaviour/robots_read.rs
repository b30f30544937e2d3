//! Claims a browser, and has read robots.txt, which programs do.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};
use crate::state::Shown;

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "robots_read",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 3_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a browser that reads robots.txt",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "clients that claim a browser: a blog's log 50 of 1383, 43 of one search engine's addresses among them, a shop's 1 of 176; recorded browsers 0 of 4 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@path=/robots.txt
then after=900
@path=/"],
        silent: &[
            "like chromium_navigation
@path=/robots
then after=900
@path=/",
            "like chromium_navigation
@path=/robots.txt
user-agent: curl/8.5.0
then after=900",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    let fires = seen.memory.client?.shown.has(Shown::ROBOTS_TXT);
    fires.then(|| Detail::new("claims {}, has read robots.txt").word(claim.family.as_str()))
}
