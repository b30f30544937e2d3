//! Claims a browser and goes from page to page without ever saying where it comes from, on a site whose other visitors
//! do.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "referer_never",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 1_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "never says where it comes from",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "a shop's log: 6 of 176 clients that claim a browser; sessions of D1: people 0 of 50; recorded browsers 0 of 4 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@site=known
-referer
@path=/{n}
then after=9000 times=10"],
        silent: &[
            "like chromium_navigation
-referer
@path=/{n}
then after=9000 times=10",
            "like chromium_navigation
@site=known
@path=/{n}
referer: https://shop.example/
then after=9000 times=10",
        ],
    },
};

/// Steps from which on it is odd.
const STEPS: u8 = 8;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    let [without, with] = seen.memory.detail?.referers;
    let fires = without >= STEPS && with == 0 && seen.memory.site?.has_referers();
    fires.then(|| {
        Detail::new("claims {}, {} steps without a referer").word(claim.family.as_str()).with(u32::from(without))
    })
}
