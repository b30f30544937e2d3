//! The brand list is another version's. Chromium's list is a function of its major version (see
//! [`ClientHints::fits_version`](crate::fingerprint::ClientHints::fits_version)); lists copied from another version do
//! not fit. Of 20,000 visitors 54 carry such a list, from privacy tools and bots among them, so this alone does not
//! make a bot.

use crate::bytes;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "hints_grease",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 3_600,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the brand list is another Chromium version's",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 41 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 123 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            r#"like chromium_navigation
            sec-ch-ua: "Chromium";v="156", "Google Chrome";v="156", "Not_A Brand";v="24""#,
            r#"like chromium_navigation
            sec-ch-ua: "Chromium";v="156", "Not:A-Brand";v="8""#,
        ],
        silent: &[r#"like chromium_navigation
            sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="156", "DuckDuckGo";v="156""#],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    seen.chromium()?;
    let hints = &seen.fingerprint.hints();
    let (major, _) = bytes::leading_number(hints.brand(b"Chromium")?.version)?;
    (!hints.fits_version(major)?).then(|| {
        Detail::new("Chromium {} does not send sec-ch-ua `{}`")
            .with(major)
            .with(hints.list.present().unwrap_or_default())
    })
}
