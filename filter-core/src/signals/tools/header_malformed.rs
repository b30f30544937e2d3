//! Browsers write user agent, Accept and language headers in visible ASCII. Control bytes, raw UTF-8 and over-long
//! values come from scripts and probes. (User agents in apps do carry raw UTF-8 model names: app claims are exempt.)

use crate::limits;
use crate::request::HeaderName;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "header_malformed",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_300,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "header bytes that no browser sends",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "like chromium_navigation\naccept-language: en\u{1}",
            "like chromium_navigation\nuser-agent: Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36 \u{1}",
        ],
        silent: &[],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    seen.browser().filter(|_| !seen.is_embedded())?;
    let checked = [HeaderName::UserAgent, HeaderName::Accept, HeaderName::AcceptEncoding, HeaderName::AcceptLanguage];
    let odd = |name: &&HeaderName| {
        let value = seen.header(**name).present().unwrap_or_default();
        value.len() > limits::USER_AGENT || !is_visible(value)
    };
    let name = checked.iter().find(odd)?;
    Some(Detail::new("`{}` holds bytes no browser sends").word(name.as_str()))
}

/// Without an early exit, so that it is done many bytes at a time. A tab is white space between items (RFC 9110, 5.6.3).
fn is_visible(value: &[u8]) -> bool {
    value.iter().fold(true, |visible, b| visible & ((b.wrapping_sub(b' ') <= b'~'.wrapping_sub(b' ')) | (*b == b'\t')))
}
