//! How far the claims agree with real user agents and with other people's labels.
//!
//! The sets are found through `WEIR_DATA`. Each rate is printed with what disagrees (`--nocapture`) and asserted at a floor
//! just below what was measured in November 2026. Most of the rest are browsers that emulate others, labels that lump products,
//! and phones from before 2012; user agents with `+` for spaces and brands without a version are misses of ours.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test"
)]

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::PathBuf;

use filter_core::facts::Fact;
use filter_core::fingerprint::{Claim, Engine, Family, Platform};
use flate2::read::GzDecoder;
use serde_json::Value;

mod labels;

/// Text of a file of the data folder; none where the folder is not given.
fn data(path: &str) -> Option<String> {
    let Some(folder) = std::env::var_os("WEIR_DATA").map(PathBuf::from) else {
        let _ = std::io::Write::write_fmt(
            &mut std::io::stderr(),
            format_args!("SKIPPED: agreement on {path} needs WEIR_DATA, the folder with the data sets\n"),
        );
        return None;
    };
    let file = File::open(folder.join(path)).unwrap_or_else(|error| panic!("{path}: {error}"));
    let mut text = String::new();
    if path.ends_with(".gz") {
        GzDecoder::new(file).read_to_string(&mut text).unwrap();
    } else {
        { file }.read_to_string(&mut text).unwrap();
    }
    Some(text)
}

fn claim(text: &str) -> Claim<'_> {
    Claim::parse(Fact::Present(text.as_bytes()))
}

/// A count of agreements, with what disagreed.
#[derive(Default)]
struct Agreement {
    all: usize,
    wrong: BTreeMap<String, usize>,
}

impl Agreement {
    fn note(&mut self, agrees: bool, what: impl FnOnce() -> String) {
        self.all += 1;
        if !agrees {
            *self.wrong.entry(what()).or_default() += 1;
        }
    }

    /// Prints the rate and fails below the floor, in hundredths of a per cent.
    fn at_least(self, name: &str, floor: usize) {
        let right = self.all - self.wrong.values().sum::<usize>();
        let rate = right * 10_000 / self.all;
        println!("{name}: {right} of {} agree, {}.{:02} %", self.all, rate / 100, rate % 100);
        for (what, count) in &self.wrong {
            println!("    {count:5} {what}");
        }
        assert!(rate >= floor, "{name}: {rate} is below {floor}, see the list above");
    }
}

/// Says the same as the parser by searching the whole text, one word after the other: slow and easy to check.
fn naive(text: &str) -> Family {
    let has = |word: &str| text.contains(word);
    let order = [
        ("CriOS/", Family::ChromeIos),
        ("FxiOS/", Family::FirefoxIos),
        ("EdgiOS/", Family::EdgeIos),
        ("Edg", Family::Edge),
        ("OPR/", Family::Opera),
        ("SamsungBrowser/", Family::Samsung),
        ("YaBrowser/", Family::OtherChromium),
        ("Electron/", Family::OtherChromium),
        ("DuckDuckGo/", Family::OtherChromium),
        ("; wv)", Family::AndroidWebView),
        ("Version/4.0 Chrome/", Family::AndroidWebView),
        ("HeadlessChrome/", Family::HeadlessChrome),
        ("Chrome/", Family::Chrome),
        ("Firefox/", Family::Firefox),
    ];
    if let Some((_, family)) = order.into_iter().find(|(word, _)| has(word)) {
        return match family {
            Family::OtherChromium if !has("Chrome/") => Family::IosWebView,
            family => family,
        };
    }
    let ios = has("iPhone;") || has("iPad;");
    let own = ["GSA/", "Ddg/", "OPT/", "Brave", "Snapchat"].into_iter().any(has);
    match (ios, own || !(has("Version/") && has("Safari/"))) {
        (true, true) => Family::IosWebView,
        (false, true) if has("AppleWebKit/605") => Family::OtherWebKit,
        (false, true) => Family::Unknown,
        (_, false) => Family::Safari,
    }
}

#[test]
fn real_browsers_of_2026() {
    let Some(seen) = data("user_agents/intoli_user-agents.json.gz") else { return };
    let Some(top) = data("user_agents/top-user-agents.json") else { return };
    let seen: Vec<Value> = serde_json::from_str(&seen).unwrap();
    let top: Vec<String> = serde_json::from_str(&top).unwrap();

    // What the page's scripts saw in the same browser. Some rows are one browser that emulates another.
    let (mut engines, mut platforms, mut mobile) = (Agreement::default(), Agreement::default(), Agreement::default());
    let mut texts: Vec<&str> = top.iter().map(String::as_str).collect();
    for row in &seen {
        let text = row["userAgent"].as_str().unwrap();
        texts.push(text);
        let claim = claim(text);
        let engine = match row["vendor"].as_str().unwrap() {
            "Google Inc." => Engine::Chromium,
            "Apple Computer, Inc." => Engine::WebKit,
            _ => Engine::Gecko,
        };
        let about = |seen: &str| format!("{seen}: {} on {}", claim.family.as_str(), claim.platform.as_str());
        engines.note(claim.engine == engine, || about(engine.as_str()));
        let platform = row["platform"].as_str().unwrap();
        let fits = match claim.platform {
            Platform::Windows => platform == "Win32",
            // iPads ask for desktop pages, so the script's platform says MacIntel too.
            Platform::MacOs => platform == "MacIntel",
            Platform::Ios => platform == "iPhone" || platform == "iPad" || platform == "MacIntel",
            Platform::Android | Platform::Linux | Platform::ChromeOs => platform.starts_with("Linux"),
            Platform::Other | Platform::Unknown => false,
        };
        platforms.note(fits, || about(platform));
        let device = row["deviceCategory"].as_str().unwrap();
        mobile.note(claim.mobile == (device == "mobile") || device == "tablet", || about(device));
    }
    engines.at_least("intoli, engine against navigator.vendor", 9_400);
    platforms.at_least("intoli, platform against navigator.platform", 9_200);
    mobile.at_least("intoli, mobile against the device category", 9_990);

    texts.sort_unstable();
    texts.dedup();
    let (mut browsers, mut families) = (Agreement::default(), Agreement::default());
    for text in texts {
        let claim = claim(text);
        browsers.note(claim.is_browser() && claim.engine_major.is_some(), || text.to_owned());
        families.note(claim.family == naive(text), || format!("{}: {text}", claim.family.as_str()));
    }
    browsers.at_least("intoli and top, a browser with a version", 9_970);
    families.at_least("intoli and top, family against the naive search", 9_990);
}

#[test]
fn labelled_headers_of_real_visitors() {
    let Some(text) = data("browser_fingerprints/apify_real_browser_headers_20k.jsonl.gz") else { return };
    let (mut families, mut majors, mut platforms, mut mobile) =
        (Agreement::default(), Agreement::default(), Agreement::default(), Agreement::default());
    for line in text.lines() {
        let row: Value = serde_json::from_str(line).unwrap();
        let headers = row["headers"].as_array().unwrap();
        let Some(header) = headers.iter().find(|header| header[0].as_str().unwrap().eq_ignore_ascii_case("user-agent"))
        else {
            continue;
        };
        let text = header[1].as_str().unwrap();
        let claim = claim(text);
        let (browser, version) = row["browser"].as_str().unwrap().split_once('/').unwrap();
        let about = |label: &Value| format!("{label}: {} {text}", claim.family.as_str());
        let fits = match claim.family {
            Family::Chrome | Family::AndroidWebView | Family::HeadlessChrome | Family::ChromeIos => browser == "chrome",
            Family::Edge | Family::EdgeIos => browser == "edge",
            Family::Firefox | Family::FirefoxIos => browser == "firefox",
            Family::Safari | Family::IosWebView => browser == "safari",
            _ => false,
        };
        families.note(fits, || about(&row["browser"]));
        if fits {
            let major = version.split('.').next().and_then(|number| number.parse().ok());
            majors.note(claim.major == major, || about(&row["browser"]));
        }
        platforms.note(claim.platform.as_str() == row["os"], || about(&row["os"]));
        mobile.note(claim.mobile == (row["device"] == "mobile"), || about(&row["device"]));
    }
    families.at_least("apify, family", 9_985);
    majors.at_least("apify, major version", 9_985);
    platforms.at_least("apify, platform", 9_985);
    mobile.at_least("apify, mobile", 9_985);
}

#[test]
fn cases_of_ua_parser() {
    let Some(text) = data("user_agents/uap_test_ua.yaml.gz") else { return };
    let (mut families, mut majors) = (Agreement::default(), Agreement::default());
    let mut unknown = 0;
    for case in text.split("- user_agent_string:").skip(1) {
        let mut lines = case.lines();
        let text = unquoted(lines.next().unwrap());
        let field =
            |name: &str| case.lines().find_map(|line| line.trim().strip_prefix(name)).map(unquoted).unwrap_or_default();
        let family = field("family:");
        let claim = claim(&text);
        let Some(expected) = labels::ua_parser(&family) else {
            unknown += 1;
            continue;
        };
        let about = || format!("{family}: {} {text}", claim.family.as_str());
        families.note(expected.contains(&claim.family), about);
        // Elsewhere ua-parser and we number different products: it says Android's version, Java's minor, Trident's.
        if expected == [claim.family] && claim.is_browser() && claim.family != Family::Legacy {
            let major = claim.major.map(|major| major.to_string()).unwrap_or_default();
            majors.note(major == field("major:"), || format!("{}: {major} {text}", field("major:")));
        }
    }
    println!("ua-parser: {unknown} cases of families not compared");
    families.at_least("ua-parser, family", 9_500);
    majors.at_least("ua-parser, major version", 8_900);
}

#[test]
fn browsers_of_isbot() {
    let Some(browsers) = data("bots/isbot_fixtures/browsers.yml") else { return };
    let mut agreement = Agreement::default();
    for text in browsers.lines().filter_map(|line| line.strip_prefix("  - ")).map(unquoted) {
        let claim = claim(&text);
        let placed = claim.is_browser() || matches!(claim.family, Family::App | Family::Tool);
        agreement.note(placed, || text.clone());
    }
    agreement.at_least("isbot, browsers are browsers, apps or tools", 9_900);
}

/// A YAML scalar of the test files: plain, single-quoted or double-quoted, on one line.
fn unquoted(text: &str) -> String {
    let text = text.trim();
    if let Some(inner) = text.strip_prefix('\'').and_then(|rest| rest.strip_suffix('\'')) {
        return inner.replace("''", "'");
    }
    let inner = text.strip_prefix('"').and_then(|rest| rest.strip_suffix('"'));
    inner.map_or(text.to_owned(), |inner| inner.replace("\\\"", "\""))
}
