//! `weir test`: the golden tests of policies and bundles.

use std::io::Write;
use std::path::{Path, PathBuf};

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use clap::ValueEnum;
use policy_compiler::Tests;
use policy_compiler::golden::{self, Coverage, Failure, Run, TestRun, Touch};
use serde_json::json;
use weir::bundle;
use weir::check::{self, Kind};
use weir::replay::many;

use super::Exit;

/// Run the golden tests of policies and bundles: what differs, and why
///
/// Tests stand under `tests` in a policy and travel in its bundle: `weir build` runs them, and so does each host before the bundle
/// serves. The same test comes out the same everywhere: no host setting, clock or memory but its own counts.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Args {
    /// Policy sources and bundles
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Only tests whose name contains this
    #[arg(long, short, value_name = "TEXT", default_value = "")]
    filter: String,
    /// Say which rules, endpoints and signals the tests touch, and which rules none does
    #[arg(long, short)]
    coverage: bool,
    /// With --coverage: fail where the tests touch fewer per cent of the rules
    #[arg(long, value_name = "PERCENT", requires = "coverage", value_parser = clap::value_parser!(u8).range(0..=100))]
    at_least: Option<u8>,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Text)]
    output: Output,
}

const AFTER: &str = "\
Examples:
  weir test policies/default.json
  weir test --filter login my-policy.json         only those whose name contains it
  weir test --coverage --at-least 100 my-policy.json
  weir test --output ndjson bundle.json | jq 'select(.passed | not)'

A file without tests is a problem: nothing was shown. Exit code 1 where a test fails.";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For a person
    Text,
    /// One array, an object a file: tests with what differs, and coverage
    Json,
    /// One object a test
    Ndjson,
}

const GREEN: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Green)));
const RED: Style = Style::new().bold().fg_color(Some(anstyle::Color::Ansi(AnsiColor::Red)));
const BOLD: Style = Style::new().bold();
const DIM: Style = Style::new().dimmed();

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let mut out = super::out::stdout();
    let (mut is_fine, mut all) = (true, Vec::new());
    for path in &args.files {
        let Some(run) = one(path, &args.filter, &mut out)? else {
            is_fine = false;
            continue;
        };
        let is_covered = args.at_least.is_none_or(|least| run.coverage.rules_percent() >= usize::from(least));
        is_fine &= is_covered && !run.tests.is_empty() && run.tests.iter().all(|test| test.passed);
        match args.output {
            Output::Text => text(path, &run, &args, &mut out)?,
            Output::Json => all.push(json!({
                "file": path.display().to_string(), "bundle": run.bundle, "tests": run.tests, "coverage": run.coverage,
                "rules_percent": run.coverage.rules_percent(), "signals_percent": run.coverage.signals_percent(),
            })),
            Output::Ndjson => {
                for test in &run.tests {
                    let TestRun { name, passed, failures } = test;
                    let file = path.display().to_string();
                    writeln!(out, "{}", json!({"file": file, "name": name, "passed": passed, "failures": failures}))?;
                }
            }
        }
    }
    if args.output == Output::Json {
        writeln!(out, "{:#}", serde_json::Value::from(all))?;
    }
    Ok(Exit::problems_if(!is_fine))
}

/// Runs one file's tests; `None` where it is no policy or bundle, and why was said.
fn one(path: &Path, filter: &str, out: &mut impl Write) -> anyhow::Result<Option<Run>> {
    let name = path.display();
    let bytes = std::fs::read(path).with_context(|| format!("`{name}` cannot be read"))?;
    let text = match bundle::text(bytes) {
        Ok(text) => text,
        Err(problems) => {
            problems.iter().try_for_each(|problem| writeln!(out, "{name}: {problem}"))?;
            return Ok(None);
        }
    };
    let bundle = match Kind::detect(&text) {
        Some(Kind::Bundle) => text,
        Some(Kind::Policy) => match check::build(path, Tests::Keep) {
            Ok((bytes, _)) => String::from_utf8(bytes).context("a bundle is text")?,
            Err(found) => {
                let found = check::findings(&found);
                super::check::problems(&found, out)?;
                writeln!(out, "{name}: {}", many(found.len() as u64, "problem"))?;
                return Ok(None);
            }
        },
        Some(Kind::Settings) | None => anyhow::bail!("`{name}` is no policy and no bundle; tests stand in those"),
    };
    match golden::run(&bundle, filter) {
        Ok(run) => Ok(Some(run)),
        Err(problems) => {
            problems.iter().try_for_each(|problem| writeln!(out, "{name}: {problem}"))?;
            Ok(None)
        }
    }
}

fn text(path: &Path, run: &Run, args: &Args, out: &mut impl Write) -> std::io::Result<()> {
    writeln!(out, "{BOLD}{}{BOLD:#}", path.display())?;
    for test in &run.tests {
        if test.passed {
            writeln!(out, "  {GREEN}ok{GREEN:#}    {}", test.name)?;
        } else {
            writeln!(out, "  {RED}FAIL{RED:#}  {}", test.name)?;
            failures(&test.failures, out)?;
        }
    }
    let failed = run.tests.iter().filter(|test| !test.passed).count();
    match (run.tests.len(), failed) {
        (0, _) if args.filter.is_empty() => {
            writeln!(out, "  no tests; write some under `tests`, as policies/README.md shows")?
        }
        (0, _) => writeln!(out, "  no test's name contains `{}`", args.filter)?,
        (all, 0) => writeln!(out, "  {}, all passed", many(all as u64, "test"))?,
        (all, failed) => writeln!(out, "  {}, {RED}{failed} failed{RED:#}", many(all as u64, "test"))?,
    }
    if args.coverage {
        coverage(&run.coverage, args.at_least, out)?;
    }
    Ok(())
}

/// What differs, by request: the request, expected and got, the verdict and its reasons.
fn failures(failures: &[Failure], out: &mut impl Write) -> std::io::Result<()> {
    let mut rest = failures;
    while let Some(first) = rest.first() {
        let same = rest.iter().take_while(|one| one.request == first.request).count();
        let (these, others) = rest.split_at_checked(same).unwrap_or((rest, &[]));
        rest = others;
        writeln!(out, "        {DIM}request {}{DIM:#} {}", first.request.saturating_add(1), first.line)?;
        for failure in these {
            let about = failure.about.replace('_', " ");
            match failure.about.as_str() {
                "signal" | "no_signal" | "shadow" | "no_shadow" => writeln!(out, "          {}", failure.message)?,
                _ => writeln!(
                    out,
                    "          {about:<15} expected {GREEN}{}{GREEN:#}, got {RED}{}{RED:#}",
                    failure.expected, failure.got
                )?,
            }
        }
        writeln!(out, "          {DIM}judged{DIM:#}          {}", first.verdict)?;
        for (signal, weight, detail) in &first.reasons {
            let nats = f64::from(*weight) / 1000.0;
            writeln!(out, "          {nats:>+6.2}  {signal}  {DIM}{detail}{DIM:#}")?;
        }
    }
    Ok(())
}

fn coverage(coverage: &Coverage, least: Option<u8>, out: &mut impl Write) -> std::io::Result<()> {
    let touched = |all: &[Touch]| all.iter().filter(|one| one.requests > 0).count();
    let (rules, percent) = (&coverage.rules, coverage.rules_percent());
    writeln!(out, "  {BOLD}rules{BOLD:#} {} of {}, {percent} %", touched(rules), rules.len())?;
    for Touch { id, requests } in &coverage.rules {
        match requests {
            0 => writeln!(out, "    {RED}never{RED:#}  {id}")?,
            requests => writeln!(out, "    {requests:>5}  {id}")?,
        }
    }
    writeln!(out, "    {:>5}  otherwise", coverage.otherwise)?;
    if !coverage.endpoints.is_empty() {
        writeln!(out, "  {BOLD}endpoints{BOLD:#} {} of {}", touched(&coverage.endpoints), coverage.endpoints.len())?;
        for Touch { id, requests } in &coverage.endpoints {
            writeln!(out, "    {requests:>5}  {id}")?;
        }
    }
    let fired: Vec<_> = coverage.signals.iter().filter(|one| one.requests > 0).collect();
    let percent = coverage.signals_percent();
    writeln!(out, "  {BOLD}signals{BOLD:#} {} of {}, {percent} %", fired.len(), coverage.signals.len())?;
    for Touch { id, requests } in fired {
        writeln!(out, "    {requests:>5}  {id}")?;
    }
    if let Some(least) = least.filter(|least| coverage.rules_percent() < usize::from(*least)) {
        writeln!(out, "  {RED}too little{RED:#}: {least} % of the rules are wanted")?;
    }
    Ok(())
}
