//! A brand list that no Chromium makes: without a made-up brand of the current scheme, or with the brand `Chrome`,
//! which does not exist (it is `Google Chrome`). Stealth plug-ins and header generators write such lists.

use crate::fingerprint::Engine;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "hints_invented",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a brand list that no Chromium makes",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 2 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 105 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            r#"like chromium_navigation
            sec-ch-ua: " Not A;Brand";v="99", "Chromium";v="156", "Google Chrome";v="156""#,
            r#"like chromium_navigation
            sec-ch-ua: "Chrome";v="156", "Not:A-Brand";v="8", "Chromium";v="156""#,
        ],
        silent: &[r#"like chromium_navigation
            sec-ch-ua: "Chromium";v="156", "Google Chrome";v="156", "Not_A Brand";v="24""#],
    },
};

/// The scheme of today's made-up brands is older; before this version both were about.
const SINCE: u32 = 110;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|claim| claim.engine == Engine::Chromium)?;
    let hints = &seen.fingerprint.hints();
    let judged =
        claim.engine_major.is_some_and(|major| major >= SINCE) && !hints.malformed && !hints.brands().is_empty();
    let invented = !hints.has_made_up_brand() || hints.brand(b"Chrome").is_some();
    (judged && invented)
        .then(|| Detail::new("no Chromium sends sec-ch-ua `{}`").with(hints.list.present().unwrap_or_default()))
}
