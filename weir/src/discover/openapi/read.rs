//! A description's operations.

use std::collections::{BTreeMap, BTreeSet};

use anyhow::{Context, Result, bail};
use serde_json::{Map, Value};

use super::Described;

const METHODS: [&str; 8] = ["get", "put", "post", "delete", "options", "head", "patch", "trace"];
/// References that are followed one after the other, and levels of a body's schema.
const DEPTH: usize = 8;
/// Members of a body that are named.
const MEMBERS: usize = 512;

/// Reads a description, JSON or YAML.
///
/// # Errors
/// Where the text is neither, or is no OpenAPI of version 2.0, 3.0 or 3.1.
pub fn read(text: &str) -> Result<Vec<Described>> {
    let root: Value = match serde_json::from_str(text) {
        Ok(root) => root,
        Err(_) if !text.trim_start().starts_with('{') => {
            serde_saphyr::from_str(text).context("neither JSON nor YAML")?
        }
        Err(error) => return Err(error).context("not JSON"),
    };
    let version = root.get("openapi").or_else(|| root.get("swagger")).map(as_text).unwrap_or_default();
    if !["2.", "3.0", "3.1"].iter().any(|known| version.starts_with(known)) {
        bail!("no OpenAPI description of version 2.0, 3.0 or 3.1 (`openapi` or `swagger` is `{version}`)");
    }
    let paths = root.get("paths").and_then(Value::as_object).context("there is no `paths`")?;
    let bases = bases(&root);
    let mut found = Vec::new();
    for (path, item) in paths.iter().filter(|(path, _)| path.starts_with('/')) {
        let item = resolve(&root, item);
        let own = item.get("servers").map(servers).filter(|own| !own.is_empty());
        for method in METHODS {
            let Some(operation) = item.get(method) else { continue };
            for base in own.as_ref().unwrap_or(&bases) {
                found.push(described(&root, item, operation, method, &format!("{base}{path}")));
            }
        }
    }
    Ok(found)
}

fn described(root: &Value, item: &Value, operation: &Value, method: &str, template: &str) -> Described {
    // A query in the path is messy, and occurs.
    let template = template.split(['?', '#']).next().unwrap_or(template);
    let mut out = Described { method: method.to_uppercase(), template: template.to_owned(), ..Described::default() };
    let mut in_path: BTreeMap<String, String> = BTreeMap::new();
    let mut form = BTreeSet::new();
    let lists = [item.get("parameters"), operation.get("parameters")];
    for parameter in lists.into_iter().flatten().filter_map(Value::as_array).flatten() {
        let parameter = resolve(root, parameter);
        let text = |key: &str| parameter.get(key).map(as_text).unwrap_or_default();
        let schema = parameter.get("schema").map_or(parameter, |schema| resolve(root, schema));
        match text("in").as_str() {
            "query" => {
                out.is_query_open |= schema.get("type").is_some_and(|kind| kind == "object");
                out.query.insert(text("name"), kind(schema));
            }
            "path" => drop(in_path.insert(text("name"), kind(schema))),
            "body" => out.body = members(root, schema),
            "formData" => drop(form.insert(text("name"))),
            _ => {}
        }
    }
    if !form.is_empty() {
        out.body = Some(form);
    }
    if let Some(content) =
        operation.get("requestBody").map(|body| resolve(root, body)).and_then(|body| body.get("content"))
    {
        let schemas = content
            .as_object()
            .into_iter()
            .flatten()
            .filter(|(kind, _)| kind.contains("json") || kind.contains("form"));
        for (_, media) in schemas {
            let own = media.get("schema").and_then(|schema| members(root, resolve(root, schema)));
            match (&mut out.body, own) {
                (Some(known), Some(own)) => known.extend(own),
                (known, own) => *known = own,
            }
        }
    }
    out.path = variables(template).map(|name| in_path.get(name).cloned().unwrap_or_default()).collect();
    out.statuses = operation
        .get("responses")
        .and_then(Value::as_object)
        .into_iter()
        .flat_map(Map::keys)
        .map(|key| key.to_uppercase())
        .collect();
    out
}

fn variables(template: &str) -> impl Iterator<Item = &str> {
    template.split('{').skip(1).filter_map(|rest| rest.split('}').next())
}

/// The type of a schema; in 3.1 it can be a list of which `null` is one.
fn kind(schema: &Value) -> String {
    match schema.get("type") {
        Some(Value::Array(kinds)) => {
            let mut kinds = kinds.iter().filter_map(Value::as_str).filter(|kind| *kind != "null");
            match (kinds.next(), kinds.next()) {
                (Some(only), None) => only.to_owned(),
                _ => String::new(),
            }
        }
        Some(kind) => as_text(kind),
        None => String::new(),
    }
}

/// Names within a body's schema; `None`: it is open.
fn members(root: &Value, schema: &Value) -> Option<BTreeSet<String>> {
    let mut names = BTreeSet::new();
    let is_closed = gather(root, schema, "", 0, &mut names);
    (is_closed && !names.is_empty()).then_some(names)
}

fn gather(root: &Value, schema: &Value, before: &str, depth: usize, names: &mut BTreeSet<String>) -> bool {
    if depth > DEPTH || names.len() > MEMBERS {
        return true;
    }
    let schema = resolve(root, schema);
    let is_open = schema.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false))
        || schema.get("oneOf").is_some()
        || schema.get("anyOf").is_some();
    let mut is_closed = !is_open;
    for part in schema.get("allOf").and_then(Value::as_array).into_iter().flatten() {
        is_closed &= gather(root, part, before, depth.saturating_add(1), names);
    }
    if let Some(items) = schema.get("items") {
        return gather(root, items, &format!("{before}[]"), depth.saturating_add(1), names) && is_closed;
    }
    for (name, member) in schema.get("properties").and_then(Value::as_object).into_iter().flatten() {
        let path = if before.is_empty() { name.clone() } else { format!("{before}.{name}") };
        names.insert(path.clone());
        gather(root, member, &path, depth.saturating_add(1), names);
    }
    is_closed
}

/// Follows local references.
fn resolve<'v>(root: &'v Value, mut value: &'v Value) -> &'v Value {
    for _ in 0..DEPTH {
        let Some(pointer) = value.get("$ref").and_then(Value::as_str).and_then(|reference| reference.strip_prefix('#'))
        else {
            break;
        };
        match root.pointer(pointer) {
            Some(target) => value = target,
            None => break,
        }
    }
    value
}

/// Paths that stand before all others.
fn bases(root: &Value) -> Vec<String> {
    let found = match root.get("basePath") {
        Some(base) => vec![trimmed(&as_text(base))],
        None => root.get("servers").map(servers).unwrap_or_default(),
    };
    if found.is_empty() { vec![String::new()] } else { found }
}

/// Paths of servers, each once, variables with their defaults.
fn servers(servers: &Value) -> Vec<String> {
    let mut found: Vec<String> = Vec::new();
    for server in servers.as_array().into_iter().flatten() {
        let mut url = server.get("url").map(as_text).unwrap_or_default();
        for (name, about) in server.get("variables").and_then(Value::as_object).into_iter().flatten() {
            url = url.replace(&format!("{{{name}}}"), &about.get("default").map(as_text).unwrap_or_default());
        }
        let after = url
            .split_once("://")
            .map_or(url.as_str(), |(_, rest)| rest.find('/').and_then(|at| rest.get(at..)).unwrap_or(""));
        let path = trimmed(after);
        if !found.contains(&path) {
            found.push(path);
        }
    }
    found
}

fn trimmed(path: &str) -> String {
    let path = path.trim_matches('/');
    if path.is_empty() { String::new() } else { format!("/{path}") }
}

fn as_text(value: &Value) -> String {
    match value {
        Value::String(text) => text.clone(),
        other => other.to_string(),
    }
}
