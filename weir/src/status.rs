//! Which node runs which bundle: read off the counters that every adapter keeps, as the admin ports of Envoy and of `weir up` show them.

use std::time::Duration;

use serde::Serialize;
use ureq::Agent;

/// Statistics have at most so many bytes.
const LONGEST: u64 = 16 << 20;

/// What one node says of itself.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Node {
    /// Where it was asked.
    pub node: String,
    /// First 16 digits of the id of the bundle in use.
    pub bundle: Option<String>,
    /// Its serial.
    pub serial: Option<u64>,
    /// When it was taken, in milliseconds since the epoch.
    pub since: Option<u64>,
    /// Bundles taken.
    pub loaded: u64,
    /// Bundles refused, and answers that were none.
    pub failed: u64,
    /// Requests that passed unjudged.
    pub not_judged: u64,
    /// Times the filter's VM was started anew.
    pub reloads: u64,
    /// The bundle that is tried beside it; `weir up` tells of one.
    pub candidate: Option<Candidate>,
    /// Why nothing is known.
    pub error: Option<String>,
}

/// A bundle that is tried, or was last, beside the one in use.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Candidate {
    /// Its id.
    pub bundle: String,
    /// `promote`, `hold` or `roll_back`: what the guardrails say.
    pub ruling: String,
    /// Why.
    pub why: String,
}

/// How a node stands to what it should run.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// It runs that bundle.
    Current,
    /// It runs an older one.
    Behind,
    /// It runs another one under the same or a higher serial.
    Other,
    /// It runs none.
    Empty,
    /// It could not be asked.
    Silent,
}

impl Standing {
    /// The word shown.
    pub fn as_str(self) -> &'static str {
        match self {
            Standing::Current => "current",
            Standing::Behind => "behind",
            Standing::Other => "other",
            Standing::Empty => "no bundle",
            Standing::Silent => "silent",
        }
    }
}

impl Node {
    /// Asks one admin address, such as `http://127.0.0.1:9901`: Envoy's, or that of `weir up`.
    pub fn ask(admin: &str) -> Node {
        let node = Node { node: admin.to_owned(), ..Node::default() };
        let agent: Agent = Agent::config_builder().timeout_global(Some(Duration::from_secs(5))).build().into();
        let get = |path: &str| {
            let answer = agent.get(&format!("{}{path}", admin.trim_end_matches('/'))).call();
            answer.and_then(|mut answer| answer.body_mut().with_config().limit(LONGEST).read_to_string())
        };
        let mut candidate = None;
        let told = match get("/stats?filter=weir") {
            Err(ureq::Error::StatusCode(404)) => {
                candidate = get("/shadow").ok().and_then(|text| Candidate::read(&text));
                get("/metrics")
            }
            told => told,
        };
        match told {
            Ok(text) => Node { candidate, ..node }.read(&text).without_promoted(),
            Err(error) => Node { error: Some(error.to_string()), ..node },
        }
    }

    /// Reads Envoy's `name: value` lines, or Prometheus' `name{label="value"} value`.
    pub fn read(mut self, text: &str) -> Node {
        for line in text.lines().filter(|line| !line.starts_with('#')) {
            let Some((name, value)) = line.rsplit_once(": ").or_else(|| line.rsplit_once(' ')) else { continue };
            let Ok(value) = value.trim().parse::<u64>() else { continue };
            let name = name.replace('"', "");
            let has = |part: &str| name.contains(part);
            let add = |count: &mut u64| *count = count.saturating_add(value);
            if has("weir_bundle_in_use") {
                let id = name.split_once("weir_bundle=").filter(|_| value == 1);
                self.bundle = id.map(|(_, id)| id.trim_end_matches([';', '}']).to_owned()).or(self.bundle);
            } else if has("weir_bundle_serial") {
                self.serial = Some(value);
            } else if has("weir_bundle_since_seconds") {
                self.since = Some(value.saturating_mul(1000));
            } else if has("weir_bundle_loads_total") && has("weir_result=ok") {
                add(&mut self.loaded);
            } else if has("weir_bundle_loads_total") {
                add(&mut self.failed);
            } else if has("weir_not_judged_total") {
                add(&mut self.not_judged);
            } else if name.ends_with(".vm_reload") {
                add(&mut self.reloads);
            }
        }
        self
    }

    /// A candidate that was promoted is none any more.
    fn without_promoted(mut self) -> Node {
        let serves = self.bundle.clone().unwrap_or_default();
        self.candidate = self.candidate.filter(|one| serves.is_empty() || !one.bundle.starts_with(&serves));
        self
    }

    /// How it stands to a bundle.
    pub fn standing(&self, id: &str, serial: u64) -> Standing {
        match (&self.error, &self.bundle, self.serial) {
            (Some(_), _, _) => Standing::Silent,
            (None, Some(bundle), Some(_)) if bundle.len() == 16 && id.starts_with(bundle.as_str()) => Standing::Current,
            (None, Some(_), Some(runs)) if runs < serial => Standing::Behind,
            (None, Some(_), Some(_)) => Standing::Other,
            _ => Standing::Empty,
        }
    }
}

impl Candidate {
    /// Reads what `/shadow` of the admin address says; `None`: there is none.
    fn read(text: &str) -> Option<Self> {
        let told: serde_json::Value = serde_json::from_str(text).ok()?;
        let word = |place: &str| told.pointer(place).and_then(serde_json::Value::as_str).map(str::to_owned);
        Some(Candidate { bundle: word("/shadow/candidate")?, ruling: word("/ruling")?, why: word("/why")? })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counters_are_read_and_compared() {
        let text = "wasmcustom.weir_bundle_in_use.weir_bundle=0123456789abcdef;: 1\n\
            wasmcustom.weir_bundle_in_use.weir_bundle=ffffffffffffffff;: 0\nwasmcustom.weir_bundle_serial: 7\n\
            wasmcustom.weir_bundle_since_seconds: 1731000000\n\
            wasmcustom.weir_bundle_loads_total.weir_result=ok;: 3\nwasmcustom.weir_bundle_loads_total.weir_result=failed;: 2\n\
            wasmcustom.weir_not_judged_total.weir_why=no_bundle;: 5\nwasm.weir.vm_reload: 1\nweir_decision_microseconds: P0(nan,1)\n";
        let node = Node::default().read(text);
        let (bundle, serial) = (node.bundle.as_deref(), node.serial);
        assert_eq!((bundle, serial, node.since), (Some("0123456789abcdef"), Some(7), Some(1_731_000_000_000)));
        assert_eq!((node.loaded, node.failed, node.not_judged, node.reloads), (3, 2, 5, 1));
        let prometheus = "# TYPE weir_bundle_in_use gauge\nweir_bundle_in_use{weir_bundle=\"0123456789abcdef\"} 1\n\
            weir_bundle_serial 7\nweir_bundle_since_seconds 1731000000\nweir_bundle_loads_total{weir_result=\"ok\"} 3\n\
            weir_bundle_loads_total{weir_result=\"failed\"} 2\nweir_not_judged_total{weir_why=\"no_bundle\"} 5\n";
        assert_eq!(Node::default().read(prometheus), Node { reloads: 0, ..node.clone() }, "the proxy says the same");
        let id = format!("0123456789abcdef{}", "0".repeat(48));
        assert_eq!(node.standing(&id, 7), Standing::Current);
        assert_eq!(node.standing(&"e".repeat(64), 8), Standing::Behind);
        assert_eq!(node.standing(&"e".repeat(64), 6), Standing::Other);
        assert_eq!(Node::default().standing(&id, 7), Standing::Empty);
    }
}
