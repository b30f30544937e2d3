//! Where a client goes from page to page and how long it stays, against what others do on this site: people read now and
//! then, and go back up; a program takes pages as they come, at its own pace. The ratio is of likelihoods, so that it
//! grows with every step. Silent until the site is known.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};
use crate::state::Memory;

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "course_unlike_site",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 1_200,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "goes through the site unlike its visitors",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "sessions of D1 (Iliou 2021): bots 49 of 50, people 2 of 50; a shop's log: 6 of 176 clients that claim a browser (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@site=known
@path=/a{n}/x
then after=5000 times=8"],
        silent: &[
            "like chromium_navigation
@site=known
@path=/a{n}/x
then after=5000 times=4",
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
            "like chromium_navigation
@path=/a{n}/x
then after=5000 times=12",
        ],
    },
};

/// Steps from which on a course says anything.
const STEPS: u32 = 6;

/// How much better a program explains the client's course than the site's visitors do, in milli-nats.
pub(super) fn unlike(memory: &Memory<'_>) -> Option<i32> {
    let (detail, site) = (memory.detail?, memory.site?);
    detail.course.unlike(&site.course).filter(|_| detail.course.steps() >= STEPS)
}

/// The steps that it was found from.
pub(super) fn steps(memory: &Memory<'_>) -> u32 {
    memory.detail.map_or(0, |detail| detail.course.steps())
}

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let odds = unlike(seen.memory).filter(|odds| *odds >= 0)?;
    let detail = Detail::new("{} steps, explained better as a program\'s, by {} milli-nats");
    Some(detail.with(steps(seen.memory)).with(odds.unsigned_abs()))
}
