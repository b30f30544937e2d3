//! The templates of real APIs, by host.

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read};

use anyhow::{Context, Result};
use serde_json::Value;

/// One API.
pub struct Host {
    /// Its name.
    pub name: String,
    /// Its templates, each once up to the names of variables.
    pub templates: Vec<Template>,
}

/// A path template.
#[derive(Clone)]
pub struct Template {
    /// With `{}` for each segment's variable part: what the learner should find.
    pub normal: String,
    /// As the description has it.
    pub path: String,
    /// Parameters by name, as the description has them.
    pub parameters: Value,
}

impl Host {
    /// The hosts that thresholds are chosen on; the rest is reported.
    pub fn is_for_tuning(&self) -> bool {
        // FNV-1a, so that the split never moves. API names with a slash belong to one provider and stay together.
        let provider = self.name.split('/').next().unwrap_or_default();
        let hash =
            provider.bytes().fold(0xcbf2_9ce4_8422_2325_u64, |h, b| (h ^ u64::from(b)).wrapping_mul(0x100_0000_01b3));
        (hash >> 32) & 1 == 0
    }
}

/// Reads JSON Lines of `{"api", "server", "path", "params"}`.
///
/// # Errors
/// Where a line is not of that form.
pub fn hosts(source: impl Read) -> Result<Vec<Host>> {
    let mut hosts: BTreeMap<String, BTreeMap<String, Template>> = BTreeMap::new();
    for line in BufReader::new(source).lines() {
        let row: Value = serde_json::from_str(&line?)?;
        let api = row["api"].as_str().context("no `api`")?.to_owned();
        let path = row["path"].as_str().context("no `path`")?;
        // A fragment or query never reaches the path of a request.
        let path = path.split(['#', '?']).next().unwrap_or_default();
        let base = row["server"][0].as_str().map(base).unwrap_or_default();
        let path = fixed(format!("{base}{path}"), &row["params"]);
        let template = Template { normal: normal(&path), path, parameters: row["params"].clone() };
        hosts.entry(api).or_default().entry(template.normal.clone()).or_insert(template);
    }
    Ok(hosts.into_iter().map(|(name, templates)| Host { name, templates: templates.into_values().collect() }).collect())
}

/// The path of a server's address, where it has no variables.
fn base(server: &str) -> String {
    let path = server.split_once("://").map_or(server, |(_, rest)| rest).split_once('/').map_or("", |(_, path)| path);
    if path.contains(['{', '?', '#']) || path.is_empty() {
        String::new()
    } else {
        format!("/{}", path.trim_end_matches('/'))
    }
}

/// A parameter that can have but one value is a literal: no traffic shows that it was meant to vary.
fn fixed(mut path: String, parameters: &Value) -> String {
    for (name, about) in parameters.as_object().into_iter().flatten() {
        if let Some([Value::String(only)]) = about["enum"].as_array().map(Vec::as_slice) {
            path = path.replace(&format!("{{{name}}}"), only);
        }
    }
    path
}

/// `/a/{id}/b.{x}.{y}/` as `/a/{}/b.{}`.
fn normal(path: &str) -> String {
    let mut out = String::new();
    for segment in path.split('/').filter(|segment| !segment.is_empty()) {
        out.push('/');
        match (segment.find('{'), segment.rfind('}')) {
            (Some(open), Some(close)) if open < close => {
                out.push_str(&segment[..open]);
                out.push_str("{}");
                out.push_str(&segment[close + 1..]);
            }
            _ => out.push_str(segment),
        }
    }
    if out.is_empty() { "/".into() } else { out }
}
