//! The source as text, with comments.

use std::fmt::Write;

use filter_core::limits;
use filter_core::policy::wire::{Mode, NamedEntry};
use serde_json::{Value, json};

use super::Wish;
use super::expression::Expr;
use super::parts::Part;
use super::presets::{Preset, PresetLimit};

/// Tests that are written at most for all groups.
const TESTS: usize = 96;

/// Requests that may come at once where a delay is asked for: a page and what belongs to it.
const BURST: u32 = 5;

/// The text, and how many rules it has.
pub(super) struct Written {
    pub(super) text: String,
    pub(super) rules: usize,
}

struct RuleText {
    id: String,
    comment: Option<String>,
    when: String,
    then: String,
    note: Option<String>,
}

pub(super) fn source(wish: &Wish<'_>, parts: &[Part], has_names: bool) -> Written {
    let (impostors, presets): (Vec<&Preset>, Vec<&Preset>) =
        wish.presets.iter().copied().partition(|preset| preset.id == "no-impostors");
    let mut rules: Vec<RuleText> = impostors.iter().flat_map(|preset| of_preset(preset)).collect();
    rules.extend(parts.iter().flat_map(of_part));
    let delays = delays(parts);
    rules.extend(parts.iter().flat_map(|part| of_delay(part, &delays)));
    rules.extend(presets.iter().flat_map(|preset| of_preset(preset)));
    let mut text = String::new();
    // Writing to a string cannot fail.
    let _ = write(&mut text, wish, parts, &rules, &delays, has_names);
    Written { text, rules: rules.len() }
}

fn of_preset(preset: &Preset) -> impl Iterator<Item = RuleText> {
    preset.rules.iter().enumerate().map(|(index, rule)| RuleText {
        id: rule.id.to_owned(),
        comment: (index == 0).then(|| format!("Preset {}: {}.", preset.id, preset.about)),
        when: rule.when.to_owned(),
        then: rule.then.to_owned(),
        note: Some(rule.note.to_owned()).filter(|note| !note.is_empty()),
    })
}

fn of_part(part: &Part) -> impl Iterator<Item = RuleText> {
    let pairs = part.programs.iter().flat_map(|who| part.refused.iter().map(move |what| (who, what)));
    pairs.enumerate().map(|(index, (who, what))| RuleText {
        id: if index == 0 { part.id.clone() } else { format!("{}-{}", part.id, index.saturating_add(1)) },
        comment: (index == 0).then(|| part.comment.clone()),
        when: Expr::all([who.clone(), what.clone()]).to_string(),
        then: r#"{ "block": { "message": "robots.txt asks you not to fetch this" } }"#.to_owned(),
        note: None,
    })
}

/// Limits by delay: programs that ask for the same one share its limit, each counted apart.
fn delays(parts: &[Part]) -> Vec<(u32, PresetLimit)> {
    let mut delays: Vec<u32> = parts.iter().filter_map(|part| part.delay).collect();
    delays.sort_unstable();
    delays.dedup();
    // A policy has few limits: the longest delays are told apart, the others wait as long as the next one that is.
    let spare = delays.len().saturating_sub(limits::RATE_LIMITS / 2);
    delays.drain(..spare);
    delays.into_iter().map(|delay| (delay, limit(delay))).collect()
}

fn limit(delay: u32) -> PresetLimit {
    let (requests, seconds) = match delay {
        0..1000 => (1000u32.checked_div(delay).unwrap_or(1000).max(1), 1),
        _ => (1, delay.div_ceil(1000)),
    };
    PresetLimit { id: "", requests, seconds, burst: BURST.max(requests) }
}

fn delay_id(delay: u32) -> String {
    format!("crawl-delay-{}", f64::from(delay) / 1000.0)
}

fn of_delay(part: &Part, delays: &[(u32, PresetLimit)]) -> Vec<RuleText> {
    let Some(wanted) = part.delay else { return Vec::new() };
    let Some((delay, _)) = delays.iter().find(|(delay, _)| *delay >= wanted) else { return Vec::new() };
    let rule = |(index, who): (usize, &Expr)| RuleText {
        id: if index == 0 {
            format!("{}-delay", part.id)
        } else {
            format!("{}-delay-{}", part.id, index.saturating_add(1))
        },
        comment: (index == 0).then(|| {
            format!(
                "Crawl-delay: {} of the same group. Hosts that keep no memory refuse limits.",
                f64::from(*delay) / 1000.0
            )
        }),
        when: Expr::all([who.clone(), Expr::test("bot.proof != 'impostor'")]).to_string(),
        then: format!(r#"{{ "limit": {{ "by": "{}" }} }}"#, delay_id(*delay)),
        note: None,
    };
    part.programs.iter().enumerate().map(rule).collect()
}

fn quoted(text: &str) -> Value {
    Value::from(text)
}

fn write(
    out: &mut String,
    wish: &Wish<'_>,
    parts: &[Part],
    rules: &[RuleText],
    delays: &[(u32, PresetLimit)],
    has_names: bool,
) -> std::fmt::Result {
    let from = wish.robots.map_or("presets", |(file, _)| file);
    writeln!(
        out,
        "// Made by `weir from robots` of {from} on {}. It is yours now: edit it, and build it with",
        one_line(&wish.date)
    )?;
    writeln!(out, "// `weir build`. Rules are asked in order; the first that matches acts.")?;
    writeln!(out, "{{\n  \"about\": \"What crawlers may fetch\",\n  \"serial\": 1, // count up with each version")?;
    let own = has_names.then(|| wish.new_names.clone());
    let tables = wish.names.iter().map(|path| path.display().to_string()).chain(own);
    writeln!(out, "  \"names\": {},", Value::from(tables.collect::<Vec<_>>()))?;
    let lists: Vec<String> = wish.networks.iter().map(|path| path.display().to_string()).collect();
    writeln!(out, "  \"networks\": {},", Value::from(lists))?;
    let of_delays = delays.iter().map(|(delay, limit)| (delay_id(*delay), limit));
    let of_presets = wish.presets.iter().flat_map(|preset| preset.limits).map(|limit| (limit.id.to_owned(), limit));
    let limits: Vec<String> = of_delays
        .chain(of_presets)
        .map(|(id, limit)| {
            let PresetLimit { requests, seconds, burst, .. } = limit;
            format!(r#"    {{ "id": "{id}", "key": ["bot"], "requests": {requests}, "seconds": {seconds}, "burst": {burst} }}"#)
        })
        .collect();
    if !limits.is_empty() {
        writeln!(out, "  \"limits\": [\n{}\n  ],", limits.join(",\n"))?;
    }
    writeln!(out, "  \"rules\": [")?;
    for (index, rule) in rules.iter().enumerate() {
        if let Some(comment) = &rule.comment {
            let gap = if index > 0 { "\n" } else { "" };
            writeln!(out, "{gap}    // {}", one_line(comment))?;
        }
        writeln!(out, "    {{\n      \"id\": \"{}\",\n      \"when\": {},", rule.id, quoted(&rule.when))?;
        let mode = if wish.mode == Mode::Shadow { ",\n      \"mode\": \"shadow\"" } else { "" };
        write!(out, "      \"then\": {}{mode}", rule.then)?;
        if let Some(note) = &rule.note {
            write!(out, ",\n      \"note\": {}", quoted(note))?;
        }
        writeln!(out, "\n    }}{}", if index.saturating_add(1) < rules.len() { "," } else { "" })?;
    }
    writeln!(out, "  ],\n  \"otherwise\": \"allow\",\n  \"tests\": [")?;
    let tests = golden(wish, parts);
    let lines: Vec<String> = tests.iter().map(|test| format!("    {test}")).collect();
    writeln!(out, "{}\n  ]\n}}", lines.join(",\n"))
}

/// Golden tests: what each part refuses and lets pass, what each preset is about, and that people pass.
fn golden(wish: &Wish<'_>, parts: &[Part]) -> Vec<String> {
    let is_shadow = wish.mode == Mode::Shadow;
    let test = |name: &str, request: &Value, expect: &Value| {
        format!(r#"{{ "name": {}, "request": {request}, "expect": {expect} }}"#, quoted(name))
    };
    let mut tests =
        vec![test("a person passes", &json!({"like": "chromium_navigation"}), &json!({"rule": "otherwise"}))];
    let agent = |agent: &str| vec![format!("user-agent: {agent}")];
    for rule in wish.presets.iter().flat_map(|preset| preset.rules) {
        let Some(example) = rule.example else { continue };
        // Where several are about one request the first acts, and all of them block.
        let expect = if is_shadow { json!({"shadow": [rule.id]}) } else { json!({"action": "block"}) };
        tests.push(test(&format!("preset {}", rule.id), &json!({"headers": agent(example)}), &expect));
    }
    let of_parts = parts.iter().flat_map(|part| part.tests.iter().map(move |test| (part, test)));
    for (part, (example, path, is_allowed)) in of_parts.take(TESTS) {
        let is_only = wish.presets.is_empty();
        let rules: Vec<String> = of_part(part).map(|rule| rule.id).collect();
        let expect = match (is_allowed, is_shadow) {
            (true, false) if is_only => json!({"rule": "otherwise"}),
            (true, true) => json!({"no_shadow": rules}),
            (true, false) => continue,
            (false, true) => match rules.as_slice() {
                [rule] => json!({"shadow": [rule]}),
                _ => continue,
            },
            (false, false) => json!({"action": "block"}),
        };
        let verb = if *is_allowed { "may" } else { "may not" };
        let request = json!({"path": path, "headers": agent(example)});
        tests.push(test(&format!("{} {verb} fetch {path}", part.id), &request, &expect));
    }
    tests
}

/// The table of programs that no other has.
pub(super) fn names(new: &[NamedEntry], file: &str, date: &str) -> String {
    let table = json!({
        "sources": [{"url": file, "licence": "the site's own", "date": date}],
        "names": new,
    });
    format!("{table:#}\n")
}

/// A comment ends with its line.
fn one_line(text: &str) -> String {
    text.chars().map(|c| if c.is_control() { ' ' } else { c }).collect()
}
