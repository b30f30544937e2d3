//! Bad policies, one file a mistake, each beside what is said of it.
#![allow(clippy::unwrap_used, clippy::panic, reason = "a test fails by panicking")]

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::{Path, PathBuf};

use policy_compiler::{Code, build};

fn cases() -> Vec<PathBuf> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/bad");
    let files = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let mut cases: Vec<PathBuf> = files.filter(|path| path.extension().is_some_and(|end| end == "json")).collect();
    cases.sort();
    cases
}

/// What is said of a policy: code, place, the text there, message and remedy.
fn said(case: &Path, codes: &mut BTreeSet<Code>) -> String {
    let Err(found) = build(case) else { return "nothing\n".to_owned() };
    let mut said = String::new();
    for one in found.iter() {
        codes.insert(one.code);
        let text = std::fs::read_to_string(&one.file).unwrap_or_default();
        let about = text.get(one.span.clone()).unwrap_or_else(|| panic!("{}: no span {:?}", case.display(), one.span));
        let file = Path::new(&one.file).file_name().unwrap().to_string_lossy();
        let about = about.split_whitespace().collect::<Vec<_>>().join(" ");
        let about: String = about.chars().take(80).collect();
        writeln!(said, "{file}:{}:{} {} `{about}`", one.line, one.column, one.code).unwrap();
        writeln!(said, "  {}", one.message).unwrap();
        assert!(!one.remedy.is_empty(), "{}: no remedy for: {}", case.display(), one.message);
        writeln!(said, "  {}", one.remedy).unwrap();
    }
    said
}

/// Run with `UPDATE_BAD=1` to write what is said; then read it.
#[test]
fn each_mistake_is_told_with_its_place_and_remedy() {
    let cases = cases();
    let mut codes = BTreeSet::new();
    let mut wrong = Vec::new();
    for case in &cases {
        let found = said(case, &mut codes);
        let path = case.with_extension("txt");
        if std::env::var_os("UPDATE_BAD").is_some() {
            std::fs::write(&path, &found).unwrap();
        }
        let expected = std::fs::read_to_string(&path).unwrap_or_default();
        if found != expected || found == "nothing\n" {
            wrong.push(format!("{}\n--- expected\n{expected}--- found\n{found}", case.display()));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
    assert!(cases.len() >= 60, "{} cases", cases.len());
    let missing: Vec<String> = Code::ALL
        .iter()
        .filter(|(code, _)| !codes.contains(code) && ![Code::NOT_READ, Code::OTHER].contains(code))
        // Lints are about policies that can be built; src/lint/tests.rs has one for each.
        .filter(|(code, _)| !code.to_string().starts_with("W05"))
        // Those about robots.txt have theirs in tests/robots, those about descriptions of feeds in the program's tests.
        .filter(|(code, _)| !["W07", "W08"].iter().any(|start| code.to_string().starts_with(start)))
        .map(|(code, about)| format!("{code} {about}"))
        .collect();
    assert!(missing.is_empty(), "no case for: {missing:?}");
}
