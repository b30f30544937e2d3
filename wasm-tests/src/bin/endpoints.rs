//! How well endpoints are learned: writes the figures into `wasm-tests/EVIDENCE.md`.
//!
//! `endpoints tune [HOST]` works on the other half of the hosts instead, writes nothing, and lists what came out wrong.

use std::collections::BTreeMap;
use std::fs::File;

use anyhow::Result;
use filter_core::state::endpoints::Bounds;
use flate2::read::GzDecoder;
use wasm_tests::evidence::Page;
use wasm_tests::evidence::corpus::Data;
use wasm_tests::templates::{Figures, SCENARIOS, hosts, render, run, words};

fn main() -> Result<()> {
    let Some(data) = Data::from_env() else { return Ok(()) };
    let hosts = hosts(GzDecoder::new(File::open(data.path("openapi/openapi_path_templates.jsonl.gz"))?))?;
    let words = words(&hosts);
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let is_tuning = arguments.first().is_some_and(|first| first == "tune");
    let only = arguments.get(1).map_or("", String::as_str);
    let mut all = Vec::new();
    for scenario in &SCENARIOS {
        let chosen = hosts.iter().filter(|host| host.is_for_tuning() == is_tuning && host.name.starts_with(only));
        let figures = run(chosen, scenario, &words, Bounds::DESK);
        eprintln!("{}: F1 {:.4}, by host {:.4}", scenario.name, figures.paths.f1(), figures.by_host());
        if is_tuning {
            list(&figures);
        }
        all.push((scenario.name, figures));
    }
    if is_tuning { Ok(()) } else { Page::open()?.replace("endpoints", &render(&all)) }
}

/// What came out wrong, the most frequent first.
fn list(figures: &Figures) {
    let mut kinds: BTreeMap<(&str, &str, &str), (usize, &str)> = BTreeMap::new();
    for (host, path, expected, found) in &figures.wrong {
        kinds.entry((host, expected, found)).or_insert((0, path)).0 += 1;
    }
    let mut kinds: Vec<_> = kinds.into_iter().collect();
    kinds.sort_by_key(|(_, (count, _))| std::cmp::Reverse(*count));
    for ((host, expected, found), (count, path)) in kinds.iter().take(60) {
        println!("{count:6} {host}\n       is    {expected}\n       found {found}\n       as    {path}");
    }
}
