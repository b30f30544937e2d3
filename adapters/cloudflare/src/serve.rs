//! One isolate: its requests, each judged, then answered or passed on.

use core::cell::RefCell;
use core::time::Duration;
use std::sync::Arc;

use filter_core::facts::{Fact, Header, Outcome};
use filter_core::limits;
use filter_core::state::{Records, Tables};
use filter_core::sync::Seed;
use js_sys::{Array, Function};
use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::Request;
use worker::Env;
use worker::wasm_bindgen_futures::future_to_promise;
use worker::worker_sys::Context;

use crate::act::{self, Done};
use crate::config::{self, Knobs};
use crate::due::{Due, Dues};
use crate::facts::Head;
use crate::store::{Look, Store, Wanted};
use crate::tarpit::Tarpits;
use crate::trial::{Pending, Trial};
use crate::{clock, forward, log};

/// How long a new bundle is waited for beside a request.
const BESIDE: Duration = Duration::from_secs(10);
/// Header lines of an answer that are shown.
const LINES: usize = 64;

thread_local! {
    static ISOLATE: RefCell<Option<Isolate>> = const { RefCell::new(None) };
}

/// What lives as long as the isolate.
struct Isolate {
    knobs: Knobs,
    /// `None`: the settings cannot be used, and requests pass unjudged.
    store: Option<Store>,
    /// What is tried beside it, where the settings name something.
    trial: Option<Trial>,
    dues: Dues,
    tarpits: Tarpits,
    /// Numbers requests that the host did not name.
    count: u64,
}

/// Says what a panic was, before the end.
#[wasm_bindgen(start)]
pub fn start() {
    std::panic::set_hook(Box::new(|info| log::say(&format!("panic: {info}"))));
}

/// Serves a request: the answer, or a promise of one. `head` is everything that is known of it; `finish` waits, answers and
/// forwards.
///
/// # Errors
/// Where JavaScript refuses something; then the request is to pass as it came.
#[wasm_bindgen]
pub fn fetch(
    head: String,
    request: Request,
    env: Env,
    context: &Context,
    finish: Function,
) -> Result<JsValue, JsValue> {
    let (look, wait, candidate) = with_isolate(&env, |isolate| isolate.look());
    if let Some(wanted) = candidate {
        let env = env.clone();
        let looking = async move {
            look_for_candidate(&env, wanted).await;
            Ok(JsValue::UNDEFINED)
        };
        context.wait_until(&future_to_promise(looking))?;
    }
    match look {
        Look::Rest => {}
        Look::Beside => {
            let looking = async move {
                look_for_bundle(&env, BESIDE).await;
                Ok(JsValue::UNDEFINED)
            };
            context.wait_until(&future_to_promise(looking))?;
        }
        Look::First => {
            let served = async move {
                look_for_bundle(&env, wait).await;
                serve(&head, &request, &finish)
            };
            return Ok(future_to_promise(served).into());
        }
    }
    serve(&head, &request, &finish)
}

/// Has a candidate look at the request that was served last, where there is one. Called apart, so that one that traps harms no request.
#[wasm_bindgen]
pub fn look() {
    ISOLATE.with_borrow_mut(|isolate| {
        let Some(Isolate { trial: Some(trial), dues, .. }) = isolate else { return };
        if let Some((number, late)) = trial.look() {
            dues.want(number, late);
        }
    });
}

/// Counts what the origin answered to a request; `status` 0: nothing. `lines` are names and values by turns, all there are where
/// `due` is negative.
#[wasm_bindgen]
pub fn settle(due: f64, status: u16, lines: &str) {
    let mut parts = lines.split('\n');
    let mut headers = Vec::with_capacity(LINES.min(16));
    while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
        headers.push(Header { name: name.as_bytes(), value: value.as_bytes() });
    }
    let length = headers.iter().find(|line| line.name == b"content-length");
    let length = length.and_then(|line| core::str::from_utf8(line.value).ok()?.parse().ok());
    let headers_known = due < 0.0 && headers.len() <= LINES;
    headers.truncate(LINES);
    let outcome = Outcome {
        status: if status == 0 { Fact::Absent } else { Fact::Present(status) },
        size: length.map_or(Fact::Unknown, Fact::Present),
        headers: &headers,
        headers_known,
        ..Outcome::default()
    };
    ISOLATE.with_borrow_mut(|isolate| {
        if let Some(isolate) = isolate {
            isolate.settle(clock::number(due.abs()), &outcome);
        }
    });
}

fn with_isolate<T>(env: &Env, look: impl FnOnce(&mut Isolate) -> T) -> T {
    ISOLATE.with_borrow_mut(|isolate| look(isolate.get_or_insert_with(|| Isolate::open(env))))
}

/// What is remembered here, and with which secret; `None` where nothing is, or without one.
pub(crate) fn with_memory<T>(look: impl FnOnce(Seed, &mut Tables) -> T) -> Option<T> {
    ISOLATE.with_borrow_mut(|isolate| {
        let Isolate { knobs, store, .. } = isolate.as_mut()?;
        let store = store.as_mut().filter(|_| knobs.memory)?;
        let seed = Seed::of(Some(store.engine()?.keys()?));
        Some(look(seed, &mut store.tables))
    })
}

/// Reads the KV namespace, without holding the isolate meanwhile.
async fn look_for_bundle(env: &Env, wait: Duration) {
    let Some(wanted) = with_isolate(env, |isolate| isolate.store.as_ref().map(Store::wanted)) else { return };
    let found = wanted.look(env, wait).await;
    with_isolate(env, |isolate| {
        if let Some(store) = &mut isolate.store {
            store.take(found);
        }
    });
}

/// The same for a candidate.
async fn look_for_candidate(env: &Env, wanted: Wanted) {
    let found = wanted.look(env, BESIDE).await;
    with_isolate(env, |isolate| {
        let active = isolate.store.as_ref().and_then(Store::engine);
        if let (Some(trial), Some(active)) = (&mut isolate.trial, active) {
            trial.take(found, &active);
        }
    });
}

/// Judges and carries out.
fn serve(text: &str, request: &Request, finish: &Function) -> Result<JsValue, JsValue> {
    let head = Head::new(text);
    let judged = ISOLATE.with_borrow_mut(|isolate| isolate.as_mut()?.judge(&head, text));
    let (Done { hold, answer, headers }, due) = judged.unwrap_or_default();
    match answer {
        Some(answer) if hold == 0 => Ok(answer.into()),
        answer => {
            let request = forward::prepare(request, &head, &headers)?;
            let wait = f64::from(hold.saturating_mul(1000));
            let arguments = Array::of4(&request.into(), &due.into(), &wait.into(), &answer.into());
            finish.apply(&JsValue::UNDEFINED, &arguments)
        }
    }
}

/// As JavaScript gets it: negative where the answer's headers are all wanted.
#[allow(clippy::cast_precision_loss, reason = "below 2^53")]
fn number(due: u64, wants_all: bool) -> f64 {
    if wants_all { -(due as f64) } else { due as f64 }
}

impl Isolate {
    fn open(env: &Env) -> Self {
        let knobs = config::knobs(env).unwrap_or_else(|why| {
            log::say(&why);
            Knobs::default()
        });
        let (store, trial) = match config::load(env) {
            Ok(mut config) => {
                let trial = config.candidate.take();
                let trial =
                    trial.map(|(place, rollout)| Trial::new(config.settings.clone(), place, rollout, knobs.memory));
                (Some(Store::new(config, knobs.memory)), trial)
            }
            Err(why) => {
                log::say(&format!("requests pass unjudged:\n{why}"));
                (None, None)
            }
        };
        let now = clock::milliseconds();
        let (dues, tarpits) = (Dues::new(now), Tarpits::default());
        Isolate { knobs, store, trial, dues, tarpits, count: now.wrapping_shl(16) }
    }

    /// What is to be looked for: a bundle, and how long it is waited for; and a candidate.
    fn look(&mut self) -> (Look, Duration, Option<Wanted>) {
        let now = clock::milliseconds();
        let look = self.store.as_mut().map_or(Look::Rest, |store| store.look(now));
        let serves = self.store.as_ref().is_some_and(|store| store.engine().is_some());
        let candidate = self.trial.as_mut().filter(|_| serves).and_then(|trial| trial.wanted(now));
        (look, self.knobs.wait(), candidate)
    }

    /// What is to become of a request, and the number of its answer, 0 where none is waited for. `None`: it passes unjudged.
    fn judge(&mut self, head: &Head<'_>, text: &str) -> Option<(Done, f64)> {
        let store = self.store.as_mut()?;
        let engine = store.engine()?;
        #[cfg(feature = "test-seam")]
        if head.seam.panics {
            panic_for_a_test();
        }
        self.count = self.count.wrapping_add(1);
        let named = head.id.is_empty().then(|| format!("{:016x}", self.count));
        let id = named.as_deref().unwrap_or(head.id);
        let id = id.get(..limits::NAME).unwrap_or(id);
        let facts = head.facts();
        let now = head.now();
        let plan = engine.plan_with(&facts, now, &mut store.known);
        let records = match self.knobs.memory {
            true => store.tables.lend(plan.touched()),
            false => Records::default(),
        };
        let verdict = engine.decide(plan, records);
        let done = act::carry_out(&verdict, id, self.knobs.events, &mut self.tarpits, now);
        // What we answer ourselves says nothing about the client.
        let ticket = verdict.ticket().filter(|_| done.answer.is_none());
        let is_login = verdict.endpoint.is_some_and(|endpoint| endpoint.login.is_some());
        let witness = self.trial.as_ref().and_then(|trial| trial.witness(&verdict));
        drop(verdict);
        let judged = Arc::clone(&engine);
        let due = ticket.map_or(0, |ticket| self.dues.put(Due { engine, ticket, since: now, late: None }));
        if let (Some(trial), Some(witness)) = (&mut self.trial, witness) {
            let (head, id, is_ours) = (text.to_owned(), id.to_owned(), done.answer.is_some());
            trial.put(Pending { head, id, engine: judged, witness, is_ours, due });
        }
        let due = number(due, is_login);
        Some((done, due))
    }

    fn settle(&mut self, number: u64, outcome: &Outcome<'_>) {
        let (Some(store), Some(Due { engine, ticket, since, late })) = (&mut self.store, self.dues.take(number)) else {
            return;
        };
        let now = now_at_the_answer(since);
        let outcome = Outcome { took: Fact::Present(now.saturating_sub(since)), ..*outcome };
        if let Some(late) = late {
            late.settle(&engine, &ticket, &outcome);
        }
        let alert = engine.settle(&ticket, &outcome, store.tables.find(ticket.keys()), now);
        if let Some(alert) = alert.filter(|_| self.knobs.events) {
            log::event(&alert.event());
        }
    }
}

#[cfg(not(feature = "test-seam"))]
fn now_at_the_answer(_: u64) -> u64 {
    clock::milliseconds()
}

/// Where a test says the time, it is far from the clock's.
#[cfg(feature = "test-seam")]
fn now_at_the_answer(since: u64) -> u64 {
    const DAY: u64 = 86_400_000;
    let now = clock::milliseconds();
    if now.abs_diff(since) > DAY { since.saturating_add(crate::facts::seam::LATER) } else { now }
}

#[cfg(feature = "test-seam")]
#[allow(clippy::panic, reason = "it is what the test is about")]
fn panic_for_a_test() {
    panic!("a test asked for it");
}
