//! What it tries is refused again and again (a card, a code, a name), where people's is taken. Logins are not among it: they have
//! signals of their own, and what another site's page has sent does not count: its visitors need not know.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "tries_refused",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 3_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "is refused over and over where people are not",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "made-up shop, seed 1: browsers that try stolen cards 292 of 680 requests, that guess one 325 of 680; people at most 6 of 9,435 in a scene (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_fetch
@method=POST
@path=/api/checkout
@endpoint=known
@answer=402
@tried=refused
then after=9000 times=8"],
        silent: &[
            "like chromium_fetch
@method=POST
@path=/api/checkout
sec-fetch-site: cross-site
@endpoint=known
@answer=402
@tried=refused
then after=9000 times=20",
            "like chromium_fetch
@method=POST
@path=/api/checkout
@endpoint=known
@answer=402
@tried=refused
then after=9000 times=5",
            "like chromium_fetch
@method=POST
@path=/api/checkout
@answer=402
@tried=refused
then after=9000 times=20",
            "like chromium_fetch
@method=POST
@path=/api/save
@endpoint=known
@tried=taken
then after=9000 times=40
then after=9000 times=9
@tried=refused",
        ],
    },
};

/// Refused ones from which on it is odd: a person gives up, or does it right.
const REFUSED: u32 = 8;
/// Milli-nats.
const LEVEL: i32 = 6_000;

/// How many of its tries were refused, where they are at least `least`, and unlike what is usual where they were made.
pub(super) fn refused(seen: &Seen<'_>, least: u32) -> Option<u32> {
    let memory = seen.memory;
    memory.visit.filter(|visit| visit.is_sent && !visit.is_foreign)?;
    let (refused, unlike) = memory.client?.doubt();
    (refused >= least && unlike >= LEVEL).then_some(refused)
}

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    refused(seen, REFUSED).map(|refused| Detail::new("{} tries refused where people's are taken").with(refused))
}
