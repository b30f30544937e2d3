//! Every target over its seeds, over what once broke it, and over mutations from a fixed generator.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test")]

use std::fs;
use std::panic::{AssertUnwindSafe, catch_unwind};
use std::path::Path;

use weir_fuzz::{Mutator, TARGETS, Target};

/// Runs one input and says which it was where a law is broken.
fn run(target: &Target, input: &[u8], about: &str) {
    if let Err(cause) = catch_unwind(AssertUnwindSafe(|| (target.check)(input))) {
        eprintln!("{}, {about}: b\"{}\"", target.name, input.escape_ascii());
        std::panic::resume_unwind(cause);
    }
}

fn named(name: &str) -> &'static Target {
    TARGETS.iter().find(|target| target.name == name).unwrap_or_else(|| panic!("there is no target `{name}`"))
}

fn try_out(name: &str) {
    let target = named(name);
    let seeds = (target.seeds)();
    assert!(!seeds.is_empty(), "`{name}` has no seeds");
    for (number, seed) in seeds.iter().enumerate() {
        run(target, seed, &format!("seed {number}"));
    }
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("regressions").join(name);
    for entry in fs::read_dir(folder).into_iter().flatten() {
        let path = entry.unwrap().path();
        run(target, &fs::read(&path).unwrap(), &path.display().to_string());
    }
    let mut mutator = Mutator::new(&seeds, 0x5EED);
    for round in 0..target.rounds {
        run(target, &mutator.next_input(), &format!("mutation {round}"));
    }
}

/// One test a target, so that they run side by side and each failure has a name.
macro_rules! tests {
    ($($name:ident)*) => {
        $(#[test]
        fn $name() {
            try_out(stringify!($name));
        })*

        #[test]
        fn every_target_is_tried() {
            let tried = [$(stringify!($name)),*];
            assert_eq!(TARGETS.map(|target| target.name), tried);
        }
    };
}

tests! {
    address path claim hints ja4 names_find range_table fuse bundle activation settings decide endpoints snapshot tag receipt trace log single check envoy
    client_hello proxy_protocol tap_http1 tap_http2
}

#[test]
fn the_generator_gives_the_same_inputs_again_and_different_ones_in_turn() {
    let seeds = (named("path").seeds)();
    let inputs = |start| {
        let mut mutator = Mutator::new(&seeds, start);
        (0..100).map(|_| mutator.next_input()).collect::<Vec<_>>()
    };
    assert_eq!(inputs(7), inputs(7));
    let mut all = inputs(7);
    all.sort();
    all.dedup();
    assert!(all.len() > 90, "{}", all.len());
}
