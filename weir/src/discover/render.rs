//! A report as a table for people and as JSON for programs.

use std::fmt::{self, Display, Write};

use serde_json::{Map, Value, json};

use super::compare::Comparison;
use super::{Endpoint, Operation, Parameters, Report, Segment};

impl Report {
    /// One JSON object; member names are stable.
    pub fn to_json(&self, comparison: Option<&Comparison>) -> Value {
        let mut out = json!({
            "requests": self.requests,
            "first_seen": self.seen.map(|seen| seen.0),
            "last_seen": self.seen.map(|seen| seen.1),
            "endpoints": self.endpoints.iter().map(endpoint).collect::<Vec<_>>(),
            "not_found": {
                "requests": self.probes.0,
                "paths": self.probes.1.iter().map(|(path, count)| json!({"path": path, "requests": count})).collect::<Vec<_>>(),
            },
            "without_path": self.pathless,
            "overflow": self.overflow,
        });
        if let (Some(comparison), Some(members)) = (comparison, out.as_object_mut()) {
            members.insert("comparison".into(), comparison.to_json());
        }
        out
    }

    /// The table, with at most `most` endpoints.
    pub fn table(&self, most: usize) -> Table<'_> {
        Table { report: self, most }
    }
}

fn endpoint(endpoint: &Endpoint) -> Value {
    let forms: Vec<Value> = endpoint
        .segments
        .iter()
        .filter_map(|segment| match segment {
            Segment::Variable(_, _, forms) => Some(forms.iter().map(|form| form.as_str()).collect::<Vec<_>>().into()),
            _ => None,
        })
        .collect();
    let labels: Vec<Value> =
        endpoint.labels.iter().map(|label| json!({"label": label.label, "reasons": label.reasons})).collect();
    let operations: Vec<Value> = endpoint.operations.0.iter().map(|(method, one)| operation(method, one)).collect();
    json!({
        "host": endpoint.host,
        "template": endpoint.template(),
        "described": endpoint.is_described,
        "variables": forms,
        "labels": labels,
        "requests": endpoint.total.requests,
        "operations": operations,
    })
}

fn operation(method: &str, one: &Operation) -> Value {
    let mut out = json!({
        "method": method,
        "requests": one.requests,
        "statuses": one.statuses.iter().map(|(status, times)| (status.to_string(), json!(times))).collect::<Map<_, _>>(),
        "clients": one.clients(),
        "request_types": one.request_types,
        "answer_types": one.answer_types,
        "query": parameters(&one.query),
        "body": parameters(&one.body),
        "first_seen": one.seen.map(|seen| seen.0),
        "last_seen": one.seen.map(|seen| seen.1),
    });
    // What could not be seen is left out, not 0.
    if let Some(members) = out.as_object_mut() {
        if one.bytes.1 > 0 {
            members.insert("mean_bytes".into(), one.bytes.0.checked_div(one.bytes.1).into());
        }
        if one.latency.total() > 0 {
            let latency = json!({"p50": one.latency.quantile(50), "p95": one.latency.quantile(95)});
            members.insert("milliseconds".into(), latency);
        }
        if one.authenticated.1 > 0 {
            let share = one.authenticated.0 as f64 / one.authenticated.1 as f64;
            members.insert("authenticated_share".into(), json!((share * 1000.0).round() / 1000.0));
        }
    }
    out
}

fn parameters(parameters: &Parameters) -> Value {
    let names = parameters.names.iter().map(|(name, kinds)| {
        let kinds: Map<String, Value> =
            kinds.iter().map(|(kind, times)| (kind.as_str().into(), json!(times))).collect();
        (name.clone(), Value::Object(kinds))
    });
    Value::Object(names.collect())
}

/// A report for people.
pub struct Table<'r> {
    report: &'r Report,
    most: usize,
}

impl Display for Table<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let report = self.report;
        let seen: Vec<&Endpoint> = report.endpoints.iter().filter(|endpoint| endpoint.total.requests > 0).collect();
        writeln!(f, "{} endpoints in {} requests", grouped(seen.len() as u64), grouped(report.requests))?;
        let mut hosts: Vec<&str> = seen.iter().map(|endpoint| endpoint.host.as_str()).collect();
        hosts.sort_unstable();
        hosts.dedup();
        let is_single = hosts.len() < 2;
        if let Some(host) = hosts.first().filter(|host| is_single && !host.is_empty()) {
            writeln!(f, "host {host}")?;
        }
        writeln!(
            f,
            "\n{:>11}  {:>7}  {:>7}  {:>5}  {:<14}  endpoint",
            "requests", "clients", "errors", "auth", "label"
        )?;
        for endpoint in seen.iter().take(self.most) {
            row(f, endpoint, is_single)?;
        }
        if seen.len() > self.most {
            let rest: u64 = seen.iter().skip(self.most).map(|endpoint| endpoint.total.requests).sum();
            writeln!(f, "{:>11}  in {} more; --top 0 shows all", grouped(rest), seen.len().saturating_sub(self.most))?;
        }
        probes(f, report)?;
        if report.pathless > 0 {
            writeln!(f, "\n{} requests had no path", grouped(report.pathless))?;
        }
        if report.overflow > 0 {
            writeln!(
                f,
                "\n{} requests were for endpoints that found no room and are in none above",
                grouped(report.overflow)
            )?;
        }
        Ok(())
    }
}

fn row(f: &mut fmt::Formatter<'_>, endpoint: &Endpoint, is_single: bool) -> fmt::Result {
    let total = &endpoint.total;
    let methods: Vec<&str> = endpoint.operations.0.keys().map(String::as_str).collect();
    let errors = total.share(400, 599).map_or_else(|| "-".into(), |share| format!("{share:.1} %"));
    let auth = match total.authenticated {
        (_, 0) => "-".into(),
        (some, all) => format!("{:.0} %", some as f64 * 100.0 / all as f64),
    };
    let host = if is_single { "" } else { endpoint.host.as_str() };
    writeln!(
        f,
        "{:>11}  {:>7}  {errors:>7}  {auth:>5}  {:<14}  {} {host}{}",
        grouped(total.requests),
        grouped(total.clients()),
        endpoint.labels.first().map_or("", |label| label.label),
        methods.join(","),
        readable(&endpoint.template()),
    )
}

fn probes(f: &mut fmt::Formatter<'_>, report: &Report) -> fmt::Result {
    let (requests, paths) = &report.probes;
    if *requests == 0 {
        return Ok(());
    }
    writeln!(f, "\n{} requests for what is not there, most often", grouped(*requests))?;
    paths.iter().try_for_each(|(path, count)| writeln!(f, "{:>11}  {}", grouped(*count), readable(path)))
}

impl Display for Comparison {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "\n{} operations as described, {} drifted, {} endpoints not described (shadow), {} operations not seen (unused)",
            self.agreed,
            self.drifted.len(),
            self.shadow.len(),
            self.unused.len()
        )?;
        if !self.shadow.is_empty() {
            writeln!(f, "\nshadow: seen, not described")?;
        }
        for one in &self.shadow {
            let label = one.label.map(|label| format!("  ({label})")).unwrap_or_default();
            let place = readable(&one.template);
            writeln!(f, "{:>11}  {} {}{place}{label}", grouped(one.requests), one.methods.join(","), one.host)?;
        }
        if !self.drifted.is_empty() {
            writeln!(f, "\ndrifted: seen otherwise than described")?;
        }
        for one in &self.drifted {
            writeln!(f, "  {} {}", one.method, one.template)?;
            one.differences.iter().try_for_each(|difference| writeln!(f, "      {difference}"))?;
        }
        if !self.unused.is_empty() {
            writeln!(f, "\nunused: described, not seen")?;
        }
        self.unused.iter().try_for_each(|(method, template)| writeln!(f, "  {method} {template}"))
    }
}

/// Percent-encoded text as text, where that is UTF-8 and shows as something; a path from an attacker must not drive a terminal.
fn readable(path: &str) -> String {
    let mut bytes = Vec::with_capacity(path.len());
    let mut rest = path.as_bytes();
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let code = after.get(..2).and_then(|digits| u8::from_str_radix(std::str::from_utf8(digits).ok()?, 16).ok());
        match code.filter(|code| *byte == b'%' && *code >= 0x80) {
            Some(code) => {
                bytes.push(code);
                rest = rest.get(2..).unwrap_or_default();
            }
            None => bytes.push(*byte),
        }
    }
    let text = String::from_utf8(bytes).unwrap_or_else(|_| path.to_owned());
    let mut out = String::new();
    for c in text.chars().take(160) {
        if c.is_control() {
            let _ = write!(out, "{}", c.escape_default());
        } else {
            out.push(c);
        }
    }
    out
}

/// `1,234,567`
fn grouped(number: u64) -> String {
    let digits = number.to_string();
    let mut text = String::new();
    for (index, digit) in digits.chars().enumerate() {
        if index > 0 && digits.len().saturating_sub(index).checked_rem(3) == Some(0) {
            text.push(',');
        }
        text.push(digit);
    }
    text
}
