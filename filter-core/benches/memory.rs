//! What memory costs a request, beside a `HashMap` that keeps everything, and what ten million keys do to both.
//!
//! `cargo bench -p filter-core --bench memory`. Fails where a regular client loses its record, or memory moves.
#![allow(
    missing_docs,
    clippy::unwrap_used,
    clippy::arithmetic_side_effects,
    clippy::indexing_slicing,
    clippy::cast_precision_loss
)]

#[path = "../tests/crowd/mod.rs"]
mod crowd;

use std::collections::HashMap;
use std::hint::black_box;
use std::time::Instant;

use crowd::{START, come, flood, known, request};
use filter_core::facts::{Fact, Outcome};
use filter_core::state::{Address, Client, Limits, Records, Tables, Touched};

/// The naive rival: nothing is ever dropped.
#[derive(Default)]
struct Naive {
    clients: HashMap<u64, Client>,
    addresses: HashMap<u64, Address>,
}

impl Naive {
    fn come(&mut self, touched: &Touched) {
        let records = Records {
            client: Some(self.clients.entry(touched.keys.client).or_default()),
            address: Some(self.addresses.entry(touched.keys.address).or_default()),
            ..Records::default()
        };
        black_box(records.count(touched));
    }

    fn bytes(&self) -> usize {
        self.clients.capacity() * (size_of::<Client>() + 9) + self.addresses.capacity() * (size_of::<Address>() + 9)
    }
}

fn main() {
    println!("| what | ns a request | MiB |\n|---|---|---|");
    lookups();
    floods();
}

/// A hundred thousand live clients, asked in an order that no cache likes.
fn lookups() {
    let mut tables = Tables::new(&Limits::default());
    let mut naive = Naive::default();
    for round in 0..3 {
        (0..100_000).for_each(|number| {
            come(&mut tables, number, START + round);
        });
    }
    (0..100_000).for_each(|number| naive.come(&request(number, START)));
    let requests: Vec<Touched> = (0..1_000_000u64).map(|n| request(n * 7_919 % 100_000, START + n)).collect();
    row("lend and count, 100,000 live clients", tables.bytes(), &requests, |touched| {
        black_box(tables.lend(touched).count(touched));
    });
    let outcome = Outcome { status: Fact::Present(200), ..Outcome::default() };
    row("find and settle, likewise", tables.bytes(), &requests, |touched| {
        tables.find(&touched.keys).settle(touched, 0, &outcome, None, touched.visit.at);
    });
    let clients_only = Limits { clients: 100_000, addresses: 16_384, ..Limits::NONE };
    let mut tables = Tables::new(&clients_only);
    requests.iter().for_each(|touched| {
        tables.lend(touched).count(touched);
    });
    row("lend and count, clients and addresses only", tables.bytes(), &requests, |touched| {
        black_box(tables.lend(touched).count(touched));
    });
    let bytes = naive.bytes();
    row("two hash maps, likewise", bytes, &requests, |touched| naive.come(touched));
}

fn floods() {
    let limits = Limits::default();
    for minutes in [1, 30] {
        let mut tables = Tables::new(&limits);
        let before = tables.bytes();
        let started = Instant::now();
        let lost = flood(&mut tables, 1_000, 10_000_000, minutes * 60_000);
        let ns = started.elapsed().as_nanos() / 10_200_000;
        println!(
            "| ten million keys in {minutes} min: {lost} of 1,000 regulars lost | {ns} | {} |",
            mib(tables.bytes())
        );
        assert_eq!(tables.bytes(), before, "memory moved");
        assert_eq!(lost, 0, "regulars lost their record");
        assert!((0..1_000).all(|number| known(&mut tables, number) > 0));
    }
    let mut naive = Naive::default();
    let started = Instant::now();
    (0..10_000_000u64).for_each(|number| naive.come(&request((1 << 40) | number, START + number)));
    let ns = started.elapsed().as_nanos() / 10_000_000;
    println!("| ten million keys, two hash maps | {ns} | {} |", mib(naive.bytes()));
}

/// Median of five rounds.
fn row(what: &str, bytes: usize, requests: &[Touched], mut call: impl FnMut(&Touched)) {
    let mut rounds: Vec<u128> = (0..5)
        .map(|_| {
            let started = Instant::now();
            requests.iter().for_each(&mut call);
            started.elapsed().as_nanos() / requests.len() as u128
        })
        .collect();
    rounds.sort_unstable();
    println!("| {what} | {} | {} |", rounds[2], mib(bytes));
}

fn mib(bytes: usize) -> String {
    format!("{:.1}", bytes as f64 / f64::from(1 << 20))
}
