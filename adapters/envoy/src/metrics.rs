//! Counters with labels in their names, for `stats_tags` to take out again: `weir_requests_total.weir_class=bot;...`.
//!
//! A metric is defined when it is first needed and its number kept; no request defines one that was there before. Names
//! come from the bundle and the signal registry, never from a request, so their number is bounded by the rules.

use std::cell::Cell;

use filter_core::engine::{Engine, Verdict};
use filter_core::policy::{Bundle, Rule};
use filter_core::score::Class;
use filter_core::signals::COUNT;

use crate::hostcalls::{self, MetricKind};

const CLASSES: usize = Class::Unknown as usize + 1;
/// One decision in so many is timed: reading the clock again and the histogram cost 0.2 us. A power of two.
const TIMED: u32 = 16;

/// A metric's number, found when first used.
#[derive(Debug)]
struct Cached(Cell<Option<u32>>);

impl Cached {
    const fn new() -> Self {
        Cached(Cell::new(None))
    }

    fn get(&self, kind: MetricKind, name: impl FnOnce() -> String) -> Option<u32> {
        if self.0.get().is_none() {
            self.0.set(hostcalls::define_metric(kind, &name()).ok());
        }
        self.0.get()
    }

    fn increment(&self, name: impl FnOnce() -> String) {
        if let Some(id) = self.get(MetricKind::Counter, name) {
            hostcalls::increment_metric(id, 1);
        }
    }
}

struct Shared {
    signals: [Cached; COUNT],
    no_bundle: Cached,
    no_headers: Cached,
    tarpit_full: Cached,
    decision: Cached,
    decisions: Cell<u32>,
    clients: Cached,
    settled: Cell<u32>,
    bundle: Cell<Option<u32>>,
}

thread_local! {
    static SHARED: Shared = const {
        Shared {
            signals: [const { Cached::new() }; COUNT],
            no_bundle: Cached::new(),
            no_headers: Cached::new(),
            tarpit_full: Cached::new(),
            decision: Cached::new(),
            decisions: Cell::new(0),
            clients: Cached::new(),
            settled: Cell::new(0),
            bundle: Cell::new(None),
        }
    };
}

/// Requests and shadow matches by rule, for one bundle.
#[derive(Debug)]
pub(crate) struct Counters {
    /// By rule (none first) and class.
    requests: Vec<[Cached; CLASSES]>,
    shadows: Vec<Cached>,
}

impl Counters {
    pub(crate) fn new(engine: &Engine) -> Self {
        let rules = engine.bundle().allow().len().saturating_add(engine.bundle().rules().len());
        let row = || [const { Cached::new() }; CLASSES];
        Counters {
            requests: (0..=rules).map(|_| row()).collect(),
            shadows: (0..rules).map(|_| Cached::new()).collect(),
        }
    }

    /// Counts one verdict: the request, its signals, and shadow rules that matched.
    pub(crate) fn count(&self, engine: &Engine, verdict: &Verdict<'_>) {
        let (class, action, rule) = (verdict.score.class, verdict.action().as_str(), verdict.rule());
        let row = rule.and_then(|rule| place(engine, rule)).map_or(0, |place| place.saturating_add(1));
        if let Some(cached) = self.requests.get(row).and_then(|row| row.get(class as usize)) {
            cached.increment(|| {
                let rule = rule.map_or("none", |rule| &rule.id);
                format!("weir_requests_total.weir_class={};weir_action={action};weir_rule={rule};", class.as_str())
            });
        }
        for shadow in verdict.decision.shadows() {
            if let Some(cached) = place(engine, shadow).and_then(|place| self.shadows.get(place)) {
                cached.increment(|| format!("weir_shadow_total.weir_rule={};", shadow.id));
            }
        }
        SHARED.with(|shared| {
            for (id, signal) in verdict.evidence.signals() {
                if let Some(cached) = shared.signals.get(id.index()) {
                    cached.increment(|| format!("weir_signals_total.weir_signal={};", signal.id));
                }
            }
        });
    }
}

/// A rule's place among all: found by address, since a verdict borrows the engine's own.
fn place(engine: &Engine, rule: &Rule) -> Option<usize> {
    let bundle = engine.bundle();
    bundle.allow().iter().chain(bundle.rules()).position(|other| std::ptr::eq(other, rule))
}

/// Times a decision that began at `started`, one in [`TIMED`].
pub(crate) fn decision(started: u64) {
    SHARED.with(|shared| {
        let number = shared.decisions.get();
        shared.decisions.set(number.wrapping_add(1));
        if number & TIMED.wrapping_sub(1) != 0 {
            return;
        }
        let took = hostcalls::now_nanoseconds().saturating_sub(started).checked_div(1000).unwrap_or(0);
        let name = || "weir_decision_microseconds".to_owned();
        if let Some(id) = shared.decision.get(MetricKind::Histogram, name) {
            hostcalls::record_metric(id, took);
        }
    });
}

/// Shows how many clients are remembered, once in [`TIMED`] settled answers. All workers write one gauge: it is the last one's.
pub(crate) fn clients(held: usize) {
    SHARED.with(|shared| {
        let number = shared.settled.get();
        shared.settled.set(number.wrapping_add(1));
        if number & TIMED.wrapping_sub(1) == 0
            && let Some(id) = shared.clients.get(MetricKind::Gauge, || "weir_clients".to_owned())
        {
            hostcalls::record_metric(id, held as u64);
        }
    });
}

/// A request passed without a verdict: there was no bundle yet, or the host gave no headers.
pub(crate) fn not_judged(has_bundle: bool) {
    let name = |why: &str| format!("weir_not_judged_total.weir_why={why};");
    SHARED.with(|shared| {
        if has_bundle {
            shared.no_headers.increment(|| name("no_headers"));
        } else {
            shared.no_bundle.increment(|| name("no_bundle"));
        }
    });
}

/// A request was to be held, and as many were as may be.
pub(crate) fn tarpit_full() {
    SHARED.with(|shared| shared.tarpit_full.increment(|| "weir_tarpit_full_total".to_owned()));
}

/// A bundle was taken or refused.
pub(crate) fn bundle_load(taken: bool) {
    let result = if taken { "ok" } else { "failed" };
    Cached::new().increment(|| format!("weir_bundle_loads_total.weir_result={result};"));
}

/// Shows which bundle is in use: a gauge by id that is 1, the serial, since when, and the microseconds that it took to load, in all
/// and in its longest piece.
pub(crate) fn bundle_in_use(bundle: &Bundle, at: u64, took: [u64; 2]) {
    let id: String = bundle.id().chars().take(16).collect();
    let gauge = |name: &str| hostcalls::define_metric(MetricKind::Gauge, name).ok();
    let now = gauge(&format!("weir_bundle_in_use.weir_bundle={id};"));
    let before = SHARED.with(|shared| shared.bundle.replace(now));
    if let Some(before) = before.filter(|before| Some(*before) != now) {
        hostcalls::record_metric(before, 0);
    }
    if let Some(now) = now {
        hostcalls::record_metric(now, 1);
    }
    let [all, longest] = took;
    let values = [
        ("weir_bundle_serial", bundle.serial()),
        ("weir_bundle_load_microseconds", all),
        ("weir_bundle_load_longest_microseconds", longest),
    ];
    for (name, value) in values {
        if let Some(gauge) = gauge(name) {
            hostcalls::record_metric(gauge, value);
        }
    }
    if let Some(since) = gauge("weir_bundle_since_seconds") {
        hostcalls::record_metric(since, at / 1000);
    }
}
