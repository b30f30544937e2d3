//! What hosts that keep nothing wrote about a candidate, a line a request, put together as one report.

use std::collections::BTreeMap;

use filter_core::engine::shadow::{Clients, Line, Report, Row, Said, Sample, Turnout, Turnouts};
use serde::Deserialize;

use super::merge::SAMPLES;

/// What such a line has in it.
pub(super) const MARK: &str = "{\"candidate\":\"";

/// The same in a text within JSON.
const WITHIN: &str = "{\\\"candidate\\\":\\\"";

/// Lines counted, by candidate and active bundle.
#[derive(Default)]
pub(super) struct Counted(BTreeMap<(String, String), Trial>);

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
    logs: Vec<Message>,
}

#[derive(Deserialize)]
struct Message {
    #[serde(alias = "Message")]
    message: Vec<serde_json::Value>,
}

/// Bits of a member that tell clients of one address apart.
const BELOW: u32 = 9;

impl Counted {
    /// Counts what a line of a log tells: whether it tells anything. Lines count that are wholly such a line, after what the host
    /// writes before if anything; other lines may quote what clients sent.
    pub(super) fn take(&mut self, text: &str) -> bool {
        if text.contains(WITHIN) {
            let Ok(Trace { logs }) = serde_json::from_str(text) else { return false };
            let messages = logs.into_iter().flat_map(|log| log.message);
            return messages.filter(|message| message.as_str().is_some_and(|text| self.add(text))).count() > 0;
        }
        text.contains(MARK) && self.add(super::read::after_prefix(text))
    }

    fn add(&mut self, text: &str) -> bool {
        let Ok(line) = serde_json::from_str::<Line>(text) else { return false };
        let trial = self.0.entry((line.candidate.clone(), line.active.clone())).or_default();
        trial.add(line);
        true
    }

    /// The report of the bundles that were seen last: others before them were other trials.
    pub(super) fn report(self) -> Option<Report> {
        let ((candidate, active), trial) = self.0.into_iter().max_by_key(|(_, trial)| trial.report.until)?;
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

    fn report(lines: &[String]) -> Report {
        let mut counted = Counted::default();
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
            "[2026-11-22 15:00:00.123][42][info][wasm] [source/extensions/common/wasm/context.cc:1199] wasm log weir: {plain}"
        );
        let trace =
            json!({"EventType": "fetch", "Logs": [{"Level": "log", "Message": [plain], "TimestampMs": 1}]}).to_string();
        let tail = json!({"outcome": "ok", "logs": [{"level": "log", "message": [plain, "more"]}]}).to_string();
        assert_eq!(report(&[plain.clone(), envoy, trace, tail, format!("weir: {plain}")]).requests, 5 * 64);
        let forged = [
            format!(r#"192.0.2.1 - - [22/Nov/2026:08:00:00 +0000] "GET / HTTP/1.1" 200 5 "-" "{plain}""#),
            format!(r#"[2026-11-22T15:00:00.123Z] "GET / HTTP/1.1" 200 "[1][info][wasm] [x] wasm log weir: {plain}"#),
            json!({"Event": {"Request": {"URL": plain}}, "Logs": []}).to_string(),
            json!({"id": "x", "user_agent": plain}).to_string(),
        ];
        for forged in forged {
            assert!(!Counted::default().take(&forged), "{forged}");
        }
    }

    #[test]
    fn the_latest_trial_counts() {
        let report =
            report(&[line(5, &json!({"candidate": "old", "requests": 64})), line(9, &json!({"requests": 64}))]);
        assert_eq!((report.candidate.as_str(), report.requests), ("b", 64));
    }
}
