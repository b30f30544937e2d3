//! What it costs to load a bundle natively, by its form.
//!
//! `cargo bench -p filter-core --bench load` prints medians of 51 loads of the default bundle. With `once` it loads one time, for
//! `valgrind --tool=callgrind --toggle-collect='*load_once*'`, which counts instructions (`CARGO_PROFILE_BENCH_STRIP=none` for the names).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::hint::black_box;
use std::time::Instant;

use filter_core::policy::Bundle;

const JSON: &[u8] = include_bytes!("../../policies/bundles/default.json");

fn main() {
    if std::env::args().any(|argument| argument == "once") {
        black_box(load_once(JSON));
        return;
    }
    println!("| form | bytes | us |\n|---|---|---|");
    println!("| JSON | {} | {} |", JSON.len(), median(|| load_once(JSON)));
}

#[inline(never)]
fn load_once(bytes: &[u8]) -> Bundle {
    Bundle::parse(bytes).expect("a good bundle")
}

/// Median over 51 loads, in microseconds.
fn median<T>(mut load: impl FnMut() -> T) -> u128 {
    let mut runs: Vec<u128> = (0..51)
        .map(|_| {
            let start = Instant::now();
            black_box(load());
            start.elapsed().as_micros()
        })
        .collect();
    runs.sort_unstable();
    runs[runs.len() / 2]
}
