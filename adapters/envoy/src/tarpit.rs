//! Requests that are held: bounded in time and number, let go by the root's ticks.
//!
//! A held request waits in Envoy, which keeps 5 to 9 KB for it; here are its context's number and when it is due. While any is
//! held the root ticks every [`TICK_MS`], so that one is held by up to so much longer than its rule says.

use std::cell::{Cell, RefCell};

use filter_core::action::Reply;
use filter_core::limits;
use filter_core::policy::Tarpit;

use crate::{act, hostcalls};

/// Milliseconds between two looks at who is due.
const TICK_MS: u32 = 50;

/// The held requests of one root context.
#[derive(Default)]
pub(crate) struct Tarpits {
    held: RefCell<Vec<Held>>,
    /// When it was last looked who has left; milliseconds since the epoch.
    swept: Cell<u64>,
}

struct Held {
    context: u32,
    /// Milliseconds since the epoch.
    due: u64,
    /// When it began: a clock that is set back shows by it.
    since: u64,
    rule: Box<str>,
    /// What it is answered then; `None`: it passes.
    after: Option<Reply>,
}

/// The place where one request may be held.
pub(crate) struct Pit<'p> {
    pub(crate) held: &'p Tarpits,
    pub(crate) context: u32,
    /// Milliseconds since the epoch.
    pub(crate) now: u64,
}

/// Asks for ticks that let requests go in time.
pub(crate) fn tick_often() -> bool {
    hostcalls::set_tick_period(TICK_MS).is_ok()
}

impl Pit<'_> {
    /// Takes the request in; `false` where as many are held as may be, or no tick would let it go.
    pub(crate) fn hold(&mut self, tarpit: &Tarpit, rule: &str, after: Option<Reply>) -> bool {
        let Ok(mut held) = self.held.held.try_borrow_mut() else { return false };
        let is_full = |held: &Vec<Held>| {
            let of_rule = held.iter().filter(|other| *other.rule == *rule).count();
            of_rule >= usize::try_from(tarpit.most).unwrap_or(0) || held.len() >= limits::TARPIT_HELD as usize
        };
        if is_full(&held) && self.now.abs_diff(self.held.swept.get()) >= u64::from(TICK_MS) {
            // Nobody says when a client leaves: its place is free when it is needed, and looked for no more often than others are let go.
            self.held.swept.set(self.now);
            held.retain(|one| hostcalls::set_effective_context(one.context).is_ok());
            let _ = hostcalls::set_effective_context(self.context);
        }
        if is_full(&held) || (held.is_empty() && !tick_often()) {
            return false;
        }
        let due = self.now.saturating_add(u64::from(tarpit.seconds).saturating_mul(1_000));
        held.push(Held { context: self.context, due, since: self.now, rule: rule.into(), after });
        true
    }
}

impl Tarpits {
    /// Whether any request is held, and ticks come often.
    pub(crate) fn is_empty(&self) -> bool {
        self.held.try_borrow().is_ok_and(|held| held.is_empty())
    }

    /// Whether this request is held.
    pub(crate) fn holds(&self, context: u32) -> bool {
        self.held.try_borrow().is_ok_and(|held| held.iter().any(|one| one.context == context))
    }

    /// Lets those go that are due.
    pub(crate) fn release(&self, now: u64) {
        loop {
            // One at a time, and not borrowed while the host is called: letting one go may end it at once.
            let due = self.held.try_borrow_mut().ok().and_then(|mut held| {
                let is_due = |one: &Held| now >= one.due || now < one.since;
                let place = held.iter().position(is_due)?;
                Some(held.swap_remove(place))
            });
            let Some(one) = due else { return };
            // Where it is gone there is nothing to do.
            if hostcalls::set_effective_context(one.context).is_err() {
                continue;
            }
            if !one.after.as_ref().is_some_and(act::answer) {
                let _ = hostcalls::resume_request();
            }
        }
    }
}
