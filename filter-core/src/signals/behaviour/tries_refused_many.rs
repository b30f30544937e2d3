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
    measured: "made-up shop, seed 1: browsers that try stolen cards 197 of 680 requests, that guess one 255 of 680; people at most 5 of 9,435 in a scene (2026-11)",
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
    tries_refused::refused(seen, REFUSED).map(|refused| Detail::new("{} tries refused").with(refused))
}
