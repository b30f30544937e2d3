//! About a page a second, kept up for a minute, and little else: no person opens pages so fast. Calls and assets do not
//! count; they come in bursts from apps and pages.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};
use crate::state::Act;
use crate::state::sketches::Scale;

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "pages_flood",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 2_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a page a second",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "recorded scanners 1 of 9, lab scanners 1 of 3, recorded browsers 0 of 4; a shop's log: 0 of 176 clients that claim a browser (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@path=/{n}
then after=600 times=130"],
        silent: &[
            "like chromium_navigation
@path=/{n}
then after=600 times=50",
            "like chromium_fetch
@path=/{n}
then after=100 times=200",
        ],
    },
};

/// Requests that weigh in at a half-life of a minute: 94 are one a second, kept up.
const LEVEL: u32 = 80;
/// The same where requests do not say what they are for, as in logs: pictures may look like pages.
const UNSURE: u32 = 320;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let client = seen.memory.client?;
    let level = client.rates.count(Scale::Minute, seen.now);
    let (pages, all) = (client.acts(Act::Page), client.requests());
    let least = if seen.memory.visit?.is_navigation { LEVEL } else { UNSURE };
    let fires = level >= least && pages.saturating_mul(3) >= all.saturating_mul(2);
    fires.then(|| Detail::new("{} requests within about a minute, {} of {} pages").with(level).with(pages).with(all))
}
