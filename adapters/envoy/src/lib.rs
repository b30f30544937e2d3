//! Weir as an Envoy proxy-wasm filter: facts in, action out.
//!
//! The `proxy-wasm` crate dispatches callbacks; everything asked of the host goes through [`hostcalls`]. One request costs
//! one read of the header map, one property, and the core's decision; its answer one look at the clock and one read of the answer's
//! header map, when the request is logged. Nothing here may trap: a trap takes the worker's whole
//! VM, and every request on it waits for a new one.
#![allow(missing_docs, reason = "proxy_wasm::main exports a function without documentation")]

mod hostcalls;
mod pairs;
mod facts;
mod metrics;
mod store;
mod config;
mod poll;
mod share;
mod tarpit;
mod act;

use std::rc::Rc;

use filter_core::engine::Ticket;
use filter_core::facts::{Fact, Outcome};
use filter_core::state::Records;
use proxy_wasm::traits::{Context, HttpContext, RootContext};
use proxy_wasm::types::{Action, ContextType};

use act::Done;
use facts::{AnswerBytes, RequestBytes};
use poll::Poller;
use store::{Active, Slot};
use tarpit::{Pit, Tarpits};

proxy_wasm::main! {{
    proxy_wasm::set_root_context(|_| Box::new(Root::default()));
}}

/// One plugin configuration in this VM. A configuration update makes a new one beside it.
#[derive(Default)]
struct Root {
    slot: Rc<Slot>,
    held: Rc<Tarpits>,
    poller: Option<Poller>,
}

impl Context for Root {
    fn on_http_call_response(&mut self, _token: u32, headers: usize, _body: usize, _trailers: usize) {
        if let Some(poller) = &mut self.poller {
            poller.answered(headers > 0, &self.slot);
            if !self.held.is_empty() {
                tarpit::tick_often();
            }
        }
    }
}

impl RootContext for Root {
    /// Refusing is final for this configuration: Envoy does not start with it, or keeps the one before.
    fn on_configure(&mut self, _size: usize) -> bool {
        match config::load(&self.slot) {
            Ok(poller) => {
                self.poller = poller;
                share::start(self.poller.is_some());
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

    fn on_tick(&mut self) {
        share::tick(&self.slot);
        let was_holding = !self.held.is_empty();
        let now = now();
        self.held.release(now);
        let is_holding = !self.held.is_empty();
        if let Some(poller) = &mut self.poller {
            poller.tick(now, was_holding || share::is_on(), &self.slot);
        }
        if is_holding {
            // The poller may have asked for fewer.
            tarpit::tick_often();
        } else if was_holding {
            // More ticks than needed do no harm.
            let _ = hostcalls::set_tick_period(share::within(self.poller.as_ref().map_or(0, Poller::period)));
        }
    }

    fn create_http_context(&self, context: u32) -> Option<Box<dyn HttpContext>> {
        let (slot, held) = (Rc::clone(&self.slot), Rc::clone(&self.held));
        Some(Box::new(Http { slot, held, context, is_held: false, ticket: None }))
    }

    fn get_type(&self) -> Option<ContextType> {
        Some(ContextType::HttpContext)
    }
}

/// One request.
struct Http {
    slot: Rc<Slot>,
    held: Rc<Tarpits>,
    context: u32,
    /// It was put into the tarpit.
    is_held: bool,
    /// Until the answer came; apart, for most hosts keep none.
    ticket: Option<Box<Ticket>>,
}

impl Context for Http {}

impl HttpContext for Http {
    fn on_http_request_headers(&mut self, _headers: usize, _end_of_stream: bool) -> Action {
        match (self.slot.get(), RequestBytes::fetch()) {
            (Some(active), Some(bytes)) => {
                let (done, ticket) = judge(&active, &bytes, &self.held, self.context);
                self.ticket = ticket.map(Box::new);
                self.is_held = done == Done::Held;
                if done == Done::Passes { Action::Continue } else { Action::Pause }
            }
            (active, bytes) => unjudged(active.is_some(), bytes.as_ref()),
        }
    }

    /// Where Envoy stops only the headers of a held request, its body comes here.
    fn on_http_request_body(&mut self, _size: usize, _end_of_stream: bool) -> Action {
        if self.is_held && self.held.holds(self.context) { Action::Pause } else { Action::Continue }
    }

    fn on_http_request_trailers(&mut self, _count: usize) -> Action {
        act::remove_trailers();
        // They may not set a held request free.
        if self.is_held && self.held.holds(self.context) { Action::Pause } else { Action::Continue }
    }

    fn on_log(&mut self) {
        if let (Some(ticket), Some(active)) = (self.ticket.take(), self.slot.get()) {
            let now = now();
            let answer = AnswerBytes::fetch();
            answer.with_outcome(|outcome| settle(&active, &ticket, outcome, now));
        }
    }
}

impl Drop for Http {
    fn drop(&mut self) {
        if self.is_held {
            self.held.forget(self.context);
        }
    }
}

/// Milliseconds since the epoch.
fn now() -> u64 {
    hostcalls::now_nanoseconds().checked_div(1_000_000).unwrap_or(0)
}

fn judge(active: &Active, bytes: &RequestBytes, held: &Tarpits, context: u32) -> (Done, Option<Ticket>) {
    let started = hostcalls::now_nanoseconds();
    let now = started.checked_div(1_000_000).unwrap_or(0);
    let (done, ticket) = bytes.with_facts(|facts, forged| {
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
            (act::carry_out(active, &verdict, forged, &mut pit), verdict.ticket())
        })
    });
    // What we answer ourselves says nothing about the client that the score does not.
    match (done, ticket) {
        (Done::Answered, Some(ticket)) => {
            settle(active, &ticket, &Outcome { status: Fact::Absent, ..Outcome::default() }, now);
            (done, None)
        }
        other => other,
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
fn unjudged(has_bundle: bool, bytes: Option<&RequestBytes>) -> Action {
    metrics::not_judged(has_bundle);
    if let Some(bytes) = bytes {
        bytes.with_facts(|_, forged| act::remove(forged));
    }
    Action::Continue
}
