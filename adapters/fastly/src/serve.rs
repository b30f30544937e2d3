//! One sandbox: its requests one after the other, each judged, then answered or passed on.

use std::time::{Duration, Instant};

use filter_core::engine::shadow::Answer;
use filter_core::engine::{Engine, Ticket, Witness};
use filter_core::facts::{Fact, Outcome as Answered};
use filter_core::state::Records;
use filter_core::sync::Seed;

use crate::act::{self, Done, Outcome, Way};
use crate::cells::{self, Cells};
use crate::config::{self, Config, Knobs};
use crate::facts::RequestBytes;
use crate::forward;
use crate::hostcalls::request::{self, Request};
use crate::hostcalls::sandbox;
use crate::records::Held;
use crate::share::{self, Share};
use crate::store::Store;
use crate::trial::Trial;
use crate::{fail_open, log};

/// What lives as long as a sandbox.
struct Sandbox {
    knobs: Knobs,
    /// `None`: the settings cannot be used, and requests pass unjudged.
    store: Option<Store>,
    /// What other points of presence know, from the second request on.
    share: Option<Share>,
    /// What is tried beside it, where the settings name something.
    trial: Option<Trial>,
    bytes: RequestBytes,
    /// Requests that were served.
    count: u32,
}

/// Serves the request that this sandbox was made for, and those that come while it is kept.
pub(crate) fn run() {
    let started = Instant::now();
    let Ok(mut request) = Request::first() else { return log::say("the host gave no request") };
    fail_open::waits_for_request(request);
    let mut sandbox = Sandbox::open();
    loop {
        sandbox.serve(request);
        sandbox.count = sandbox.count.saturating_add(1);
        if !sandbox.goes_on(started) {
            return;
        }
        match sandbox::next_request(sandbox.knobs.sandbox.wait_ms) {
            Ok(next) => request = next,
            // None came, or the host wants the sandbox back.
            Err(_) => return,
        }
        fail_open::waits_for_request(request);
    }
}

/// A request that was judged, until its answer comes.
struct Due {
    ticket: Ticket,
    held: Held,
    since: u64,
}

/// What stands beside the engine.
struct Beside<'s> {
    share: Option<&'s mut Share>,
    trial: Option<&'s Trial>,
}

/// A verdict on its way.
struct Judged {
    done: Done,
    due: Option<Due>,
    /// For a candidate, where one is to look.
    witness: Option<Box<Witness>>,
}

impl Sandbox {
    fn open() -> Self {
        let knobs = config::knobs().unwrap_or_else(|why| {
            log::say(&why);
            Knobs::default()
        });
        fail_open::use_backend(&knobs.backend);
        let (store, trial) = match config::load() {
            Ok(mut config) => {
                let trial = trial(&mut config, &knobs);
                (Some(Store::new(config, &knobs)), trial)
            }
            Err(why) => {
                log::say(&format!("requests pass unjudged:\n{why}"));
                (None, None)
            }
        };
        Sandbox { knobs, store, share: None, trial, bytes: RequestBytes::default(), count: 0 }
    }

    fn goes_on(&self, started: Instant) -> bool {
        let limits = &self.knobs.sandbox;
        self.count < limits.requests
            && started.elapsed().as_secs() < limits.seconds
            && sandbox::cpu_milliseconds().is_ok_and(|used| used < limits.cpu_ms)
            && sandbox::memory_mib().is_ok_and(|taken| taken < limits.memory_mib)
    }

    fn serve(&mut self, request: Request) {
        let Sandbox { knobs, store, share, trial, bytes, .. } = self;
        let engine = store.as_mut().and_then(|store| {
            #[cfg(feature = "test-seam")]
            {
                let seam = crate::facts::seam::kv(request).unwrap_or_default();
                (store.fault, store.instead) = (seam.kv, seam.pointer);
                if crate::facts::seam::place() != seam.place {
                    crate::facts::seam::come_to(seam.place);
                    *share = None;
                }
            }
            store.refresh();
            store.engine()
        });
        if let Err(refusal) = bytes.fetch(request) {
            log::say(&format!("the host does not show the request, it passes: {refusal}"));
            fail_open::pass(request);
            return fail_open::is_served();
        }
        let (Some(engine), Some(store)) = (engine, store) else {
            pass(request, knobs, bytes, &Way::default(), None);
            return;
        };
        // A sandbox that is not kept has no use for what others say.
        if share.is_none() && self.count > 0 {
            *share = begin_to_share(knobs, &engine);
        }
        let beside = Beside { share: share.as_mut(), trial: trial.as_ref() };
        let Judged { done, due, witness } = judge(&engine, store, beside, request, knobs, bytes);
        let Done { hold, outcome, event } = done;
        if let Some(time) = hold {
            std::thread::sleep(time);
        }
        let (held, answer) = match outcome {
            Outcome::Answer(response) => {
                forward::send_on(response);
                // What we answer ourselves says nothing about the client that the score does not.
                let held = due.map(|Due { ticket, mut held, since }| {
                    engine.settle(
                        &ticket,
                        &Answered { status: Fact::Absent, ..Answered::default() },
                        held.lend(),
                        since,
                    );
                    held.save();
                    held
                });
                (held, Some(Answer::OURS))
            }
            Outcome::Pass(way) => pass(request, knobs, bytes, &way, due.map(|due| (&*engine, due))),
        };
        if let (Some(endpoint), Some(event)) = (&knobs.events, event) {
            log::event(endpoint, &event);
        }
        // The client has all of its answer that it needs us for.
        if let (Some(trial), Some(witness), Some(endpoint)) = (trial, witness, &knobs.events)
            && let Some(line) = trial.look(&engine, &witness, answer, bytes)
        {
            log::event(endpoint, &line);
        }
        // Last: a store is waited for, and what is written is written.
        if let (Some(share), Some(held)) = (share, held) {
            held.copy_to(&mut share.tables);
            share.tick(bytes.now());
        }
    }
}

/// As one of the places with the same secret, where the knobs say so.
fn begin_to_share(knobs: &Knobs, engine: &Engine) -> Option<Share> {
    let store = knobs.share.as_deref().filter(|_| knobs.memory)?;
    let seed = Seed::of(Some(engine.keys()?));
    let wait = Duration::from_millis(u64::from(knobs.kv_wait_ms));
    #[cfg(feature = "test-seam")]
    let name = crate::facts::seam::place().unwrap_or_else(share::name);
    #[cfg(not(feature = "test-seam"))]
    let name = share::name();
    Some(Share::new(store, name, seed, wait))
}

fn judge(
    engine: &Engine,
    store: &mut Store,
    Beside { share, trial }: Beside<'_>,
    request: Request,
    knobs: &Knobs,
    bytes: &mut RequestBytes,
) -> Judged {
    let now = bytes.now();
    #[cfg(feature = "test-seam")]
    if bytes.seam().is_some_and(|seam| seam.panics) {
        panic_for_a_test();
    }
    let most = bytes.with_facts(|facts| engine.plan(facts, now).body_prefix());
    if most > 0 {
        bytes.fetch_body(request, most);
    }
    let judged = bytes.with_facts(|facts| {
        let plan = engine.plan_with(facts, now, &mut store.known);
        let mut held = knobs.memory.then(|| Held::load(plan.keys(), engine.bundle().limits()));
        let mut cells = knobs.memory.then(|| Cells::load(cells::SERVING, &plan)).flatten();
        let touched = cells.is_some().then(|| *plan.touched());
        let mut records = held.as_mut().map_or_else(Records::default, Held::lend);
        if let Some(share) = share {
            records.beside = share.tables.lend(plan.touched()).beside;
        }
        records.cells =
            cells.as_mut().zip(touched.as_ref()).and_then(|(cells, touched)| cells.tables.lend(touched).cells);
        let verdict = engine.decide(plan, records);
        let done = act::carry_out(&verdict, bytes.id(), knobs.events.is_some());
        let ticket = verdict.ticket();
        let witness = trial.and_then(|trial| trial.witness(&verdict));
        drop(verdict);
        // At once: whoever comes next is counted after this one.
        cells.iter().for_each(|cells| cells.save(now));
        Judged { done, due: ticket.zip(held).map(|(ticket, held)| Due { ticket, held, since: now }), witness }
    });
    bytes.forget_body();
    judged
}

/// Sends the request on. Where something is remembered, the answer's head is waited for, and the records are written back
/// once the client has it; else the host does the rest alone. Gives the records, and what the answer says.
fn pass(
    request: Request,
    knobs: &Knobs,
    bytes: &RequestBytes,
    way: &Way,
    due: Option<(&Engine, Due)>,
) -> (Option<Held>, Option<Answer>) {
    let to = way.to.as_deref().filter(|name| request::is_backend(name));
    let backend = to.unwrap_or(&knobs.backend);
    forward::prepare(request, bytes, &way.headers, knobs.cache && way.to.is_none());
    let is_grpc = forward::is_grpc(bytes);
    let Some((engine, Due { ticket, mut held, since })) = due else {
        forward::hand_over(request, backend, is_grpc);
        return (None, None);
    };
    let mut answer = None;
    forward::send(request, backend, is_grpc, |outcome| {
        let now = bytes.now_at_the_answer();
        let took = Fact::Present(now.saturating_sub(since));
        answer = Answer::of(engine, &ticket, outcome);
        engine.settle(&ticket, &Answered { took, ..*outcome }, held.lend(), now);
    });
    held.save();
    (Some(held), answer)
}

/// What is tried beside the serving bundle, where the settings say so and there is a log to tell of it.
fn trial(config: &mut Config, knobs: &Knobs) -> Option<Trial> {
    let (place, rollout) = config.candidate.take()?;
    if knobs.events.is_none() {
        log::say("the candidate is not tried: nobody would hear of it; give a log endpoint as `events`");
        return None;
    }
    let config = Config { settings: config.settings.clone(), place, candidate: None };
    Some(Trial::new(config, knobs, rollout))
}

#[cfg(feature = "test-seam")]
#[allow(clippy::panic, reason = "it is what the test is about")]
fn panic_for_a_test() {
    panic!("a test asked for it");
}
