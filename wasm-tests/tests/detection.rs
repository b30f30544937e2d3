//! What detection must show on the large data sets, where `WEIR_DATA` names them. `clients.rs` judges the committed corpus.

use filter_core::score::Class;
use wasm_tests::evidence::corpus::{BROWSER_KIND, Data};
use wasm_tests::evidence::{Figures, Judge, Page, Share, render};

#[test]
fn the_large_data_sets() {
    let Some(data) = Data::from_env() else { return };
    let figures = Figures::count(&Judge::with_default_bundle().unwrap(), &data).unwrap();
    let at_least = |what: &str, share: &Share, percent: f64| {
        assert!(share.percent() >= percent, "{what}: {share:?} is below {percent} %");
    };
    assert!(figures.visitors.percent() <= 0.25, "visitors: {:?}", figures.visitors);
    assert_eq!(figures.captures.part, 0, "captures: {:?}", figures.captures);
    at_least("honeypot", &figures.honeypot, 96.0);
    at_least("crawlers verified", &figures.crawlers_verified, 100.0);
    at_least("crawlers impostors", &figures.crawlers_impostor, 100.0);
    at_least("crawlers behind a CDN", &figures.crawlers_behind_cdn, 100.0);
    let kind = |name: &str| figures.kinds.get(name).unwrap_or_else(|| panic!("no clients of kind {name}"));
    assert_eq!(kind(BROWSER_KIND).any.part, 0, "browsers judged bots");
    assert_eq!(kind("legit automated").tool.percent(), 100.0, "honest automation is class tool");
    assert_eq!(kind("legit automated").any.part, 0, "honest automation is never a bot");
    at_least("copied headers", &kind("library with copied browser headers").any, 100.0);
    at_least("impersonators, any request", &kind("impersonator").any, 95.0);
    at_least("impersonators, first request", &kind("impersonator").first, 48.0);
    at_least("automation frameworks, any request", &kind("automation framework").any, 55.0);
    at_least("automation frameworks, first request", &kind("automation framework").first, 55.0);
    for name in ["http library", "text browser/downloader", "load tool", "scanner"] {
        for row in kind(name).clients.iter() {
            let seen = matches!(row.first.class, Class::Tool | Class::Bot);
            assert!(seen, "{name} {}: {:?}", row.client, row.first);
        }
    }
    let page = Page::open().unwrap();
    assert_eq!(
        page.part("detection").unwrap(),
        render(&figures),
        "run `cargo run --release -p wasm-tests --bin evidence`"
    );
}
