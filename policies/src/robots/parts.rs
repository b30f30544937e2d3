//! Groups of robots.txt put together by the programs they are for.

use filter_core::limits;

use super::agents::{Directory, Programs};
use super::condition::{allows, conditions};
use super::expression::Expr;
use super::read::{Group, Rule};
use crate::code::Code;
use crate::diagnostic::Diagnostic;

/// Tests that are written for one part, of what it refuses and of what it lets pass.
const TESTS: usize = 3;

/// What one set of programs may not fetch.
pub(super) struct Part {
    /// What its rules are called.
    pub(super) id: String,
    /// Where it comes from.
    pub(super) comment: String,
    /// Conditions of its rules.
    pub(super) refused: Vec<Expr>,
    /// Whom it is for; one rule each.
    pub(super) programs: Vec<Expr>,
    /// Thousandths of seconds between requests.
    pub(super) delay: Option<u32>,
    /// User agent, path, and whether it may be fetched.
    pub(super) tests: Vec<(String, String, bool)>,
}

/// The parts of a robots.txt: groups for the same programs are one.
pub(super) fn parts(
    groups: &[Group],
    directory: &Directory,
    place: (&str, &str),
    problems: &mut Vec<Diagnostic>,
) -> Vec<Part> {
    let mut joined: Vec<(Programs, Vec<&Group>)> = Vec::new();
    for (group, agent) in groups.iter().flat_map(|group| group.agents.iter().map(move |agent| (group, agent))) {
        // Each name by itself: it may stand in several groups, whose rules then count together.
        let alone = Group { agents: vec![agent.clone()], ..Group::default() };
        let programs = directory.programs(&alone);
        match joined.iter_mut().find(|(same, _)| *same == programs) {
            Some((_, groups)) => groups.push(group),
            None => joined.push((programs, vec![group])),
        }
    }
    // Those who may fetch the same are one part again.
    let mut merged: Vec<(Programs, Vec<&Group>)> = Vec::new();
    for (programs, groups) in joined.into_iter().filter(|(programs, _)| programs.is_rest || !programs.names.is_empty())
    {
        let is_same =
            |others: &[&Group]| others.iter().map(|group| group.line).eq(groups.iter().map(|group| group.line));
        match merged.iter_mut().find(|(_, others)| is_same(others)) {
            Some((all, _)) => {
                all.is_rest |= programs.is_rest;
                all.names.extend(programs.names);
            }
            None => merged.push((programs, groups)),
        }
    }
    let mut parts: Vec<Part> = Vec::new();
    for (programs, groups) in merged {
        let rules: Vec<Rule> = groups.iter().flat_map(|group| group.rules.clone()).collect();
        let first = programs.names.iter().next().map_or("*", String::as_str);
        let id = id(if programs.is_rest { "*" } else { first }, &parts);
        let lines: Vec<String> = groups.iter().map(|group| group.line.to_string()).collect();
        let who = if programs.is_rest { "all crawlers that no other group names".to_owned() } else { shown(&programs) };
        let comment = format!("{}, line {}: {who}", place.0, lines.join(", "));
        let agent = directory.example(&programs).map(str::to_owned);
        parts.push(Part {
            id,
            comment,
            refused: conditions(&rules, place, problems),
            programs: directory.tests(&programs),
            delay: groups.iter().filter_map(|group| group.delay).max(),
            tests: agent.map_or_else(Vec::new, |agent| tests(&rules, &agent)),
        });
    }
    let count: usize = parts.iter().map(|part| part.refused.len().saturating_mul(part.programs.len())).sum();
    if count > limits::RULES {
        let message = format!("it comes to {count} rules");
        let remedy = format!("a policy has at most {}; join groups and paths", limits::RULES);
        problems.push(Diagnostic::new(Code::ROBOTS_PATTERN, place, 0..0, message, remedy));
    }
    parts
}

fn shown(programs: &Programs) -> String {
    let names: Vec<&str> = programs.names.iter().map(String::as_str).collect();
    match names.get(..6) {
        Some(first) if names.len() > 7 => format!("{} and {} more", first.join(", "), names.len().saturating_sub(6)),
        _ => names.join(", "),
    }
}

/// A name for rules that no part has yet.
fn id(program: &str, parts: &[Part]) -> String {
    let plain = |c: char| if c.is_ascii_alphanumeric() { c.to_ascii_lowercase() } else { '-' };
    let name: String = program.chars().map(plain).take(32).collect();
    let name = if program == "*" { "crawlers" } else { name.trim_matches('-') };
    let base = format!("robots-{name}");
    let is_free = |id: &String| parts.iter().all(|part| part.id != *id);
    let numbered = (2u32..).map(|number| format!("{base}.{number}"));
    std::iter::once(base.clone()).chain(numbered).find(is_free).unwrap_or(base)
}

/// Paths that show what the rules do.
fn tests(rules: &[Rule], agent: &str) -> Vec<(String, String, bool)> {
    let mut tests: Vec<(String, String, bool)> = Vec::new();
    for is_allowed in [false, true] {
        let fitting = rules.iter().map(|rule| rule.pattern.example()).chain(["/robots.txt".to_owned()]);
        let fitting = fitting.filter(|path| path.len() <= limits::TEXT && allows(rules, path) == is_allowed);
        tests.extend(fitting.take(TESTS).map(|path| (agent.to_owned(), path, is_allowed)));
    }
    tests.sort();
    tests.dedup();
    tests
}
