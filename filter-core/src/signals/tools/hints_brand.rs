//! A brand that names itself in the user agent (`Edg/`, `OPR/`) names itself in the brand list too, and Chromium
//! itself is always there. A plain Chrome user agent may carry any brand: Brave and others hide behind it.

use crate::fingerprint::{Engine, Family};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "hints_brand",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "client hints and user agent name different browsers",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 1 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            r#"like chromium_navigation
sec-ch-ua: "Not:A-Brand";v="8", "Google Chrome";v="156""#,
            "like chromium_navigation
user-agent: Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
        ],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser().filter(|claim| claim.engine == Engine::Chromium)?;
    let hints = &seen.fingerprint.hints();
    if hints.malformed || hints.brands().is_empty() {
        return None;
    }
    let lacks = |name: &'static str| hints.brand(name.as_bytes()).is_none().then_some(name);
    let missing = lacks("Chromium").or_else(|| match claim.family {
        Family::Edge => lacks("Microsoft Edge").and(lacks("Microsoft Edge WebView2")),
        Family::Opera => lacks("Opera").and(lacks("Opera GX")).and(lacks("OperaMobile")).and(lacks("Opera Crypto")),
        _ => None,
    })?;
    Some(Detail::new("claims {}, sec-ch-ua lacks `{}`").word(claim.family.as_str()).word(missing))
}
