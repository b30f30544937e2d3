//! A report as an OpenAPI 3.1 description.

use std::collections::BTreeSet;

use filter_core::state::endpoints::{Form, Forms};
use serde_json::{Map, Value, json};

use crate::discover::{Endpoint, Kind, Operation, Parameters, Report, Segment};

/// Describes what was seen: a start for a description, not a contract.
pub fn write(report: &Report) -> Value {
    let hosts: BTreeSet<&str> = report.endpoints.iter().map(|endpoint| endpoint.host.as_str()).collect();
    let mut paths = Map::new();
    for endpoint in report.endpoints.iter().filter(|endpoint| endpoint.total.requests > 0) {
        let (path, parameters) = path(&endpoint.segments);
        let item = paths.entry(path).or_insert_with(|| json!({}));
        let Some(item) = item.as_object_mut() else { continue };
        if !parameters.is_empty() {
            item.insert("parameters".into(), parameters.into());
        }
        // Of an endpoint on several hosts the busiest is described, the others are named.
        match item.get_mut("servers").and_then(Value::as_array_mut) {
            Some(servers) => servers.push(server(&endpoint.host)),
            None if hosts.len() > 1 => drop(item.insert("servers".into(), json!([server(&endpoint.host)]))),
            None => {}
        }
        for (method, operation) in &endpoint.operations.0 {
            let method = method.to_lowercase();
            if ["get", "put", "post", "delete", "options", "head", "patch", "trace"].contains(&method.as_str()) {
                item.entry(method).or_insert_with(|| described(endpoint, operation));
            }
        }
    }
    json!({
        "openapi": "3.1.0",
        "info": {"title": "Endpoints seen in traffic", "version": "1", "description": "Written by `weir discover`."},
        "servers": hosts.iter().map(|host| server(host)).collect::<Vec<_>>(),
        "paths": paths,
    })
}

fn server(host: &str) -> Value {
    json!({"url": if host.is_empty() || host == "*" { "/".to_owned() } else { format!("https://{host}") }})
}

/// The path with named variables, and their parameters.
fn path(segments: &[Segment]) -> (String, Vec<Value>) {
    let (mut path, mut parameters) = (String::new(), Vec::new());
    let mut names: BTreeSet<String> = BTreeSet::new();
    let mut before = "";
    for segment in segments {
        path.push('/');
        match segment {
            Segment::Literal(text) => {
                path.push_str(text);
                before = text;
            }
            Segment::Variable(prefix, suffix, forms) => {
                let base = name(before);
                let name = (1u32..)
                    .map(|n| if n == 1 { base.clone() } else { format!("{base}{n}") })
                    .find(|name| !names.contains(name));
                let name = name.unwrap_or(base);
                path.push_str(&format!("{prefix}{{{name}}}{suffix}"));
                parameters.push(json!({"name": name, "in": "path", "required": true, "schema": schema(*forms)}));
                names.insert(name);
            }
            Segment::Rest => {
                path.push_str("{rest}");
                parameters.push(json!({"name": "rest", "in": "path", "required": true, "schema": {"type": "string"}}));
            }
        }
    }
    (if path.is_empty() { "/".into() } else { path }, parameters)
}

/// `users` gives `userId`.
fn name(before: &str) -> String {
    let word: String = before.chars().filter(char::is_ascii_alphanumeric).collect();
    let single = match word.as_str() {
        "" => return "value".into(),
        word if word.ends_with("ies") => format!("{}y", word.trim_end_matches("ies")),
        word if word.ends_with('s') && !word.ends_with("ss") => word.trim_end_matches('s').to_owned(),
        word => word.to_owned(),
    };
    format!("{single}Id")
}

fn schema(forms: Forms) -> Value {
    let mut forms = forms.iter();
    match (forms.next(), forms.next()) {
        (Some(Form::Number), None) => json!({"type": "integer"}),
        (Some(Form::Uuid), None) => json!({"type": "string", "format": "uuid"}),
        (Some(Form::Date), None) => json!({"type": "string", "format": "date"}),
        (Some(Form::Email), None) => json!({"type": "string", "format": "email"}),
        _ => json!({"type": "string"}),
    }
}

fn described(endpoint: &Endpoint, operation: &Operation) -> Value {
    let mut out = Map::new();
    out.insert("x-weir-requests".into(), operation.requests.into());
    if let Some(label) = endpoint.labels.first() {
        out.insert("x-weir-label".into(), label.label.into());
    }
    let query: Vec<Value> = operation
        .query
        .names
        .iter()
        .filter(|(name, _)| !name.is_empty())
        .map(|(name, kinds)| json!({"name": name, "in": "query", "schema": of_kinds(kinds.keys().copied())}))
        .collect();
    if !query.is_empty() {
        out.insert("parameters".into(), query.into());
    }
    if !operation.body.names.is_empty() {
        let kind = operation.request_types.keys().next().cloned().unwrap_or_else(|| "application/json".into());
        out.insert("requestBody".into(), json!({"content": {kind: {"schema": body(&operation.body)}}}));
    }
    let content: Map<String, Value> = operation.answer_types.keys().map(|kind| (kind.clone(), json!({}))).collect();
    let mut responses = Map::new();
    for (status, times) in &operation.statuses {
        let response = match (200..300).contains(status) && !content.is_empty() {
            true => json!({"description": format!("{times} seen"), "content": content}),
            false => json!({"description": format!("{times} seen")}),
        };
        responses.insert(status.to_string(), response);
    }
    if responses.is_empty() {
        responses.insert("default".into(), json!({"description": "no status was recorded"}));
    }
    out.insert("responses".into(), responses.into());
    Value::Object(out)
}

/// The top level of a body; what lies deeper is named in the JSON report.
fn body(parameters: &Parameters) -> Value {
    let top = parameters.names.iter().filter(|(name, _)| !name.contains(['.', '[']));
    let members: Map<String, Value> =
        top.map(|(name, kinds)| (name.clone(), of_kinds(kinds.keys().copied()))).collect();
    json!({"type": "object", "properties": members})
}

fn of_kinds(kinds: impl Iterator<Item = Kind>) -> Value {
    let mut kinds = kinds.filter(|kind| !matches!(kind, Kind::Empty | Kind::Null));
    match (kinds.next(), kinds.next()) {
        (Some(Kind::Integer), None) => json!({"type": "integer"}),
        (Some(Kind::Number), None) | (Some(Kind::Integer), Some(Kind::Number)) => json!({"type": "number"}),
        (Some(Kind::Boolean), None) => json!({"type": "boolean"}),
        (Some(Kind::Uuid), None) => json!({"type": "string", "format": "uuid"}),
        (Some(Kind::Email), None) => json!({"type": "string", "format": "email"}),
        (Some(Kind::Array), None) => json!({"type": "array"}),
        (Some(Kind::Object), None) => json!({"type": "object"}),
        (None, _) => json!({}),
        _ => json!({"type": "string"}),
    }
}
