//! Two bundles compared by what they mean: rules, lists, weights, settings; and by what they say of recorded requests.

use std::collections::BTreeMap;
use std::fmt;

use filter_core::policy::wire::{Content, Manifest};
use serde::Serialize;
use serde_json::Value;

use super::Opened;
use super::held::{Held, held, tables};
use crate::time;

/// The part that is the first line.
const MANIFEST: &str = "bundle";
const ADDRESSES: &str = "addresses of list";
/// Items of a list that a person is shown.
const SHOWN: usize = 20;

/// One thing that differs.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Change {
    /// Rule, list, weight ...
    pub part: &'static str,
    /// Which.
    pub name: String,
    /// Before; absent: it is new.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub before: Option<Value>,
    /// After; absent: it is gone.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub after: Option<Value>,
}

/// Everything that differs, in the order of a bundle's parts: first what the first line says, which is [`Change::is_of_manifest`]. The
/// order of rules is a part of its own.
pub fn diff(before: &Opened, after: &Opened) -> Vec<Change> {
    let mut changes = Vec::new();
    by_key(MANIFEST, terms(&before.manifest), terms(&after.manifest), &mut changes);
    let (before, after) = (&before.content, &after.content);
    let (one, other) = (value(before), value(after));
    let mut keyed = |part: &'static str, place: &str, key: &'static str| {
        by_key(part, list(&one, place, key), list(&other, place, key), &mut changes);
    };
    keyed("allow rule", "/allow", "id");
    keyed("rule", "/rules", "id");
    for (part, place) in [("order of allow rules", "/allow"), ("order of rules", "/rules")] {
        if let Some(change) = order(part, &one, &other, place) {
            changes.push(change);
        }
    }
    for (part, place) in [("otherwise", "/otherwise"), ("settings", "/settings"), ("weight", "/weights")] {
        by_key(part, leaves(one.pointer(place), ""), leaves(other.pointer(place), ""), &mut changes);
    }
    let mut keyed = |part: &'static str, place: &str, key: &'static str| {
        by_key(part, list(&one, place, key), list(&other, place, key), &mut changes);
    };
    keyed("endpoint", "/endpoints", "id");
    keyed("limit", "/limits", "id");
    keyed("name", "/names", "token");
    keyed("network list", "/networks/lists", "name");
    texts(before, after, &mut changes);
    let filters = |content: &Value| {
        let mut all = list(content, "/breached", "name");
        for table in all.values_mut().filter_map(|entry| entry.get_mut("table")) {
            let digest = crate::shelf::sha256(table.as_str().unwrap_or_default().as_bytes());
            *table = Value::from(format!("SHA-256 {digest}"));
        }
        all
    };
    by_key("filter", filters(&one), filters(&other), &mut changes);
    held_by(before, after, &mut changes);
    changes
}

/// What the first line says beside the content's id: who signed, when it serves. That a signature holds is for `weir verify`.
fn terms(manifest: &Manifest) -> Keyed {
    let time = |time: Option<u64>| time.map(|time| Value::from(time::show(time)));
    let terms = [
        ("serial", Some(Value::from(manifest.serial))),
        ("signed with key", Some(Value::from(manifest.key.as_deref().unwrap_or("none")))),
        ("not before", time(manifest.not_before)),
        ("expires", time(manifest.expires)),
    ];
    terms.into_iter().filter_map(|(name, value)| Some((name.to_owned(), value?))).collect()
}

/// Addresses that came into a network list or left it, and tables that are others.
fn held_by(before: &Content, after: &Content, changes: &mut Vec<Change>) {
    let (old, mut new) = (held(before), held(after));
    let blocks = |these: &Held, those: &Held| Value::from(these.minus(those));
    for (name, old) in &old {
        let now = new.remove(name).unwrap_or_default();
        if *old != now {
            let (gone, come) = (blocks(old, &now), blocks(&now, old));
            changes.push(Change { part: ADDRESSES, name: name.clone(), before: Some(gone), after: Some(come) });
        }
    }
    for (name, now) in new.into_iter().filter(|(_, now)| now.len() > 0) {
        let come = Some(blocks(&now, &Held::default()));
        changes.push(Change { part: ADDRESSES, name, before: None, after: come });
    }
    for (old, new) in tables(&before.networks).into_iter().zip(tables(&after.networks)) {
        if old.2 != new.2 {
            let told = |(_, ranges, parts): (_, usize, [&str; 2])| {
                let digest: String = crate::shelf::sha256(parts.concat().as_bytes()).chars().take(16).collect();
                (ranges > 0).then(|| Value::from(format!("{ranges} ranges, SHA-256 {digest}")))
            };
            changes.push(Change { part: "table", name: old.0.into(), before: told(old), after: told(new) });
        }
    }
}

/// Texts that came into a list or left it.
fn texts(before: &Content, after: &Content, changes: &mut Vec<Change>) {
    let names = before.lists.keys().chain(after.lists.keys()).collect::<std::collections::BTreeSet<_>>();
    for name in names {
        let (old, new) = (before.lists.get(name), after.lists.get(name));
        let only = |these: Option<&Vec<String>>, those: Option<&Vec<String>>| {
            let those: std::collections::BTreeSet<&String> = those.into_iter().flatten().collect();
            let left: Vec<Value> = these
                .into_iter()
                .flatten()
                .filter(|text| !those.contains(text))
                .map(|text| Value::from(text.as_str()))
                .collect();
            these.map(|_| Value::from(left))
        };
        let (gone, come) = (only(old, new), only(new, old));
        let is_empty = |texts: &Option<Value>| texts.as_ref().and_then(Value::as_array).is_none_or(Vec::is_empty);
        if old.is_some() != new.is_some() || !is_empty(&gone) || !is_empty(&come) {
            changes.push(Change { part: "list", name: name.clone(), before: gone, after: come });
        }
    }
}

fn value(content: &Content) -> Value {
    serde_json::to_value(content).unwrap_or_default()
}

type Keyed = BTreeMap<String, Value>;

fn list(content: &Value, place: &str, key: &str) -> Keyed {
    let items = content.pointer(place).and_then(Value::as_array).into_iter().flatten();
    items.filter_map(|item| Some((item.get(key)?.as_str()?.to_owned(), item.clone()))).collect()
}

/// Every number, word and list below a value by its path.
fn leaves(value: Option<&Value>, path: &str) -> Keyed {
    match value {
        Some(Value::Object(members)) => {
            members.iter().flat_map(|(name, value)| leaves(Some(value), &format!("{path}/{name}"))).collect()
        }
        Some(Value::Null) | None => Keyed::new(),
        Some(other) => Keyed::from([(path.trim_start_matches('/').to_owned(), other.clone())]),
    }
}

fn by_key(part: &'static str, mut before: Keyed, after: Keyed, changes: &mut Vec<Change>) {
    for (name, new) in after {
        let old = before.remove(&name);
        if old.as_ref() != Some(&new) {
            changes.push(Change { part, name, before: old, after: Some(new) });
        }
    }
    changes.extend(before.into_iter().map(|(name, old)| Change { part, name, before: Some(old), after: None }));
}

/// The order of those that are in both.
fn order(part: &'static str, one: &Value, other: &Value, place: &str) -> Option<Change> {
    let ids = |content: &Value| {
        let items = content.pointer(place).and_then(Value::as_array).into_iter().flatten();
        items.filter_map(|item| Some(item.get("id")?.as_str()?.to_owned())).collect::<Vec<_>>()
    };
    let (mut old, mut new) = (ids(one), ids(other));
    let (all_old, all_new) = (old.clone(), new.clone());
    old.retain(|id| all_new.contains(id));
    new.retain(|id| all_old.contains(id));
    (old != new).then(|| Change { part, name: String::new(), before: Some(old.into()), after: Some(new.into()) })
}

impl Change {
    /// It is of the first line and not of the content.
    pub fn is_of_manifest(&self) -> bool {
        self.part == MANIFEST
    }
}

/// A value on one line, long lists cut short.
struct Short<'v>(&'v Value);

impl fmt::Display for Short<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self.0.as_array().and_then(|all| all.split_at_checked(SHOWN)) {
            Some((first, rest)) if !rest.is_empty() => {
                write!(f, "{} and {} more", Value::from(first), rest.len())
            }
            _ => self.0.fmt(f),
        }
    }
}

impl fmt::Display for Change {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Change { part, name, before, after } = self;
        let (before, after) = (before.as_ref().map(Short), after.as_ref().map(Short));
        let name = if name.is_empty() { String::new() } else { format!(" {name}") };
        match (before, after) {
            (None, Some(after)) => write!(f, "+ {part}{name}: {after}"),
            (Some(before), None) => write!(f, "- {part}{name}: {before}"),
            (Some(before), Some(after)) => write!(f, "~ {part}{name}\n    - {before}\n    + {after}"),
            (None, None) => write!(f, "  {part}{name}"),
        }
    }
}
