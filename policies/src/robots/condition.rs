//! A group's rules as conditions: a request is refused where a `Disallow` matches and no `Allow` that is as long or longer does.

use std::ops::Range;

use super::expression::{Expr, list, quote};
use super::pattern::{Pattern, Way};
use super::read::Rule;
use crate::code::Code;
use crate::diagnostic::Diagnostic;

/// Bytes of one condition's paths. With as many of exceptions and of names it stays below what a condition may have.
const LONGEST: usize = 5 << 10;

/// Texts tested by one `exists`.
const ITEMS: usize = 128;

/// The path that every crawler may fetch (RFC 9309, 2.2.2).
const ROBOTS: &str = "/robots.txt";

/// Whether a group's rules let a path with its query be fetched: the longest pattern decides, and `Allow` where two are as long.
pub(super) fn allows(rules: &[Rule], target: &str) -> bool {
    let matching = rules.iter().filter(|rule| rule.pattern.matches(target));
    let longest = matching.max_by_key(|rule| (rule.pattern.length(), rule.is_allow));
    let path = target.split('?').next().unwrap_or_default();
    path == ROBOTS || longest.is_none_or(|rule| rule.is_allow)
}

/// `Disallow` rules that have the same exceptions.
struct Part<'r> {
    refused: Vec<&'r Rule>,
    spared: Vec<&'r Pattern>,
}

/// Conditions, each refusing a part of what the rules refuse, none too long.
pub(super) fn conditions(rules: &[Rule], place: (&str, &str), problems: &mut Vec<Diagnostic>) -> Vec<Expr> {
    let mut made = Vec::new();
    for Part { refused, spared } in parts(rules) {
        let mut ways = |pattern: &Pattern, span: &Range<usize>| {
            pattern.ways().unwrap_or_else(|(message, remedy)| {
                problems.push(Diagnostic::new(Code::ROBOTS_PATTERN, place, span.clone(), message, remedy));
                Vec::new()
            })
        };
        let span = refused.first().map_or(0..0, |rule| rule.span.clone());
        let all = |tests: Vec<Expr>| tests.into_iter().map(|test| Expr::Not(Box::new(test)));
        let spared_ways: Vec<Way> = spared.iter().flat_map(|pattern| ways(pattern, &span)).collect();
        let refused_ways: Vec<Way> = refused.iter().flat_map(|rule| ways(&rule.pattern, &rule.span)).collect();
        let takes_robots = refused.iter().any(|rule| rule.pattern.may_begin(ROBOTS));
        let robots = takes_robots.then(|| Expr::test(format!("request.path != '{ROBOTS}'")));
        let except: Vec<Expr> = robots.into_iter().chain(all(chunks(&spared_ways))).collect();
        if except.iter().map(Expr::length).fold(0, usize::saturating_add) > LONGEST {
            let message = format!("{} exceptions from it in one group", spared.len());
            let remedy = "a condition cannot hold them; join paths of a common start, or disallow what is left";
            problems.push(Diagnostic::new(Code::ROBOTS_PATTERN, place, span, message, remedy));
            continue;
        }
        let except = &except;
        made.extend(
            chunks(&refused_ways)
                .into_iter()
                .map(|test| Expr::all(std::iter::once(test).chain(except.iter().cloned()))),
        );
    }
    joined(made)
}

/// The rules that refuse, without those that change nothing.
fn parts(rules: &[Rule]) -> Vec<Part<'_>> {
    let exceptions = |rule: &Rule| {
        let spared = rules.iter().filter(|other| other.is_allow && other.pattern.length() >= rule.pattern.length());
        let mut spared: Vec<&Pattern> =
            spared.map(|other| &other.pattern).filter(|pattern| pattern.meets(&rule.pattern)).collect();
        spared.sort();
        spared.dedup();
        spared
    };
    let mut refused: Vec<&Rule> = rules.iter().filter(|rule| !rule.is_allow).collect();
    refused.sort_by_key(|rule| (rule.pattern.length(), &rule.pattern));
    refused.dedup_by_key(|rule| &rule.pattern);
    let mut parts: Vec<Part<'_>> = Vec::new();
    for rule in refused {
        let spared = exceptions(rule);
        let is_spared = spared.iter().any(|pattern| rule.pattern.is_within(pattern));
        let whole = parts.iter().filter(|part| part.spared.is_empty()).flat_map(|part| &part.refused);
        if is_spared || whole.into_iter().any(|other| rule.pattern.is_within(&other.pattern)) {
            continue;
        }
        match parts.iter_mut().find(|part| part.spared == spared) {
            Some(part) => part.refused.push(rule),
            None => parts.push(Part { refused: vec![rule], spared }),
        }
    }
    parts
}

/// The ways as conditions of which one must hold, none too long.
fn chunks(ways: &[Way]) -> Vec<Expr> {
    if ways.contains(&Way::Always) {
        return vec![Expr::always()];
    }
    let starts = ways.iter().filter_map(|way| if let Way::Starts(start) = way { Some(start.as_str()) } else { None });
    let mut starts: Vec<&str> = starts.collect();
    starts.sort_unstable();
    // What begins with another's start is in it, and stands after it.
    starts.dedup_by(|later, start| later.starts_with(&**start));
    let mut lists: Vec<Vec<&str>> = Vec::new();
    for start in starts {
        let is_open = |list: &&mut Vec<&str>| {
            list.len() < ITEMS
                && list.iter().map(|text| text.len()).fold(start.len(), usize::saturating_add) < LONGEST / 2
        };
        match lists.last_mut().filter(is_open) {
            Some(list) => list.push(start),
            None => lists.push(vec![start]),
        }
    }
    let mut tests: Vec<Expr> = Vec::new();
    tests.extend(lists.into_iter().map(|starts| match starts.as_slice() {
        [one] => Expr::test(format!("request.path.startsWith({})", quote(one))),
        many => Expr::test(format!("{}.exists(start, request.path.startsWith(start))", list(many.iter().copied()))),
    }));
    tests.extend(ways.iter().filter_map(|way| match way {
        Way::Tests(tests) => Some(Expr::all(tests.iter().map(Expr::test))),
        Way::Starts(_) | Way::Always => None,
    }));
    joined(tests)
}

/// Alternatives put together as long as the text stays short.
fn joined(tests: Vec<Expr>) -> Vec<Expr> {
    let mut groups: Vec<(usize, Vec<Expr>)> = Vec::new();
    for test in tests {
        let length = test.length();
        match groups.last_mut().filter(|(sum, _)| sum.saturating_add(length) < LONGEST) {
            Some((sum, group)) => {
                *sum = sum.saturating_add(length);
                group.push(test);
            }
            None => groups.push((length, vec![test])),
        }
    }
    groups.into_iter().map(|(_, group)| Expr::any(group)).collect()
}
