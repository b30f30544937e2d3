//! Gecko and WebKit send no user-agent client hints. A claim of Firefox or Safari with `sec-ch-ua` is a Chromium, or a
//! header set patched together.

use crate::fingerprint::Engine;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "hints_on_other_engine",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "client hints from an engine that has none",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 5 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 8 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[r#"like firefox_navigation
sec-ch-ua: "Chromium";v="156""#],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|claim| matches!(claim.engine, Engine::Gecko | Engine::WebKit))?;
    let hints = &seen.fingerprint.hints();
    (hints.list.is_present() || hints.platform.is_present())
        .then(|| Detail::new("claims {}, sends client hints").word(claim.family.as_str()))
}
