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

use filter_core::engine::Engine;
use filter_core::state::{Act, LoginResult, Records};

use crate::host::Host;
use crate::replay::{Memory, Problems};
use crate::source::Source;
use crate::trace::{Record, Response};

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
        while let Some((line, record)) = source.next_record()? {
            let mut request = match record {
                Ok(Record::Request(request)) => request,
                Ok(Record::Response(answer)) => {
                    self.answer(engine, &answer);
                    self.memory.settle(engine, &answer, None);
                    continue;
                }
                Err(problem) => {
                    self.problems.add(name, line, &problem);
                    continue;
                }
            };
            if let Some(host) = host {
                host.project(&mut request);
            }
            let lent = request.facts();
            let facts = lent.facts();
            let plan = engine.plan(&facts, request.t);
            let (client, visit) = (plan.keys().client, plan.touched().visit);
            let records = self.memory.tables().map_or_else(Records::default, |tables| tables.lend(plan.touched()));
            let verdict = engine.decide(plan, records);
            let endpoint = verdict.endpoint;
            let is_wanted = self.wanted.endpoints.is_empty()
                || endpoint.is_some_and(|one| is_named(&self.wanted.endpoints, &one.id, one.label.as_deref()));
            // What an allow rule lets pass no threshold touches.
            let is_allowed =
                verdict.rule().is_some_and(|rule| engine.bundle().allow().iter().any(|allow| allow.id == rule.id));
            let score = verdict.score.value;
            self.sessions.visit(client, request.t, (is_wanted && !is_allowed).then_some(score));
            if let Some(place) =
                endpoint.and_then(|one| engine.bundle().endpoints().iter().position(|other| other.id == one.id))
            {
                if self.waiting.len() >= WAITING {
                    // In a trace answers follow their requests soon: those that are left have none.
                    self.waiting.clear();
                }
                let waiting = Waiting { client, place, act: visit.act, is_attempt: visit.attempt.is_some() };
                self.waiting.insert(request.id.clone(), waiting);
            }
            if let Some(ticket) = verdict.ticket() {
                self.memory.wait(&request.id, ticket, None);
            }
            self.requests = self.requests.saturating_add(1);
            each();
        }
        Ok(())
    }

    /// Ends all sessions: how many of each score there were.
    pub fn finish(mut self) -> Curve {
        self.sessions.end_all();
        Curve::new(self.sessions.good, self.sessions.others)
    }

    fn answer(&mut self, engine: &Engine, answer: &Response) {
        let Some(Waiting { client, place, act, is_attempt }) = self.waiting.remove(&answer.id) else { return };
        let Some(endpoint) = engine.bundle().endpoints().get(place) else { return };
        let result = || answer.with_outcome(|outcome| endpoint.answers.result(act, outcome));
        if endpoint.login.is_some() && is_attempt {
            match result() {
                Some(LoginResult::Passed) if !self.wanted.no_logins => self.sessions.turn_good(client),
                Some(LoginResult::Failed) => self.sessions.fail_login(client),
                _ => {}
            }
        } else if endpoint.login.is_none() && is_named(&self.wanted.good, &endpoint.id, endpoint.label.as_deref()) {
            let has_passed = match endpoint.answers.is_taught() {
                true => result() == Some(LoginResult::Passed),
                false => answer.status < 400,
            };
            if has_passed {
                self.sessions.turn_good(client);
            }
        }
    }
}

fn is_named(names: &[String], id: &str, label: Option<&str>) -> bool {
    names.iter().any(|name| name == id || Some(name.as_str()) == label)
}
