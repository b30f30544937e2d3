//! No allocation where a request passes: counted by the allocator itself, on the default bundle.
#![allow(unsafe_code, reason = "an allocator is an unsafe trait")]
#![allow(clippy::unwrap_used, missing_docs)]

use std::alloc::{GlobalAlloc, Layout, System};
use std::cell::Cell;
use std::hint::black_box;

use filter_core::engine::Engine;
use filter_core::engine::shadow::Shadow;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, HeaderOrder, Outcome, Provenance, TlsFacts, TlsVersion};
use filter_core::keys::Keys;
use filter_core::policy::{Action, Bundle, Rollout, Settings};
use filter_core::state::Tables;

thread_local! {
    static COUNT: Cell<usize> = const { Cell::new(0) };
}

struct Counting;

// SAFETY: hands everything to the system's allocator; the counter is a plain cell of this thread.
unsafe impl GlobalAlloc for Counting {
    unsafe fn alloc(&self, layout: Layout) -> *mut u8 {
        COUNT.with(|count| count.set(count.get().wrapping_add(1)));
        // SAFETY: as the caller promised.
        unsafe { System.alloc(layout) }
    }

    unsafe fn dealloc(&self, pointer: *mut u8, layout: Layout) {
        // SAFETY: as the caller promised.
        unsafe { System.dealloc(pointer, layout) }
    }
}

#[global_allocator]
static ALLOCATOR: Counting = Counting;

fn allocations<T>(f: impl FnOnce() -> T) -> (usize, T) {
    let before = COUNT.with(Cell::get);
    let value = black_box(f());
    (COUNT.with(Cell::get).wrapping_sub(before), value)
}

const CHROME: &[(&str, &str)] = &[
    ("sec-ch-ua", r#""Not:A-Brand";v="8", "Chromium";v="156""#),
    ("sec-ch-ua-mobile", "?0"),
    ("sec-ch-ua-platform", "\"Linux\""),
    ("upgrade-insecure-requests", "1"),
    (
        "user-agent",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
    ),
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"),
    ("sec-fetch-site", "none"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-user", "?1"),
    ("sec-fetch-dest", "document"),
    ("accept-encoding", "gzip, deflate, br, zstd"),
    ("accept-language", "en-US,en;q=0.9"),
    ("x-forwarded-for", "198.51.100.1, 203.0.113.7"),
    ("cookie", "session=1"),
];

fn lines<'a>(headers: &'a [(&str, &str)]) -> Vec<Header<'a>> {
    headers.iter().map(|(name, value)| Header { name: name.as_bytes(), value: value.as_bytes() }).collect()
}

fn facts<'a>(headers: &'a [Header<'a>], path: &'a str) -> Facts<'a> {
    Facts {
        method: b"GET",
        scheme: Fact::Present(b"https"),
        authority: b"shop.example",
        path: path.as_bytes(),
        version: Fact::Present(b"2"),
        headers,
        header_order: HeaderOrder::Kept,
        client: ClientFacts {
            address: Fact::Present([203, 0, 113, 7].into()),
            provenance: Provenance::Peer,
            ..ClientFacts::default()
        },
        tls: TlsFacts { version: Fact::Present(TlsVersion::V1_3), ..TlsFacts::default() },
        ..Facts::default()
    }
}

fn default_engine() -> Engine {
    let bundle = Bundle::parse(include_bytes!("../../policies/bundles/default.json")).unwrap();
    let keys = Some(Keys::derive(b"correct horse battery staple"));
    Engine::new(bundle, &Settings { allow_unsigned: true, keys, ..Settings::default() }).unwrap()
}

#[test]
fn a_request_that_passes_allocates_nothing() {
    let engine = default_engine();
    let curl = [("user-agent", "curl/8.5.0"), ("accept", "*/*")];
    let cases: [(&[(&str, &str)], &str); 4] =
        [(CHROME, "/product/42?ref=a"), (&CHROME[..9], "/static/app.js"), (&curl, "/"), (&[], "/api/items")];
    for (headers, path) in cases {
        let lines = lines(headers);
        let facts = facts(&lines, path);
        let (count, verdict) = allocations(|| engine.judge(&facts, 1_731_000_000_000));
        assert!(!matches!(verdict.action(), Action::Block(_)), "{path}: {:?}", verdict.rule());
        assert_eq!(count, 0, "{path}");
        let (count, reasons) = allocations(|| verdict.reasons().count());
        assert_eq!(count, 0, "{reasons} reasons of {path}");
    }
}

#[test]
fn nor_does_a_candidate_beside_it() {
    let engine = default_engine();
    let strict = Bundle::parse(include_bytes!("../../policies/bundles/strict.json")).unwrap();
    let keys = Some(Keys::derive(b"correct horse battery staple"));
    let strict = Engine::new(strict, &Settings { allow_unsigned: true, keys, ..Settings::default() }).unwrap();
    let mut shadow = Shadow::new(strict, Rollout { goals: vec!["any".to_owned()], ..Rollout::default() });
    let mut tables = Tables::new(engine.bundle().limits());
    let lines = lines(&[("user-agent", "sqlmap/1.8"), ("accept", "*/*")]);
    for number in 0..300u64 {
        let path = format!("/product/{number}");
        let facts = Facts { authority: b"shop.example", ..facts(&lines, &path) };
        let now = 1_731_000_000_000 + number * 100;
        let plan = engine.plan(&facts, now);
        let records = tables.lend(plan.touched());
        let verdict = engine.decide(plan, records);
        let (count, mark) = allocations(|| shadow.look(&facts, &verdict, "an-id"));
        let ticket = verdict.ticket().unwrap();
        let outcome = Outcome { status: Fact::Present(200), ..Outcome::default() };
        let (settling, ()) = allocations(|| {
            mark.iter().for_each(|mark| shadow.settle(mark, &engine, &ticket, &outcome, false));
        });
        assert_eq!((count, settling, mark.is_some()), (0, 0, true), "request {number}");
    }
    assert_eq!(shadow.report(&engine).requests, 300);
}

#[test]
fn the_counter_counts() {
    assert_eq!(allocations(|| vec![1u8, 2]).0, 1);
    let engine = default_engine();
    let lines = lines(CHROME);
    let crooked = facts(&lines, "/a/../b");
    assert!(allocations(|| engine.judge(&crooked, 0)).0 > 0, "a path in another form is rewritten");
}
