//! What holds for every user agent, however hostile.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test"
)]

use filter_core::facts::Fact;
use filter_core::fingerprint::{Claim, Engine, Family};
use filter_core::limits;
use proptest::prelude::*;
use proptest::sample::Index;

/// The user agents of the table, to mutate.
fn real() -> Vec<Vec<u8>> {
    let table = include_str!("claims/claims.tsv");
    table.lines().filter(|line| !line.starts_with('#')).map(|line| line.rsplit('\t').next().unwrap().into()).collect()
}

/// A user agent with bytes replaced, pieces cut out, and a piece of another put in.
fn mutated() -> impl Strategy<Value = Vec<u8>> {
    let texts = real();
    let other = proptest::sample::select(texts.clone());
    let edits = prop::collection::vec((any::<Index>(), any::<u8>()), 0..6);
    (proptest::sample::select(texts), other, edits, any::<Index>(), any::<Index>()).prop_map(
        |(mut text, other, edits, from, to)| {
            for (at, byte) in edits {
                let at = at.index(text.len());
                text[at] = byte;
            }
            let (from, to) = (from.index(text.len()), to.index(text.len()));
            text.splice(from.min(to)..from.max(to), other.iter().copied().skip(from / 2));
            text
        },
    )
}

/// Separators, letters and table words at random.
fn jumble() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop::sample::select(vec![
        "Mozilla/5.0",
        "AppleWebKit/605.1.15",
        "Chrome/1",
        "Edg/",
        "Firefox/99999999999",
        "Safari",
        "Version/4",
        "wv",
        "compatible",
        "rv:",
        "MSIE ",
        "CPU OS ",
        "iPhone",
        "Android",
        "(",
        ")",
        ";",
        "/",
        " ",
        "[",
        "]",
        "\t",
        "v1",
        "x",
    ]);
    prop::collection::vec(piece, 0..60).prop_map(|pieces| pieces.concat().into_bytes())
}

fn check(text: &[u8]) -> Result<(), TestCaseError> {
    let claim = Claim::parse(Fact::Present(text));
    prop_assert_eq!(claim, Claim::parse(Fact::Present(text)));
    prop_assert_eq!(claim.user_agent, &text[..text.len().min(limits::USER_AGENT)]);
    // The same claim whatever follows behind the limit.
    if text.len() >= limits::USER_AGENT {
        prop_assert_eq!(claim, Claim::parse(Fact::Present(claim.user_agent)));
    }
    prop_assert_ne!(claim.family, Family::Absent);
    let expected = match claim.family {
        Family::Chrome
        | Family::Edge
        | Family::Opera
        | Family::Samsung
        | Family::OtherChromium
        | Family::AndroidWebView
        | Family::HeadlessChrome => Engine::Chromium,
        Family::Firefox | Family::OtherGecko => Engine::Gecko,
        Family::Safari
        | Family::ChromeIos
        | Family::FirefoxIos
        | Family::EdgeIos
        | Family::IosWebView
        | Family::OtherWebKit => Engine::WebKit,
        Family::Legacy => Engine::Legacy,
        Family::App | Family::Tool | Family::Absent | Family::Unknown => Engine::None,
    };
    prop_assert_eq!(claim.engine, expected);
    prop_assert_eq!(claim.is_browser(), expected != Engine::None);
    prop_assert!(claim.is_browser() || (claim.engine_major.is_none() && !claim.webview));
    Ok(())
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes(text in prop::collection::vec(any::<u8>(), 0..1200)) {
        check(&text)?;
    }

    #[test]
    fn real_ones_with_mutations(text in mutated()) {
        check(&text)?;
    }

    #[test]
    fn words_of_the_table_at_random(text in jumble()) {
        check(&text)?;
    }
}
