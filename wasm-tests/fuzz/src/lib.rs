//! Every decoder, and the whole line, under hostile bytes.
//!
//! A target is a plain function over bytes that panics where a law is broken; beside "no panic" each states what must hold
//! of what was decoded. `tests/targets.rs` runs all of them over seeds and mutations from a fixed generator; `scripts/fuzz` runs
//! the same functions under libFuzzer. Seeds come from committed recordings; an input that once broke a law is kept in
//! `regressions/TARGET/`.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::string_slice,
    clippy::arithmetic_side_effects,
    reason = "all of this is a test"
)]

mod fields;
mod mutate;
mod parts;
mod seeds;
mod targets;

// The Envoy adapter's reading of what the host gives, over a host that gives what it is told. The adapter itself is built
// for wasm only; its modules look for each other at the root.
mod envoy_host;
#[allow(dead_code, reason = "only reading is tried here")]
#[path = "../../../adapters/envoy/src/pairs.rs"]
mod pairs;
#[allow(dead_code, reason = "only reading is tried here")]
#[path = "../../../adapters/envoy/src/facts.rs"]
mod envoy_facts;
#[path = "../../../adapters/envoy/src/answer.rs"]
mod envoy_answer;
use envoy_host as hostcalls;

pub use mutate::Mutator;
pub use targets::{TARGETS, Target};
