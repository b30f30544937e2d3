//! Everything that is wrong with a file an operator writes or ships, with its place in the text.

mod kind;
mod render;
#[cfg(test)]
mod tests;

pub use kind::Kind;
pub use policy_compiler::locate;

use std::collections::BTreeMap;
use std::ops::Range;
use std::path::Path;
use std::sync::Arc;

use filter_core::engine::Engine;
use filter_core::policy::{Bundle, BundleSource, Problem, Problems, Settings};
use filter_core::state::Tables;
use policy_compiler::lint::Context;
use policy_compiler::{Diagnostic, Diagnostics, Tests};

use crate::desk;

/// One thing wrong, with its place in the text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// Code of its kind, as `W0200`; policies have them.
    pub code: Option<String>,
    /// A host would take it, and it is seldom meant.
    pub is_warning: bool,
    /// File it is in: the one that was checked, or one that it names.
    pub file: String,
    /// Path of names and indices from the document's root.
    pub place: String,
    /// Bytes of the text it is about; empty where the text is.
    pub span: Range<usize>,
    /// Line of the span's start, from 1.
    pub line: usize,
    /// Column of the span's start in bytes, from 1.
    pub column: usize,
    /// What is wrong.
    pub message: String,
    /// What to do about it.
    pub remedy: String,
    text: Arc<str>,
}

/// Checks a text as what it is and tells a sound one in a few words. `file` is its name; a policy is read again from there, with the
/// files it names.
///
/// # Errors
/// Everything that is wrong with it, in the order of the text.
pub fn check(kind: Kind, file: &Path, text: &str) -> Result<String, Vec<Finding>> {
    let result = match kind {
        Kind::Bundle => desk::take(text.as_bytes()).map(|engine| told(engine.bundle())),
        Kind::Settings => settings(text),
        Kind::Policy => return build(file, Tests::Run).map(|(_, report)| report).map_err(|found| findings(&found)),
    };
    result.map_err(|problems| {
        let name = file.display().to_string();
        let text = Arc::<str>::from(text);
        let mut findings: Vec<_> = problems.iter().map(|problem| finding(kind, &name, &text, problem)).collect();
        findings.sort_by_key(|finding| finding.span.start);
        findings
    })
}

/// What is wrong with a file that is no text.
pub fn findings_of_bytes(file: &Path, problems: &Problems) -> Vec<Finding> {
    let (name, text) = (file.display().to_string(), Arc::<str>::from(""));
    problems.iter().map(|problem| finding(Kind::Bundle, &name, &text, problem)).collect()
}

/// What a host would take and nobody means, in a bundle or in the bundle that a policy makes; none where it is refused.
pub fn lint(kind: Kind, file: &Path, text: &str, context: &Context) -> Vec<Finding> {
    let mut context = context.clone();
    let (bundle, at) = match kind {
        Kind::Bundle => (text.to_owned(), "/content"),
        Kind::Policy => {
            let Ok(built) = policy_compiler::build_with(file, Tests::LeaveOut) else { return Vec::new() };
            context.ages.extend(built.ages);
            (String::from_utf8_lossy(&built.bytes).into_owned(), "")
        }
        Kind::Settings => return Vec::new(),
    };
    let lints = policy_compiler::lint::lint(&bundle, &context).unwrap_or_default();
    // A policy names the files of its lists: the bundle's own places are not in it.
    let (plain, name) = (policy_compiler::without_comments(text), file.display().to_string());
    let shared = Arc::<str>::from(text);
    let found = lints.into_iter().map(|lint| {
        let place = format!("{at}{}", lint.place);
        let span = kind.span(&plain, &place);
        let one = Diagnostic::new(lint.code, (&name, text), span, lint.message, lint.remedy);
        Finding { is_warning: true, ..located(&one.at(place), &shared) }
    });
    found.collect()
}

/// Builds a bundle that a host would take: the bytes, and what went in.
///
/// # Errors
/// Everything that is wrong with the source and the files it names.
pub fn build(file: &Path, tests: Tests) -> Result<(Vec<u8>, String), Diagnostics> {
    let built = policy_compiler::build_with(file, tests)?;
    Ok((built.bytes, built.report.to_string()))
}

/// Settings are checked with the bundle in them, as the host will put them together.
fn settings(text: &str) -> Result<String, Problems> {
    let settings = Settings::parse(text.as_bytes())?;
    let warning = warning(&settings);
    let secret = if settings.keys.is_some() { "with a secret" } else { "without a secret" };
    let bundle = match &settings.source {
        BundleSource::Inline(bundle) => Some(bundle),
        BundleSource::Poll { start, .. } => start.as_ref(),
        BundleSource::Given => None,
    };
    let Some(bundle) = bundle else { return Ok(format!("host settings {secret}{warning}")) };
    let engine = Bundle::trusted(bundle.as_bytes(), &settings.trusted_keys).map_err(inside)?;
    let told = told(&engine);
    Engine::tested::<Tables>(engine, &settings)?;
    Ok(format!("host settings {secret}, {told}{warning}"))
}

/// What is allowed, and seldom meant.
fn warning(settings: &Settings) -> &'static str {
    let address = &settings.client_address;
    if address.trusted_hops == 0 || !address.trusted_proxies.is_empty() {
        return "";
    }
    "\n  warning: /client_address/trusted_hops: whoever can reach this host past the proxies chooses the address he is judged by; \
     list the proxies' blocks under `trusted_proxies`, unless nobody else can connect"
}

/// The bundle is a string in the settings: its own places are told in the message.
fn inside(problems: Problems) -> Problems {
    let told = problems.iter().map(|problem| {
        Problem::new("/bundle", format!("{}: {}", problem.place, problem.message), problem.remedy.as_str())
    });
    let told: Vec<_> = told.collect();
    Problems::check(told).err().unwrap_or(problems)
}

fn told(bundle: &Bundle) -> String {
    let rules = bundle.allow().len().saturating_add(bundle.rules().len());
    format!("bundle {} (serial {}), {rules} rules", bundle.id(), bundle.serial())
}

/// What is wrong with a policy, each in its file's text.
pub fn findings(diagnostics: &Diagnostics) -> Vec<Finding> {
    let mut texts: BTreeMap<&str, Arc<str>> = BTreeMap::new();
    let mut found = Vec::new();
    for one in diagnostics.iter() {
        let file = one.file.as_str();
        let text = texts.entry(file).or_insert_with(|| std::fs::read_to_string(file).unwrap_or_default().into());
        found.push(located(one, text));
    }
    found
}

/// The same where one of the files is a text that was read already, as standard input is.
pub fn findings_in(diagnostics: &Diagnostics, read: Option<(&str, &str)>) -> Vec<Finding> {
    let of = |one: &Diagnostic| match read.filter(|(name, _)| *name == one.file) {
        Some((_, text)) => Finding { place: String::new(), ..located(one, &text.into()) },
        None => located(one, &std::fs::read_to_string(&one.file).unwrap_or_default().into()),
    };
    diagnostics.iter().map(of).collect()
}

/// Something wrong with a text that was read already.
pub fn error_in(one: &Diagnostic, text: &str) -> Finding {
    located(one, &text.into())
}

/// Something that is passed over, in the text it is about.
pub fn warning_in(one: &Diagnostic, text: &str) -> Finding {
    Finding { is_warning: true, place: String::new(), ..located(one, &text.into()) }
}

fn located(one: &Diagnostic, text: &Arc<str>) -> Finding {
    let Diagnostic { code, file, place, span, line, column, message, remedy } = one.clone();
    Finding {
        code: Some(code.to_string()),
        is_warning: false,
        file,
        place: if place.is_empty() { "/".to_owned() } else { place },
        span,
        line,
        column,
        message,
        remedy,
        text: Arc::clone(text),
    }
}

fn finding(kind: Kind, file: &str, text: &Arc<str>, problem: &Problem) -> Finding {
    let span = match &problem.position {
        Some(position) => at(text, position.line, position.column),
        None => kind.span(text, &problem.place),
    };
    let before = text.get(..span.start).unwrap_or(text);
    let line_start = before.rfind('\n').map_or(0, |end| end.saturating_add(1));
    Finding {
        code: None,
        is_warning: false,
        file: file.to_owned(),
        place: if problem.place.is_empty() { "/".to_owned() } else { problem.place.clone() },
        line: before.matches('\n').count().saturating_add(1),
        column: span.start.saturating_sub(line_start).saturating_add(1),
        span,
        message: problem.message.clone(),
        remedy: problem.remedy.clone(),
        text: Arc::clone(text),
    }
}

/// One character at a line and column; the end of the line where there is no such column.
fn at(text: &str, line: usize, column: usize) -> Range<usize> {
    let lines = text.split_inclusive('\n');
    let (before, rest): (Vec<_>, Vec<_>) = lines.enumerate().partition(|(index, _)| index.saturating_add(1) < line);
    let start: usize = before.iter().map(|(_, line)| line.len()).sum();
    let wanted = rest.first().map_or("", |(_, line)| line.trim_end());
    let mut offset = column.saturating_sub(1).min(wanted.len());
    while !wanted.is_char_boundary(offset) {
        offset = offset.saturating_sub(1);
    }
    let width = wanted.get(offset..).and_then(|rest| rest.chars().next()).map_or(0, char::len_utf8);
    let from = start.saturating_add(offset);
    from..from.saturating_add(width)
}
