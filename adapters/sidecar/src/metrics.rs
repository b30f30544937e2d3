//! Counters for Prometheus; what Envoy's filter counts too has the same name and labels here.
//!
//! Labels come from the bundle, the signal registry and fixed lists, never from a request: their number is bounded by the
//! rules. Handles are looked up once a bundle, so that a request only adds.

use std::sync::Arc;
use std::sync::atomic::{AtomicI64, AtomicU64};
use std::time::Duration;

use filter_core::engine::{Engine, Verdict};
use filter_core::policy::{Action, Bundle, Rule};
use filter_core::score::Class;
use filter_core::signals::SIGNALS;
use prometheus_client::encoding::text::encode;
use prometheus_client::metrics::counter::Counter;
use prometheus_client::metrics::family::Family;
use prometheus_client::metrics::gauge::Gauge;
use prometheus_client::metrics::histogram::Histogram;
use prometheus_client::registry::Registry;

/// Bounds in microseconds: a decision takes about three.
const DECISION: [f64; 8] = [1.0, 2.0, 5.0, 10.0, 20.0, 50.0, 100.0, 1000.0];
/// Bounds in seconds of an origin's answer.
const ANSWER: [f64; 9] = [0.001, 0.005, 0.02, 0.05, 0.1, 0.5, 1.0, 5.0, 30.0];

const CLASSES: [Class; 5] = [Class::Human, Class::GoodBot, Class::Tool, Class::Bot, Class::Unknown];

type Labels = Vec<(&'static str, String)>;
type Count = Counter<u64, AtomicU64>;
pub(crate) type Level = Gauge<i64, AtomicI64>;

/// Everything that is counted.
#[derive(Debug)]
pub struct Metrics {
    registry: Registry,
    requests: Family<Labels, Count>,
    signals: Family<Labels, Count>,
    shadows: Family<Labels, Count>,
    not_judged: Family<Labels, Count>,
    tarpit_full: Count,
    bundle_loads: Family<Labels, Count>,
    bundle_in_use: Family<Labels, Level>,
    bundle_serial: Level,
    bundle_since: Level,
    decision: Histogram,
    responses: Family<Labels, Count>,
    origin_errors: Family<Labels, Count>,
    answer: Histogram,
    /// Connections of clients that are open.
    pub(crate) connections: Level,
    /// Upgraded connections (WebSocket) that are open.
    pub(crate) tunnels: Level,
    /// Connections that came to nothing before a request.
    refused: Family<Labels, Count>,
    /// 1 while the origin's health check succeeds.
    pub(crate) origin_up: Level,
    /// Event lines lost, since whoever reads them is too slow.
    pub(crate) events_dropped: Count,
}

impl Default for Metrics {
    fn default() -> Self {
        let mut registry = Registry::default();
        let metrics = Metrics {
            requests: Family::default(),
            signals: Family::default(),
            shadows: Family::default(),
            not_judged: Family::default(),
            tarpit_full: Count::default(),
            bundle_loads: Family::default(),
            bundle_in_use: Family::default(),
            bundle_serial: Level::default(),
            bundle_since: Level::default(),
            decision: Histogram::new(DECISION),
            responses: Family::default(),
            origin_errors: Family::default(),
            answer: Histogram::new(ANSWER),
            connections: Level::default(),
            tunnels: Level::default(),
            refused: Family::default(),
            origin_up: Level::default(),
            events_dropped: Count::default(),
            registry: Registry::default(),
        };
        // The client library adds `_total` to counters.
        registry.register("weir_requests", "Requests judged, by class, action and rule", metrics.requests.clone());
        registry.register("weir_signals", "Signals that fired", metrics.signals.clone());
        registry.register("weir_shadow", "Shadow rules that matched", metrics.shadows.clone());
        registry.register("weir_not_judged", "Requests that passed without a verdict", metrics.not_judged.clone());
        let full = "Requests that were to be held, and as many were as may be";
        registry.register("weir_tarpit_full", full, metrics.tarpit_full.clone());
        registry.register("weir_bundle_loads", "Bundles taken and refused", metrics.bundle_loads.clone());
        registry.register("weir_bundle_in_use", "1 for the bundle in use", metrics.bundle_in_use.clone());
        registry.register("weir_bundle_serial", "Serial of the bundle in use", metrics.bundle_serial.clone());
        let since = "When the bundle in use was taken, in seconds since the epoch";
        registry.register("weir_bundle_since_seconds", since, metrics.bundle_since.clone());
        registry.register("weir_decision_microseconds", "Time of a decision, one in 16", metrics.decision.clone());
        registry.register("weir_responses", "Answers to clients, by status class", metrics.responses.clone());
        registry.register(
            "weir_origin_errors",
            "Requests that the origin did not answer",
            metrics.origin_errors.clone(),
        );
        registry.register("weir_origin_seconds", "Time until the origin's answer began", metrics.answer.clone());
        registry.register("weir_connections", "Open connections of clients", metrics.connections.clone());
        registry.register("weir_tunnels", "Open upgraded connections", metrics.tunnels.clone());
        registry.register("weir_connections_refused", "Connections without a request", metrics.refused.clone());
        registry.register("weir_origin_up", "1 while the origin's health check succeeds", metrics.origin_up.clone());
        registry.register("weir_events_dropped", "Event lines lost", metrics.events_dropped.clone());
        Metrics { registry, ..metrics }
    }
}

impl Metrics {
    /// The text that Prometheus reads (OpenMetrics).
    pub fn text(&self) -> String {
        let mut text = String::new();
        // Writing to a string does not fail.
        let _ = encode(&mut text, &self.registry);
        text
    }

    /// A request passed without a verdict.
    pub(crate) fn not_judged(&self, why: &'static str) {
        self.not_judged.get_or_create(&vec![("weir_why", why.to_owned())]).inc();
    }

    /// A request was to be held, and as many were as may be.
    pub(crate) fn tarpit_full(&self) {
        self.tarpit_full.inc();
    }

    /// A bundle was taken or refused.
    pub(crate) fn bundle_load(&self, taken: bool) {
        let result = if taken { "ok" } else { "failed" };
        self.bundle_loads.get_or_create(&vec![("weir_result", result.to_owned())]).inc();
    }

    /// Shows which bundle is in use, and since when.
    pub(crate) fn bundle_in_use(&self, bundle: &Bundle, now: u64) {
        self.bundle_in_use.clear();
        let id = bundle.id().chars().take(16).collect();
        self.bundle_in_use.get_or_create(&vec![("weir_bundle", id)]).set(1);
        self.bundle_serial.set(i64::try_from(bundle.serial()).unwrap_or(i64::MAX));
        self.bundle_since.set(i64::try_from(now / 1000).unwrap_or(i64::MAX));
    }

    pub(crate) fn decision(&self, took: Duration) {
        self.decision.observe(took.as_secs_f64() * 1e6);
    }

    pub(crate) fn origin_error(&self, why: &'static str) {
        self.origin_errors.get_or_create(&vec![("weir_why", why.to_owned())]).inc();
    }

    pub(crate) fn origin_answered(&self, took: Duration) {
        self.answer.observe(took.as_secs_f64());
    }

    pub(crate) fn refused(&self, why: &'static str) {
        self.refused.get_or_create(&vec![("weir_why", why.to_owned())]).inc();
    }

    /// Handles for answers by status class.
    pub(crate) fn responses(&self) -> [Count; 6] {
        ["other", "1xx", "2xx", "3xx", "4xx", "5xx"].map(|class| {
            let labels = vec![("weir_status", class.to_owned())];
            self.responses.get_or_create_owned(&labels)
        })
    }
}

/// Requests by rule and class, signals and shadow matches, for one bundle.
#[derive(Debug)]
pub(crate) struct Counters {
    /// By rule (none first) and class.
    requests: Vec<[Count; CLASSES.len()]>,
    shadows: Vec<Count>,
    signals: Vec<Count>,
}

impl Counters {
    pub(crate) fn new(metrics: &Metrics, engine: &Engine) -> Self {
        let row = |rule: &str, action: &Action| {
            CLASSES.map(|class| {
                metrics.requests.get_or_create_owned(&vec![
                    ("weir_class", class.as_str().to_owned()),
                    ("weir_action", action.as_str().to_owned()),
                    ("weir_rule", rule.to_owned()),
                ])
            })
        };
        let bundle = engine.bundle();
        let allowed = bundle.allow().iter().map(|rule| row(&rule.id, &Action::Allow));
        let acted = bundle.rules().iter().map(|rule| row(&rule.id, &rule.then));
        let shadow = |rule: &Rule| metrics.shadows.get_or_create_owned(&vec![("weir_rule", rule.id.clone())]);
        let signals = SIGNALS.iter();
        Counters {
            requests: std::iter::once(row("none", bundle.otherwise())).chain(allowed).chain(acted).collect(),
            shadows: bundle.allow().iter().chain(bundle.rules()).map(shadow).collect(),
            signals: signals
                .map(|signal| metrics.signals.get_or_create_owned(&vec![("weir_signal", signal.id.to_owned())]))
                .collect(),
        }
    }

    /// Counts one verdict: the request, its signals, and shadow rules that matched.
    pub(crate) fn count(&self, engine: &Engine, verdict: &Verdict<'_>) {
        let row = verdict.rule().and_then(|rule| place(engine, rule)).map_or(0, |place| place.saturating_add(1));
        let class = CLASSES.iter().position(|class| *class == verdict.score.class);
        if let (Some(row), Some(class)) = (self.requests.get(row), class)
            && let Some(count) = row.get(class)
        {
            count.inc();
        }
        for shadow in verdict.decision.shadows() {
            if let Some(count) = place(engine, shadow).and_then(|place| self.shadows.get(place)) {
                count.inc();
            }
        }
        for (id, _) in verdict.evidence.signals() {
            if let Some(count) = self.signals.get(id.index()) {
                count.inc();
            }
        }
    }
}

/// A rule's place among all: found by address, since a verdict borrows the engine's own.
fn place(engine: &Engine, rule: &Rule) -> Option<usize> {
    let bundle = engine.bundle();
    bundle.allow().iter().chain(bundle.rules()).position(|other| std::ptr::eq(other, rule))
}

/// Metrics, shared.
pub type SharedMetrics = Arc<Metrics>;

/// Counts up while it lives.
pub(crate) struct Open(Level);

impl Open {
    pub(crate) fn new(level: &Level) -> Self {
        level.inc();
        Open(level.clone())
    }
}

impl Drop for Open {
    fn drop(&mut self) {
        self.0.dec();
    }
}
