//! How a bundle's tests come out, and what they touch.

use std::collections::BTreeMap;

use filter_core::engine::{Engine, Verdict};
use filter_core::policy::{Bundle, Problems};
use filter_core::signals::SIGNALS;
use filter_core::state::Tables;
use serde::Serialize;

/// All of a bundle's tests, run.
#[derive(Clone, Debug, Serialize)]
pub struct Run {
    /// Id of the bundle.
    pub bundle: String,
    /// Each test, in the order of their names.
    pub tests: Vec<TestRun>,
    /// What they touch.
    pub coverage: Coverage,
}

/// One test, run.
#[derive(Clone, Debug, Serialize)]
pub struct TestRun {
    /// Its name.
    pub name: String,
    /// Nothing differs.
    pub passed: bool,
    /// What differs.
    pub failures: Vec<Failure>,
}

/// One expectation that was not met.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Failure {
    /// The test's name.
    pub test: String,
    /// Which of its requests, from 0.
    pub request: usize,
    /// What it is about: `action`, `rule`, `score_at_most`, `signal` ...
    pub about: String,
    /// What was expected.
    pub expected: String,
    /// What there is in its place; empty for signals and shadow rules.
    pub got: String,
    /// The same in words.
    pub message: String,
    /// The request in a few words.
    pub line: String,
    /// What was said about it: action, rule, class, score.
    pub verdict: String,
    /// Why: signal, weight in milli-nats, what it saw; the greatest weight first.
    pub reasons: Vec<(String, i32, String)>,
}

/// What tests touch, by how many requests.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Coverage {
    /// Rules in the order in which they are asked, shadow ones too.
    pub rules: Vec<Touch>,
    /// Requests where no rule acted.
    pub otherwise: u32,
    /// Endpoints.
    pub endpoints: Vec<Touch>,
    /// All signals.
    pub signals: Vec<Touch>,
}

/// One thing that requests may touch.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Touch {
    /// Its id.
    pub id: String,
    /// How many requests did.
    pub requests: u32,
}

impl Coverage {
    /// Whole per cent of the rules that some test touches; 100 where there are none.
    pub fn rules_percent(&self) -> usize {
        percent(&self.rules)
    }

    /// Whole per cent of the signals that some test touches.
    pub fn signals_percent(&self) -> usize {
        percent(&self.signals)
    }
}

fn percent(all: &[Touch]) -> usize {
    let touched = all.iter().filter(|one| one.requests > 0).count();
    touched.saturating_mul(100).checked_div(all.len()).unwrap_or(100)
}

/// Runs the tests of a bundle's two lines whose name contains `filter`, as hosts that remember would; whoever signed it.
///
/// # Errors
/// Where it is no bundle that a host would read, or a test says what this version does not know.
pub fn run(bundle: &str, filter: &str) -> Result<Run, Problems> {
    let mut checked = Bundle::parse(bundle.as_bytes())?;
    let tests = checked.take_tests();
    let engine = Engine::plain(checked);
    let (mut counts, mut runs) = (Counts::default(), Vec::new());
    for (name, lines) in tests.iter().filter(|(name, _)| name.contains(filter)) {
        let mut failures = Vec::new();
        let ran = engine.run_test::<Tables>(lines, &mut |judgement| {
            counts.add(judgement.verdict);
            for difference in &judgement.differences {
                failures.push(Failure {
                    test: name.clone(),
                    request: judgement.request,
                    about: difference.about.to_owned(),
                    expected: difference.expected.to_owned(),
                    got: difference.got.clone(),
                    message: difference.to_string(),
                    line: line(judgement.verdict),
                    verdict: verdict(judgement.verdict),
                    reasons: reasons(&engine, judgement.verdict),
                });
            }
        });
        if let Err(line) = ran {
            let message = format!("golden test `{name}` says `{line}`");
            let remedy = "this version knows no such fact, expectation or value";
            return Err(filter_core::policy::Problem::new("/content/tests", message, remedy).into());
        }
        runs.push(TestRun { name: name.clone(), passed: failures.is_empty(), failures });
    }
    let coverage = counts.coverage(engine.bundle());
    Ok(Run { bundle: engine.bundle().id().to_owned(), tests: runs, coverage })
}

fn line(verdict: &Verdict<'_>) -> String {
    let facts = verdict.request.facts;
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let agent = facts.headers.iter().find(|line| line.name.eq_ignore_ascii_case(b"user-agent"));
    let agent = agent.map_or_else(|| "without user agent".to_owned(), |line| text(line.value));
    format!("{} {}{} by {agent}", text(facts.method), text(facts.authority), text(facts.path))
}

fn verdict(verdict: &Verdict<'_>) -> String {
    let (action, rule) = (verdict.action().as_str(), verdict.judged().rule_id().to_owned());
    format!("{action} by {rule}, class {}, score {}", verdict.score.class.as_str(), verdict.score.value)
}

fn reasons(engine: &Engine, verdict: &Verdict<'_>) -> Vec<(String, i32, String)> {
    let weights = engine.bundle().weights();
    let told = |reason: filter_core::signals::Reason<'_>| {
        (reason.signal.id.to_owned(), weights.of(reason.id), reason.detail.to_string())
    };
    verdict.reasons().map(told).collect()
}

#[derive(Default)]
struct Counts {
    rules: BTreeMap<String, u32>,
    otherwise: u32,
    endpoints: BTreeMap<String, u32>,
    signals: BTreeMap<String, u32>,
}

impl Counts {
    fn add(&mut self, verdict: &Verdict<'_>) {
        let mut count = |id: &str| {
            let count = self.rules.entry(id.to_owned()).or_default();
            *count = count.saturating_add(1);
        };
        verdict.decision.shadows().for_each(|rule| count(&rule.id));
        match verdict.rule() {
            Some(rule) => count(&rule.id),
            None => self.otherwise = self.otherwise.saturating_add(1),
        }
        if let Some(endpoint) = verdict.endpoint {
            let count = self.endpoints.entry(endpoint.id.clone()).or_default();
            *count = count.saturating_add(1);
        }
        for (_, signal) in verdict.evidence.signals() {
            let count = self.signals.entry(signal.id.to_owned()).or_default();
            *count = count.saturating_add(1);
        }
    }

    fn coverage(&self, bundle: &Bundle) -> Coverage {
        let touch = |counts: &BTreeMap<String, u32>, id: &str| Touch {
            id: id.to_owned(),
            requests: counts.get(id).copied().unwrap_or(0),
        };
        let rules = bundle.allow().iter().chain(bundle.rules()).map(|rule| touch(&self.rules, &rule.id));
        let endpoints = bundle.endpoints().iter().map(|one| touch(&self.endpoints, &one.id));
        let signals = SIGNALS.iter().map(|signal| touch(&self.signals, signal.id));
        Coverage {
            rules: rules.collect(),
            otherwise: self.otherwise,
            endpoints: endpoints.collect(),
            signals: signals.collect(),
        }
    }
}
