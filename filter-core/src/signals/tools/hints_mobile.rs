//! `sec-ch-ua-mobile: ?1` goes with `Mobile` in a Chromium user agent. Tablets say `?0` and have no `Mobile`.

use crate::bytes;
use crate::fingerprint::Engine;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "hints_mobile",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 3_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "client hints and user agent disagree about a phone",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 1 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 8 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
sec-ch-ua-mobile: ?1"],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|claim| claim.engine == Engine::Chromium)?;
    let hinted = seen.fingerprint.hints().mobile.present()?;
    let says = bytes::contains(claim.user_agent, b"Mobile");
    let word = |mobile: bool| if mobile { "mobile" } else { "not mobile" };
    (hinted != says).then(|| Detail::new("user agent says {}, sec-ch-ua-mobile {}").word(word(says)).word(word(hinted)))
}
