//! What hosts that keep nothing wrote about a candidate, a line a request, put together as one report.

use std::collections::{BTreeMap, BTreeSet};

use filter_core::engine::shadow::{Clients, Line, Report, Row, Said, Sample, Turnout, Turnouts};
use serde::Deserialize;

use super::merge::SAMPLES;

/// What such a line has in it.
pub(super) const MARK: &str = "{\"candidate\":\"";

/// The same in a text within JSON.
const WITHIN: &str = "{\\\"candidate\\\":\\\"";

/// Lines counted, by candidate and active bundle.
pub(super) struct Counted {
    trials: BTreeMap<(String, String), Trial>,
    /// How the candidate's id begins that is asked about; `None`: any.
    wanted: Option<String>,
    /// Lines and reports of a later time are nobody's.
    latest: u64,
    /// Candidates that were told of and not asked about: a few of them.
    others: BTreeSet<String>,
}

#[derive(Default)]
struct Trial {
    report: Report,
    rows: BTreeMap<(Said, Said, Option<String>), Row>,
    members: BTreeMap<u64, Member>,
}

/// A client below its address.
#[derive(Default)]
struct Member {
    /// When the candidate would have touched it first, and when it reached a goal last.
    touched: Option<u64>,
    good: Option<u64>,
}

/// A Worker's trace event, as Logpush and `wrangler tail --format json` write it. What clients sent stands in other members.
#[derive(Deserialize)]
struct Trace {
    #[serde(alias = "Logs")]
    logs: Vec<Log>,
}

/// What `console.log` was given; a line is given alone.
#[derive(Deserialize)]
struct Log {
    #[serde(alias = "Message")]
    message: Vec<serde_json::Value>,
}

/// Most candidates that are named where none is the one that was asked about.
const OTHERS: usize = 4;

/// Bits of a member that tell clients of one address apart.
const BELOW: u32 = 9;

impl Counted {
    /// None yet. Counts lines of candidates whose id begins with `wanted`, to the time `latest`.
    pub(super) fn new(wanted: Option<String>, latest: u64) -> Self {
        Counted { trials: BTreeMap::new(), wanted, latest, others: BTreeSet::new() }
    }

    /// Whether a candidate is asked about; what is told of another is remembered as that.
    pub(super) fn wants(&mut self, candidate: &str) -> bool {
        let is_wanted = self.wanted.as_ref().is_none_or(|wanted| candidate.starts_with(wanted));
        if !is_wanted && self.others.len() < OTHERS {
            // Whoever wrote it chose how long it is.
            self.others.insert(candidate.escape_debug().take(16).collect());
        }
        is_wanted
    }

    /// Whether something may have been so at a time.
    pub(super) fn may_be(&self, t: u64) -> bool {
        t <= self.latest
    }

    /// The candidates that were told of and not asked about, for an error.
    pub(super) fn others(&self) -> String {
        self.others.iter().map(|other| format!("`{other}`")).collect::<Vec<_>>().join(", ")
    }

    /// Counts what a line of a log tells: whether it tells anything. Lines count that are wholly such a line, after what the host
    /// writes before if anything; other lines may quote what clients sent.
    pub(super) fn take(&mut self, text: &str) -> bool {
        if text.contains(WITHIN) {
            let Ok(Trace { logs }) = serde_json::from_str(text) else { return false };
            // What stands beside it would be a client's words with the Worker's own before them.
            let mut is_line =
                |log: &Log| matches!(&log.message[..], [line] if line.as_str().is_some_and(|text| self.add(text)));
            return logs.iter().filter(|log| is_line(log)).count() > 0;
        }
        text.contains(MARK) && self.add(super::read::after_prefix(text))
    }

    fn add(&mut self, text: &str) -> bool {
        let Ok(line) = serde_json::from_str::<Line>(text) else { return false };
        if !self.may_be(line.t) {
            return false;
        }
        if !self.wants(&line.candidate) {
            return true;
        }
        let trial = self.trials.entry((line.candidate.clone(), line.active.clone())).or_default();
        trial.add(line);
        true
    }

    /// The report of the bundles that were seen last: others before them were other trials.
    pub(super) fn report(&mut self) -> Option<Report> {
        let trials = std::mem::take(&mut self.trials);
        let ((candidate, active), trial) = trials.into_iter().max_by_key(|(_, trial)| trial.report.until)?;
        let Trial { report, rows, members } = trial;
        let mut rows: Vec<Row> = rows.into_values().collect();
        rows.sort_by_key(|row| std::cmp::Reverse(row.requests));
        let requests = report.requests.max(report.disagreements);
        Some(Report { active, candidate, rows, requests, is_estimate: true, clients: clients(&members), ..report })
    }
}

impl Trial {
    fn add(&mut self, line: Line) {
        let report = &mut self.report;
        report.since = if report.since == 0 { line.t } else { report.since.min(line.t) };
        report.until = report.until.max(line.t);
        report.requests = report.requests.saturating_add(u64::from(line.requests));
        (report.share, report.goals) = (line.share, line.goals);
        if let Some(member) = line.member.and_then(|digits| u64::from_str_radix(&digits, 16).ok()) {
            let member = self.members.entry(member).or_default();
            if line.harder {
                member.touched = Some(member.touched.map_or(line.t, |first| first.min(line.t)));
            }
            if line.good {
                member.good = member.good.max(Some(line.t));
            }
        }
        let (Some(active), Some(candidate)) = (line.did, line.would) else { return };
        let row = self.rows.entry((active.clone(), candidate.clone(), line.endpoint.clone())).or_insert(Row {
            active,
            candidate,
            endpoint: line.endpoint,
            requests: 0,
            uncertain: 0,
            turnouts: Turnouts::default(),
            samples: Vec::new(),
        });
        let more = |count: &mut u64, is: bool| *count = count.saturating_add(u64::from(is));
        more(&mut row.turnouts.succeeded, line.turnout == Some(Turnout::Succeeded));
        more(&mut row.turnouts.failed, line.turnout == Some(Turnout::Failed));
        more(&mut row.turnouts.answered, line.turnout == Some(Turnout::Answered));
        if line.late {
            return;
        }
        more(&mut row.requests, true);
        more(&mut report.disagreements, true);
        more(&mut report.harder, line.harder);
        more(&mut report.softer, line.softer);
        let sample = Sample { id: line.id, t: line.t, client: line.client };
        let at = row.samples.partition_point(|other| (other.t, &other.id) <= (sample.t, &sample.id));
        if at < SAMPLES {
            row.samples.insert(at, sample);
            row.samples.truncate(SAMPLES);
        }
    }
}

/// As hosts that remember count them: by address, and harmed who reached a goal when it was touched, or then.
fn clients(members: &BTreeMap<u64, Member>) -> Clients {
    let mut clients = Clients::default();
    let all: Vec<(u64, &Member)> = members.iter().map(|(member, marks)| (member >> BELOW, marks)).collect();
    for address in all.chunk_by(|one, other| one.0 == other.0) {
        let any = |is: fn(&Member) -> bool| u64::from(address.iter().any(|(_, member)| is(member)));
        let is_harmed =
            |member: &Member| member.touched.zip(member.good).is_some_and(|(touched, good)| touched <= good);
        clients.touched = clients.touched.saturating_add(any(|member| member.touched.is_some()));
        clients.good = clients.good.saturating_add(any(|member| member.good.is_some()));
        clients.harmed = clients.harmed.saturating_add(any(is_harmed));
    }
    clients
}

#[cfg(test)]
mod tests {
    use serde_json::{Value, json};

    use super::*;

    fn line(t: u64, more: &Value) -> String {
        let mut line = json!({"candidate": "b", "active": "a", "t": t, "id": format!("r{t}"), "client": null, "share": 500_000, "goals": ["login"],
            "requests": 0, "did": null, "would": null, "endpoint": null, "harder": false, "softer": false, "late": false, "turnout": null,
            "member": null, "good": false});
        line.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
        // As hosts write it: in the order of the members.
        let line: Line = serde_json::from_value(line).unwrap();
        line.to_json()
    }

    /// Asked about any candidate, in the year 2001.
    fn any() -> Counted {
        Counted::new(None, 1_000_000_000_000)
    }

    fn report(lines: &[String]) -> Report {
        let mut counted = any();
        lines.iter().for_each(|line| assert!(counted.take(line), "{line}"));
        counted.report().unwrap()
    }

    #[test]
    fn lines_add_up_as_a_host_would_have_counted() {
        let said = |action: &str, rule: &str| json!({"action": action, "rule": rule});
        let harder = json!({"did": said("allow", "otherwise"), "would": said("block", "new"), "harder": true, "endpoint": "home"});
        let with = |more: Value| {
            let mut all = harder.clone();
            all.as_object_mut().unwrap().extend(more.as_object().unwrap().clone());
            all
        };
        // Two clients of one address; one of another that was good before it was touched; late lines that tell of answers.
        let report = report(&[
            line(10, &with(json!({"member": "0000000000000208", "requests": 64}))),
            line(10, &with(json!({"late": true, "turnout": "succeeded"}))),
            line(11, &with(json!({"member": "0000000000000210", "turnout": "failed"}))),
            line(20, &json!({"late": true, "good": true, "member": "0000000000000208"})),
            line(15, &json!({"good": true, "member": "0000000000000400"})),
            line(16, &with(json!({"member": "0000000000000400"}))),
            line(
                17,
                &json!({"did": said("block", "old"), "would": said("allow", "otherwise"), "softer": true, "turnout": "answered"}),
            ),
            line(19, &json!({"requests": 64})),
        ]);
        assert_eq!((report.requests, report.is_estimate, report.disagreements), (128, true, 4));
        assert_eq!((report.harder, report.softer, report.since, report.until), (3, 1, 10, 20));
        assert_eq!(report.clients, Clients { touched: 2, good: 2, harmed: 1, is_sample: false });
        assert_eq!((report.rows.len(), report.rows[0].requests), (2, 3));
        assert_eq!(report.rows[0].turnouts, Turnouts { succeeded: 1, failed: 1, answered: 0 });
        let samples: Vec<&str> = report.rows[0].samples.iter().map(|sample| sample.id.as_str()).collect();
        assert_eq!(samples, ["r10", "r11", "r16"], "no late ones");
    }

    #[test]
    fn lines_are_read_as_hosts_log_them() {
        let plain = line(1, &json!({"requests": 64}));
        let envoy = format!(
            "[2026-11-22 15:00:00.123][42][info][wasm] [source/extensions/common/wasm/context.cc:1199] wasm log weir weir weir: {plain}"
        );
        let bare = format!("[2026-11-22 15:00:00.123][42][info][wasm] [x.cc:1] wasm log: {plain}");
        let trace =
            json!({"EventType": "fetch", "Logs": [{"Level": "log", "Message": [plain], "TimestampMs": 1}]}).to_string();
        let tail = json!({"outcome": "ok", "logs": [{"level": "log", "message": [plain]}, {"level": "log", "message": ["more", plain]}]}).to_string();
        assert_eq!(report(&[plain.clone(), envoy, bare, trace, tail, format!("weir: {plain}")]).requests, 6 * 64);
        let envoy =
            "[2026-11-22 16:32:40.068][9577][info][wasm] [source/extensions/common/wasm/context.cc:1151] wasm log";
        let forged = [
            format!(r#"192.0.2.1 - - [22/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "{plain}""#),
            format!(r#"[2026-11-22T15:00:00.123Z] "GET / HTTP/1.1" 200 "[1][info][wasm] [x] wasm log weir: {plain}"#),
            json!({"Event": {"Request": {"URL": plain}}, "Logs": []}).to_string(),
            json!({"id": "x", "user_agent": plain}).to_string(),
            // What another part of the same host says of a client.
            json!({"logs": [{"level": "log", "message": ["user agent", plain]}]}).to_string(),
            json!({"Logs": [{"Level": "log", "Message": [plain, plain]}]}).to_string(),
            json!({"Logs": [{"Level": "log", "Message": [{"agent": plain}]}]}).to_string(),
            format!("{envoy} other other other: agent={plain}"),
            format!("{envoy} other other other: agent: {plain}"),
            format!("{envoy} other other other: 'agent': {plain}"),
            format!("{envoy} other other other agent {plain}"),
            format!("{envoy} other other other:{plain}"),
            format!("{envoy}: weir: {plain}"),
        ];
        for forged in forged {
            assert!(!any().take(&forged), "{forged}");
        }
    }

    #[test]
    fn the_latest_trial_counts() {
        let report =
            report(&[line(5, &json!({"candidate": "old", "requests": 64})), line(9, &json!({"requests": 64}))]);
        assert_eq!((report.candidate.as_str(), report.requests), ("b", 64));
    }

    #[test]
    fn a_line_from_the_future_counts_nothing() {
        let mut counted = any();
        assert!(counted.take(&line(9, &json!({"requests": 64}))));
        for t in [u64::MAX, 1_000_000_000_001] {
            assert!(!counted.take(&line(t, &json!({"candidate": "forged", "requests": 64}))));
        }
        let report = counted.report().unwrap();
        assert_eq!((report.candidate.as_str(), report.until, report.requests), ("b", 9, 64));
    }

    #[test]
    fn only_the_candidate_that_is_asked_about_counts() {
        let mut counted = Counted::new(Some("b".to_owned()), u64::MAX);
        for (t, candidate) in [(5, "b"), (9, "forged"), (7, "bb")] {
            assert!(counted.take(&line(t, &json!({"candidate": candidate, "requests": 64}))));
        }
        let report = counted.report().unwrap();
        assert_eq!((report.candidate.as_str(), report.until), ("bb", 7), "it may be asked by its id's beginning");
        assert_eq!(counted.others(), "`forged`");
    }
}
