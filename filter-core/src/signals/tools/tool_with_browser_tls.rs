//! The user agent names a library or command-line tool, but the ClientHello is a browser's: a library that exists to
//! imitate browsers. Apps are exempt: Android's own TLS shares Chromium's cipher list.

use crate::fingerprint::{Category, Family};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "tool_with_browser_tls",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 5_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a declared tool has a browser's TLS",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 64 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &["like chromium_navigation
user-agent: python-requests/2.32.3"],
        silent: &["GET https://shop.example/ HTTP/2
@ja4=t13d3112h2_e8f1e7e78f70_b26ce05bbdd6
user-agent: curl/8.5.0
accept: */*"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let named = seen.fingerprint.named;
    let tool = match named {
        Some(named) => matches!(named.category, Category::HttpLibrary | Category::CommandLine),
        None => seen.fingerprint.claim.family == Family::Tool,
    };
    let hello = seen.fingerprint.ja4.filter(|_| tool)?;
    let engine = hello.engine()?;
    Some(Detail::new("declares a tool, TLS ciphers {} are {}'s").with(hello.ciphers).word(engine.as_str()))
}
