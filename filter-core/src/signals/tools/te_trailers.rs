//! Firefox sends `te: trailers` over HTTP/2; Chromium and Safari never do.

use crate::facts::Fact;
use crate::fingerprint::Engine;
use crate::request::{HeaderName, HttpVersion};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "te_trailers",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 2_800,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a Firefox without TE, or a Chromium with it",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 1 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 15 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like firefox_navigation
-te",
            "like chromium_navigation
te: trailers",
        ],
        silent: &["like firefox_plain_navigation"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|_| seen.request.version == Fact::Present(HttpVersion::V2))?;
    let te = seen.header(HeaderName::Te).known()?;
    match claim.engine {
        Engine::Gecko if te.is_none() && claim.engine_major.is_some_and(|major| major >= 60) => {
            Some(Detail::new("claims Firefox over HTTP/2, no TE"))
        }
        Engine::Chromium | Engine::WebKit if te.is_some() => {
            Some(Detail::new("claims {}, sends TE").word(claim.engine.as_str()))
        }
        _ => None,
    }
}
