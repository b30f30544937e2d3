//! Half of all pages within four seconds of the one before, and twice as often as is usual. People do
//! that for a moment, opening results in tabs, and then read.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};
use crate::state::Pace;

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "pages_hurried",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 1_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "one page after the other in haste",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "sessions of D1 (Iliou 2021): bots 8 of 50, people 0 of 50; a shop's log: 0 of 176 clients that claim a browser (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@site=known
@path=/{n}
then after=900 times=9"],
        silent: &[
            "like chromium_navigation
@path=/{n}
then after=900 times=9",
            "like chromium_navigation
@site=known
@path=/{n}
then after=900 times=6",
            "like chromium_navigation
@site=known
@path=/{n}
then after=900 times=6
then after=9000 times=8",
            "like chromium_fetch
@site=known
@path=/{n}
then after=900 times=30",
        ],
    },
};

/// Steps from which on a pace says anything.
const STEPS: u32 = 8;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let course = &seen.memory.detail?.course;
    let (steps, hurried) = (course.steps(), course.paces(Pace::Hurried));
    let usual = &seen.memory.site?.course;
    // hurried / steps >= 2 * usual hurried / usual steps
    let twice = u64::from(usual.paces(Pace::Hurried)).saturating_mul(2).saturating_mul(u64::from(steps));
    let is_unusual = u64::from(hurried).saturating_mul(u64::from(usual.steps())) >= twice;
    let fires = steps >= STEPS && hurried.saturating_mul(2) >= steps && usual.is_known() && is_unusual;
    fires.then(|| Detail::new("{} of {} steps within 4 s").with(hurried).with(steps))
}
