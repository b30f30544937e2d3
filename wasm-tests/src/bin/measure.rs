//! Prints how often each signal fires on people and on bots: what the weights are made from.

use anyhow::Result;
use filter_core::score::Class;
use filter_core::signals::SIGNALS;
use wasm_tests::evidence::corpus::Data;
use wasm_tests::evidence::{Judge, Tally};

fn main() -> Result<()> {
    let Some(data) = Data::from_env() else { return Ok(()) };
    let judge = Judge::with_default_bundle()?;
    let verbose = std::env::args().nth(1);

    let mut people = Tally::default();
    let mut false_positives = 0;
    for request in data.visitors()? {
        let judged = judge.judge(&request);
        people.add(judged.evidence);
        if judged.class == Class::Bot {
            false_positives += 1;
            if verbose.as_deref() == Some("visitors") {
                println!("  {} {:?}", judged.score, judged.reasons);
            }
        }
    }
    println!("visitors: {false_positives} of {} bot", people.total);
    for (name, request) in data.captures()? {
        let judged = judge.judge(&request);
        people.add(judged.evidence);
        if judged.score > 2 {
            println!("capture {name}: {} {:?}", judged.score, judged.reasons);
        }
    }
    let (mut pot, mut caught) = (Tally::default(), 0);
    for request in data.honeypot()? {
        let judged = judge.judge(&request);
        if judged.claims_browser {
            pot.add(judged.evidence);
            caught += u32::from(judged.class == Class::Bot);
            if judged.class != Class::Bot && verbose.as_deref() == Some("honeypot") {
                println!("  {} {:?} {:?}", judged.score, judged.reasons, request.headers);
            }
        }
    }
    println!("honeypot: {caught} of {} bot", pot.total);

    let mut bots = Tally::default();
    let mut kinds: std::collections::BTreeMap<String, [u32; 3]> = Default::default();
    for file in ["clients/clients.trace.jsonl", "clients/sessions.trace.jsonl.gz"] {
        kinds.clear();
        for client in data.clients(file)? {
            let row = kinds.entry(client.kind.clone()).or_default();
            let judged: Vec<_> = client.requests.iter().map(|r| judge.judge(r)).collect();
            let first = judged.first().is_some_and(|j| j.class == Class::Bot);
            let any = judged.iter().any(|j| j.class == Class::Bot);
            row[0] += 1;
            row[1] += u32::from(first);
            row[2] += u32::from(any);
            for j in &judged {
                if client.kind == "human-like browser" {
                    people.add(j.evidence)
                } else if j.claims_browser {
                    bots.add(j.evidence)
                }
                if client.kind == "human-like browser" && j.score > 2 {
                    println!("HUMAN {} {} {:?}", client.name, j.score, j.reasons);
                }
            }
            if verbose.as_deref() == Some(&client.kind) {
                println!(
                    "{} first={first} any={any} {:?} {:?}",
                    client.name,
                    judged[0].class,
                    judged[0].reasons.iter().map(|r| r.0).collect::<Vec<_>>()
                );
                if let Some(j) = judged.iter().max_by_key(|j| j.score) {
                    println!("      {} {:?}", j.score, j.reasons);
                }
            }
        }
        println!("{file}");
        for (kind, [total, first, any]) in &kinds {
            println!("  {kind}: {total} clients, bot on the first {first}, on any {any}");
        }
    }
    println!("signal | people | honeypot | clients | weight honeypot | weight clients | set");
    for (index, signal) in SIGNALS.iter().enumerate() {
        println!(
            "{} | {}/{} | {}/{} | {}/{} | {} | {} | {}",
            signal.id,
            people.fired[index],
            people.total,
            pot.fired[index],
            pot.total,
            bots.fired[index],
            bots.total,
            pot.weight_over(&people, index),
            bots.weight_over(&people, index),
            signal.weight
        );
    }
    Ok(())
}
