//! Lists in their own forms: what they hold, and what of it is nothing of the kind.

use std::collections::BTreeSet;
use std::net::IpAddr;

use filter_core::request::Prefix;
use maxminddb::{Reader, WithinOptions};
use serde_json::Value;

use super::config::{Csv, Form, Mmdb};
use super::domains::domain;
use super::ranges::Ranges;

/// What is looked for in a list.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Holds {
    /// Addresses.
    #[default]
    Networks,
    /// Addresses with an AS number each; those without one are passed over.
    Asns,
    /// Addresses with a country's code each; those without one are passed over.
    Countries,
    /// Domains.
    Domains,
}

/// What a list holds.
#[derive(Debug, Default)]
pub struct Parsed {
    holds: Holds,
    /// Its addresses.
    pub ranges: Ranges,
    /// Its addresses with a value each.
    pub marks: Vec<(Prefix, String)>,
    /// Its domains.
    pub domains: BTreeSet<String>,
    /// Entries that were read.
    pub entries: usize,
    /// Entries that are nothing of the kind: their line, or their number, and their text.
    pub wrong: Vec<(usize, String)>,
    /// The day it was made, where it says so.
    pub made: Option<String>,
}

impl Parsed {
    fn take(&mut self, place: usize, text: &str) {
        let text = text.trim();
        if self.holds == Holds::Domains {
            let domain = domain(text);
            let added = domain.is_some();
            self.domains.extend(domain);
            return self.count(added, place, text);
        }
        let added = match text.split_once('-') {
            Some((first, last)) => self.range(first, last),
            None => self.ranges.add(text),
        };
        self.count(added, place, text);
    }

    /// Whether each of its addresses has a value.
    fn has_values(&self) -> bool {
        matches!(self.holds, Holds::Asns | Holds::Countries)
    }

    fn range(&mut self, first: &str, last: &str) -> bool {
        let ends = (first.trim().parse::<IpAddr>(), last.trim().parse::<IpAddr>());
        matches!(ends, (Ok(first), Ok(last)) if self.ranges.add_range(first, last))
    }

    /// Addresses and what is said of them.
    fn mark(&mut self, place: usize, first: &str, last: Option<&str>, value: &str) {
        let value = value.trim();
        let is_code = value.len() == 2 && value.bytes().all(|byte| byte.is_ascii_uppercase());
        let number = value.strip_prefix("AS").unwrap_or(value).parse::<u32>().ok();
        let value = match self.holds {
            Holds::Asns => number.filter(|number| *number != 0).map(|number| number.to_string()),
            _ => Some(value.to_owned()).filter(|_| is_code),
        };
        let mut own = Parsed::default();
        let added = match (last, first.split_once('-')) {
            (Some(last), _) => own.range(first, last),
            (None, Some((first, last))) => own.range(first, last),
            (None, None) => own.ranges.add(first.trim()),
        };
        // Not routed, or of no country, is no mistake.
        if let Some(value) = value.filter(|_| added) {
            self.marks.extend(own.ranges.blocks().into_iter().map(|block| (block, value.clone())));
        }
        self.count(added, place, first);
    }

    fn count(&mut self, added: bool, place: usize, text: &str) {
        self.entries = self.entries.saturating_add(1);
        if !added {
            self.wrong.push((place, text.chars().take(60).collect()));
        }
    }
}

/// Reads a list.
///
/// # Errors
/// Where it does not have the form at all.
pub fn parse(form: &Form, holds: Holds, bytes: &[u8]) -> Result<Parsed, String> {
    let mut parsed = Parsed { holds, ..Parsed::default() };
    if let Form::Mmdb(wanted) = form {
        database(wanted, bytes, &mut parsed)?;
        return Ok(parsed);
    }
    let text =
        std::str::from_utf8(bytes).map_err(|error| format!("no text: byte {} is no UTF-8", error.valid_up_to()))?;
    let text = text.trim_start_matches('\u{feff}');
    match form {
        Form::Lines => lines(text, &mut parsed)?,
        Form::Google => {
            let pointers = ["/prefixes/*/ipv4Prefix", "/prefixes/*/ipv6Prefix"].map(str::to_owned);
            json(&pointers, text, &mut parsed)?;
        }
        Form::Json(pointers) => json(pointers, text, &mut parsed)?,
        Form::JsonLines(pointers) => {
            for (index, line) in text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty()) {
                let number = index.saturating_add(1);
                let value: Value = serde_json::from_str(line).map_err(|error| format!("line {number}: {error}"))?;
                let mut found = Vec::new();
                pointers.iter().for_each(|pointer| at(&value, pointer, &mut found));
                found.into_iter().for_each(|text| parsed.take(number, text));
            }
        }
        Form::Csv(columns) => values(columns, text, &mut parsed)?,
        Form::Mmdb(_) => {}
    }
    Ok(parsed)
}

fn lines(text: &str, parsed: &mut Parsed) -> Result<(), String> {
    if text.trim_start().starts_with('<') {
        return Err("it is a web page".into());
    }
    for (index, line) in text.lines().enumerate() {
        let ranged = line.replace(" - ", "-");
        let entry = ranged.trim().split([' ', '\t', ';', ',', '#']).next().unwrap_or_default();
        if !entry.is_empty() && !entry.starts_with("//") {
            parsed.take(index.saturating_add(1), entry);
        }
    }
    Ok(())
}

fn json(pointers: &[String], text: &str, parsed: &mut Parsed) -> Result<(), String> {
    let value: Value = serde_json::from_str(text).map_err(|error| error.to_string())?;
    let mut found = Vec::new();
    pointers.iter().for_each(|pointer| at(&value, pointer, &mut found));
    found.into_iter().enumerate().for_each(|(index, text)| parsed.take(index.saturating_add(1), text));
    // Google, AWS and those who follow them; the day is what its first ten characters are.
    let made = ["creationTime", "createDate"].iter().find_map(|name| value.get(*name)?.as_str()?.get(..10));
    parsed.made = made.map(str::to_owned);
    Ok(())
}

/// The texts at a pointer in which `*` stands for every item or member.
fn at<'v>(value: &'v Value, pointer: &str, found: &mut Vec<&'v str>) {
    let Some(rest) = pointer.strip_prefix('/') else {
        match value {
            Value::String(text) => found.push(text),
            Value::Array(items) => found.extend(items.iter().filter_map(Value::as_str)),
            _ => {}
        }
        return;
    };
    let end = rest.find('/').unwrap_or(rest.len());
    let (name, rest) = rest.split_at_checked(end).unwrap_or((rest, ""));
    match (name, value) {
        ("*", Value::Array(items)) => items.iter().for_each(|item| at(item, rest, found)),
        ("*", Value::Object(members)) => members.values().for_each(|member| at(member, rest, found)),
        _ => {
            if let Some(inner) = value.pointer(&format!("/{name}")) {
                at(inner, rest, found);
            }
        }
    }
}

fn values(columns: &Csv, text: &str, parsed: &mut Parsed) -> Result<(), String> {
    let delimiter =
        columns.delimiter.map_or(Ok(b','), u8::try_from).map_err(|_| "the delimiter is no ASCII character")?;
    let mut rows = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .comment(Some(b'#'))
        .delimiter(delimiter)
        .trim(csv::Trim::All)
        .from_reader(text.as_bytes());
    let is_number = |name: &str| name.parse::<usize>().is_ok();
    let names: Vec<&str> = std::iter::once(columns.column.as_str())
        .chain(columns.last.as_deref())
        .chain(columns.value.as_deref())
        .chain(columns.only.iter().map(|(name, _)| name.as_str()))
        .collect();
    let mut head: Option<csv::StringRecord> = None;
    for row in rows.records() {
        let row = row.map_err(|error| error.to_string())?;
        if head.is_none() && !names.iter().all(|name| is_number(name)) {
            if let Some(missing) = names.iter().find(|name| !is_number(name) && !row.iter().any(|cell| cell == **name))
            {
                return Err(format!(
                    "there is no column `{missing}`; there are `{}`",
                    row.iter().collect::<Vec<_>>().join("`, `")
                ));
            }
            head = Some(row);
            continue;
        }
        let cell = |name: &str| {
            let by_name = head.as_ref().and_then(|head| head.iter().position(|cell| cell == name));
            let place = by_name.or_else(|| name.parse::<usize>().ok()?.checked_sub(1))?;
            row.get(place)
        };
        if columns.only.iter().any(|(name, value)| cell(name) != Some(value)) {
            continue;
        }
        let number = row.position().map_or(0, |place| usize::try_from(place.line()).unwrap_or(0));
        let first = cell(&columns.column).unwrap_or_default();
        if let Some(value) = columns.value.as_deref().filter(|_| parsed.has_values()) {
            let last = columns.last.as_deref().map(|name| cell(name).unwrap_or_default());
            parsed.mark(number, first, last, cell(value).unwrap_or_default());
            continue;
        }
        match &columns.last {
            None => parsed.take(number, first),
            Some(name) => {
                let added = parsed.range(first, cell(name).unwrap_or_default());
                parsed.count(added, number, first);
            }
        }
    }
    Ok(())
}

fn database(wanted: &Mmdb, bytes: &[u8], parsed: &mut Parsed) -> Result<(), String> {
    let reader = Reader::from_source(bytes).map_err(|error| error.to_string())?;
    let days = reader.metadata().build_epoch / 86_400;
    let day = crate::time::show(days.saturating_mul(86_400_000));
    parsed.made = day.get(..10).map(str::to_owned);
    for (index, found) in reader.networks(WithinOptions::default()).map_err(|error| error.to_string())?.enumerate() {
        let found = found.map_err(|error| error.to_string())?;
        let record: Option<Value> = found.decode().map_err(|error| error.to_string())?;
        let value = record.as_ref().and_then(|record| record.pointer(&wanted.at));
        let Some(value) = value.filter(|value| wanted.is.is_empty() || wanted.is.contains(value)) else { continue };
        let network = found.network().map_err(|error| error.to_string())?.to_string();
        if parsed.has_values() {
            let text = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
            parsed.mark(index, &network, None, &text);
        } else {
            parsed.take(index, &network);
        }
    }
    Ok(())
}
