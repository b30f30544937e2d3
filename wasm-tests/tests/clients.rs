//! The recorded clients under the default bundle: real browsers pass, programs that name themselves are named, the others
//! are found out; and the built filter says of each request, byte for byte, what the core says natively.

use std::collections::{BTreeMap, BTreeSet};

use filter_core::facts::Fact;
use filter_core::score::Class;
use wasm_tests::bundles;
use wasm_tests::host::{Process, Request as Call};
use wasm_tests::recorded::{self, Recorded};
use weir::trace::{Request, Text};

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
        let verdict = engine.decide(&facts, recorded.request.t);
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
    let wrong = lines(browsers.into_iter().filter(|judged| judged.class == Class::Bot));
    assert!(wrong.is_empty(), "real browsers taken for bots:\n{wrong}");
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
        !(matches!(judged.class, Class::Tool | Class::Bot) && rightly)
    }));
    assert!(wrong.is_empty(), "libraries that are neither tool nor bot, or have another name:\n{wrong}");
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

#[test]
fn the_filter_says_what_the_core_says() {
    let bundle = recorded::reporting_bundle();
    let engine = recorded::engine(&bundle);
    let process = Process::envoy().unwrap();
    let mut vm = process.vm().unwrap();
    let root = vm.configure(&bundles::settings(&bundle)).unwrap().unwrap();
    let mut compared = 0;
    for Recorded { mut request, .. } in recorded::clients() {
        request.headers.push((Text::from("x-request-id"), Text::from(request.id.as_str())));
        let lent = request.facts();
        let facts = lent.facts();
        let native = engine.decide(&facts, request.t).event(&request.id);
        process.world_mut().log.clear();
        process.world_mut().now = request.t * 1_000_000;
        vm.request(root, call(&request)).unwrap();
        let world = process.world();
        let in_wasm: Vec<_> = world.log.iter().map(|line| line.text.as_str()).collect();
        assert_eq!(in_wasm, [native.as_str()], "{}", request.id);
        compared += 1;
    }
    assert!(compared > 400, "{compared} requests");
}

/// The request as Envoy hands it over.
fn call(request: &Request) -> Call {
    let text = |fact: &Fact<Text>| match fact {
        Fact::Present(text) => text.to_string(),
        Fact::Absent | Fact::Unknown => String::new(),
    };
    let pseudo = |letter| match letter {
        'm' => (":method", request.method.to_string()),
        'a' => (":authority", request.authority.to_string()),
        'p' => (":path", request.path.to_string()),
        _ => (":scheme", text(&request.scheme)),
    };
    let order = text(&request.pseudo_order);
    let order = if order.is_empty() { "apms" } else { &order };
    let mut call = Call::default();
    for (name, value) in order.chars().map(pseudo) {
        call = call.header(name, value);
    }
    for (name, value) in &request.headers {
        call = call.header(&name.to_string(), value.as_bytes());
    }
    let address = request.client.address.present().map_or_else(String::new, |address| address.to_string());
    let version = request.tls.version.present().map_or_else(String::new, |version| format!("TLSv{}", version.as_str()));
    let (tls, http) = (&request.tls, text(&request.version));
    let state = format!("{}|{}|{address}|{version}|{}|HTTP/{http}", text(&tls.ja4), text(&tls.ja3), text(&tls.cipher));
    call.property("filter_state\0weir.request", &state)
}
