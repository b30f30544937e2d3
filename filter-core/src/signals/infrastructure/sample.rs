//! Small tables for test vectors: names that the vectors use, and networks around one address.

use alloc::format;
use alloc::string::String;
use alloc::vec;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::{NetworkKind, NetworkList, Networks, RangeTable, wire};
use crate::fingerprint::{Category, Named, Names};

/// Token, name, category, whether it has published ranges (a list of the token's name), whether it is generic.
const NAMES: &[(&str, &str, Category, bool, bool)] = &[
    ("googlebot", "Googlebot", Category::SearchEngine, true, false),
    ("bingbot", "bingbot", Category::SearchEngine, true, false),
    ("gptbot", "GPTBot", Category::AiTraining, true, false),
    ("ahrefsbot", "AhrefsBot", Category::Seo, false, false),
    ("uptimerobot", "UptimeRobot", Category::Monitor, false, false),
    ("feedly", "Feedly", Category::FeedReader, false, false),
    ("curl/", "curl", Category::CommandLine, false, false),
    ("wget/", "Wget", Category::CommandLine, false, false),
    ("python-requests", "python-requests", Category::HttpLibrary, false, false),
    ("go-http-client", "Go net/http", Category::HttpLibrary, false, false),
    ("okhttp", "OkHttp", Category::App, false, false),
    ("git/", "git", Category::PackageManager, false, false),
    ("lynx/", "Lynx", Category::TextBrowser, false, false),
    ("headlesschrome", "Headless Chrome", Category::BrowserAutomation, false, false),
    ("k6/", "k6", Category::LoadTest, false, false),
    ("sqlmap", "sqlmap", Category::AttackTool, false, false),
    ("nuclei", "Nuclei", Category::AttackTool, false, false),
    ("censysinspect", "Censys", Category::Survey, false, false),
    ("*bot", "unnamed bot", Category::OtherCrawler, false, true),
];

/// A name table of a few well-known names.
pub fn names() -> Names {
    let entries = NAMES.iter().map(|(token, name, category, has_ranges, generic)| Named {
        token: (*token).into(),
        name: (*name).into(),
        category: *category,
        operator: None,
        ranges: has_ranges.then(|| (*token).into()),
        generic: *generic,
    });
    Names::new(entries.collect()).unwrap_or_default()
}

/// Networks in which `address` is in the lists given as kind and name. The lists that [`names`] point to are always there.
///
/// # Errors
///
/// A kind that does not exist, or a list given twice.
pub fn networks(address: IpAddr, lists: &[(&str, &str)]) -> Result<Networks, String> {
    let mut known = Vec::new();
    for (kind, name) in lists {
        let kind = NetworkKind::parse(kind).ok_or_else(|| format!("no network kind `{kind}`"))?;
        known.push(NetworkList { name: (*name).into(), kind });
    }
    let set = 1u64.checked_shl(u32::try_from(known.len()).unwrap_or(u32::MAX)).unwrap_or(0).wrapping_sub(1);
    for (token, _, _, has_ranges, _) in NAMES {
        if *has_ranges && !known.iter().any(|list| list.name == *token) {
            known.push(NetworkList { name: (*token).into(), kind: NetworkKind::Crawler });
        }
    }
    let (mut v4, mut v6) = (Vec::new(), Vec::new());
    let (first, bytes) = match address {
        IpAddr::V4(v4_address) => (u128::from(v4_address.to_bits()), &mut v4),
        IpAddr::V6(v6_address) => (v6_address.to_bits(), &mut v6),
    };
    for number in [first, 1, 0] {
        wire::write(number, bytes);
    }
    let table = RangeTable::decode(&v4, &v6).map_err(|error| format!("{error}"))?;
    Networks::new(known, vec![set], table).map_err(|problems| problems.join("; "))
}
