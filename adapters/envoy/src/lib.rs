//! Weir as an Envoy proxy-wasm filter: facts in, action out.
//!
//! Callbacks come in through [`dispatch`]; everything asked of the host goes through [`hostcalls`]. One request costs
//! one read of the header map, one property, and the core's decision; its answer one look at the clock and one read of the answer's
//! header map, when the request is logged. Nothing here may trap: a trap takes the worker's whole
//! VM, and every request on it waits for a new one.

mod dispatch;
mod hostcalls;
mod pairs;
mod facts;
#[cfg(feature = "memory")]
mod answer;
mod metrics;
mod store;
mod config;
mod poll;
mod share;
mod trial;
mod tarpit;
mod act;

use std::cell::{OnceCell, RefCell};
use std::rc::Rc;

use filter_core::engine::Ticket;
use filter_core::facts::{Fact, Outcome};
use filter_core::state::Records;

use act::Done;
use facts::RequestBytes;
use poll::Poller;
use store::{Active, Slot};
use tarpit::{Pit, Tarpits};
use trial::{Late, Trial};

/// One plugin configuration in this VM. A configuration update makes a new one beside it.
#[derive(Default)]
struct Root {
    slot: Rc<Slot>,
    held: Tarpits,
    poller: RefCell<Option<Poller>>,
    trial: OnceCell<Trial>,
}

/// What is kept of a request until its answer comes.
struct Due {
    ticket: Ticket,
    /// What a candidate wants of the answer.
    #[cfg_attr(not(feature = "memory"), allow(dead_code, reason = "no answer is waited for"))]
    late: Option<Late>,
}

impl Root {
    /// Refusing is final for this configuration: Envoy does not start with it, or keeps the one before.
    fn configure(&self) -> bool {
        match config::load(&self.slot) {
            Ok((poller, trial)) => {
                share::start(poller.is_some());
                self.poller.replace(poller);
                if let Some(trial) = trial {
                    // A root is configured once.
                    let _ = self.trial.set(trial);
                }
                true
            }
            Err(problems) => {
                metrics::bundle_load(false);
                for problem in problems.lines() {
                    hostcalls::log(hostcalls::Level::Error, &format!("weir: {problem}"));
                }
                false
            }
        }
    }

    fn tick(&self) {
        share::tick(&self.slot);
        let was_holding = !self.held.is_empty();
        let now = now();
        self.held.release(now);
        let is_holding = !self.held.is_empty();
        self.with_poller(|poller| poller.tick(now, was_holding || share::is_on(), &self.slot));
        if is_holding {
            // The poller may have asked for fewer.
            tarpit::tick_often();
        } else if was_holding {
            // More ticks than needed do no harm.
            let period = self.with_poller(|poller| poller.period()).unwrap_or(0);
            let _ = hostcalls::set_tick_period(share::within(period));
        }
    }

    fn answered(&self, headers: usize) {
        self.with_poller(|poller| poller.answered(headers > 0, &self.slot));
        if !self.held.is_empty() {
            tarpit::tick_often();
        }
    }

    /// `None` where nothing is polled.
    fn with_poller<T>(&self, use_it: impl FnOnce(&mut Poller) -> T) -> Option<T> {
        self.poller.try_borrow_mut().ok()?.as_mut().map(use_it)
    }

    /// Whether the request goes on; what its answer is to be counted for, on hosts that keep records.
    fn request_headers(&self, context: u32) -> (bool, Option<Due>) {
        match (self.slot.get(), RequestBytes::fetch()) {
            (Some(active), Some(bytes)) => {
                let (done, due) = judge(&active, self.trial.get(), &bytes, &self.held, context);
                (done == Done::Passes, due)
            }
            (active, bytes) => {
                unjudged(active.is_some(), bytes.as_ref());
                (true, None)
            }
        }
    }

    /// The answer to a request left.
    #[cfg(feature = "memory")]
    fn log(&self, Due { ticket, late }: &Due) {
        if let Some(active) = self.slot.get() {
            let now = now();
            let answer = answer::AnswerBytes::fetch();
            answer.with_outcome(|outcome| {
                if let (Some(trial), Some(late)) = (self.trial.get(), late) {
                    trial.settle(late, &active.engine, ticket, outcome);
                }
                settle(&active, ticket, outcome, now);
            });
        }
    }
}

/// Milliseconds since the epoch.
fn now() -> u64 {
    hostcalls::now_nanoseconds().checked_div(1_000_000).unwrap_or(0)
}

fn judge(
    active: &Active,
    trial: Option<&Trial>,
    bytes: &RequestBytes,
    held: &Tarpits,
    context: u32,
) -> (Done, Option<Due>) {
    let started = hostcalls::now_nanoseconds();
    let now = started.checked_div(1_000_000).unwrap_or(0);
    let (done, due) = bytes.with_facts(|facts, forged| {
        store::with_tables(|tables| {
            // One request is judged at a time; a borrow that fails would only be slower.
            let plan = match active.known.try_borrow_mut() {
                Ok(mut known) => active.engine.plan_with(facts, now, &mut known),
                Err(_) => active.engine.plan(facts, now),
            };
            let records = tables.map_or_else(Records::default, |tables| tables.lend(plan.touched()));
            let verdict = active.engine.decide(plan, records);
            metrics::decision(started);
            let mut pit = Pit { held, context, now };
            let done = act::carry_out(active, &verdict, forged, &mut pit);
            let late = trial.and_then(|trial| trial.look(&active.engine, facts, &verdict, done));
            (done, verdict.ticket().map(|ticket| Due { ticket, late }))
        })
    });
    match due {
        Some(Due { ticket, .. }) if done.is_ours() => {
            settle(active, &ticket, &Outcome { status: Fact::Absent, ..Outcome::default() }, now);
            (done, None)
        }
        due => (done, due),
    }
}

fn settle(active: &Active, ticket: &Ticket, outcome: &Outcome<'_>, now: u64) {
    store::with_tables(|tables| {
        if let Some(tables) = tables {
            active.engine.settle(ticket, outcome, tables.find(ticket.keys()), now);
            metrics::clients(tables.clients());
        }
    });
}

/// There is no bundle yet, or the host gave no headers: the request passes, without headers that only Weir may send.
fn unjudged(has_bundle: bool, bytes: Option<&RequestBytes>) {
    metrics::not_judged(has_bundle);
    if let Some(bytes) = bytes {
        bytes.with_facts(|_, forged| act::remove(forged));
    }
}
