//! Golden tests: a bundle says what it must do with requests of its author's choice, and does not serve where it would not.
//!
//! They run in the plain engine: under [`TEST_SECRET`] and not the host's, without trusted hops or records, at the times that the
//! tests state. So a test comes out the same at a desk and on every host, tests of accounts and breached passwords too. A test of one
//! request is judged on its own, but for a login with a body or credentials, which only memory looks into; that and one of several
//! are remembered in small tables of their own, and left out on hosts that remember nothing.

mod expect;
mod facts;
#[cfg(test)]
mod tests;

pub use expect::Difference;

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

use super::{Engine, Verdict};
use crate::facts::{Fact, Facts, Header, Outcome};
use crate::keys::{Keys, TEST_SECRET};
use crate::policy::wire::{self, TestLine};
use crate::policy::{Bundle, Problem, Problems, Settings};
use crate::request::ClientAddressSettings;
use crate::state::{Limits, RecordKeys, Records, Tables, Touched};

/// Records that are kept while a test runs: 170 KB, and a request of it touches at most one of each kind.
const KEPT: Limits = Limits {
    clients: 256,
    details: 64,
    addresses: 256,
    networks: 64,
    tools: 64,
    accounts: 256,
    endpoints: 64,
    sites: 8,
    cells: 64,
};

/// What remembers a test's requests. Hosts without records take `()`, and have no code for any.
pub trait Keeper: Sized {
    /// Whether anything is remembered.
    const REMEMBERS: bool;
    /// Empty, for a bundle that allows itself so many records.
    fn new(limits: &Limits) -> Self;
    /// The records that a request touches.
    fn lend(&mut self, touched: &Touched) -> Records<'_>;
    /// The same once it was answered.
    fn find(&mut self, keys: &RecordKeys) -> Records<'_>;
}

impl Keeper for () {
    const REMEMBERS: bool = false;

    fn new(_: &Limits) -> Self {}

    fn lend(&mut self, _: &Touched) -> Records<'_> {
        Records::default()
    }

    fn find(&mut self, _: &RecordKeys) -> Records<'_> {
        Records::default()
    }
}

impl Keeper for Tables {
    const REMEMBERS: bool = true;

    fn new(limits: &Limits) -> Self {
        Tables::new(&Limits {
            clients: limits.clients.min(KEPT.clients),
            details: limits.details.min(KEPT.details),
            addresses: limits.addresses.min(KEPT.addresses),
            networks: limits.networks.min(KEPT.networks),
            tools: limits.tools.min(KEPT.tools),
            accounts: limits.accounts.min(KEPT.accounts),
            endpoints: limits.endpoints.min(KEPT.endpoints),
            sites: limits.sites.min(KEPT.sites),
            cells: limits.cells.min(KEPT.cells),
        })
    }

    fn lend(&mut self, touched: &Touched) -> Records<'_> {
        Tables::lend(self, touched)
    }

    fn find(&mut self, keys: &RecordKeys) -> Records<'_> {
        Tables::find(self, keys)
    }
}

/// One request of a test, judged.
#[derive(Debug)]
pub struct Judgement<'t, 'v> {
    /// Its place among the test's requests.
    pub request: usize,
    /// The verdict.
    pub verdict: &'v Verdict<'v>,
    /// Expectations that were not met.
    pub differences: Vec<Difference<'t>>,
}

impl Engine {
    /// Puts a bundle under a host's settings once it passed its own golden tests, which are then dropped. `K` is [`Tables`] on hosts
    /// that keep records, else `()`.
    ///
    /// # Errors
    /// As [`new`](Self::new), rules that could do nothing without memory, and every test that comes out otherwise than its author said.
    pub fn tested<K: Keeper>(bundle: Bundle, settings: &Settings) -> Result<Self, Problems> {
        let Engine { bundle, keys, client_address, event_share, stamp } = Engine::new(bundle, settings)?;
        if !K::REMEMBERS {
            bundle.check_without_memory()?;
        }
        let mut plain = Engine::plain(bundle);
        let tests = plain.bundle.take_tests();
        let mut problems = Vec::new();
        for (name, test) in &tests {
            problems.extend(plain.failure::<K>(name, test));
        }
        Problems::check(problems)?;
        Ok(Engine { bundle: plain.bundle, keys, client_address, event_share, stamp })
    }

    /// An engine as golden tests are judged by: the tests' own secret, nobody in front.
    pub fn plain(bundle: Bundle) -> Self {
        let keys = Some(Keys::derive(TEST_SECRET));
        Engine { bundle, keys, client_address: ClientAddressSettings::default(), event_share: 0, stamp: 0 }
    }

    /// What is wrong with one test, if anything.
    fn failure<K: Keeper>(&self, name: &str, test: &[String]) -> Option<Problem> {
        let mut told = String::new();
        let several = test.iter().any(|line| line == "then");
        let result = self.run_test::<K>(test, &mut |judgement| {
            for difference in &judgement.differences {
                told.push_str(if told.is_empty() { " fails: " } else { " and " });
                if several {
                    told.push_str(&format!("at request {} ", judgement.request.saturating_add(1)));
                }
                told.push_str(&difference.to_string());
            }
        });
        let mut remedy = "`weir test` shows the reasons; mend the policy or the test, and build again";
        if let Err(line) = result {
            told = format!(" says `{}`", line.escape_debug());
            remedy = "this version knows no such fact, expectation or value";
        }
        let message = || format!("golden test `{}`{told}", name.escape_debug());
        (!told.is_empty()).then(|| Problem::new("/content/tests", message(), remedy))
    }

    /// Judges a test's requests in order, this engine's settings being plain; `each` is shown every one. `Ok(false)`: it needs records,
    /// and `K` keeps none.
    ///
    /// # Errors
    /// The line that has a fact or an expectation that there is not.
    #[inline(never)]
    pub fn run_test<'t, K: Keeper>(
        &self,
        test: &'t [String],
        each: &mut dyn FnMut(Judgement<'t, '_>),
    ) -> Result<bool, &'t str> {
        let is_single = wire::requests(test) == 1;
        if !is_single && !K::REMEMBERS {
            return Ok(false);
        }
        let mut kept = (K::REMEMBERS && !is_single).then(|| K::new(self.bundle.limits()));
        let (mut facts, mut sent, mut now) = (Facts::default(), Sent::default(), 0u64);
        for (place, request) in test.split(|line| line == "then").enumerate() {
            sent.begin();
            for line in request {
                sent.read(line, &mut facts).ok_or(line.as_str())?;
            }
            for number in 1..=sent.times {
                now = now.saturating_add(if number == 1 { sent.after } else { sent.every.unwrap_or(sent.after) });
                let path = numbered(facts.path, number);
                let path = path.as_deref().unwrap_or(facts.path);
                let headers_known = sent.headers_known.as_deref();
                let facts = Facts { path, headers: &sent.headers, headers_known, ..facts };
                if is_single && self.plan(&facts, now).reads_login() {
                    if !K::REMEMBERS {
                        return Ok(false);
                    }
                    kept = Some(K::new(self.bundle.limits()));
                }
                let verdict = match &mut kept {
                    Some(kept) if K::REMEMBERS => {
                        let plan = self.plan(&facts, now);
                        let records = kept.lend(plan.touched());
                        self.decide(plan, records)
                    }
                    _ => self.judge(&facts, now),
                };
                let mut differences = Vec::new();
                for line in request.iter().filter(|_| number == sent.times) {
                    if let TestLine::Expect(about, expected) = TestLine::read(line) {
                        differences.extend(expect::compare(about, expected, &verdict).ok_or(line.as_str())?);
                    }
                }
                each(Judgement { request: place, verdict: &verdict, differences });
                let ticket = verdict.ticket();
                if let (Some(kept), Some(ticket), true) = (&mut kept, ticket, K::REMEMBERS)
                    && let Some(status) = sent.status
                {
                    let outcome = Outcome {
                        status: Fact::Present(status),
                        size: sent.size,
                        headers: &sent.answer,
                        headers_known: true,
                        body: sent.body,
                        ..Outcome::default()
                    };
                    self.settle(&ticket, &outcome, kept.find(ticket.keys()), now);
                }
            }
        }
        Ok(true)
    }
}

/// One request of a test as it was read, but for its facts.
#[derive(Default)]
struct Sent<'t> {
    after: u64,
    times: u32,
    /// Between one and the next of them, where that is not `after`.
    every: Option<u64>,
    headers: Vec<Header<'t>>,
    /// It has headers of its own.
    is_own: bool,
    headers_known: Option<Vec<&'t [u8]>>,
    status: Option<u16>,
    size: Fact<u64>,
    answer: Vec<Header<'t>>,
    /// The answer's.
    body: Fact<&'t [u8]>,
}

impl<'t> Sent<'t> {
    /// The next request: headers stay until it has its own.
    fn begin(&mut self) {
        let headers = core::mem::take(&mut self.headers);
        *self = Sent { times: 1, headers, headers_known: self.headers_known.take(), ..Sent::default() };
    }

    #[inline(never)]
    /// Reads one line; `None` where there is no such fact or value.
    fn read(&mut self, line: &'t str, facts: &mut Facts<'t>) -> Option<()> {
        match TestLine::read(line) {
            TestLine::Fact("after", value) => self.after = value?.parse().ok()?,
            TestLine::Fact("times", value) => self.times = value?.parse().ok()?,
            TestLine::Fact("every", value) => self.every = Some(value?.parse().ok()?),
            TestLine::Fact("new", None) => {
                *facts = Facts::default();
                self.headers_known = None;
                self.own().clear();
            }
            TestLine::Fact("headers", None) => self.own().clear(),
            TestLine::Fact("headers_known", value) => {
                self.headers_known = value.map(|names| names.split(' ').map(str::as_bytes).collect());
            }
            TestLine::Fact(name, value) => facts::set(facts, name, value)?,
            TestLine::Header(name, value) => self.own().push(header(name, value)),
            TestLine::Answer(":status", value) => self.status = Some(value.parse().ok()?),
            TestLine::Answer(":size", value) => self.size = Fact::Present(value.parse().ok()?),
            TestLine::Answer(":body", value) => self.body = Fact::Present(value.as_bytes()),
            TestLine::Answer(name, value) => self.answer.push(header(name, value)),
            TestLine::Expect(..) | TestLine::Then => {}
        }
        Some(())
    }

    /// Its own headers.
    fn own(&mut self) -> &mut Vec<Header<'t>> {
        if !core::mem::replace(&mut self.is_own, true) {
            self.headers.clear();
        }
        &mut self.headers
    }
}

fn header<'t>(name: &'t str, value: &'t str) -> Header<'t> {
    Header { name: name.as_bytes(), value: value.as_bytes() }
}

/// The path with a number in it, where it asks for one.
#[inline(never)]
fn numbered(path: &[u8], number: u32) -> Option<Vec<u8>> {
    let at = path.windows(3).position(|part| part == b"{n}")?;
    let (before, after) = (path.get(..at)?, path.get(at.saturating_add(3)..)?);
    Some([before, number.to_string().as_bytes(), after].concat())
}
