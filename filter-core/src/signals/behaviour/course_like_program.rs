//! As `course_unlike_site`, and more surely: people of this site would do so once in seven times at most.

use super::course_unlike_site::{steps, unlike};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "course_like_program",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 2_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "goes through the site as programs do",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "sessions of D1 (Iliou 2021): bots 11 of 50, people 0 of 50; a shop's log: 0 of 176 clients that claim a browser (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@site=known
@path=/a{n}/x
then after=5000 times=10"],
        silent: &[
            "like chromium_navigation
@site=known
@path=/a{n}/x
then after=5000 times=5",
            "like chromium_navigation
@site=known
@path=/a
then after=60000
@path=/a/b
then after=9000
@path=/a
then after=40000
@path=/a/c
then after=6000
@path=/a
then after=70000
@path=/a/d
then after=8000
@path=/a",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let odds = unlike(seen.memory).filter(|odds| *odds >= 2_000)?;
    Some(Detail::new("{} steps, odds of a program by {} milli-nats").with(steps(seen.memory)).with(odds.unsigned_abs()))
}
