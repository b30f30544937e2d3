//! The user agent names a program that is no browser and no crawler: a library, a command-line client, a package
//! manager. Automation, said openly: alone it makes class `tool`, never `bot`.

use crate::fingerprint::Category;
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "declared_tool",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 2_000,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "the user agent names a tool",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 331 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "GET https://shop.example/ HTTP/2
user-agent: curl/8.5.0
accept: */*",
            "like chromium_navigation
user-agent: python-requests/2.32.3",
        ],
        silent: &[
            "GET https://shop.example/ HTTP/1.1
user-agent: sqlmap/1.8",
            "like chromium_navigation
user-agent: Googlebot/2.1",
        ],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let named = seen.fingerprint.named?;
    let ordinary = !named.category.is_crawler()
        && !matches!(named.category, Category::AttackTool | Category::BrowserAutomation | Category::App);
    ordinary.then(|| Detail::new("says it is {} ({})").with(named.name.as_bytes()).word(named.category.as_str()))
}
