//! Where reports come from: files, hosts' admin addresses, and logs with reports among other lines.

use std::collections::BTreeMap;
use std::io::{self, BufRead};
use std::path::Path;
use std::time::Duration;

use filter_core::engine::shadow::Report;
use filter_core::policy::Rollout;
use serde::Deserialize;
use serde_json::Value;
use ureq::Agent;

use super::lines::Counted;
use super::render;
use crate::input::{Input, Lines};

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

/// Names that lines may stand after.
const BEFORE: [&str; 2] = ["weir: ", "[info] weir: "];

/// Lines that a report as JSON has at most: 64 kinds of disagreement.
const REPORT_LINES: u64 = 10_000;

/// Reads the reports of all sources: URLs of hosts' admin ports, and files. Lines of hosts that keep nothing are put together as one,
/// whatever files they are in.
///
/// # Errors
/// Where one cannot be read, or there is no report in it.
pub fn read(sources: &[String]) -> Result<Vec<Report>, String> {
    let (mut all, mut counted) = (Vec::new(), Counted::default());
    for source in sources {
        let wrong = |why: String| format!("`{source}`: {why}");
        if source.starts_with("http://") || source.starts_with("https://") {
            all.extend(reports(ask(source)?.as_bytes(), &mut counted).map_err(wrong)?);
            continue;
        }
        let input = Input::open(Path::new(source)).map_err(|error| format!("`{source}` cannot be read: {error}"))?;
        all.extend(reports(input, &mut counted).map_err(wrong)?);
    }
    all.extend(counted.report());
    Ok(all)
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

/// The reports in a text: one as JSON, or the last of each host among the lines of a log; and lines that are counted. Lines count that are
/// wholly a report, after the name that Weir logs under if anything: other lines may quote what clients sent.
fn reports(mut text: impl BufRead, counted: &mut Counted) -> Result<Vec<Report>, String> {
    let unreadable = |error: io::Error| format!("it cannot be read: {error}");
    let (mut last, mut is_told, mut number) = (BTreeMap::new(), false, 0u64);
    // A report as JSON stands on many lines.
    let mut start = Vec::new();
    let mut lines = Lines::new(&mut text);
    while let Some(line) = lines.next().map_err(unreadable)? {
        let Some(Ok(line)) = line.text.map(core::str::from_utf8) else { continue };
        number = number.saturating_add(1);
        if number <= REPORT_LINES {
            start.extend_from_slice(line.as_bytes());
            start.push(b'\n');
        }
        if line.contains(MARK)
            && let Some(told) = told(line)
        {
            last.insert(told.vm, told.shadow);
        } else {
            is_told |= counted.take(line);
        }
    }
    if !last.is_empty() || is_told {
        return Ok(last.into_values().collect());
    }
    if number <= REPORT_LINES
        && let Ok(mut report) = serde_json::from_slice::<Value>(&start)
        && report.get("shadow").is_none()
    {
        // What this program adds for readers.
        report.as_object_mut().and_then(|members| members.remove(render::SHARE));
        return Ok(vec![serde_json::from_value(report).map_err(|error| format!("it is no report: {error}"))?]);
    }
    Err("there is no report of a candidate in it, or none in a form that this version reads".to_owned())
}

/// The report that a line is.
fn told(line: &str) -> Option<Told> {
    serde_json::from_str(after_prefix(line)).ok()
}

/// A line without what hosts put at its start, where no client's words can be.
pub(super) fn after_prefix(line: &str) -> &str {
    let rest = envoy_prefix(line).unwrap_or(line);
    BEFORE.iter().find_map(|before| rest.strip_prefix(before)).unwrap_or(rest)
}

/// What comes after `[2026-11-22 15:00:00.123][42][info][wasm] [source/file.cc:1199] wasm log NAME: `, which Envoy puts there. An access log may
/// quote all of that, but not begin with it.
fn envoy_prefix(line: &str) -> Option<&str> {
    let is_time = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"-: .".contains(&byte));
    let (time, rest) = line.strip_prefix('[')?.split_once("][")?;
    let (thread, rest) = rest.split_once("][info][wasm] [")?;
    let (place, rest) = rest.split_once("] wasm log")?;
    let is_place = !place.contains(['"', ' ', ']']) && thread.bytes().all(|byte| byte.is_ascii_digit());
    let at = rest.find('{')?;
    let (name, object) = rest.split_at_checked(at)?;
    (is_time(time) && is_place && !name.contains('"')).then_some(object)
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

    fn reports(text: &str) -> Result<Vec<Report>, String> {
        super::reports(text.as_bytes(), &mut Counted::default())
    }

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
            assert!(self::reports(&hostile).is_err(), "{hostile}");
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
