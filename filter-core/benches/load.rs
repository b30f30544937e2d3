//! What it costs to load a bundle natively, by its form.
//!
//! `cargo bench -p filter-core --bench load` prints medians of 51 loads of the default bundle: its two lines, its compact form, that in
//! base64, and the compact form that this host checked before (`Slot::restore`). With `once FORM` it loads one time, for
//! `valgrind --tool=callgrind --toggle-collect='*load_once*'`, which counts instructions (`CARGO_PROFILE_BENCH_STRIP=none` for the names).
#![allow(missing_docs, clippy::unwrap_used, clippy::expect_used, clippy::indexing_slicing)]

use std::hint::black_box;
use std::time::Instant;

use filter_core::policy::{Bundle, Settings, Slot, check_content, compact};

const JSON: &[u8] = include_bytes!("../../policies/bundles/default.json");

/// What is loaded, and whether this host checked it before.
type Form = (&'static str, Vec<u8>, bool);

fn main() {
    let text = str::from_utf8(JSON).unwrap();
    let (first, line) = text.trim_end().split_once('\n').unwrap();
    let form = compact::write(&check_content(line).unwrap()).unwrap();
    let binary = [first.as_bytes(), b"\n", &form].concat();
    let base64 = format!("{first}\n{}", compact::text(&form)).into_bytes();
    let forms: [Form; 4] = [
        ("json", JSON.to_vec(), false),
        ("compact", binary.clone(), false),
        ("base64", base64, false),
        ("checked", binary, true),
    ];
    let mut arguments = std::env::args();
    if arguments.any(|argument| argument == "once") {
        let wanted = arguments.next().unwrap_or_default();
        forms.iter().filter(|(name, ..)| *name == wanted).for_each(|form| drop(black_box(load_once(form))));
        return;
    }
    println!("| form | bytes | us |\n|---|---|---|");
    for form in &forms {
        println!("| {} | {} | {} |", form.0, form.1.len(), median(|| load_once(form)));
    }
}

#[inline(never)]
fn load_once((_, bytes, is_checked): &Form) -> Slot<Bundle> {
    let (mut slot, settings) = (Slot::default(), Settings::default());
    if *is_checked {
        slot.restore(bytes, &settings, 0, Ok).expect("a good bundle");
    } else {
        slot.offer(bytes, &settings, 0, Ok).expect("a good bundle");
    }
    slot
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
