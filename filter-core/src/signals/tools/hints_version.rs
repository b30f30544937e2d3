//! The brand list's Chromium version and the user agent's `Chrome/` version are one number. Freezing of the user agent
//! (2023) left the major version in place.

use crate::bytes;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "hints_version",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 5_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "client hints and user agent name different versions",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 19 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[r#"like chromium_navigation
sec-ch-ua: "Not:A-Brand";v="8", "Chromium";v="155""#],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claimed = seen.chromium()?;
    let brand = seen.fingerprint.hints().brand(b"Chromium")?;
    let (hinted, _) = bytes::leading_number(brand.version)?;
    (hinted != claimed).then(|| Detail::new("user agent says Chrome {}, sec-ch-ua says {}").with(claimed).with(hinted))
}
