//! What evidence from logins shows: writes the figures into `wasm-tests/EVIDENCE.md`; `credentials show` prints them with every
//! signal's counts instead.

use std::fmt::Write as _;

use anyhow::Result;
use wasm_tests::campaign::{Attack, Found, play, scene};
use wasm_tests::evidence::Page;
use weir::desk;

/// Seeds of the scenes.
const SEEDS: std::ops::RangeInclusive<u64> = 1..=4;

fn main() -> Result<()> {
    let engine = desk::load(None, None)?;
    let is_shown = std::env::args().nth(1).as_deref() == Some("show");
    let mut table = String::from(
        "\n| attack | requests | found at request | with evidence | judged bots | people's requests | with evidence | judged bots |\n\
         |---|---|---|---|---|---|---|---|\n",
    );
    for attack in Attack::ALL {
        let found: Vec<Found> = SEEDS.map(|seed| play(&engine, &scene(attack, seed))).collect();
        let range = |of: &dyn Fn(&Found) -> u32| {
            let all: Vec<u32> = found.iter().map(of).collect();
            let (least, most) = (all.iter().min().unwrap_or(&0), all.iter().max().unwrap_or(&0));
            if least == most { least.to_string() } else { format!("{least} to {most}") }
        };
        let first = match found.iter().all(|one| one.first.is_some()) {
            true => range(&|one| one.first.unwrap_or_default()),
            false => format!("not in {} of 4", found.iter().filter(|one| one.first.is_none()).count()),
        };
        writeln!(
            table,
            "| {} | {} | {first} | {} | {} | {} | {} | {} |",
            attack.about(),
            range(&|one| one.attack),
            range(&|one| one.fired),
            range(&|one| one.bots),
            range(&|one| one.people),
            range(&|one| one.touched),
            range(&|one| one.wronged)
        )?;
        if is_shown {
            for (seed, one) in SEEDS.zip(&found) {
                println!("{attack:?} {seed}: {one:?}");
            }
        }
    }
    if is_shown {
        println!("{table}");
        return Ok(());
    }
    table.push('\n');
    Page::open()?.replace("credentials", &table)
}
