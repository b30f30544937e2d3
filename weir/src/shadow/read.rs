//! Where reports come from: files, hosts' admin addresses, and logs with reports among other lines.

use std::collections::BTreeMap;
use std::path::Path;
use std::time::Duration;

use filter_core::engine::shadow::Report;
use filter_core::policy::Rollout;
use serde::Deserialize;
use serde_json::Value;
use ureq::Agent;

use super::render;

/// Bytes of one source.
const LONGEST: u64 = 64 << 20;

/// A report among other lines, with whoever made it: what a host says again replaces what it said.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Told {
    shadow: Report,
    vm: String,
    #[serde(default, rename = "ruling")]
    _ruling: Option<String>,
    #[serde(default, rename = "why")]
    _why: Option<String>,
}

/// What such a line has in it; events name shadow rules in a list.
const MARK: &str = "\"shadow\":{";

/// Reads the reports of one source: a URL of a host's admin port, or a file.
///
/// # Errors
/// Where it cannot be read, or there is no report in it.
pub fn read(source: &str) -> Result<Vec<Report>, String> {
    let text = match source.starts_with("http://") || source.starts_with("https://") {
        true => ask(source)?,
        false => {
            std::fs::read_to_string(Path::new(source)).map_err(|error| format!("`{source}` cannot be read: {error}"))?
        }
    };
    reports(&text).map_err(|why| format!("`{source}`: {why}"))
}

/// How a candidate is tried: what a file says, or the defaults.
///
/// # Errors
/// Where it cannot be read, or is refused: then with the first that is wrong.
pub fn rollout(path: Option<&Path>) -> Result<Rollout, String> {
    let Some(path) = path else { return Ok(Rollout::default()) };
    let name = path.display();
    let text = std::fs::read(path).map_err(|error| format!("`{name}` cannot be read: {error}"))?;
    let rollout: Rollout = serde_json::from_slice(&text).map_err(|error| format!("`{name}` is no rollout: {error}"))?;
    match rollout.check("").first() {
        Some(problem) => Err(format!("`{name}` is refused: {problem}")),
        None => Ok(rollout),
    }
}

/// The reports in a text: one as JSON, or the last of each host among the lines of a log.
///
/// # Errors
/// Where there is none, or one is in no known form.
pub fn reports(text: &str) -> Result<Vec<Report>, String> {
    if text.trim_start().starts_with('{') && !text.contains(MARK) {
        let mut report: Value = serde_json::from_str(text).map_err(|error| format!("it is no report: {error}"))?;
        // What this program adds for readers.
        report.as_object_mut().and_then(|members| members.remove(render::SHARE));
        return Ok(vec![serde_json::from_value(report).map_err(|error| format!("it is no report: {error}"))?]);
    }
    let mut last = BTreeMap::new();
    for (number, line) in (1u64..).zip(text.lines()) {
        if !line.contains(MARK) {
            continue;
        }
        let object = line.find("{\"").and_then(|at| line.get(at..)).unwrap_or_default();
        // Envoy ends a log line with what its format says.
        let mut objects = serde_json::Deserializer::from_str(object).into_iter::<Told>();
        let told = objects.next().and_then(Result::ok).ok_or_else(|| format!("line {number}: it is no report"))?;
        last.insert(told.vm, told.shadow);
    }
    if last.is_empty() {
        return Err("there is no report of a candidate in it".to_owned());
    }
    Ok(last.into_values().collect())
}

fn ask(url: &str) -> Result<String, String> {
    let url = match url.splitn(4, '/').nth(3) {
        None | Some("") => format!("{}/shadow", url.trim_end_matches('/')),
        Some(_) => url.to_owned(),
    };
    let agent: Agent = Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build().into();
    let answer = agent.get(&url).call();
    answer
        .and_then(|mut answer| answer.body_mut().with_config().limit(LONGEST).read_to_string())
        .map_err(|error| format!("`{url}` cannot be asked: {error}"))
}
