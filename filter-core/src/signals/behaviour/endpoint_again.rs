//! The same call or page over and over, where people go on to something else. What is usual is the endpoint's own: a page that polls, a
//! list that is paged through, is stayed at by everybody. What another site's page has sent does not count: its visitors need not know.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "endpoint_again",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 2_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "stays at one endpoint as nobody does",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "made-up shop, seed 1: browsers that scrape 2,968 of 3,040 requests, that hoard 1,023 of 1,320; people at most 8 of 9,435 in a scene; a shop's log: 1 of 176 clients that claim a browser, a blog's 0 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_fetch
@method=POST
@path=/api/vote
@endpoint=known
then after=9000 times=8"],
        silent: &[
            "like chromium_fetch
@method=POST
@path=/api/vote
sec-fetch-site: cross-site
@endpoint=known
then after=9000 times=20",
            "like chromium_fetch
@method=POST
@path=/api/vote
then after=9000 times=15",
            "like chromium_fetch
@method=POST
@path=/api/cart
@endpoint=known
then after=9000 times=2",
            "like chromium_navigation
@path=/a
@endpoint=known
then after=9000
@path=/b
then after=9000 times=2
@path=/c
then after=9000
@path=/b
then after=9000 times=2
@path=/a",
        ],
    },
};

/// Milli-nats from which on it is odd: by chance one client of 400 gets there, if all were alike.
const LEVEL: i32 = 6_000;

/// How little the client's last acts at this endpoint are like people's there, in milli-nats; how many came right after another one
/// there, and how many did not.
pub(super) fn unlike(seen: &Seen<'_>) -> Option<(i32, [u32; 2])> {
    let memory = seen.memory;
    memory.visit.filter(|visit| visit.is_act() && !visit.is_foreign)?;
    let again = memory.detail?.again(memory.endpoint_key);
    Some((memory.endpoint?.again.unlike(again, PROGRAM)?, again))
}

/// Of 1,000 acts of a program that keeps on, those after another one at the same endpoint.
const PROGRAM: u32 = 950;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let (_, [again, first]) = unlike(seen).filter(|(unlike, _)| *unlike >= LEVEL)?;
    let usual = seen.memory.endpoint?.again.hundredths();
    let detail = Detail::new("{} of its last {} acts here right after another one here; usual are {} of 100");
    Some(detail.with(again).with(again.saturating_add(first)).with(usual))
}
