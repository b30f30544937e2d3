//! Which score to act at: the least threshold that touches no more than a stated share of the sessions that turned out good.
//!
//! A *session* is what one client does without a pause of half an hour. It is *good* where a login passed, or an endpoint with one of the
//! good labels said that what was tried passed (by its `outcome`, else by an answer below 400), unless more than five logins failed in it: who tries many accounts gets into one some day. Its score is the
//! greatest that a request of it got where the threshold will be asked, requests that an allow rule lets pass left out.
//!
//! Memory is bounded: two histograms of 101 counts, and 262,144 sessions at once; where more are open the longest silent ones count as ended.

mod patch;
mod render;
mod sessions;
mod solve;
mod svg;
#[cfg(test)]
mod tests;

pub use patch::{Place, patch};
pub use render::table;
pub use solve::{Curve, Solved};
pub use svg::svg;

use std::collections::HashMap;
use std::io;

use filter_core::engine::{Engine, Verdict};
use filter_core::state::{Act, LoginResult};

use crate::host::Host;
use crate::replay::{Memory, Problems, Step, walk};
use crate::source::Source;
use crate::trace::{Request, Response};

use self::sessions::Sessions;

/// Requests whose answers are waited for.
const WAITING: usize = 65_536;

/// What is looked at, and what counts as good.
#[derive(Clone, Debug, Default)]
pub struct Wanted {
    /// Ids or labels of the endpoints where the threshold will be asked; none: everywhere.
    pub endpoints: Vec<String>,
    /// Labels or ids of endpoints at which an answer below 400 makes a session good.
    pub good: Vec<String>,
    /// Logins that pass make no session good: for traffic in which attackers got in.
    pub no_logins: bool,
}

/// What was seen of all sessions.
#[derive(Debug)]
pub struct Tuning {
    wanted: Wanted,
    memory: Memory,
    sessions: Sessions,
    waiting: HashMap<String, Waiting>,
    /// Lines without a request.
    pub problems: Problems,
    /// Requests judged.
    pub requests: u64,
}

/// A request whose answer may make its session good.
#[derive(Clone, Copy, Debug)]
struct Waiting {
    client: u64,
    /// Place of its endpoint in the bundle.
    place: usize,
    act: Act,
    is_attempt: bool,
}

impl Tuning {
    /// Nothing seen yet.
    pub fn new(engine: &Engine, wanted: Wanted) -> Self {
        Tuning {
            wanted,
            memory: Memory::of(engine),
            sessions: Sessions::default(),
            waiting: HashMap::new(),
            problems: Problems::default(),
            requests: 0,
        }
    }

    /// Judges all of `source`; `each` is called after every request.
    ///
    /// # Errors
    /// Where the source cannot be read further.
    pub fn read(
        &mut self,
        source: &mut Source,
        name: &str,
        engine: &Engine,
        host: Option<&Host>,
        mut each: impl FnMut(),
    ) -> io::Result<()> {
        let mut memory = std::mem::take(&mut self.memory);
        let walked = walk(source, engine, host, &mut memory, None, &mut |step| {
            match step {
                Step::Asked(_, request, verdict) => {
                    self.ask(engine, request, verdict);
                    each();
                }
                Step::Answered(answer, _) => self.answer(engine, answer),
                Step::Broken(line, problem) => self.problems.add(name, line, &problem),
            }
            Ok(())
        });
        self.memory = memory;
        walked
    }

    fn ask(&mut self, engine: &Engine, request: &Request, verdict: &Verdict<'_>) {
        self.requests = self.requests.saturating_add(1);
        let (Some(ticket), Some(visit)) = (verdict.ticket(), verdict.memory.visit) else { return };
        let (client, endpoint) = (ticket.keys().client, verdict.endpoint);
        let is_wanted = self.wanted.endpoints.is_empty()
            || endpoint.is_some_and(|one| is_named(&self.wanted.endpoints, &one.id, one.label.as_deref()));
        // What an allow rule lets pass no threshold touches.
        let is_allowed =
            verdict.rule().is_some_and(|rule| engine.bundle().allow().iter().any(|allow| allow.id == rule.id));
        let score = verdict.score.value;
        self.sessions.visit(client, request.t, (is_wanted && !is_allowed).then_some(score));
        let endpoints = engine.bundle().endpoints();
        if let Some(place) = endpoint.and_then(|one| endpoints.iter().position(|other| other.id == one.id)) {
            if self.waiting.len() >= WAITING {
                // In a trace answers follow their requests soon: those that are left have none.
                self.waiting.clear();
            }
            let waiting = Waiting { client, place, act: visit.act, is_attempt: visit.attempt.is_some() };
            self.waiting.insert(request.id.clone(), waiting);
        }
    }

    /// Ends all sessions: how many of each score there were.
    pub fn finish(mut self) -> Curve {
        self.sessions.end_all();
        let Sessions { good, others, highest, .. } = self.sessions;
        Curve { highest: highest.into_iter().collect(), ..Curve::new(good, others) }
    }

    fn answer(&mut self, engine: &Engine, answer: &Response) {
        let Some(Waiting { client, place, act, is_attempt }) = self.waiting.remove(&answer.id) else { return };
        let Some(endpoint) = engine.bundle().endpoints().get(place) else { return };
        let result = || answer.with_outcome(|outcome| endpoint.answers.result(act, outcome));
        if endpoint.login.is_some() && is_attempt {
            match result() {
                Some(LoginResult::Passed) if !self.wanted.no_logins => {
                    self.sessions.turn_good(client, &endpoint.id, true)
                }
                Some(LoginResult::Failed) => self.sessions.fail_login(client),
                _ => {}
            }
        } else if endpoint.login.is_none() && is_named(&self.wanted.good, &endpoint.id, endpoint.label.as_deref()) {
            let has_passed = match endpoint.answers.is_taught() {
                true => result() == Some(LoginResult::Passed),
                false => answer.status < 400,
            };
            if has_passed {
                self.sessions.turn_good(client, &endpoint.id, false);
            }
        }
    }
}

fn is_named(names: &[String], id: &str, label: Option<&str>) -> bool {
    names.iter().any(|name| name == id || Some(name.as_str()) == label)
}
