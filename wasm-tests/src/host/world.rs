//! What one process shares among its VMs.

use std::collections::BTreeMap;

/// One line of the log.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct LogLine {
    /// 0 trace to 5 critical.
    pub level: u32,
    /// The line.
    pub text: String,
}

/// An HTTP call that a VM made and nobody has answered yet.
#[derive(Clone, Debug)]
pub struct Call {
    /// Which VM made it.
    pub vm: u32,
    /// Context that made it.
    pub context: u32,
    /// Its number.
    pub token: u32,
    /// Where to.
    pub cluster: String,
    /// Its headers, pseudo headers first.
    pub headers: Vec<(Vec<u8>, Vec<u8>)>,
}

/// A metric: counters and gauges have a value, histograms their samples.
#[derive(Clone, Debug)]
pub(super) struct Metric {
    pub(super) kind: u32,
    pub(super) name: String,
    pub(super) value: i64,
    pub(super) samples: Vec<u64>,
}

/// Shared data, metrics, log, clock and pending calls.
pub struct World {
    /// Nanoseconds since the epoch.
    pub now: u64,
    /// Lines of a lower level are not written; 2 is info.
    pub log_level: u32,
    /// Everything written.
    pub log: Vec<LogLine>,
    /// Clusters that calls can go to.
    pub clusters: Vec<String>,
    /// Calls waiting for an answer.
    pub calls: Vec<Call>,
    /// Data under keys that are never freed, each with its version.
    pub shared: BTreeMap<Vec<u8>, (Vec<u8>, u32)>,
    /// Host calls that refuse, by name, and the status they refuse with.
    pub refusals: BTreeMap<String, u32>,
    pub(super) metrics: Vec<Metric>,
    pub(super) next: u32,
}

impl Default for World {
    fn default() -> Self {
        World {
            now: 1_731_000_000_000_000_000,
            log_level: 2,
            log: Vec::new(),
            clusters: Vec::new(),
            calls: Vec::new(),
            shared: BTreeMap::new(),
            refusals: BTreeMap::new(),
            metrics: Vec::new(),
            next: 1,
        }
    }
}

impl World {
    /// Lets time pass.
    pub fn advance_ms(&mut self, milliseconds: u64) {
        self.now += milliseconds * 1_000_000;
    }

    /// Value of a counter or gauge; `None` where it was never defined.
    pub fn metric(&self, name: &str) -> Option<i64> {
        self.metrics.iter().find(|metric| metric.name == name).map(|metric| metric.value)
    }

    /// Samples of a histogram.
    pub fn samples(&self, name: &str) -> &[u64] {
        self.metrics.iter().find(|metric| metric.name == name).map_or(&[], |metric| &metric.samples)
    }

    /// Names of all metrics.
    pub fn metric_names(&self) -> Vec<&str> {
        self.metrics.iter().map(|metric| metric.name.as_str()).collect()
    }

    /// Lines of the log that contain `text`.
    pub fn logged(&self, text: &str) -> Vec<&str> {
        self.log.iter().map(|line| line.text.as_str()).filter(|line| line.contains(text)).collect()
    }

    pub(super) fn number(&mut self) -> u32 {
        self.next += 1;
        self.next
    }
}
