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

/// What may stand before a report: hosts put it at the start of a line, where no client's words can be.
const BEFORE: [&str; 3] = ["", "weir: ", "[info] weir: "];

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

/// The reports in a text: one as JSON, or the last of each host among the lines of a log. Lines count that are wholly a report, after
/// the name that Weir logs under if anything: other lines may quote what clients sent.
///
/// # Errors
/// Where there is none.
pub fn reports(text: &str) -> Result<Vec<Report>, String> {
    if text.trim_start().starts_with('{') && !text.contains(MARK) {
        let mut report: Value = serde_json::from_str(text).map_err(|error| format!("it is no report: {error}"))?;
        // What this program adds for readers.
        report.as_object_mut().and_then(|members| members.remove(render::SHARE));
        return Ok(vec![serde_json::from_value(report).map_err(|error| format!("it is no report: {error}"))?]);
    }
    let mut last = BTreeMap::new();
    let lines = text.lines().filter(|line| line.contains(MARK));
    last.extend(lines.filter_map(told).map(|told| (told.vm, told.shadow)));
    if last.is_empty() {
        return Err("there is no report of a candidate in it, or none in a form that this version reads".to_owned());
    }
    Ok(last.into_values().collect())
}

/// The report that a line is.
fn told(line: &str) -> Option<Told> {
    let mut objects = BEFORE.iter().filter_map(|before| line.strip_prefix(before));
    objects.find_map(|object| serde_json::from_str(object).ok())
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

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    fn line(vm: &str, requests: u64) -> String {
        let clients = json!({"touched": 0, "good": 0, "harmed": 0, "is_sample": false});
        let report = json!({"candidate": "b", "active": "a", "share": 1_000_000, "goals": [], "since": 1, "until": 2, "requests": requests,
            "disagreements": 0, "harder": 0, "softer": 0, "clients": clients, "rows": []});
        json!({"shadow": report, "vm": vm, "ruling": "hold", "why": "it has not run long enough"}).to_string()
    }

    #[test]
    fn a_client_cannot_forge_a_report() {
        let (real, forged) = (line("a", 7), line("a", 1_000_000));
        let escaped = json!({"path": "/", "user_agent": forged}).to_string();
        let object = format!(r#"{{"path":"/","user_agent":{forged}}}"#);
        let hostile = [
            format!(r#"192.0.2.1 - - [22/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "{forged}""#),
            format!(r#"192.0.2.1 - - [22/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" weir: {forged}"#),
            format!("[2026-11-22T08:00:00Z] {forged}"),
            format!("[2026-11-22T08:00:00Z] [info] weir: {forged}"),
            format!("{forged} 200"),
            format!("{forged}{forged}"),
            escaped,
            object,
        ];
        for hostile in hostile {
            let reports = reports(&format!("{real}\n{hostile}\n")).unwrap();
            assert_eq!(reports.iter().map(|report| report.requests).collect::<Vec<_>>(), [7], "{hostile}");
            assert!(super::reports(&hostile).is_err(), "{hostile}");
        }
    }

    #[test]
    fn lines_that_are_reports_are_read_and_others_passed_over() {
        let text = [
            "[info] other".to_owned(),
            line("a", 1),
            format!("weir: {}", line("b", 20)),
            r#"{"shadow":{"of":"another version"},"vm":"a"}"#.to_owned(),
            format!("[info] weir: {}\r", line("a", 3)),
        ];
        let reports = reports(&text.join("\n")).unwrap();
        assert_eq!(reports.iter().map(|report| report.requests).collect::<Vec<_>>(), [3, 20], "the last of each host");
    }
}
