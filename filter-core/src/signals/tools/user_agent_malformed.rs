//! A browser's user agent has a fixed frame: Chromium's ends in `AppleWebKit/537.36 (KHTML, like Gecko) Chrome/N ...
//! Safari/537.36`, Firefox's has `rv:N` and `Gecko/`. Hand-written ones lose a part, keep quotes, or carry the
//! header's name.

use crate::bytes;
use crate::fingerprint::Engine;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "user_agent_malformed",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a browser's user agent is not formed as that browser forms it",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 8 in 20139 requests, honeypot's browser claims 1 in 1851, recorded automation 7 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation
user-agent: Mozilla/5.0 (X11; Linux x86_64) Chrome/156.0.0.0",
            "like chromium_navigation
user-agent: User-Agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
            "like firefox_navigation
user-agent: Mozilla/5.0 (X11; Linux x86_64) Firefox/153.0",
        ],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let claim = seen.browser()?;
    let text = claim.user_agent;
    let missing = |part: &'static str| (!bytes::contains(text, part.as_bytes())).then_some(part);
    if !text.starts_with(b"Mozilla/5.0 (") && claim.engine != Engine::Legacy {
        return Some(Detail::new("does not begin with `Mozilla/5.0 (`: `{}`").with(text));
    }
    let lost = match claim.engine {
        Engine::Chromium => {
            missing("AppleWebKit/").or_else(|| missing("(KHTML, like Gecko)")).or_else(|| missing("Safari/"))
        }
        Engine::Gecko => missing("rv:").or_else(|| missing("Gecko/")),
        Engine::WebKit => missing("AppleWebKit/").or_else(|| missing("(KHTML, like Gecko)")),
        Engine::Legacy | Engine::None => None,
    }?;
    Some(Detail::new("claims {} without `{}`").word(claim.family.as_str()).word(lost))
}
