//! What many rules and long lists add to a decision.
//!
//! `cargo bench -p filter-core --features vectors --bench rules`: medians of 101 runs, turn by turn, so that what slows one down slows
//! all. It fails where 10,000 list entries in place of 10 cost more than can be measured, a twentieth of a decision, or where 1,000
//! rules cost more than three decisions.
//!
//! 2026-11-22, on a shared machine: a decision 1,740 ns; 1,000 rules more 3,460 ns, where 5,000 is the budget (38,350 where each rule is
//! asked itself); the long list 30 ns.
#![allow(missing_docs, clippy::unwrap_used, clippy::arithmetic_side_effects, clippy::indexing_slicing, clippy::panic)]

use std::fmt::Write;
use std::hint::black_box;
use std::time::Instant;

use filter_core::engine::Engine;
use filter_core::policy::{Bundle, Settings, wire};
use filter_core::signals::vectors::{BASES, Sample};

const NOW: u64 = 1_763_700_000_000;

/// Rules as people write them, none of which matches: paths, methods, headers, countries, scores, words.
fn rules(count: usize) -> String {
    let mut rules = String::new();
    for index in 0..count {
        let test = match index % 5 {
            0 => format!(r#"{{"path":{{"prefix":"/area-{index}/"}}}}"#),
            1 => format!(r#"{{"all":[{{"method":["GET"]}},{{"path":{{"suffix":".x{index}"}}}}]}}"#),
            2 => format!(r#"{{"header":{{"name":"accept","value":{{"is":"type/{index}"}}}}}}"#),
            3 => r#"{"all":[{"score":{"at_least":90}},{"class":["bot"]}]}"#.to_owned(),
            _ => format!(r#"{{"any":[{{"path":{{"is":"/only/{index}"}}}},{{"query":{{"prefix":"q{index}="}}}}]}}"#),
        };
        let comma = if index > 0 { "," } else { "" };
        write!(rules, r#"{comma}{{"id":"r{index}","when":{test},"then":{{"block":{{}}}}}}"#).unwrap();
    }
    rules
}

fn engine(count: usize, entries: usize) -> Engine {
    let items: Vec<String> = (0..entries).map(|index| format!("\"/gone/{index}\"")).collect();
    // A host takes 512 rules and as many allow rules: both are asked.
    let (allow, acting) = (count / 2, count - count / 2);
    let allowing = rules(allow).replace(r#","then":{"block":{}}"#, "").replace(r#""id":"r"#, r#""id":"a"#);
    let in_list = r#"{"id":"gone","when":{"path":{"in":"gone"}},"then":{"block":{}}}"#;
    let comma = if acting > 0 { "," } else { "" };
    let line = format!(
        r#"{{"lists":{{"gone":[{}]}},"allow":[{allowing}],"rules":[{}{comma}{in_list}],"otherwise":"allow"}}"#,
        items.join(","),
        rules(acting)
    );
    let content: wire::Content = serde_json::from_str(&line).unwrap();
    let text = wire::write(&content, 1).unwrap();
    let bundle = Bundle::parse(text.as_bytes()).unwrap_or_else(|problems| panic!("{problems}"));
    Engine::new(bundle, &Settings { allow_unsigned: true, ..Settings::default() }).unwrap()
}

fn main() {
    let engines = [engine(0, 10), engine(1000, 10), engine(0, 10_000)];
    let (_, text) = BASES.iter().find(|(name, _)| *name == "chromium_navigation").unwrap();
    let medians = Sample::parse(text).unwrap().with(|facts| {
        let mut runs = vec![Vec::new(); engines.len()];
        for _ in 0..101 {
            for (engine, runs) in engines.iter().zip(&mut runs) {
                let start = Instant::now();
                for _ in 0..200 {
                    black_box(engine.judge(black_box(facts), NOW).score);
                }
                runs.push(start.elapsed().as_nanos() / 200);
            }
        }
        runs.iter_mut().for_each(|runs| runs.sort_unstable());
        runs.iter().map(|runs| runs[runs.len() / 2]).collect::<Vec<_>>()
    });
    let [none, many, long] = medians[..] else { panic!("three engines") };
    let (per_thousand, of_list) = (many.saturating_sub(none), long.saturating_sub(none));
    println!("| what | ns | more than without | at most |\n|---|---|---|---|");
    println!("| decide, one rule, a list of 10 | {none} | | |");
    println!("| decide, 1,000 rules more | {many} | {per_thousand} | {} |", none * 3);
    println!("| decide, a list of 10,000 | {long} | {of_list} | {} |", none / 20);
    assert!(per_thousand <= none * 3, "1,000 rules cost more than three decisions");
    assert!(of_list <= none / 20, "a long list costs more than a twentieth of a decision");
}
