//! A browser version that nearly nobody runs any more. Browsers update themselves; scripts keep the user agent they
//! were written with. The bounds are of 2026-11: Chromium 109 was the last for Windows 7 and 8 (2023-01), Firefox 115
//! ESR is the last there and is still served.

use crate::fingerprint::Engine;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "browser_outdated",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 1_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "claims a browser version that nearly nobody runs",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 53 in 20139 requests, honeypot's browser claims 1850 in 1851, recorded automation 72 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "GET http://shop.example/ HTTP/1.1\nuser-agent: Mozilla/5.0 (Windows NT 10.0; WOW64; rv:52.0) Gecko/20100101 Firefox/52.0",
        ],
        silent: &["like chromium_h1_navigation"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    let least = match claim.engine {
        Engine::Chromium => 109,
        Engine::Gecko => 115,
        Engine::WebKit => 13,
        Engine::Legacy => return Some(Detail::new("claims `{}`").with(claim.user_agent)),
        Engine::None => return None,
    };
    let major = claim.engine_major.filter(|major| *major < least)?;
    Some(Detail::new("claims {} {}").word(claim.engine.as_str()).with(major))
}
