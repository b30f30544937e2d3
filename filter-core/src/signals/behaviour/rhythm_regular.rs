//! Pauses between pages that are all alike, within seven percent: a timer. Calls and assets do not count, since scripts
//! in pages poll by timers of their own.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "rhythm_regular",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 2_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "pages come like clockwork",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "a shop's log: 1 of 176 clients that claim a browser, a monitor; sessions of D1: people 0 of 50; recorded browsers 0 of 4 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@path=/{n}
then after=5000 times=14"],
        silent: &[
            "like chromium_navigation
@path=/{n}
then after=5000 times=10",
            "like chromium_navigation
@path=/{n}
then after=5000 times=9
then after=9000 times=9",
            "like chromium_fetch
@path=/{n}
then after=5000 times=30",
        ],
    },
};

/// Pauses from which on a rhythm can be told.
const PAUSES: u32 = 12;
/// Spread in 1/256 octaves: a factor of 1.07.
const SPREAD: u32 = 26;
/// Shortest mean pause in 1/256 octaves of milliseconds: a second. Shorter ones are alike because they are short.
const SHORTEST: u32 = 2_551;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let rhythm = &seen.memory.detail?.rhythm;
    let fires = rhythm.count() >= PAUSES && rhythm.deviation() <= SPREAD && rhythm.mean() >= SHORTEST;
    fires.then(|| Detail::new("{} pauses within {}/256 of an octave").with(rhythm.count()).with(rhythm.deviation()))
}
