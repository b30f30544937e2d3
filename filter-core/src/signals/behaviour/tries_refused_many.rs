//! The same as `tries_refused`, more often than anybody's patience lasts.

use super::tries_refused;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "tries_refused_many",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 2_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "is refused more often than anybody's patience lasts",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "made-up shop, seed 1: browsers that try stolen cards 218 of 680 requests, that guess one 278 of 680; people 0 of 9,435 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_fetch
@method=POST
@path=/api/checkout
@endpoint=known
@answer=402
@tried=refused
then after=9000 times=20"],
        silent: &["like chromium_fetch
@method=POST
@path=/api/checkout
@endpoint=known
@answer=402
@tried=refused
then after=9000 times=12"],
    },
};

/// Refused ones.
const REFUSED: u32 = 16;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let [refused, taken] = tries_refused::unlike(seen, REFUSED)?;
    Some(Detail::new("{} of {} tries refused").with(refused).with(refused.saturating_add(taken)))
}
