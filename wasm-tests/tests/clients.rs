//! The recorded clients under the default bundle: real browsers pass, programs that name themselves are named, the others
//! are found out. `conformance.rs` shows that the built filter says the same.

use std::collections::{BTreeMap, BTreeSet};

use filter_core::score::Class;
use wasm_tests::recorded::{self, Recorded};

struct Judged {
    recorded: Recorded,
    class: Class,
    name: Option<String>,
    said: String,
}

fn judged() -> Vec<Judged> {
    let engine = recorded::engine(&recorded::reporting_bundle());
    let judge = |recorded: Recorded| {
        let lent = recorded.request.facts();
        let facts = lent.facts();
        let verdict = engine.judge(&facts, recorded.request.t);
        let reasons: Vec<_> =
            verdict.reasons().map(|reason| format!("{}: {}", reason.signal.id, reason.detail)).collect();
        let request = &recorded.request;
        let said = format!("{} {} {}: {} {reasons:?}", request.id, request.method, request.path, verdict.score.value);
        let name = verdict.fingerprint.named.map(|named| named.name.clone());
        let class = verdict.score.class;
        drop(lent);
        Judged { recorded, class, name, said }
    };
    recorded::clients().into_iter().map(judge).collect()
}

fn lines(judged: impl Iterator<Item = Judged>) -> String {
    judged.map(|judged| judged.said).collect::<Vec<_>>().join("\n")
}

#[test]
fn no_real_browser_is_a_bot_on_any_request() {
    let browsers: Vec<_> = judged().into_iter().filter(|judged| judged.recorded.kind == "browser").collect();
    assert!(browsers.len() > 150, "{} requests", browsers.len());
    let wrong = lines(browsers.into_iter().filter(|judged| judged.class != Class::Human));
    assert!(wrong.is_empty(), "real browsers not taken for people:\n{wrong}");
}

#[test]
fn libraries_are_tools_by_their_own_name() {
    let names = BTreeMap::from([
        ("curl", "curl"),
        ("wget", "Wget"),
        ("python-urllib", "Python urllib"),
        ("python-requests", "Python Requests"),
        ("python-httpx", "Python HTTPX"),
        ("python-aiohttp", "Python aiohttp"),
        ("go-net-http", "Go net/http"),
    ]);
    let libraries: Vec<_> = judged().into_iter().filter(|judged| judged.recorded.kind == "library").collect();
    let seen: BTreeSet<_> = libraries.iter().map(|judged| judged.recorded.client.as_str()).collect();
    assert!(names.keys().all(|client| seen.contains(client)), "{seen:?}");
    let wrong = lines(libraries.into_iter().filter(|judged| {
        let named = names.get(judged.recorded.client.as_str());
        let rightly = named.is_none() || judged.name.as_deref() == named.copied();
        !(judged.class == Class::Tool && rightly)
    }));
    assert!(wrong.is_empty(), "libraries that are not tools, or have another name:\n{wrong}");
}

#[test]
fn pasted_headers_are_caught_on_the_very_first_request() {
    let mut first = BTreeMap::new();
    for judged in judged().into_iter().filter(|judged| judged.recorded.kind == "copied-headers") {
        first.entry(judged.recorded.client.clone()).or_insert(judged);
    }
    assert!(!first.is_empty());
    let wrong = lines(first.into_values().filter(|judged| judged.class != Class::Bot));
    assert!(wrong.is_empty(), "not a bot on the first request:\n{wrong}");
}

#[test]
fn those_who_hide_are_found_out() {
    let mut caught = BTreeMap::<String, bool>::new();
    for judged in judged() {
        let hides = matches!(judged.recorded.kind.as_str(), "copied-headers" | "impersonator");
        // A headful or headless engine without a mark sends what a browser sends: left to behaviour over many requests.
        if hides || matches!(judged.recorded.client.as_str(), "chromium-headless" | "playwright-chromium") {
            *caught.entry(judged.recorded.client).or_default() |= judged.class == Class::Bot;
        }
    }
    assert_eq!(caught.len(), 6, "{caught:?}");
    assert!(caught.values().all(|caught| *caught), "{caught:?}");
}
