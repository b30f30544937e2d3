//! The policy source as its author writes it.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use filter_core::policy::wire::{Action, AllowRule, BundleSettings, Endpoint, Rule};
use filter_core::policy::{Position, Problem};
use serde::Deserialize;
use serde::de::DeserializeOwned;

/// A policy source. The members it shares with a bundle mean the same.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// What this policy is for, for people; does not travel.
    #[serde(default)]
    pub about: Option<String>,
    /// Number of this version; a host never goes back to a lower one.
    pub serial: u64,
    /// Thresholds and choices that are not a rule's.
    #[serde(default)]
    pub settings: BundleSettings,
    /// Weights in milli-nats by signal id.
    #[serde(default)]
    pub weights: BTreeMap<String, i32>,
    /// Name tables, relative to the source's folder; of equal tokens the earlier file's counts.
    #[serde(default)]
    pub names: Vec<PathBuf>,
    /// Network lists, or folders of them, relative to the source's folder.
    #[serde(default)]
    pub networks: Vec<PathBuf>,
    /// Endpoints by path template.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// Lists of texts by name, for rules.
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<String>>,
    /// Rules that let pass.
    #[serde(default)]
    pub allow: Vec<AllowRule>,
    /// Rules that act, in order.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What happens where no rule matches.
    pub otherwise: Action,
}

impl Source {
    /// Reads a source file; gives its folder too.
    pub(crate) fn read(path: &Path) -> Result<(Self, PathBuf), Problem> {
        let folder = path.parent().unwrap_or(Path::new("")).to_path_buf();
        Ok((json(path)?, folder))
    }
}

/// Reads one JSON file.
pub(crate) fn json<T: DeserializeOwned>(path: &Path) -> Result<T, Problem> {
    let text = text(path)?;
    serde_json::from_str(&text).map_err(|error| {
        let position = Position { line: error.line(), column: error.column() };
        let full = error.to_string();
        // The position is told apart, so serde's own telling of it is cut off.
        let message = full.split(" at line ").next().unwrap_or(&full).to_owned();
        Problem { place: path.display().to_string(), position: Some(position), message, remedy: String::new() }
    })
}

/// Reads one text file.
pub(crate) fn text(path: &Path) -> Result<String, Problem> {
    let remedy = "check the path; it is relative to the policy source";
    std::fs::read_to_string(path).map_err(|error| Problem::new(path.display().to_string(), error.to_string(), remedy))
}
