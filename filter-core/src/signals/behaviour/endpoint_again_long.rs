//! The same as `endpoint_again`, for all of the last sixteen acts, and where it is usual still less.

use super::endpoint_again;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "endpoint_again_long",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 2_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "does nothing else, where nobody stays",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "made-up shop, seed 1: browsers that scrape 2,842 of 3,040 requests, that hoard 649 of 1,320; people 0 of 9,435; logs of a shop and a blog: 0 clients that claim a browser (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_fetch
@method=POST
@path=/api/vote
@endpoint=known
then after=9000 times=20"],
        silent: &["like chromium_fetch
@method=POST
@path=/api/vote
@endpoint=known
then after=9000 times=12"],
    },
};

/// Milli-nats.
const LEVEL: i32 = 12_000;
/// Steps that are remembered, less the first.
const ALL: u32 = 15;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let (unlike, [again, _]) = endpoint_again::unlike(seen)?;
    (unlike >= LEVEL && again >= ALL).then(|| Detail::new("{} acts here in a row").with(again))
}
