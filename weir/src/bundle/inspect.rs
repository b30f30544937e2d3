//! What is in a bundle, for a person and for programs.

use std::fmt;

use filter_core::policy::wire::{Action, Condition, Content, Manifest, Mode};
use filter_core::policy::{Bundle, Problems, check_content};
use filter_core::signals::SIGNALS;
use policy_compiler::lint::resources::cost;
use serde::Serialize;

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
    /// Network lists: name, kind, date.
    pub networks: Vec<(String, String, Option<String>)>,
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

/// The two lines of a bundle that a host would take, whoever signed it.
///
/// # Errors
/// Everything that is wrong with it.
pub fn read(text: &str) -> Result<(Manifest, Content), Problems> {
    Bundle::parse(text.as_bytes())?;
    let (first, second) = text.trim_end().split_once('\n').unwrap_or((text, ""));
    let manifest = serde_json::from_str(first).unwrap_or_else(|_| Manifest::of(second, 0));
    Ok((manifest, check_content(second)?))
}

/// Looks into a bundle at `now` (milliseconds since the epoch).
///
/// # Errors
/// Everything that is wrong with it.
pub fn inspect(text: &str, now: u64) -> Result<Inspection, Problems> {
    let (manifest, content) = read(text)?;
    let own = |id: &str| SIGNALS.iter().find(|signal| signal.id == id).map_or(0, |signal| signal.weight);
    let weights = content.weights.iter().map(|(id, weight)| (id.clone(), own(id), *weight));
    let allow =
        content.allow.iter().map(|rule| line(&rule.id, &Action::Allow, rule.mode, &rule.when, rule.note.as_ref()));
    let rules = content.rules.iter().map(|rule| line(&rule.id, &rule.then, rule.mode, &rule.when, rule.note.as_ref()));
    let rules: Vec<RuleLine> = allow.chain(rules).collect();
    Ok(Inspection {
        bytes: text.len(),
        is_stale: manifest.expires.is_some_and(|expires| now >= expires),
        manifest,
        weights: weights.filter(|(_, own, weight)| own != weight).collect(),
        names: content.names.len(),
        networks: content.networks.lists.into_iter().map(|list| (list.name, list.kind, list.date)).collect(),
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
    })
}

fn line(id: &str, then: &Action, mode: Mode, when: &Condition, note: Option<&String>) -> RuleLine {
    let mode = match mode {
        Mode::Enforce => "enforce",
        Mode::Shadow => "shadow",
    };
    let (id, note) = (id.to_owned(), note.cloned());
    RuleLine { id, then: action(then), mode, when: when.clone(), note, cost: cost(when) }
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
        writeln!(f, "serial     {serial}, {} bytes", self.bytes)?;
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
        for (name, kind, date) in &self.networks {
            writeln!(f, "network    {name}, {kind}, {}", date.as_deref().unwrap_or("no date"))?;
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
        for rule in &self.rules {
            let mode = if rule.mode == "shadow" { ", in shadow" } else { "" };
            writeln!(f, "rule       {}: {}{mode}", rule.id, rule.then)?;
            if let Some(note) = &rule.note {
                writeln!(f, "             {note}")?;
            }
        }
        writeln!(f, "otherwise  {}", self.otherwise)?;
        write!(f, "cost       at most {}.{} us a request in conditions", self.cost / 1000, self.cost / 100 % 10)
    }
}
