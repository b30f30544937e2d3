//! How well endpoints are learned: a small set of our own always, the large one where `WEIR_DATA` names it.
#![allow(clippy::unwrap_used, reason = "a test")]

use std::fs::File;

use filter_core::state::endpoints::Bounds;
use wasm_tests::templates::{Figures, SCENARIOS, hosts, run, words};

fn small(bounds: Bounds) -> Vec<Figures> {
    let hosts = hosts(File::open(concat!(env!("CARGO_MANIFEST_DIR"), "/endpoints/small.jsonl")).unwrap()).unwrap();
    assert_eq!(hosts.len(), 8);
    let words = words(&hosts);
    SCENARIOS.iter().map(|scenario| run(hosts.iter(), scenario, &words, bounds)).collect()
}

#[test]
fn the_small_set_is_learned() {
    for bounds in [Bounds::EDGE, Bounds::DESK] {
        // Five jobs' names, asked for often each, are five endpoints to anybody.
        for ((scenario, figures), least) in SCENARIOS.iter().zip(small(bounds)).zip([0.99, 0.99, 0.95]) {
            let (paths, pairs) = (figures.paths.f1(), figures.pairs.f1());
            let wrong = figures.wrong.iter().take(20).map(|row| format!("{row:?}")).collect::<Vec<_>>().join("\n");
            assert!(paths >= least && pairs >= least, "{}: paths {paths:.4}, pairs {pairs:.4}\n{wrong}", scenario.name);
        }
    }
}
