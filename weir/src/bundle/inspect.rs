//! What is in a bundle, for a person and for programs.

use std::fmt;

use filter_core::policy::wire::{Action, Condition, Manifest, Mode, RateLimit};
use filter_core::signals::SIGNALS;
use policy_compiler::lint::resources::cost;
use serde::Serialize;

use super::Opened;
use super::held::{Held, held, tables};
use crate::time;

/// Everything that a bundle says of itself, large tables as their size.
#[derive(Clone, Debug, Serialize)]
pub struct Inspection {
    /// The first line.
    pub manifest: Manifest,
    /// Bytes of both lines.
    pub bytes: usize,
    /// Past its time.
    pub is_stale: bool,
    /// Weights that are not the signals' own, in milli-nats: signal, its own, the bundle's.
    pub weights: Vec<(String, i32, i32)>,
    /// Names of automation.
    pub names: usize,
    /// It came in the compact form.
    pub is_compact: bool,
    /// Network lists: name, kind, date, how many ranges of addresses.
    pub networks: Vec<(String, String, Option<String>, usize)>,
    /// Tables of addresses beside the lists, and how many ranges they have.
    pub tables: Vec<(&'static str, usize)>,
    /// Rate limits, as they were written.
    pub limits: Vec<RateLimit>,
    /// Golden tests.
    pub tests: usize,
    /// Endpoints: id and path.
    pub endpoints: Vec<(String, String)>,
    /// Lists of texts with their length.
    pub lists: Vec<(String, usize)>,
    /// Filters of breached passwords and pairs: name, kind, how many, bits, date.
    pub breached: Vec<(String, String, u64, u32, Option<String>)>,
    /// Rules in the order in which they are asked, those that let pass first.
    pub rules: Vec<RuleLine>,
    /// What happens where none matches.
    pub otherwise: String,
    /// What all conditions cost a request at most, in nanoseconds.
    pub cost: u64,
}

/// One rule.
#[derive(Clone, Debug, Serialize)]
pub struct RuleLine {
    /// Its id.
    pub id: String,
    /// What it does.
    pub then: String,
    /// Whether it acts.
    pub mode: &'static str,
    /// Its lowered condition.
    pub when: Condition,
    /// Why it exists.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub note: Option<String>,
    /// What its condition costs at most, in nanoseconds.
    pub cost: u64,
}

/// Looks into a bundle at `now` (milliseconds since the epoch).
pub fn inspect(bundle: &Opened, now: u64) -> Inspection {
    let (manifest, content) = (bundle.manifest.clone(), bundle.content.clone());
    let held = held(&content);
    let own = |id: &str| SIGNALS.iter().find(|signal| signal.id == id).map_or(0, |signal| signal.weight);
    let weights = content.weights.iter().map(|(id, weight)| (id.clone(), own(id), *weight));
    let allow =
        content.allow.iter().map(|rule| line(&rule.id, &Action::Allow, rule.mode, &rule.when, rule.note.as_ref()));
    let rules = content.rules.iter().map(|rule| line(&rule.id, &rule.then, rule.mode, &rule.when, rule.note.as_ref()));
    let rules: Vec<RuleLine> = allow.chain(rules).collect();
    Inspection {
        bytes: bundle.text.len(),
        is_stale: manifest.expires.is_some_and(|expires| now >= expires),
        manifest,
        weights: weights.filter(|(_, own, weight)| own != weight).collect(),
        names: content.names.len(),
        is_compact: bundle.is_compact,
        tables: tables(&content.networks).into_iter().map(|(name, ranges, _)| (name, ranges)).collect(),
        networks: content
            .networks
            .lists
            .into_iter()
            .map(|list| {
                let ranges = held.get(&list.name).map_or(0, Held::len);
                (list.name, list.kind, list.date, ranges)
            })
            .collect(),
        limits: content.limits,
        tests: content.tests.len(),
        endpoints: content.endpoints.into_iter().map(|endpoint| (endpoint.id, endpoint.path)).collect(),
        lists: content.lists.into_iter().map(|(name, texts)| (name, texts.len())).collect(),
        breached: content
            .breached
            .into_iter()
            .map(|entry| (entry.name, entry.kind, entry.keys, entry.bits, entry.date))
            .collect(),
        otherwise: action(&content.otherwise),
        cost: rules.iter().fold(0, |sum, rule| sum.saturating_add(rule.cost)),
        rules,
    }
}

fn line(id: &str, then: &Action, mode: Mode, when: &Condition, note: Option<&String>) -> RuleLine {
    let mode = match mode {
        Mode::Enforce => "enforce",
        Mode::Shadow => "shadow",
    };
    let (id, note) = (id.to_owned(), note.cloned());
    RuleLine { id, then: action(then), mode, when: when.clone(), note, cost: cost(when) }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).unwrap_or_default()
}

/// An action's word, and what is said with it.
fn action(action: &Action) -> String {
    match serde_json::to_value(action) {
        Ok(serde_json::Value::String(word)) => word,
        Ok(other) => other.to_string(),
        Err(_) => String::new(),
    }
}

impl fmt::Display for Inspection {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Manifest { id, serial, not_before, expires, key, .. } = &self.manifest;
        writeln!(f, "bundle     {id}")?;
        let form = if self.is_compact { ", in the compact form; the two lines have" } else { "," };
        writeln!(f, "serial     {serial}{form} {} bytes", self.bytes)?;
        match key {
            Some(key) => writeln!(f, "signed     with key {key}; `weir verify` says whether that holds")?,
            None => writeln!(f, "signed     by nobody")?,
        }
        if let Some(from) = not_before {
            writeln!(f, "not before {}", time::show(*from))?;
        }
        if let Some(to) = expires {
            writeln!(f, "expires    {}{}", time::show(*to), if self.is_stale { ": stale" } else { "" })?;
        }
        writeln!(f, "names      {}", self.names)?;
        for (name, kind, date, ranges) in &self.networks {
            writeln!(f, "network    {name}, {kind}, {}, {ranges} ranges", date.as_deref().unwrap_or("no date"))?;
        }
        for (name, ranges) in self.tables.iter().filter(|(_, ranges)| *ranges > 0) {
            writeln!(f, "table      {name} of {ranges} ranges")?;
        }
        for (id, own, weight) in &self.weights {
            writeln!(f, "weight     {id} {weight}, its own is {own}")?;
        }
        for (id, path) in &self.endpoints {
            writeln!(f, "endpoint   {id} {path}")?;
        }
        for (name, length) in &self.lists {
            writeln!(f, "list       {name}, {length} texts")?;
        }
        for (name, kind, keys, bits, date) in &self.breached {
            writeln!(f, "breached   {name}, {keys} {kind} of {bits} bits, {}", date.as_deref().unwrap_or("no date"))?;
        }
        for limit in &self.limits {
            writeln!(f, "limit      {}", json(limit))?;
        }
        for rule in &self.rules {
            let mode = if rule.mode == "shadow" { ", in shadow" } else { "" };
            writeln!(f, "rule       {}: {}{mode}", rule.id, rule.then)?;
            writeln!(f, "             when {}", json(&rule.when))?;
            if let Some(note) = &rule.note {
                writeln!(f, "             {note}")?;
            }
        }
        writeln!(f, "otherwise  {}", self.otherwise)?;
        writeln!(f, "tests      {}", self.tests)?;
        write!(f, "cost       at most {}.{} us a request in conditions", self.cost / 1000, self.cost / 100 % 10)
    }
}
