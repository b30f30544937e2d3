//! From a source to a bundle's content, with everything that is wrong on the way.

use std::path::Path;

use filter_core::policy::wire::{self, Content, Manifest};
use filter_core::policy::{Bundle, Problem};

use crate::cel::{self, Lowered, Scope};
use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::source::{Document, Source};
use crate::timing::Timing;
use crate::{Built, Report, Tests, claims, defaults, golden, names, networks};

/// Builds the bundle that the source file describes.
pub(crate) fn build(path: &Path, tests: Tests) -> Result<Built, Diagnostics> {
    let document = Document::read(path)?;
    let (mut source, problems) = Source::read(&document.text);
    let mut found: Vec<Diagnostic> = problems.iter().map(|problem| of_form(&document, problem)).collect();
    let is_whole = found.is_empty();
    let folder = path.parent().unwrap_or(Path::new(""));

    let mut data = Vec::new();
    let names = names::read(&source.names, folder, &mut data);
    found.extend(data.drain(..).map(|problem| Diagnostic::of_data(Code::NAMES, &problem)));
    let mut wrong = Vec::new();
    let networks::Read { networks, mut parts, ages } = networks::read(&source, folder, &mut wrong);
    found.extend(wrong.iter().map(|(code, problem)| of_networks(&document, *code, problem)));
    let is_data = |code| matches!(code, Code::NAMES | Code::NETWORKS | Code::FEED | Code::NOT_READ);
    let has_data = !found.iter().any(|one| is_data(one.code));
    for (index, entry) in names.iter().enumerate() {
        let is_there = |name: &String| networks.lists.iter().any(|list| list.name == *name);
        if let Some(ranges) = entry.ranges.as_ref().filter(|name| has_data && !is_there(name)) {
            let message = format!("`{}` is verified by `{ranges}`, and no network list has that name", entry.name);
            let problem = Problem::new("/names", message, "add the list to `networks`, or remove `ranges`");
            found.push(Diagnostic::of_problem(Code::NAMES, document.place(), &problem).at(format!("/names#{index}")));
        }
    }

    let mut lists = std::mem::take(&mut source.lists);
    parts.join(&mut lists);
    let scope = Scope { endpoints: &source.endpoints, lists: &lists, networks: &networks.lists, names: &names };
    let mut rules = Rules { document: &document, scope, is_whole, has_data, lowered: Vec::new(), found };
    let allow = source.allow.iter().enumerate().map(|(index, rule)| wire::AllowRule {
        id: rule.id.clone(),
        when: {
            let timing =
                Timing { id: &rule.id, canary: None, expires: rule.expires.as_deref(), schedule: &rule.schedule };
            rules.timed(&format!("/allow/{index}"), &rule.when, true, timing)
        },
        mode: rule.mode,
        note: rule.note.clone(),
    });
    let allow = allow.collect();
    let acting = source.rules.iter().enumerate().map(|(index, rule)| wire::Rule {
        id: rule.id.clone(),
        when: {
            let expires = rule.expires.as_deref();
            let timing = Timing { id: &rule.id, canary: rule.canary, expires, schedule: &rule.schedule };
            rules.timed(&format!("/rules/{index}"), &rule.when, rule.then == wire::Action::Allow, timing)
        },
        then: rule.then.clone(),
        mode: rule.mode,
        note: rule.note.clone(),
    });
    let acting = acting.collect();
    let Rules { lowered, mut found, .. } = rules;

    let mut content = Content {
        settings: source.settings,
        weights: source.weights,
        names,
        networks,
        endpoints: source.endpoints,
        lists,
        breached: parts.breached,
        limits: source.limits,
        allow,
        rules: acting,
        otherwise: source.otherwise.unwrap_or(wire::Action::Allow),
        tests: wire::Tests::new(),
    };
    defaults::write_out(&mut content);
    let mut lowered_tests = golden::lower(&source.tests, folder, &content);
    let is_testable = lowered_tests.problems.is_empty();
    if tests != Tests::LeaveOut && is_testable {
        content.tests = std::mem::take(&mut lowered_tests.tests);
    }
    // A name that is missing because of another problem is no news.
    let told = lowered_tests.problems.iter().filter(|(code, _)| is_whole || *code != Code::TEST_EXPECTS);
    found.extend(told.map(|(code, problem)| Diagnostic::of_problem(*code, document.place(), problem)));
    let text = wire::write(&content, source.serial)
        .map_err(|error| Diagnostic::new(Code::OTHER, document.place(), 0..0, error.to_string(), "this is a bug"))?;
    if is_whole
        && has_data
        && let Err(problems) = Bundle::parse(text.as_bytes())
    {
        found.extend(problems.iter().filter_map(|problem| of_meaning(&document, &lowered, problem)));
    }
    if tests == Tests::Run && found.is_empty() {
        failures(&document, &lowered_tests, &text, &mut found);
    }
    Diagnostics::check(found, &document.file)?;
    let manifest = text.lines().next().and_then(|line| serde_json::from_str::<Manifest>(line).ok());
    let id = manifest.map(|manifest| manifest.id).unwrap_or_default();
    let report = Report::new(&content, id, source.serial, text.len());
    Ok(Built { bytes: text.into_bytes(), report, ages })
}

/// Golden tests that come out otherwise, each where its author wrote what he expected.
fn failures(document: &Document, tests: &golden::Lowered, bundle: &str, found: &mut Vec<Diagnostic>) {
    let problem = |message: &str, remedy: &str, place: String| {
        let problem = Problem::new(place, message, remedy);
        Diagnostic::of_problem(Code::TEST_FAILS, document.place(), &problem)
    };
    match golden::run(bundle, "") {
        Ok(run) => {
            for failure in run.tests.iter().flat_map(|test| &test.failures) {
                let message = format!("test `{}` fails: {}", failure.test, failure.message);
                let reasons: Vec<&str> = failure.reasons.iter().map(|(signal, _, _)| signal.as_str()).collect();
                let why = if reasons.is_empty() { "nothing".to_owned() } else { reasons.join(", ") };
                let remedy = format!("it comes to {}, for {why}; mend the rule or the expectation", failure.verdict);
                found.push(problem(&message, &remedy, tests.place(failure)));
            }
        }
        Err(problems) => {
            found.extend(problems.iter().map(|one| problem(&one.message, &one.remedy, "/tests".to_owned())));
        }
    }
}

/// One rule's condition.
struct When {
    /// Where it is written.
    place: String,
    /// Where it is in the condition that the bundle holds, behind the tests of time.
    inner: String,
    lowered: Option<Lowered>,
}

/// The rules' conditions on their way.
struct Rules<'d> {
    document: &'d Document,
    scope: Scope<'d>,
    is_whole: bool,
    has_data: bool,
    /// By the rule's place; `None` where it could not be lowered.
    lowered: Vec<When>,
    found: Vec<Diagnostic>,
}

impl Rules<'_> {
    /// The condition, with the tests of time and share before it.
    fn timed(&mut self, rule: &str, text: &str, is_granting: bool, timing: Timing<'_>) -> wire::Condition {
        let condition = if is_granting { self.granting(rule, text) } else { self.when(rule, text) };
        let mut problems = Vec::new();
        let mut tests = timing.tests(rule, &mut problems);
        let told = problems.iter().map(|(code, problem)| Diagnostic::of_problem(*code, self.document.place(), problem));
        self.found.extend(told);
        if tests.is_empty() {
            return condition;
        }
        if let Some(when) = self.lowered.last_mut() {
            when.inner = format!("/all/{}", tests.len());
        }
        tests.push(condition);
        wire::Condition::All(tests)
    }

    /// The condition of a rule that lets pass.
    fn granting(&mut self, rule: &str, text: &str) -> wire::Condition {
        let condition = self.when(rule, text);
        if claims::rests_on_claim(&condition, self.scope.lists) {
            let place = format!("{rule}/when");
            let span = self.document.embedded(&place).span(0..text.len());
            let message = "it lets pass by what anybody can claim";
            let remedy = "add what proves it: `bot.proof == 'verified'`, `'name' in client.networks`, \
                          `client.address.inside(...)`, or a header's secret of at least 16 bytes";
            self.found.push(Diagnostic::new(Code::CLAIM, self.document.place(), span, message, remedy).at(place));
        }
        condition
    }

    fn when(&mut self, rule: &str, text: &str) -> wire::Condition {
        let place = format!("{rule}/when");
        let result = cel::compile(text, &self.scope);
        let condition = result.as_ref().map_or(wire::Condition::Always, Lowered::condition);
        if let Err(faults) = &result {
            // Where parts of the source could not be read, rules may have moved and names may be missing.
            let embedded = self.document.embedded(&place);
            let is_echo = |code: Code| code == Code::UNKNOWN_NAME && !(self.is_whole && self.has_data);
            for fault in faults.iter().filter(|fault| !is_echo(fault.code)) {
                let span = embedded.span(fault.span.clone());
                let one = Diagnostic::new(fault.code, self.document.place(), span, &*fault.message, &*fault.remedy);
                self.found.push(one.at(place.as_str()));
            }
        }
        self.lowered.push(When { place, inner: String::new(), lowered: result.ok() });
        condition
    }
}

/// What cannot be read.
fn of_form(document: &Document, problem: &Problem) -> Diagnostic {
    let code = if problem.message.starts_with("not JSON") || problem.message == "no value that fits here" {
        Code::NOT_JSON
    } else if problem.remedy.starts_with("at most") {
        Code::TOO_MUCH
    } else {
        Code::FORM
    };
    let one = Diagnostic::of_problem(code, document.place(), problem);
    if code == Code::FORM && problem.place.ends_with("/when") {
        let remedy = "write a CEL expression in quotes, such as `\"class == 'bot'\"`".to_owned();
        return Diagnostic { remedy, ..one };
    }
    one
}

fn of_networks(document: &Document, code: Code, problem: &Problem) -> Diagnostic {
    if problem.place == "/networks" || problem.place.starts_with("/feed_keys/") {
        return Diagnostic::of_problem(code, document.place(), problem);
    }
    Diagnostic::of_data(code, problem)
}

/// What can be read and makes no sense; `None` for the echo of what was told already.
fn of_meaning(document: &Document, rules: &[When], problem: &Problem) -> Option<Diagnostic> {
    let place = problem.place.strip_prefix("/content").unwrap_or(&problem.place);
    let code = code_of(place);
    for When { place: when, inner: prefix, lowered } in rules {
        let Some(inner) = place.strip_prefix(when.as_str()) else { continue };
        if inner.is_empty() || inner.starts_with('/') {
            let inner = inner.strip_prefix(prefix.as_str()).unwrap_or_default();
            let span = document.embedded(when).span(lowered.as_ref()?.span_of(inner));
            let remedy = match code {
                Code::UNVERIFIED => "write `client.address`, or only monitor or tag",
                _ => problem.remedy.as_str(),
            };
            let one = Diagnostic::new(code, document.place(), span, problem.message.as_str(), remedy);
            return Some(one.at(when.as_str()));
        }
    }
    let problem = Problem { place: place.to_owned(), ..problem.clone() };
    Some(Diagnostic::of_problem(code, document.place(), &problem))
}

/// The kind of a problem that the core finds, by where it is.
fn code_of(place: &str) -> Code {
    let mut names = place.split('/').skip(1);
    match (names.next().unwrap_or_default(), names.nth(1).unwrap_or_default()) {
        ("allow" | "rules", "id") => Code::ID,
        ("allow" | "rules", "then") | ("otherwise", _) => Code::ACTION,
        ("allow" | "rules", _) if place.ends_with("/provenance") => Code::UNVERIFIED,
        ("allow" | "rules", _) => Code::SIZE,
        ("settings", _) => Code::SETTING,
        ("weights", _) => Code::WEIGHT,
        ("names", _) => Code::NAMES,
        ("networks", _) => Code::NETWORKS,
        ("endpoints", _) => Code::ENDPOINT,
        ("lists", _) => Code::TEXTS,
        ("breached", _) => Code::FEED,
        ("limits", _) => Code::LIMIT,
        _ => Code::OTHER,
    }
}
