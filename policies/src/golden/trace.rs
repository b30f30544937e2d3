//! Requests out of a recorded trace (JSON Lines), as facts.

use std::collections::BTreeMap;
use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::Value;

use super::request::State;
use super::{Sent, Wrong};
use crate::code::Code;
use crate::source::Trace;

/// Where a trace's members go.
const MEMBERS: [(&str, &str); 19] = [
    ("/request/method", "method"),
    ("/request/scheme", "scheme"),
    ("/request/authority", "authority"),
    ("/request/path", "path"),
    ("/request/version", "version"),
    ("/request/pseudo_order", "pseudo_order"),
    ("/request/header_order", "header_order"),
    ("/client/address", "address"),
    ("/client/provenance", "provenance"),
    ("/client/asn", "asn"),
    ("/client/organisation", "organisation"),
    ("/client/country", "country"),
    ("/tls/version", "tls"),
    ("/tls/ja4", "ja4"),
    ("/tls/ja4_by", "ja4_by"),
    ("/tls/ja3", "ja3"),
    ("/tls/cipher", "cipher"),
    ("/h2/fingerprint", "h2"),
    ("/tls", "tls"),
];

/// Reads the requests that a test names; none where that cannot be.
pub(super) fn read(trace: &Trace, folder: &Path, wrong: &mut Wrong<'_>) -> Vec<Sent> {
    let code = std::mem::replace(&mut wrong.code, Code::TEST_TRACE);
    let path = folder.join(&trace.file);
    let mut requests: Vec<(Option<String>, u64, Sent)> = Vec::new();
    match std::fs::read_to_string(&path) {
        Ok(text) => {
            let before = wrong.problems.len();
            let numbered = text.lines().enumerate().filter(|(_, line)| !line.trim().is_empty());
            for (index, line) in numbered {
                if let Err(message) = record(line, trace.id.as_deref(), &mut requests) {
                    let message = format!("line {}: {message}", index.saturating_add(1));
                    wrong.say(
                        "/trace/file",
                        message,
                        "`weir replay` reads the same form; take another line by its `id`",
                    );
                    break;
                }
            }
            if requests.is_empty() && wrong.problems.len() == before {
                let place = if trace.id.is_some() { "/trace/id" } else { "/trace/file" };
                let message = match &trace.id {
                    Some(id) => format!("the trace has no request `{}`", id.escape_debug()),
                    None => "the trace has no requests".to_owned(),
                };
                wrong.say(place, message, "give the `id` of one of its lines");
            }
        }
        Err(error) => {
            wrong.say("/trace/file", error.to_string(), "check the path; it is relative to the policy source")
        }
    }
    wrong.code = code;
    requests.into_iter().map(|(_, _, request)| request).collect()
}

/// Takes a line in: a request, or the answer to one that was taken.
fn record(line: &str, wanted: Option<&str>, requests: &mut Vec<(Option<String>, u64, Sent)>) -> Result<(), String> {
    let line: Value = serde_json::from_str(line).map_err(|error| error.to_string())?;
    let id = line.get("id").and_then(Value::as_str).map(str::to_owned);
    if wanted.is_some_and(|wanted| id.as_deref() != Some(wanted)) {
        return Ok(());
    }
    if let Some(response) = line.get("response") {
        if let Some((_, _, request)) = requests.iter_mut().rfind(|(of, _, _)| *of == id) {
            let status = response.get("status").and_then(Value::as_u64).ok_or("an answer without status")?;
            request.answer = vec![format!("<:status: {status}")];
            for (name, value) in headers(response)? {
                if name.eq_ignore_ascii_case("content-length") && value.parse::<u64>().is_ok() {
                    request.answer.push(format!("<:size: {value}"));
                }
                request.answer.push(format!("<{name}: {value}"));
            }
            request.answer.extend(body(response)?.flatten().map(|body| format!("<:body: {body}")));
        }
        return Ok(());
    }
    let t = line.get("t").and_then(Value::as_u64).ok_or("no time `t`")?;
    let asked = line.get("request").ok_or("neither `request` nor `response`")?;
    let mut facts = BTreeMap::new();
    for (pointer, name) in MEMBERS {
        match line.pointer(pointer) {
            Some(Value::String(text)) => drop(facts.insert(name, Some(text.clone()))),
            Some(Value::Number(number)) => drop(facts.insert(name, Some(number.to_string()))),
            Some(Value::Null) => drop(facts.insert(name, None)),
            Some(Value::Object(_)) if pointer == "/tls" => {}
            Some(_) => return Err(format!("`{pointer}` is no text in UTF-8")),
            None => {}
        }
    }
    // A plain connection has none of these; a recorder says so once.
    let is_http = facts.get("scheme") == Some(&Some("http".to_owned())) && line.get("tls").is_none();
    if is_http || line.get("tls").is_some_and(Value::is_null) {
        facts.extend(["tls", "ja4", "ja3", "cipher"].map(|name| (name, None)));
    }
    if line.get("h2").is_some_and(Value::is_null) {
        facts.insert("h2", None);
    }
    if let Some(names) = asked.get("headers_known").and_then(Value::as_array) {
        let names: Vec<&str> = names.iter().filter_map(Value::as_str).collect();
        facts.insert("headers_known", Some(names.join(" ")));
    }
    if let Some(body) = body(asked)? {
        facts.insert("body", body);
    }
    let before = requests.last().map_or(0, |(_, before, _)| *before);
    let state = State { facts, headers: headers(asked)? };
    let sent =
        Sent { after: t.saturating_sub(before), times: 1, every: 0, state, answer: Vec::new(), expect: Vec::new() };
    requests.push((id, t, sent));
    Ok(())
}

/// The body's beginning; `Some(None)`: there was none.
fn body(of: &Value) -> Result<Option<Option<String>>, String> {
    match of.get("body") {
        None => Ok(None),
        Some(Value::Null) => Ok(Some(None)),
        Some(body) => {
            let bytes = body.as_str().and_then(|text| BASE64_STANDARD.decode(text).ok());
            let text = bytes.and_then(|bytes| String::from_utf8(bytes).ok());
            text.map(|text| Some(Some(text))).ok_or_else(|| "a body is no text in UTF-8, in base64".to_owned())
        }
    }
}

fn headers(of: &Value) -> Result<Vec<(String, String)>, String> {
    let lines = of.get("headers").and_then(Value::as_array).map_or(&[][..], Vec::as_slice);
    let read = |line: &Value| {
        let text = |index: usize| line.get(index).and_then(Value::as_str);
        let pair = text(0).zip(text(1)).ok_or("a header is no text in UTF-8")?;
        if pair.0.starts_with(['@', '<', '=']) || pair.0.contains(": ") || pair.0.is_empty() {
            return Err(format!("`{}` cannot stand in a test", pair.0.escape_debug()));
        }
        Ok((pair.0.to_owned(), pair.1.to_owned()))
    };
    lines.iter().map(read).collect()
}
