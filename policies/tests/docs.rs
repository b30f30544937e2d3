//! The language page: its tables are the compiler's, and its examples do what they say.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "a test fails by panicking")]

use std::fmt::Write as _;
use std::path::Path;

use filter_core::engine::Engine;
use filter_core::keys::Keys;
use filter_core::policy::{Bundle, Settings};
use filter_core::signals::vectors::Sample;
use filter_core::state::Tables;
use policy_compiler::cel::VARIABLES;
use policy_compiler::lint::{self, lint};
use policy_compiler::robots::PRESETS;
use policy_compiler::{Code, build};

const PAGE: &str = include_str!("../README.md");

fn variables() -> String {
    let mut table = "| variable | type | |\n|---|---|---|\n".to_owned();
    // Those of one description stand in one line.
    for alike in VARIABLES.chunk_by(|one, next| one.about == next.about) {
        let Some(variable) = alike.first() else { continue };
        let paths: Vec<&str> = alike.iter().map(|variable| variable.path).collect();
        let words = match variable.words() {
            [] => String::new(),
            words => format!(": `{}`", words.join("`, `")),
        };
        writeln!(table, "| `{}` | {} | {}{words} |", paths.join("`, `"), variable.kind(), variable.about).unwrap();
    }
    table
}

fn codes() -> String {
    let lines = Code::ALL.iter().map(|(code, about)| format!("| `{code}` | {about} |\n"));
    format!("| code | |\n|---|---|\n{}", lines.collect::<String>())
}

fn presets() -> String {
    let lines = PRESETS.iter().map(|preset| format!("| `{}` | {} |\n", preset.id, preset.about));
    format!("| preset | |\n|---|---|\n{}", lines.collect::<String>())
}

/// Run with `UPDATE_DOCS=1` to write them.
#[test]
fn the_tables_are_current() {
    let mut made = PAGE.to_owned();
    for (name, table) in [("variables", variables()), ("codes", codes()), ("presets", presets())] {
        let mark = format!("<!-- {name} -->\n");
        let (before, rest) = made.split_once(&mark).expect(name);
        let (_, after) = rest.split_once("<!-- end -->").expect(name);
        made = format!("{before}{mark}{table}<!-- end -->{after}");
    }
    if std::env::var_os("UPDATE_DOCS").is_some() {
        std::fs::write(Path::new(env!("CARGO_MANIFEST_DIR")).join("README.md"), &made).unwrap();
    } else {
        assert!(PAGE == made, "policies/README.md is out of date; run the test with UPDATE_DOCS=1");
    }
}

/// The fenced blocks of a kind, in order.
fn blocks(kind: &str) -> Vec<String> {
    let fence = format!("\n```{kind}\n");
    let starts = PAGE.split(&fence).skip(1);
    starts.map(|rest| rest.split("\n```").next().unwrap().to_owned()).collect()
}

#[test]
fn every_example_is_built_linted_and_run() {
    let folder = tempfile::tempdir().unwrap();
    let data = Path::new(env!("CARGO_MANIFEST_DIR")).join("data");
    std::os::unix::fs::symlink(data, folder.path().join("data")).unwrap();
    let (policies, requests) = (blocks("jsonc"), blocks("requests"));
    assert!(policies.len() >= 2 && policies.len() == requests.len(), "each example has its requests");
    for (policy, requests) in policies.iter().zip(&requests) {
        let path = folder.path().join("policy.json");
        std::fs::write(&path, policy).unwrap();
        let bundle = build(&path).unwrap_or_else(|found| panic!("{found}")).bytes;
        let found = lint(std::str::from_utf8(&bundle).unwrap(), &lint::Context::default()).unwrap();
        assert!(found.is_empty(), "{found:?}");
        let keys = Some(Keys::derive(b"of the language page"));
        let settings = Settings { allow_unsigned: true, keys, ..Settings::default() };
        let engine = Engine::new(Bundle::parse(&bundle).unwrap(), &settings).unwrap();
        let mut tables = Tables::new(engine.bundle().limits());
        for line in requests.lines() {
            assert_eq!(run(&engine, &mut tables, line), line.rsplit_once(" -> ").unwrap().1, "{line}");
        }
    }
}

/// What is done with a request, and by which rule. Those before are remembered.
fn run(engine: &Engine, tables: &mut Tables, line: &str) -> String {
    let (request, _) = line.rsplit_once(" -> ").unwrap();
    let (mut now, mut lines) = (0u64, Vec::new());
    // A space goes before each part; user agents hold `; ` too.
    let mut parts: Vec<String> = Vec::new();
    for part in request.split("; ") {
        let starts = part.starts_with('@') || part.split_once(": ").is_some_and(|(name, _)| !name.contains(' '));
        match parts.last_mut() {
            Some(last) if !starts => *last = format!("{last}; {part}"),
            _ => parts.push(part.to_owned()),
        }
    }
    for part in parts {
        match part.strip_prefix("@at=") {
            Some(at) => {
                let at: jiff::Timestamp = at.parse().unwrap();
                now = u64::try_from(at.as_millisecond()).unwrap();
            }
            None => lines.push(part),
        }
    }
    Sample::parse(&lines.join("\n")).unwrap().with(|facts| {
        let plan = engine.plan(facts, now);
        let records = tables.lend(plan.touched());
        let verdict = engine.decide(plan, records);
        format!("{} {}", verdict.action().as_str(), verdict.rule().map_or("otherwise", |rule| rule.id.as_str()))
    })
}
