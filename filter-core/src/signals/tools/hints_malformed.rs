//! `sec-ch-ua` is a structured field: quoted brands with quoted versions (RFC 8941, W3C UA-CH). Browsers never get it
//! wrong.

use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "hints_malformed",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "sec-ch-ua is no list of brands",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 7 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
sec-ch-ua: Chromium 156"],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let hints = &seen.fingerprint.hints();
    hints.malformed.then(|| Detail::new("sec-ch-ua is `{}`").with(hints.list.present().unwrap_or_default()))
}
