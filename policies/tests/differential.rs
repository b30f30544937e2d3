//! The library's own evaluator against the core's lowered tree, on generated requests and expressions.
//!
//! A few thousand cases in every run; a million by
//! `cargo test --release -p policy-compiler --test differential -- --ignored --nocapture`.
#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test fails by panicking"
)]

#[path = "differential/core.rs"]
mod core_side;
#[path = "differential/expressions.rs"]
mod expressions;
#[path = "differential/oracle.rs"]
mod oracle;
#[path = "differential/random.rs"]
mod random;
#[path = "differential/requests.rs"]
mod requests;

use std::time::Instant;

use random::Random;
use requests::Sent;

/// How often each answer was given, in all cases.
#[derive(Debug, Default)]
struct Answers {
    yes: usize,
    no: usize,
    unknown: usize,
    refused: usize,
}

/// Judges `requests` requests by each of `expressions` expressions, both ways.
fn run(expressions: usize, requests: usize, seed: u64) -> Answers {
    let mut random = Random(seed);
    let mut answers = Answers::default();
    let mut wrong = Vec::new();
    let sent: Vec<Sent> = (0..requests.max(500)).map(|_| Sent::random(&mut random)).collect();
    let plain = core_side::engine("true").unwrap();
    let contexts: Vec<oracle::Facts> = sent.iter().map(|sent| oracle::Facts::of(sent, &plain)).collect();
    for number in 0..expressions {
        let pair = expressions::random(&mut random);
        let engine = match core_side::engine(&pair.ours) {
            Ok(engine) => engine,
            // Too deep or too large, which the generator does not count.
            Err(refusal) => {
                assert!(refusal.contains("W0224"), "{}: {refusal}", pair.ours);
                answers.refused += 1;
                continue;
            }
        };
        let program = oracle::program(&pair.theirs);
        for turn in 0..requests {
            let place = (number * requests + turn) % sent.len();
            let ours = core_side::holds(&engine, &sent[place]);
            let theirs = contexts[place].holds(&program);
            match theirs {
                Some(true) => answers.yes += 1,
                Some(false) => answers.no += 1,
                None => answers.unknown += 1,
            }
            if ours != theirs {
                wrong.push(format!("{}\n  core {ours:?}, cel {theirs:?}: {:?}", pair.ours, sent[place]));
            }
        }
        assert!(wrong.is_empty(), "{} disagreements, the first:\n{}", wrong.len(), wrong[0]);
    }
    answers
}

fn check(answers: &Answers, least: usize) {
    let Answers { yes, no, unknown, refused } = answers;
    let all = yes + no + unknown;
    println!("{all} cases: {yes} true, {no} false, {unknown} unknown; {refused} expressions refused as too large");
    assert!(all >= least, "{answers:?}");
    // Cases that are all of one kind would show little.
    for part in [yes, no, unknown] {
        assert!(part * 20 > all, "{answers:?}");
    }
}

#[test]
fn the_core_agrees_with_the_library() {
    check(&run(150, 40, 1), 5_000);
}

#[test]
#[ignore = "minutes: run it with --release when the language changes"]
fn the_core_agrees_with_the_library_a_million_times() {
    let start = Instant::now();
    check(&run(10_100, 100, 2), 1_000_000);
    println!("{:?}", start.elapsed());
}
