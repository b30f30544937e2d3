//! What one decision costs natively, stage by stage: `cargo run --release -p wasm-tests --example cost`.

use std::hint::black_box;
use std::time::Instant;

use filter_core::engine::Engine;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, HeaderOrder, Provenance, TlsFacts};
use filter_core::fingerprint::Fingerprint;
use filter_core::policy::{Bundle, Settings};
use filter_core::request::Request;
use filter_core::score::Score;
use filter_core::signals::infrastructure::Origin;
use filter_core::signals::{Evidence, SIGNALS, Seen};
use filter_core::state::Memory;

const HEADERS: [(&str, &str); 16] = [
    ("sec-ch-ua", r#""Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24""#),
    ("sec-ch-ua-mobile", "?0"),
    ("sec-ch-ua-platform", "\"Windows\""),
    ("upgrade-insecure-requests", "1"),
    (
        "user-agent",
        "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    ),
    ("accept", "text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8"),
    ("sec-fetch-site", "same-origin"),
    ("sec-fetch-mode", "navigate"),
    ("sec-fetch-user", "?1"),
    ("sec-fetch-dest", "document"),
    ("referer", "https://shop.example/"),
    ("accept-encoding", "gzip, deflate"),
    ("accept-language", "de-DE,de;q=0.9,en-US;q=0.8,en;q=0.7"),
    ("x-forwarded-for", "127.0.0.1"),
    ("x-forwarded-proto", "http"),
    ("x-request-id", "5bd2a7b0-5f0e-4b1c-9a36-0d9d4d7ab0a1"),
];

fn main() {
    let bundle = std::fs::read(wasm_tests::module::root().join("policies/bundles/default.json")).expect("a bundle");
    let settings = Settings {
        allow_unsigned: true,
        keys: Some(filter_core::keys::Keys::derive(b"for measuring only")),
        ..Settings::default()
    };
    let started = Instant::now();
    let parsed = Bundle::parse(&bundle).expect("a good bundle");
    println!("bundle load {:>9.1} us, {} bytes", started.elapsed().as_nanos() as f64 / 1e3, bundle.len());
    let engine = Engine::new(parsed, &settings).expect("a bundle that suits");
    let headers = HEADERS.map(|(name, value)| Header { name: name.as_bytes(), value: value.as_bytes() });
    let client = ClientFacts {
        address: Fact::Present("127.0.0.1".parse().expect("an address")),
        provenance: Provenance::Peer,
        ..ClientFacts::default()
    };
    let tls = TlsFacts {
        version: Fact::Absent,
        ja4: Fact::Absent,
        ja3: Fact::Absent,
        cipher: Fact::Absent,
        ..TlsFacts::default()
    };
    let facts = Facts {
        method: b"GET",
        scheme: Fact::Present(b"http"),
        authority: b"127.0.0.1:10000",
        path: b"/",
        version: Fact::Present(b"1.1"),
        pseudo_order: Fact::Absent,
        headers: &headers,
        header_order: HeaderOrder::Kept,
        client,
        tls,
        ..Facts::default()
    };
    let verdict = engine.judge(&facts, 1_731_000_000_000);
    println!("{}", verdict.event("cost"));
    let bundle = engine.bundle();
    let request = Request::new(&facts, &settings.client_address);
    let fingerprint = Fingerprint::new(&request, bundle.names());
    let origin = Origin::new(&request, &fingerprint, bundle.networks());
    let memory = Memory::default();
    let seen =
        Seen { request: &request, fingerprint: &fingerprint, origin: &origin, memory: &memory, now: 1_731_000_000_000 };
    let evidence = Evidence::all(&seen);
    time("decide", || engine.judge(black_box(&facts), 1_731_000_000_000));
    time("  request", || Request::new(black_box(&facts), &settings.client_address));
    time("  fingerprint", || Fingerprint::new(black_box(&request), bundle.names()));
    time("  origin", || Origin::new(black_box(&request), &fingerprint, bundle.networks()));
    time("  signals", || Evidence::all(black_box(&seen)));
    time("  score", || Score::new(black_box(evidence), &seen, bundle.weights()));
    time("event", || verdict.event("cost"));
    let mut costs: Vec<(f64, &str)> =
        SIGNALS.iter().map(|signal| (measure(|| (signal.detect)(black_box(&seen))), signal.id)).collect();
    costs.sort_by(|a, b| b.0.total_cmp(&a.0));
    for (nanoseconds, id) in costs.iter().take(12) {
        println!("    {id:<34} {nanoseconds:>8.0} ns");
    }
}

fn time<T>(name: &str, body: impl FnMut() -> T) {
    println!("{name:<16} {:>8.0} ns", measure(body));
}

/// The least of 200 runs of 200, so that what disturbs the machine is left out.
fn measure<T>(mut body: impl FnMut() -> T) -> f64 {
    let mut least = f64::MAX;
    for _ in 0..200 {
        let started = Instant::now();
        for _ in 0..200 {
            black_box(body());
        }
        least = least.min(started.elapsed().as_nanos() as f64 / 200.0);
    }
    least
}
