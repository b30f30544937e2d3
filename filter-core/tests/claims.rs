//! What user agents claim: a table of cases, and what real sets of user agents agree with.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "a test"
)]

use std::collections::BTreeSet;

use filter_core::facts::Fact;
use filter_core::fingerprint::{Claim, Engine, Family, Platform};
use filter_core::limits;

const CASES: &str = include_str!("claims/claims.tsv");

fn claim(text: &[u8]) -> Claim<'_> {
    Claim::parse(Fact::Present(text))
}

/// `\xff` is one byte.
fn bytes(text: &str) -> Vec<u8> {
    let mut out = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("\\x") {
        out.extend_from_slice(&rest.as_bytes()[..at]);
        out.push(u8::from_str_radix(&rest[at + 2..at + 4], 16).unwrap());
        rest = &rest[at + 4..];
    }
    out.extend_from_slice(rest.as_bytes());
    out
}

fn number(field: &str) -> Option<u32> {
    (field != "-").then(|| field.parse().unwrap())
}

#[test]
fn the_table() {
    let mut wrong = Vec::new();
    let mut families = BTreeSet::from([Family::Absent.as_str()]);
    let mut rows = 0;
    for (index, line) in CASES.lines().enumerate().filter(|(_, line)| !line.starts_with('#')) {
        let fields: Vec<&str> = line.splitn(8, '\t').collect();
        let [family, major, engine, engine_major, platform, mobile, webview, text] = fields[..] else {
            panic!("line {}: a row has eight fields", index + 1);
        };
        let user_agent = bytes(text);
        let expected = Claim {
            family: Family::parse(family).unwrap(),
            major: number(major),
            engine: Engine::parse(engine).unwrap(),
            engine_major: number(engine_major),
            platform: Platform::parse(platform).unwrap(),
            mobile: mobile == "yes",
            webview: webview == "yes",
            user_agent: &user_agent,
        };
        let seen = claim(&user_agent);
        if seen != expected {
            wrong.push(format!("line {}: {text}\n  expected {expected:?}\n  seen     {seen:?}", index + 1));
        }
        families.insert(family);
        rows += 1;
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(rows >= 180, "{rows}");
    assert_eq!(families.len(), Family::NAMES.len(), "a family without a case: {families:?}");
}

#[test]
fn unknown_is_not_absent() {
    assert_eq!(Claim::parse(Fact::Unknown).family, Family::Unknown);
    assert_eq!(Claim::parse(Fact::Absent).family, Family::Absent);
    assert_eq!(claim(b"").family, Family::Unknown);
    for nothing in [Claim::parse(Fact::Unknown), Claim::parse(Fact::Absent), claim(b"")] {
        assert!(!nothing.is_browser());
        assert_eq!((nothing.major, nothing.user_agent), (None, &b""[..]));
    }
}

#[test]
fn what_is_behind_the_limit_is_not_looked_at() {
    let chrome =
        b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/140.0.0.0 Safari/537.36";
    let mut long = chrome.to_vec();
    long.resize(limits::USER_AGENT, b' ');
    long.extend_from_slice(b" Edg/140.0.0.0");
    let seen = claim(&long);
    assert_eq!((seen.family, seen.user_agent.len()), (Family::Chrome, limits::USER_AGENT));

    for filler in [b'A', b'(', b')', b';', b'/', b' ', b'9', 0xff] {
        let seen = claim(&[filler; 10_240]).user_agent.len();
        assert_eq!(seen, limits::USER_AGENT);
        assert_eq!(claim(&[filler; 10_240]).family, Family::Unknown, "{filler}");
    }
}

#[test]
fn iso_8859_in_a_device_name_hurts_nobody() {
    let claim = claim(b"Mozilla/5.0 (Linux; Android 13; T\xe9l\xe9phone) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/120.0.0.0 Mobile Safari/537.36");
    assert_eq!((claim.family, claim.platform, claim.mobile), (Family::Chrome, Platform::Android, true));
}
