#![allow(clippy::arithmetic_side_effects, reason = "a test may overflow: it fails then")]

use alloc::vec;

use super::*;
use proptest::prelude::*;

fn entry(token: &str, generic: bool) -> Named {
    let name = token.into();
    Named { token: token.into(), name, category: Category::HttpLibrary, operator: None, ranges: None, generic }
}

fn table(tokens: &[&str]) -> Names {
    Names::new(tokens.iter().map(|token| entry(token, false)).collect()).unwrap()
}

fn found<'a>(names: &'a Names, text: &str) -> Option<&'a str> {
    names.find(text.as_bytes()).map(|named| named.token.as_str())
}

#[test]
fn tokens_stand_as_words() {
    let names = table(&["curl/", "wget", "+http", "*spider", "scan*", "go-http-client"]);
    let cases = [
        ("curl/8.5.0", Some("curl/")),
        ("CURL/8", Some("curl/")),
        ("libcurl/8", None),
        ("a curl/8", Some("curl/")),
        ("wget2", Some("wget")),
        ("wgetter", None),
        ("x+http://a.example", Some("+http")),
        ("fastspider/1", Some("*spider")),
        ("spiders", None),
        ("scanner", Some("scan*")),
        ("ascanner", None),
        ("Go-http-client/2.0", Some("go-http-client")),
        ("", None),
        ("\u{e9}wget", Some("wget")),
    ];
    for (text, token) in cases {
        assert_eq!(found(&names, text), token, "{text}");
    }
    assert_eq!(found(&Names::default(), "curl/8"), None);
}

#[test]
fn the_first_then_the_longest_wins_and_generic_ones_lose() {
    let mut entries = ["bb", "aa", "aa-long", "zz"].map(|token| entry(token, false)).to_vec();
    entries.push(entry("*generic", true));
    entries.push(entry("base/", true));
    let names = Names::new(entries).unwrap();
    assert_eq!(found(&names, "aa bb"), Some("aa"));
    assert_eq!(found(&names, "bb aa-long"), Some("bb"));
    assert_eq!(found(&names, "aa-long bb"), Some("aa-long"));
    assert_eq!(found(&names, "base/1 generic zz"), Some("zz"));
    assert_eq!(found(&names, "base/1 mygeneric"), Some("base/"));
    assert_eq!(found(&names, "mygeneric"), Some("*generic"));
    assert_eq!(found(&names, "mygeneric CUBOT X19"), None, "a phone");
}

#[test]
fn only_the_first_bytes_are_looked_at() {
    let names = table(&["curl/"]);
    let long = |spaces: usize| alloc::format!("{}curl/8", " ".repeat(spaces));
    assert!(found(&names, &long(limits::USER_AGENT - 5)).is_some());
    assert!(found(&names, &long(limits::USER_AGENT - 4)).is_none());
}

#[test]
fn bad_tables_are_refused_with_every_reason() {
    let tokens = ["ok", "", "*", "UP", "ok", "*ok", "caf\u{e9}", &"x".repeat(limits::NAME_TOKEN + 1), "fine"];
    let problems = Names::new(tokens.iter().map(|token| entry(token, false)).collect()).unwrap_err();
    let told: Vec<_> = problems.iter().map(|p| (p.index, p.message.as_str())).collect();
    assert_eq!(told.iter().map(|(index, _)| *index).collect::<Vec<_>>(), [1, 2, 3, 4, 5, 6, 7]);
    assert_eq!(told[2].1, "token `UP` is not lower case; write `up`");
    assert_eq!(told[3].1, "token `ok` is already entry 0; remove one");
    let mut nameless = entry("a", false);
    nameless.name.clear();
    assert_eq!(Names::new(vec![nameless]).unwrap_err()[0].message, "token `a` has no name; say who it is");
    let long = Named { operator: Some("x".repeat(limits::DETAIL + 1)), ..entry("a", false) };
    let message = "token `a` has a name or an operator of more than 160 bytes; shorten it";
    assert_eq!(Names::new(vec![long]).unwrap_err()[0].message, message);
    let many = (0..=limits::NAMES).map(|n| entry(&alloc::format!("t{n}"), false)).collect();
    assert_eq!(Names::new(many).unwrap_err()[0].index, limits::NAMES);
}

/// The rule, said the slow way.
fn naive<'a>(entries: &'a [Named], text: &[u8]) -> Option<&'a Named> {
    let text = &text[..text.len().min(limits::USER_AGENT)];
    let word = |entry: &'a Named| entry.token.trim_matches('*').as_bytes();
    let stands = |entry: &'a Named, start: usize| {
        let word = word(entry);
        let Some(here) = text[start..].get(..word.len()) else { return false };
        let before = start > 0 && text[start - 1].is_ascii_alphanumeric() && word[0].is_ascii_alphanumeric();
        let after = text.get(start + word.len()).is_some_and(u8::is_ascii_alphabetic);
        here.eq_ignore_ascii_case(word)
            && (entry.token.starts_with('*') || !before)
            && (entry.token.ends_with('*') || !(after && word[word.len() - 1].is_ascii_alphanumeric()))
    };
    let first = |generic: bool| {
        (0..text.len()).find_map(|start| {
            let here = entries.iter().filter(|entry| entry.generic == generic && stands(entry, start));
            here.max_by_key(|entry| word(entry).len())
        })
    };
    first(false).or_else(|| first(true))
}

proptest! {
    #[test]
    fn it_agrees_with_the_naive_search(
        tokens in prop::collection::btree_map("[ab1/ ]{1,6}", (any::<bool>(), any::<bool>(), any::<bool>()), 0..12),
        text in prop_oneof![prop::collection::vec(prop::sample::select(&b"abAB1/ \xff"[..]), 0..40), prop::collection::vec(any::<u8>(), 0..1100)],
    ) {
        let entries: Vec<Named> = tokens.into_iter().map(|(word, (before, after, generic))| {
            entry(&alloc::format!("{}{word}{}", if before { "*" } else { "" }, if after { "*" } else { "" }), generic)
        }).collect();
        let names = Names::new(entries.clone()).unwrap();
        prop_assert_eq!(names.find(&text), naive(&entries, &text));
    }
}
