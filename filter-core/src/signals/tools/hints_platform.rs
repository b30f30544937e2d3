//! `sec-ch-ua-platform` and the user agent's platform come from the same build. The developer tools' device emulation
//! changes both.

use crate::fingerprint::{Engine, Platform};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "hints_platform",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "client hints and user agent name different platforms",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 2 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[r#"like chromium_navigation
sec-ch-ua-platform: "Windows""#],
        silent: &[r#"like chromium_navigation
sec-ch-ua-platform: "Chromium OS"
user-agent: Mozilla/5.0 (X11; CrOS x86_64 14541.0.0) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36"#],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|claim| claim.engine == Engine::Chromium)?;
    let hinted = seen.fingerprint.hints().platform.present()?;
    let platform = match hinted {
        b"Windows" => Platform::Windows,
        b"macOS" | b"Mac OS X" => Platform::MacOs,
        b"Linux" => Platform::Linux,
        b"Android" => Platform::Android,
        b"Chrome OS" | b"Chromium OS" => Platform::ChromeOs,
        b"iOS" => Platform::Ios,
        _ => return None,
    };
    let told = !matches!(claim.platform, Platform::Unknown | Platform::Other);
    (told && claim.platform != platform).then(|| {
        Detail::new("user agent says {}, sec-ch-ua-platform says {}").word(claim.platform.as_str()).with(hinted)
    })
}
