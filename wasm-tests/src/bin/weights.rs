//! How often each signal fires on browsers and on bots: what the weights are made from.
//!
//! `weights` prints the table; `weights --write` puts the counts beside the weights in `filter-core/src/signals/tools`;
//! `weights --explain SET` prints every misjudged request of `visitors`, `honeypot` or a kind of client.

use std::path::Path;

use anyhow::{Context, Result};
use filter_core::signals::{Pillar, SIGNALS};
use wasm_tests::evidence::corpus::Data;
use wasm_tests::evidence::{Judge, Tallies};

fn main() -> Result<()> {
    let Some(data) = Data::from_env() else { return Ok(()) };
    let judge = Judge::with_default_bundle()?;
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        ["--explain", set] => return explain(&judge, &data, set),
        ["--write"] => return write(&Tallies::count(&judge, &data)?),
        _ => {}
    }
    let tallies = Tallies::count(&judge, &data)?;
    println!(
        "| signal | browsers | honeypot | automation | weight by honeypot | by automation | weight |\n|---|---|---|---|---|---|---|"
    );
    for (index, signal) in SIGNALS.iter().enumerate() {
        println!(
            "| {} | {} | {} | {} | {} | {} | {} |",
            signal.id,
            tallies.browsers.of(index),
            tallies.honeypot.of(index),
            tallies.automation.of(index),
            tallies.honeypot.weight_over(&tallies.browsers, index),
            tallies.automation.weight_over(&tallies.browsers, index),
            signal.weight
        );
    }
    Ok(())
}

/// Puts the counts into the signals' files.
fn write(tallies: &Tallies) -> Result<()> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../filter-core/src/signals/tools");
    for (index, signal) in SIGNALS.iter().enumerate().filter(|(_, signal)| signal.pillar == Pillar::Tools) {
        let path = folder.join(format!("{}.rs", signal.id));
        let text = std::fs::read_to_string(&path).with_context(|| format!("read {}", path.display()))?;
        let measured = format!(
            "browsers {} requests, honeypot's browser claims {}, recorded automation {} (2026-11)",
            tallies.browsers.of(index),
            tallies.honeypot.of(index),
            tallies.automation.of(index)
        );
        let lines = text.lines().map(|line| match line.trim_start().starts_with("measured: \"") {
            true => format!("    measured: \"{measured}\",\n"),
            false => format!("{line}\n"),
        });
        std::fs::write(&path, lines.collect::<String>())?;
    }
    Ok(())
}

fn explain(judge: &Judge, data: &Data, set: &str) -> Result<()> {
    let requests = match set {
        "visitors" => data.visitors()?,
        "honeypot" => data.honeypot()?,
        kind => data.clients()?.into_iter().filter(|client| client.kind == kind).flat_map(|c| c.requests).collect(),
    };
    for request in &requests {
        let judged = judge.judge(request);
        let is_bot = judged.class == filter_core::score::Class::Bot;
        let wrong = match set {
            "visitors" | "human-like browser" => is_bot,
            "honeypot" => judged.claims_browser && !is_bot,
            _ => !is_bot,
        };
        if wrong {
            println!("{} {} {} {} {:?}", request.id, request.method, request.path, judged.score, judged.reasons);
        }
    }
    Ok(())
}
