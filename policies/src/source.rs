//! The policy source as its author writes it: JSON with comments, conditions as CEL expressions.

mod test;
mod text;

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use filter_core::limits;
use filter_core::policy::json::Door;
use filter_core::policy::wire::{Action, BundleSettings, Endpoint, Mode, RateLimit};
use filter_core::policy::{Position, Problem};
use schemars::JsonSchema;
use serde::Deserialize;
use serde::de::DeserializeOwned;

use crate::timing::Window;
pub use test::{Expect, Test, TestRequest};
pub(crate) use test::{ScoreBounds, TestClient, TestTls, Trace};
pub(crate) use text::Document;
pub use text::without_comments;

/// A policy source. The members it shares with a bundle mean the same.
#[derive(Debug, Default, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Source {
    /// Where this file's schema is, for editors; does not travel.
    #[serde(default, rename = "$schema")]
    pub schema: Option<String>,
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
    /// Feeds that `weir feed update` wrote, or folders of them, relative to the source's folder. One of the same name as a network list
    /// takes its place.
    #[serde(default)]
    pub feeds: Vec<PathBuf>,
    /// Public keys, as `weir keygen` prints them: feeds are refused that none of them signed. None given: feeds need no signature.
    #[serde(default)]
    pub feed_keys: Vec<String>,
    /// Endpoints by path template.
    #[serde(default)]
    pub endpoints: Vec<Endpoint>,
    /// Lists of texts by name, for rules.
    #[serde(default)]
    pub lists: BTreeMap<String, Vec<String>>,
    /// How often requests may come, for rules with `{"limit": {"by": "..."}}`.
    #[serde(default)]
    pub limits: Vec<RateLimit>,
    /// Rules that let pass; asked first, and they always win.
    #[serde(default)]
    pub allow: Vec<AllowRule>,
    /// Rules that act, in order; the first that matches acts.
    #[serde(default)]
    pub rules: Vec<Rule>,
    /// What happens where no rule matches.
    #[schemars(required)]
    pub otherwise: Option<Action>,
    /// Golden tests: what must be done with requests of your choice. Hosts run them before the bundle serves.
    #[serde(default)]
    pub tests: Vec<Test>,
}

/// A rule that lets a request pass whatever else would be said about it.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct AllowRule {
    /// Stable name: `a`-`z`, `0`-`9`, `_`, `-`, `.`, at most 64.
    pub id: String,
    /// Which requests: a CEL expression.
    pub when: String,
    /// Whether it acts.
    #[serde(default)]
    pub mode: Mode,
    /// When the rule ends, in UTC: `2027-01-31`, that day included, or `2027-01-31T18:00:00Z`.
    #[serde(default)]
    pub expires: Option<String>,
    /// When the rule is asked; none given: always.
    #[serde(default)]
    pub schedule: Vec<Window>,
    /// Why it exists, for people.
    #[serde(default)]
    pub note: Option<String>,
}

/// A rule that acts on the requests it matches.
#[derive(Debug, Deserialize, JsonSchema)]
#[serde(deny_unknown_fields)]
pub struct Rule {
    /// Stable name: `a`-`z`, `0`-`9`, `_`, `-`, `.`, at most 64.
    pub id: String,
    /// Which requests: a CEL expression.
    pub when: String,
    /// What to do with them.
    pub then: Action,
    /// Whether it acts.
    #[serde(default)]
    pub mode: Mode,
    /// Per cent of all clients that the rule is about, 1 to 99, dealt by address; the others are not asked. None given: all.
    #[serde(default)]
    pub canary: Option<u32>,
    /// When the rule ends, in UTC: `2027-01-31`, that day included, or `2027-01-31T18:00:00Z`.
    #[serde(default)]
    pub expires: Option<String>,
    /// When the rule is asked; none given: always.
    #[serde(default)]
    pub schedule: Vec<Window>,
    /// Why it exists, for people.
    #[serde(default)]
    pub note: Option<String>,
}

/// A source's members.
const MEMBERS: [&str; 16] = [
    "$schema",
    "about",
    "serial",
    "settings",
    "weights",
    "names",
    "networks",
    "feeds",
    "feed_keys",
    "endpoints",
    "lists",
    "limits",
    "allow",
    "rules",
    "otherwise",
    "tests",
];

impl Source {
    /// Reads a source as far as it can be read, and says what cannot be.
    pub(crate) fn read(text: &str) -> (Self, Vec<Problem>) {
        let mut door = Door::new(text);
        let mut source = Source::default();
        let Some(members) = door.object(text.trim(), "", &MEMBERS) else { return (source, door.problems) };
        fn part<'t, T: Deserialize<'t> + Default>(door: &mut Door<'t>, text: Option<&'t str>, place: &str) -> T {
            text.and_then(|text| door.read(text, place)).unwrap_or_default()
        }
        source.schema = part(&mut door, members.get("$schema"), "/$schema");
        source.about = part(&mut door, members.get("about"), "/about");
        source.settings = part(&mut door, members.get("settings"), "/settings");
        source.weights = part(&mut door, members.get("weights"), "/weights");
        source.names = part(&mut door, members.get("names"), "/names");
        source.networks = part(&mut door, members.get("networks"), "/networks");
        source.feeds = part(&mut door, members.get("feeds"), "/feeds");
        source.feed_keys = part(&mut door, members.get("feed_keys"), "/feed_keys");
        source.lists = part(&mut door, members.get("lists"), "/lists");
        source.endpoints = items(&mut door, members.get("endpoints"), "/endpoints", limits::ENDPOINTS);
        source.limits = items(&mut door, members.get("limits"), "/limits", limits::RATE_LIMITS);
        source.allow = items(&mut door, members.get("allow"), "/allow", limits::RULES);
        source.rules = items(&mut door, members.get("rules"), "/rules", limits::RULES);
        source.tests = items(&mut door, members.get("tests"), "/tests", limits::TESTS);
        let example = "say what happens where no rule matches, such as `\"allow\"`";
        source.otherwise = needed(&mut door, members.get("otherwise"), "otherwise", example);
        let serial = needed(&mut door, members.get("serial"), "serial", "number the versions of this policy from 1");
        source.serial = serial.unwrap_or_default();
        (source, door.problems)
    }
}

fn items<'t, T: Deserialize<'t>>(door: &mut Door<'t>, part: Option<&'t str>, place: &str, limit: usize) -> Vec<T> {
    part.map_or_else(Vec::new, |part| door.items(part, place, limit).into_iter().map(|(_, item)| item).collect())
}

fn needed<'t, T: Deserialize<'t>>(door: &mut Door<'t>, part: Option<&'t str>, name: &str, remedy: &str) -> Option<T> {
    match part {
        Some(part) => door.read(part, &format!("/{name}")),
        None => {
            door.problems.push(Problem::new(format!("/{name}"), format!("missing member `{name}`"), remedy));
            None
        }
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
