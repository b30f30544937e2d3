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
use crate::time;

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

/// Bytes that a report as JSON has at most: 64 kinds of disagreement with five requests each, some 200 KB.
const REPORT: usize = 8 << 20;

/// Milliseconds that a host's clock may go ahead of this one.
const AHEAD: u64 = 3_600_000;

/// Reads the reports of all sources: URLs of hosts' admin ports, and files. Lines of hosts that keep nothing are put together as one,
/// whatever files they are in; those of a time to come are passed over.
///
/// # Errors
/// Where one cannot be read, or there is no report in it.
pub fn read(sources: &[String]) -> Result<Vec<Report>, String> {
    all(sources, counting(None))
}

/// The same of one candidate, by its id or how that begins. Other candidates are passed over.
///
/// # Errors
/// As [`read`], and where nothing is told of that one.
pub fn read_of(sources: &[String], candidate: &str) -> Result<Vec<Report>, String> {
    all(sources, counting(Some(candidate.to_owned())))
}

/// Whether a source is a host's admin address.
pub fn is_url(source: &str) -> bool {
    source.starts_with("http://") || source.starts_with("https://")
}

/// Whether a file is a log with lines of candidates or hosts' reports in it.
///
/// # Errors
/// Where it cannot be read.
pub fn is_log(path: &Path) -> Result<bool, String> {
    let unreadable = |error: io::Error| format!("`{}` cannot be read: {error}", path.display());
    let (mut lines, mut counted) = (Lines::new(Input::open(path).map_err(unreadable)?), counting(None));
    while let Some(line) = lines.next().map_err(unreadable)? {
        let Some(Ok(line)) = line.text.map(core::str::from_utf8) else { continue };
        if told(line).is_some() || counted.take(line) {
            return Ok(true);
        }
    }
    Ok(false)
}

fn counting(wanted: Option<String>) -> Counted {
    Counted::new(wanted, time::now().saturating_add(AHEAD))
}

fn all(sources: &[String], mut counted: Counted) -> Result<Vec<Report>, String> {
    let mut all = Vec::new();
    for source in sources {
        let wrong = |why: String| format!("`{source}`: {why}");
        if is_url(source) {
            all.extend(reports(ask(source)?.as_bytes(), &mut counted).map_err(wrong)?);
            continue;
        }
        let input = Input::open(Path::new(source)).map_err(|error| format!("`{source}` cannot be read: {error}"))?;
        all.extend(reports(input, &mut counted).map_err(wrong)?);
    }
    all.extend(counted.report());
    if all.is_empty() {
        return Err(format!(
            "nothing is told of this candidate, but of {}; give its id or its bundle",
            counted.others()
        ));
    }
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
    let (mut last, mut is_told, mut is_whole) = (BTreeMap::new(), false, true);
    // A report as JSON stands on many lines.
    let mut start = Vec::new();
    let mut lines = Lines::new(&mut text);
    while let Some(line) = lines.next().map_err(unreadable)? {
        let Some(Ok(line)) = line.text.map(core::str::from_utf8) else { continue };
        is_whole &= start.len().saturating_add(line.len()) < REPORT;
        if is_whole {
            start.extend_from_slice(line.as_bytes());
            start.push(b'\n');
        }
        if let Some(Told { shadow, vm, .. }) = told(line).filter(|told| counted.may_be(told.shadow.until)) {
            is_told = true;
            if counted.wants(&shadow.candidate) {
                last.insert(vm, shadow);
            }
        } else {
            is_told |= counted.take(line);
        }
    }
    if is_told {
        return Ok(last.into_values().collect());
    }
    if is_whole
        && let Ok(mut report) = serde_json::from_slice::<Value>(&start)
        && report.get("shadow").is_none()
    {
        // What this program adds for readers.
        report.as_object_mut().and_then(|members| members.remove(render::SHARE));
        let report: Report = serde_json::from_value(report).map_err(|error| format!("it is no report: {error}"))?;
        return Ok(Some(report).filter(|report| counted.wants(&report.candidate)).into_iter().collect());
    }
    Err("there is no report of a candidate in it, or none in a form that this version reads".to_owned())
}

/// The report that a line is.
fn told(line: &str) -> Option<Told> {
    if !line.contains(MARK) {
        return None;
    }
    serde_json::from_str(after_prefix(line)).ok()
}

/// A line without what hosts put at its start, where no client's words can be.
pub(super) fn after_prefix(line: &str) -> &str {
    let rest = envoy_prefix(line).unwrap_or(line);
    BEFORE.iter().find_map(|before| rest.strip_prefix(before)).unwrap_or(rest)
}

/// What comes after `[2026-11-22 15:00:00.123][42][info][wasm] [source/file.cc:1199] wasm log NAME ROOT VM: `, which Envoy puts there. An access
/// log may quote all of that, but not begin with it; what another filter says of a client has its own words after the first `: `.
fn envoy_prefix(line: &str) -> Option<&str> {
    let is_time = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit() || b"-: .".contains(&byte));
    let (time, rest) = line.strip_prefix('[')?.split_once("][")?;
    let (thread, rest) = rest.split_once("][info][wasm] [")?;
    let (place, rest) = rest.split_once("] wasm log")?;
    let is_place = !place.contains(['"', ' ', ']']) && thread.bytes().all(|byte| byte.is_ascii_digit());
    let (names, object) = rest.split_once(": ")?;
    let are_names = (names.is_empty() || names.starts_with(' ')) && !names.contains(['"', '\'', '=', '{']);
    (is_time(time) && is_place && are_names && object.starts_with('{')).then_some(object)
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
        super::reports(text.as_bytes(), &mut counting(None))
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
    fn only_the_candidate_that_is_asked_about_is_read() {
        let (real, other) = (line("a", 7), line("a", 9).replace(r#""candidate":"b""#, r#""candidate":"forged""#));
        let mut counted = counting(Some("b".to_owned()));
        let reports = super::reports(format!("{real}\n{other}\n").as_bytes(), &mut counted).unwrap();
        assert_eq!(reports.iter().map(|report| report.requests).collect::<Vec<_>>(), [7]);
        assert_eq!(counted.others(), "`forged`");
    }

    #[test]
    fn a_report_of_a_time_to_come_is_passed_over() {
        let late = line("a", 9).replace(r#""until":2"#, &format!(r#""until":{}"#, u64::MAX));
        let reports = reports(&format!("{}\n{late}\n", line("a", 7))).unwrap();
        assert_eq!(reports.iter().map(|report| report.requests).collect::<Vec<_>>(), [7]);
    }

    #[test]
    fn a_report_as_json_is_kept_no_longer_than_one_can_be() {
        let told: Value = serde_json::from_str(&line("a", 7)).unwrap();
        let report = format!("{:#}", told["shadow"]);
        assert_eq!(reports(&report).unwrap()[0].requests, 7);
        let long = format!("{report}\n{}", format!("{}\n", " ".repeat(1 << 20)).repeat(8));
        assert!(reports(&long).is_err(), "{} bytes", long.len());
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
