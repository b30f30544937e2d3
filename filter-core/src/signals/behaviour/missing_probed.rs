//! One path after the other that does not exist, different ones, and hardly anything that does: a search for weak spots.
//! A broken link is one path.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};
use crate::state::StatusClass;

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "missing_probed",
    pillar: Pillar::Behaviour,
    scope: Scope::Memory,
    weight: 3_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "tries one missing path after the other",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "recorded scanners 2 of 9, lab scanners 1 of 3; a shop's log: 1 of 176 clients that claim a browser, a prober; recorded browsers 0 of 4 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
@path=/{n}
@answer=404
then after=700 times=12"],
        silent: &[
            "like chromium_navigation
@path=/{n}
@answer=404
then after=700 times=7",
            "like chromium_navigation
@path=/favicon.png
@answer=404
then after=700 times=20",
            "like chromium_navigation
@path=/{n}
@answer=404
then after=700 times=10
@answer=200
then after=700 times=12",
        ],
    },
};

/// Distinct missing paths from which on it is odd. CrowdSec's rule for probing (2026) takes 10.
const PATHS: u32 = 8;
/// The same for programs that say what they are: package managers and mirrors ask for much that is not there.
const DECLARED: u32 = 40;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let (client, detail) = (seen.memory.client?, seen.memory.detail?);
    let (paths, missing) = (detail.missing.count(), client.statuses.of(StatusClass::Missing));
    let answers = client.statuses.total();
    let least = if seen.memory.visit?.is_declared { DECLARED } else { PATHS };
    let fires = paths >= least && missing.saturating_mul(2) >= answers;
    fires.then(|| Detail::new("{} missing paths, {} of {} answers").with(paths).with(missing).with(answers))
}
