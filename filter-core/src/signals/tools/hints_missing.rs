//! Chromium since 89 sends `sec-ch-ua`, `-mobile` and `-platform` with every request in a secure context. Preflights,
//! WebSockets, and workers with what they fetch carry none; embedders and privacy tools remove them, so alone this
//! does not make a bot.

use crate::request::RequestKind;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "hints_missing",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_200,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a Chromium sent no client hints over TLS",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 15 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 24 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
-sec-ch-ua
-sec-ch-ua-mobile
-sec-ch-ua-platform"],
        silent: &[
            "like chromium_fetch\n-sec-ch-ua\n-sec-ch-ua-mobile\n-sec-ch-ua-platform",
            "like chromium_plain_navigation",
            "like chromium_navigation
@version=1.1
-sec-ch-ua
-sec-ch-ua-mobile
-sec-ch-ua-platform
user-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/80.0.3987.87 Safari/537.36",
        ],
    },
};

/// Of 20,000 visitors 51 claim an older Chromium (91 to 116) without hints and 15 a newer one: old claims are judged by other signals.
const FIRST_JUDGED: u32 = 120;

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let major =
        seen.chromium().filter(|major| *major >= FIRST_JUDGED && seen.request.is_secure() && !seen.is_embedded())?;
    let page = matches!(seen.request.kind, RequestKind::Navigation | RequestKind::FormPost | RequestKind::Asset);
    let hints = &seen.fingerprint.hints();
    let missing = hints.list.is_absent() && hints.platform.is_absent();
    (missing && page && !seen.is_for_worker()).then(|| Detail::new("claims Chromium {}, no sec-ch-ua").with(major))
}
