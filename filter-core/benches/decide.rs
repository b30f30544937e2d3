//! What a decision costs natively, and what its searches cost beside the obvious way of doing them.
//!
//! `cargo bench -p filter-core --features vectors`: medians of 51 runs, in nanoseconds.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing
)]

use std::hint::black_box;
use std::time::Instant;

use filter_core::engine::{Engine, HeaderSets};
use filter_core::policy::{Bundle, Settings};
use filter_core::request::Prefix;
use filter_core::signals::vectors::{BASES, Sample};
use filter_core::state::Records;

const BUNDLE: &[u8] = include_bytes!("../../policies/bundles/default.json");
const HOSTING: &str = include_str!("../../policies/data/networks/hosting.txt");
const USER_AGENT: &[u8] =
    b"Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36";

const NOW: u64 = 1_763_700_000_000;

fn main() {
    let load = median(1, || Bundle::parse(BUNDLE).unwrap());
    let bundle = Bundle::parse(BUNDLE).unwrap();
    let settings = Settings::parse(br#"{"bundle":"","allow_unsigned":true,"secret":"0123456789abcdef0123"}"#).unwrap();

    println!("| what | ns | the obvious way, ns |\n|---|---|---|");
    println!("| load the default bundle | {load} | |");
    let names = bundle.names();
    let naive = || names.entries().iter().find(|entry| contains(USER_AGENT, entry.token.trim_matches('*').as_bytes()));
    println!("| name of a browser's user agent | {} | {} |", median(100, || names.find(USER_AGENT)), median(1, naive));
    let networks = bundle.networks();
    let blocks: Vec<Prefix> = HOSTING.lines().filter_map(|line| line.parse().ok()).collect();
    let address = std::net::IpAddr::from([203, 0, 113, 7]);
    let naive = || blocks.iter().filter(|block| block.contains(address)).count();
    println!(
        "| networks of an address ({} blocks in the largest list) | {} | {} |",
        blocks.len(),
        median(100, || networks.find(address)),
        median(1, naive)
    );
    let engine = Engine::new(bundle, &settings).unwrap();
    for (name, text) in BASES {
        Sample::parse(text).unwrap().with(|facts| {
            let ns = median(100, || engine.judge(black_box(facts), NOW).score);
            let mut known = HeaderSets::default();
            let again = || engine.decide(engine.plan_with(black_box(facts), NOW, &mut known), Records::default()).score;
            println!(
                "| decide, {}: header set seen before, and the obvious way: all anew | {} | {ns} |",
                name.replace('_', " "),
                median(100, again)
            );
        });
    }
}

/// Median over 51 runs of what one call takes, `calls` in a run.
fn median<T>(calls: u32, mut call: impl FnMut() -> T) -> u128 {
    let mut runs: Vec<u128> = (0..51)
        .map(|_| {
            let start = Instant::now();
            for _ in 0..calls {
                black_box(call());
            }
            start.elapsed().as_nanos() / u128::from(calls)
        })
        .collect();
    runs.sort_unstable();
    runs[runs.len() / 2]
}

fn contains(text: &[u8], token: &[u8]) -> bool {
    text.windows(token.len().max(1)).any(|window| window.eq_ignore_ascii_case(token))
}
