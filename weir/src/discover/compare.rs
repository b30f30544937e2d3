//! What was seen beside what is described.

use std::collections::{BTreeMap, BTreeSet};

use serde_json::{Value, json};

use super::openapi::{Described, normal};
use super::{Kind, Operation, Report};

/// What differs.
#[derive(Clone, Debug, Default)]
pub struct Comparison {
    /// Endpoints seen and not described: host, template, methods, requests, label.
    pub shadow: Vec<Shadow>,
    /// Operations described and not seen: method and template.
    pub unused: Vec<(String, String)>,
    /// Operations seen otherwise than described.
    pub drifted: Vec<Drift>,
    /// Operations seen as described.
    pub agreed: usize,
}

/// An endpoint that nothing describes.
#[derive(Clone, Debug)]
pub struct Shadow {
    /// Host.
    pub host: String,
    /// Template as learned.
    pub template: String,
    /// Methods.
    pub methods: Vec<String>,
    /// Requests.
    pub requests: u64,
    /// What it is probably for.
    pub label: Option<&'static str>,
}

/// An operation that differs from its description.
#[derive(Clone, Debug)]
pub struct Drift {
    /// Method.
    pub method: String,
    /// Template as described.
    pub template: String,
    /// What differs, each as a sentence.
    pub differences: Vec<String>,
}

impl Comparison {
    /// Traffic and description agree; what is described may still be unused.
    pub fn agrees(&self) -> bool {
        self.shadow.is_empty() && self.drifted.is_empty()
    }

    /// One JSON object; member names are stable.
    pub fn to_json(&self) -> Value {
        json!({
            "shadow": self.shadow.iter().map(|shadow| json!({
                "host": shadow.host, "template": shadow.template, "methods": shadow.methods,
                "requests": shadow.requests, "label": shadow.label,
            })).collect::<Vec<_>>(),
            "unused": self.unused.iter().map(|(method, template)| json!({"method": method, "template": template})).collect::<Vec<_>>(),
            "drifted": self.drifted.iter().map(|drift| json!({
                "method": drift.method, "template": drift.template, "differences": drift.differences,
            })).collect::<Vec<_>>(),
            "agreed": self.agreed,
        })
    }
}

/// Sets a report beside a description. The report's inventory was taught the description's templates.
pub fn compare(report: &Report, described: &[Described]) -> Comparison {
    let mut by_template: BTreeMap<String, BTreeMap<&str, &Described>> = BTreeMap::new();
    for one in described {
        by_template.entry(normal(&one.template)).or_default().insert(&one.method, one);
    }
    let mut out = Comparison::default();
    let mut seen: BTreeMap<(String, String), Operation> = BTreeMap::new();
    for endpoint in report.endpoints.iter().filter(|endpoint| endpoint.total.requests > 0) {
        let template = endpoint.template();
        if !by_template.contains_key(&template) {
            out.shadow.push(Shadow {
                host: endpoint.host.clone(),
                template,
                methods: endpoint.operations.0.keys().cloned().collect(),
                requests: endpoint.total.requests,
                label: endpoint.labels.first().map(|label| label.label),
            });
            continue;
        }
        for (method, operation) in &endpoint.operations.0 {
            seen.entry((template.clone(), method.clone())).or_default().merge((**operation).clone());
        }
    }
    for ((template, method), operation) in &seen {
        let Some(methods) = by_template.get(template) else { continue };
        let shown = methods.values().next().map_or(template.clone(), |one| one.template.clone());
        let differences = match methods.get(method.as_str()) {
            Some(one) => differences(one, operation),
            // HEAD and OPTIONS come with every GET; an operation that only fails is no drift of the API.
            None if matches!(method.as_str(), "HEAD" | "OPTIONS") || operation.share(400, 499) == Some(100.0) => {
                continue;
            }
            None => vec![format!("the method is not described; {} requests", operation.requests)],
        };
        if differences.is_empty() {
            out.agreed = out.agreed.saturating_add(1);
        } else {
            out.drifted.push(Drift { method: method.clone(), template: shown, differences });
        }
    }
    let mut unused: BTreeSet<(String, String)> = BTreeSet::new();
    for one in described {
        if !seen.contains_key(&(normal(&one.template), one.method.clone())) {
            unused.insert((one.template.clone(), one.method.clone()));
        }
    }
    out.unused = unused.into_iter().map(|(template, method)| (method, template)).collect();
    out
}

fn differences(described: &Described, seen: &Operation) -> Vec<String> {
    let mut out = Vec::new();
    for (name, kinds) in &seen.query.names {
        // `ids[]` and `filter[name]` are ways to write `ids` and `filter`.
        let base = name.split('[').next().unwrap_or(name);
        match described.query.get(name).or_else(|| described.query.get(base)) {
            None if described.is_query_open || name.is_empty() => {}
            None => out.push(format!("query parameter `{name}` is not described")),
            Some(kind) => out.extend(
                mismatch(kind, kinds.keys().copied())
                    .map(|found| format!("query parameter `{name}` is described as {kind}, {found} was sent")),
            ),
        }
    }
    if let Some(body) = &described.body {
        let unknown = seen.body.names.keys().filter(|name| !name.ends_with("[]") && !body.contains(*name));
        out.extend(unknown.map(|name| format!("body member `{name}` is not described")));
    }
    for (status, times) in &seen.statuses {
        let class = format!("{}XX", status / 100);
        let is_described =
            ["DEFAULT", &class, &status.to_string()].iter().any(|known| described.statuses.contains(*known));
        // What every server says by itself.
        let is_usual = matches!(status, 304 | 400 | 401 | 403 | 404 | 405 | 429 | 499 | 500..=599) || *status == 206;
        if !is_described && !is_usual {
            out.push(format!("status {status} is not described; {times} answers"));
        }
    }
    out
}

/// A kind that a described type cannot have.
fn mismatch(described: &str, seen: impl Iterator<Item = Kind>) -> Option<&'static str> {
    let fits = |kind: &Kind| match described {
        "integer" => matches!(kind, Kind::Integer | Kind::Empty),
        "number" => matches!(kind, Kind::Integer | Kind::Number | Kind::Empty),
        "boolean" => matches!(kind, Kind::Boolean | Kind::Integer | Kind::Empty),
        _ => true,
    };
    let mut seen = seen;
    seen.find(|kind| !fits(kind)).map(Kind::as_str)
}
