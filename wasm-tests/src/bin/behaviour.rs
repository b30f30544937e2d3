//! What behaviour shows: `behaviour iliou`, `behaviour log FILE`, `behaviour recorded`; each prints its figures.

use std::collections::BTreeMap;
use std::path::Path;

use anyhow::{Result, bail};
use wasm_tests::behaviour::{Iliou, LogClient, Measure, Score, log_clients, recorded_clients};
use wasm_tests::evidence::Judge;
use wasm_tests::evidence::corpus::Data;

fn main() -> Result<()> {
    let Some(data) = Data::from_env() else { return Ok(()) };
    let judge = Judge::with_default_bundle()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["iliou"] => iliou(&judge, &data),
        ["log", file] => table(&log_clients(judge.engine(), Path::new(file))?, true),
        ["recorded"] => table(&recorded_clients(judge.engine(), &data.path("clients/sessions.trace.jsonl.gz"))?, false),
        _ => bail!("say `iliou`, `log FILE` or `recorded`"),
    }
}

const ROUNDS: u64 = 20;
const FOLDS: usize = 10;
/// Prior and `course_unlike_site`: the score from which on a session goes on better as a program's.
const FIXED: i32 = -4_000 + 1_200;

fn iliou(judge: &Judge, data: &Data) -> Result<()> {
    let set = Iliou::read(data)?;
    let (mut fixed, mut tuned, mut thresholds) = (Vec::new(), Vec::new(), Vec::new());
    for round in 0..ROUNDS {
        let order = drawn(set.sessions().len(), round);
        let (mut at_fixed, mut at_tuned) = (Measure::default(), Measure::default());
        for fold in 0..FOLDS {
            let part = |is_test: bool| -> Vec<usize> {
                order.iter().enumerate().filter(|(i, _)| (i % FOLDS == fold) == is_test).map(|(_, s)| *s).collect()
            };
            let [train, test] = set.play(judge.engine(), &part(false), &part(true), usize::MAX);
            let threshold = best(&train);
            thresholds.push(threshold);
            for score in &test {
                at_fixed.add(score.is_bot, score.last >= FIXED);
                at_tuned.add(score.is_bot, score.last >= threshold);
            }
        }
        fixed.push(at_fixed.f1());
        tuned.push(at_tuned.f1());
    }
    println!("F1, {ROUNDS} rounds of {FOLDS} folds: at {FIXED} milli-nats {}", interval(&mut fixed));
    println!("F1, threshold chosen on each training part ({:?}): {}", median(&mut thresholds), interval(&mut tuned));
    let split = |is_test: bool| -> Vec<usize> {
        drawn(set.sessions().len(), 0).into_iter().filter(|i| set.sessions()[*i].is_test == is_test).collect()
    };
    let [train, test] = set.play(judge.engine(), &split(false), &split(true), usize::MAX);
    println!("published split: at {FIXED} {:?}", Measure::at(&test, FIXED));
    println!(
        "published split: at {} {:?} F1 {:.3}",
        best(&train),
        Measure::at(&test, best(&train)),
        Measure::at(&test, best(&train)).f1()
    );
    let mut fired = BTreeMap::<&str, [u32; 2]>::new();
    for score in train.iter().chain(&test) {
        score.signals.iter().for_each(|id| fired.entry(id).or_default()[usize::from(score.is_bot)] += 1);
    }
    println!("signal: people and bots on whom it fires\n{fired:#?}");
    for requests in [5, 10, 20, 50, 100, 150] {
        let [_, test] =
            set.play(judge.engine(), &split(false), &(0..set.sessions().len()).collect::<Vec<_>>(), requests);
        let mut people: Vec<i32> = test.iter().filter(|s| !s.is_bot).map(|s| s.most).collect();
        people.sort_unstable();
        // One person of fifty is two percent.
        let threshold = people[people.len() - 2] + 1;
        let found = test.iter().filter(|s| s.is_bot && s.most >= threshold).count();
        println!("after {requests} requests: {found} of 50 bots at {threshold} milli-nats, one person above");
    }
    Ok(())
}

/// An order drawn by lot: the same for the same round.
fn drawn(count: usize, round: u64) -> Vec<usize> {
    let mut state = round.wrapping_mul(0x9e37_79b9_7f4a_7c15) | 1;
    let mut next = move || {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        state >> 33
    };
    let mut order: Vec<usize> = (0..count).collect();
    for place in (1..count).rev() {
        order.swap(place, next() as usize % (place + 1));
    }
    order
}

/// The threshold in the middle between two scores that separates best.
fn best(scores: &[Score]) -> i32 {
    let mut sums: Vec<i32> = scores.iter().map(|score| score.last).collect();
    sums.sort_unstable();
    sums.dedup();
    let between = sums.windows(2).map(|pair| i32::midpoint(pair[0], pair[1]) + 1);
    between.max_by(|a, b| Measure::at(scores, *a).f1().total_cmp(&Measure::at(scores, *b).f1())).unwrap_or(0)
}

fn interval(values: &mut [f64]) -> String {
    values.sort_by(f64::total_cmp);
    let mean = values.iter().sum::<f64>() / values.len() as f64;
    format!("{mean:.3} ({:.3} to {:.3})", values[0], values[values.len() - 1])
}

fn median(values: &mut [i32]) -> i32 {
    values.sort_unstable();
    values[values.len() / 2]
}

fn table(clients: &[LogClient], only_browsers: bool) -> Result<()> {
    let browsers = clients.iter().filter(|client| client.claims_browser).count();
    let many = |least: u32| clients.iter().filter(|client| client.claims_browser && client.requests >= least).count();
    println!("{} clients, {browsers} claim a browser, {} of them with 10 requests and more", clients.len(), many(10));
    let mut fired = BTreeMap::<&str, [usize; 2]>::new();
    for client in clients {
        for id in client.signals.keys() {
            fired.entry(id).or_default()[usize::from(client.claims_browser)] += 1;
        }
    }
    println!("signal: others, browsers {fired:#?}");
    for client in clients.iter().filter(|client| client.claims_browser || !only_browsers) {
        if client.signals.keys().any(|id| *id != "course_like_site") {
            println!(
                "{} requests {} bot at {:?} alone {} most {} {:?}",
                client.name, client.requests, client.bot_at, client.bot_alone, client.most, client.signals
            );
        }
    }
    Ok(())
}
