//! Golden tests: from what an author writes to the lines that a bundle carries, and how they come out.

mod expect;
mod request;
mod run;
mod trace;

use std::path::Path;

use filter_core::limits;
use filter_core::policy::Problem;
use filter_core::policy::wire::{Content, Tests};
use jiff::{SignedDuration, Timestamp};

use crate::code::Code;
use crate::source::{Test, TestRequest};
use request::State;

pub use run::{Coverage, Failure, Run, TestRun, Touch, run};

/// 2026-11-22T12:00:00Z, a Sunday: when requests come whose author does not say.
const NOON: u64 = 1_795_348_800_000;

/// A source's tests, as its bundle carries them.
#[derive(Debug, Default)]
pub(crate) struct Lowered {
    pub(crate) tests: Tests,
    /// Where the expectations of a test's requests are written, by the test's name.
    places: Vec<(String, Vec<String>)>,
    /// What cannot be carried out.
    pub(crate) problems: Vec<(Code, Problem)>,
}

impl Lowered {
    /// Where in the source an expectation is written.
    pub(crate) fn place(&self, failure: &Failure) -> String {
        let places = self.places.iter().find(|(name, _)| *name == failure.test).map(|(_, places)| places);
        let place = places.and_then(|places| places.get(failure.request)).map_or("/tests", String::as_str);
        format!("{place}/{}", expect::member(&failure.about))
    }
}

/// What is wrong with one test, at its place.
pub(crate) struct Wrong<'w> {
    code: Code,
    place: String,
    problems: &'w mut Vec<(Code, Problem)>,
}

impl Wrong<'_> {
    fn say(&mut self, at: &str, message: impl Into<String>, remedy: impl Into<String>) {
        self.problems.push((self.code, Problem::new(format!("{}{at}", self.place), message, remedy)));
    }
}

/// Lowers the tests of a source that lies in `folder`; `content` is the rest of its bundle.
pub(crate) fn lower(tests: &[Test], folder: &Path, content: &Content) -> Lowered {
    let mut lowered = Lowered::default();
    for (index, test) in tests.iter().enumerate() {
        let place = format!("/tests/{index}");
        let mut wrong = Wrong { code: Code::TEST, place: place.clone(), problems: &mut lowered.problems };
        let is_taken = lowered.tests.contains_key(&test.name);
        if is_taken || test.name.trim().is_empty() || test.name.chars().any(char::is_control) {
            let message = if is_taken { "another test has this name" } else { "a name that says nothing" };
            wrong.say("/name", message, "say in a few words what the test shows");
        }
        let mut places = Vec::new();
        let lines = one(test, folder, content, &mut wrong, &mut places);
        lowered.places.push((test.name.clone(), places));
        lowered.tests.insert(test.name.clone(), lines);
    }
    bounds(&mut lowered);
    lowered
}

/// One test's lines; the place of each request's expectations is added to `places`.
fn one(test: &Test, folder: &Path, content: &Content, wrong: &mut Wrong<'_>, places: &mut Vec<String>) -> Vec<String> {
    let root = wrong.place.clone();
    let start = test.at.as_deref().map_or(NOON, |at| time(at, wrong));
    let given = [test.request.is_some(), !test.requests.is_empty(), test.trace.is_some()];
    if given.iter().filter(|given| **given).count() != 1 {
        wrong.say("", "it needs one of `request`, `requests` and `trace`", "keep one of them");
        return Vec::new();
    }
    let mut requests = Vec::new();
    if let Some(trace) = &test.trace {
        requests = trace::read(trace, folder, wrong);
        places.resize(requests.len(), format!("{root}/expect"));
    }
    let written = test.request.iter().map(|said| ("/request".to_owned(), said));
    let written = written.chain((0..).zip(&test.requests).map(|(n, said)| (format!("/requests/{n}"), said)));
    let mut state = State::plain();
    for (number, (at, said)) in written.enumerate() {
        wrong.place = format!("{root}{at}");
        state.change(said, wrong);
        requests.push(sent(said, &state, if number == 0 { start } else { 0 }, content, wrong));
        places.push(format!("{root}{at}/expect"));
    }
    wrong.place = root;
    let expects = requests.iter().any(|request| !request.expect.is_empty());
    if let (Some(expect), Some(last), Some(place)) = (&test.expect, requests.last_mut(), places.last_mut()) {
        if last.expect.is_empty() {
            *place = format!("{}/expect", wrong.place);
        }
        last.expect.extend(expect::lines(expect, "/expect", content, wrong));
    } else if !expects && test.expect.is_none() && !requests.is_empty() {
        let is_told = test.requests.iter().chain(&test.request).any(|request| request.expect.is_some());
        if !is_told {
            wrong.code = Code::TEST_EXPECTS;
            wrong.say("", "it expects nothing, so that it can never fail", "add `expect`");
        }
    }
    joined(&requests)
}

/// A request on its way to its lines.
struct Sent {
    /// Milliseconds since the one before; of the first one since the epoch.
    after: u64,
    times: u32,
    /// Milliseconds between one and the next of them.
    every: u64,
    state: State,
    answer: Vec<String>,
    expect: Vec<String>,
}

fn sent(said: &TestRequest, state: &State, start: u64, content: &Content, wrong: &mut Wrong<'_>) -> Sent {
    let times = said.times.unwrap_or(1);
    if times == 0 {
        wrong.say("/times", "it is never sent", "give a number from 1");
    }
    let mut answer = Vec::new();
    if let Some(said) = &said.answer {
        answer.push(format!("<:status: {}", said.status));
        for (index, line) in said.headers.iter().enumerate() {
            let header = request::header(line, &format!("/answer/headers/{index}"), wrong);
            answer.extend(header.map(|(name, value)| format!("<{name}: {value}")));
        }
        let size = said.size.or(said.body.as_ref().map(|body| body.len() as u64));
        answer.extend(size.map(|size| format!("<:size: {size}")));
        answer.extend(said.body.as_ref().map(|body| format!("<:body: {body}")));
    }
    let expect = said.expect.as_ref().map_or_else(Vec::new, |said| expect::lines(said, "/expect", content, wrong));
    let every = said.after.as_deref().map_or(0, |after| duration(after, wrong));
    Sent { after: start.saturating_add(every), times, every, state: state.clone(), answer, expect }
}

/// All lines of a test, each request saying what it changes.
fn joined(requests: &[Sent]) -> Vec<String> {
    let mut lines = Vec::new();
    let mut before = None;
    for Sent { after, times, every, state, answer, expect } in requests {
        if before.is_some() {
            lines.push("then".to_owned());
        }
        if *after > 0 {
            lines.push(format!("@after: {after}"));
        }
        if *times > 1 {
            lines.push(format!("@times: {times}"));
            // The first one begins at a moment.
            if every != after {
                lines.push(format!("@every: {every}"));
            }
        }
        lines.extend(state.lines(before));
        lines.extend(answer.iter().chain(expect).cloned());
        before = Some(state);
    }
    lines
}

fn time(text: &str, wrong: &mut Wrong<'_>) -> u64 {
    let time = text.parse::<Timestamp>().ok().and_then(|time| u64::try_from(time.as_millisecond()).ok());
    time.unwrap_or_else(|| {
        let remedy = "write a moment in UTC, as `2026-11-30T23:59:59Z`";
        wrong.say("/at", format!("`{}` is no time", text.escape_debug()), remedy);
        NOON
    })
}

fn duration(text: &str, wrong: &mut Wrong<'_>) -> u64 {
    let time = text.parse::<SignedDuration>().ok().and_then(|time| u64::try_from(time.as_millis()).ok());
    time.unwrap_or_else(|| {
        let message = format!("`{}` is no length of time", text.escape_debug());
        wrong.say("/after", message, "write a number and a unit, as `800ms`, `2s` or `5m`");
        0
    })
}

/// What a host would refuse for its size, told where the author can see it.
fn bounds(lowered: &mut Lowered) {
    let bytes = serde_json::to_string(&lowered.tests).map_or(0, |text| text.len());
    let times = |line: &String| line.strip_prefix("@times: ").and_then(|times| times.parse::<usize>().ok());
    let more = |lines: &Vec<String>| {
        let repeated =
            lines.iter().filter_map(times).fold(0usize, |sum, times| sum.saturating_add(times).saturating_sub(1));
        lines.split(|line| line == "then").count().saturating_add(repeated)
    };
    let requests = lowered.tests.values().map(more).fold(0usize, usize::saturating_add);
    let counts = [
        (lowered.tests.len(), "tests", limits::TESTS),
        (bytes, "bytes of tests", limits::TESTS_BYTES),
        (requests, "requests in tests", limits::TEST_REQUESTS),
    ];
    for (count, what, most) in counts.into_iter().filter(|(count, _, most)| count > most) {
        let problem = Problem::new("/tests", format!("{count} {what}"), format!("at most {most} are allowed"));
        lowered.problems.push((Code::TOO_MUCH, problem));
    }
}
