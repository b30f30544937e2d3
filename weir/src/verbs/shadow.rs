//! `weir shadow`: what a candidate bundle would have done otherwise, and whether it may serve.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, anyhow, bail};
use clap::ValueEnum;
use filter_core::engine::Engine;
use filter_core::engine::shadow::{Report, Shadow};
use filter_core::policy::Rollout;
use serde_json::json;
use weir::replay::{self, Memory, Summary};
use weir::source::{Options, Source};
use weir::{desk, endpoints, shadow};

use super::Exit;
use super::engine::EngineArgs;
use super::progress::Progress;

/// Try a whole bundle beside the one that serves
#[derive(clap::Args)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(clap::Subcommand)]
enum What {
    Report(ReportArgs),
    Decide(DecideArgs),
}

/// Show where a candidate disagrees with the active bundle, by rule, endpoint and outcome
///
/// FROM is recorded traffic, which --candidate and the active bundle judge, in memory as on a host; or what hosts report: the admin address of
/// `weir up`, a report as JSON, or a log of Fastly, Cloudflare or Envoy with lines of a candidate among others; several are added up. There
/// --candidate says which candidate is asked about; without it that is the latest.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir shadow report yesterday.trace.jsonl.gz --candidate candidate.json --bundle serving.json
  weir shadow report access.log --candidate candidate.json --goal any
  weir shadow report http://127.0.0.1:9464
  weir shadow report fastly-1.log fastly-2.log.gz --output json")]
struct ReportArgs {
    #[command(flatten)]
    from: From,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    output: Output,
}

/// Say whether a candidate may serve, goes on in shadow, or is taken back
///
/// The guardrails are those of the rollout file: how many of the clients that reached a goal it may have touched, and how
/// many clients and seconds that must be shown by. Exit code 0: promote; 1: hold or roll back.
///
/// FROM is as for `weir shadow report`. A log may tell of several candidates: with one, --candidate is required.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir shadow decide http://127.0.0.1:9464 --rollout rollout.json
  weir shadow decide events-*.log --candidate next.bundle && weir push next.bundle fastly:STORE_ID
  weir shadow decide yesterday.trace.jsonl.gz --candidate candidate.json && weir push candidate.json /srv/bundles

A rollout file, with the defaults but for the share:
  { \"share\": 100000, \"goals\": [\"login\", \"sign_up\", \"checkout\"], \"automatic\": false,
    \"guardrails\": { \"harmed_share\": 1000, \"good_clients\": 4000, \"harmed_clients\": 3, \"seconds\": 86400 } }
Shares are parts of a million.")]
struct DecideArgs {
    #[command(flatten)]
    from: From,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    output: Output,
}

#[derive(clap::Args)]
struct From {
    /// Recorded traffic, or reports: files and URLs
    #[arg(required = true, value_name = "FROM")]
    from: Vec<String>,
    /// Bundle that is tried on recorded traffic, or that hosts' reports are about; of reports also by its id, or 16 digits of it
    #[arg(long, short, value_name = "ID|FILE")]
    candidate: Option<String>,
    #[command(flatten)]
    engine: EngineArgs,
    /// File that says how the candidate is tried: share of the clients, goals, guardrails
    #[arg(long, value_name = "FILE")]
    rollout: Option<PathBuf>,
    /// Label or id of an endpoint where clients show that they are good, in place of the rollout's goals; `any`: each answer that is no error; again for more
    #[arg(long, value_name = "NAME", requires = "candidate")]
    goal: Vec<String>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For a person
    Table,
    /// One object
    Json,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    match args.what {
        What::Report(args) => report(&args),
        What::Decide(args) => decide(&args),
    }
}

fn report(args: &ReportArgs) -> anyhow::Result<Exit> {
    let report = args.from.report(&args.from.rollout()?, false)?;
    let mut out = super::out::stdout();
    match args.output {
        Output::Table => write!(out, "{}", shadow::table(&report))?,
        Output::Json => writeln!(out, "{:#}", shadow::to_json(&report))?,
    }
    Ok(Exit::Fine)
}

fn decide(args: &DecideArgs) -> anyhow::Result<Exit> {
    let rollout = args.from.rollout()?;
    let report = args.from.report(&rollout, true)?;
    let ruling = report.clients.ruling(&rollout.guardrails, report.until.saturating_sub(report.since));
    let mut out = super::out::stdout();
    match args.output {
        Output::Table => writeln!(out, "{}\n{}: {}", shadow::table(&report), ruling.as_str(), ruling.why())?,
        Output::Json => {
            let decision = json!({"ruling": ruling.as_str(), "why": ruling.why(), "guardrails": rollout.guardrails,
                "report": shadow::to_json(&report)});
            writeln!(out, "{decision:#}")?;
        }
    }
    Ok(Exit::problems_if(ruling != filter_core::engine::shadow::Ruling::Promote))
}

impl From {
    fn rollout(&self) -> anyhow::Result<Rollout> {
        let mut rollout = shadow::rollout(self.rollout.as_deref()).map_err(|why| anyhow!(why))?;
        if !self.goal.is_empty() {
            rollout.goals.clone_from(&self.goal);
        }
        Ok(rollout)
    }

    /// What is known of the candidate; of one that is named where somebody rules on it.
    fn report(&self, rollout: &Rollout, is_ruled_on: bool) -> anyhow::Result<Report> {
        let Some(candidate) = &self.candidate else {
            if is_ruled_on && self.has_log(true)? {
                bail!(
                    "a log may tell of several candidates, and nothing says which one is ruled on; give `--candidate` with its \
                     bundle or its id, which `weir shadow report` shows"
                );
            }
            return merged(shadow::read(&self.from));
        };
        if is_id(candidate) {
            return self.told(candidate);
        }
        let candidate = self.engine.beside(Path::new(candidate))?;
        if self.from.iter().any(|from| shadow::is_url(from)) || self.has_log(false)? {
            return self.told(candidate.bundle().id());
        }
        self.replay(rollout, candidate)
    }

    /// Whether hosts' reports stand in one of the files. Standard input can be read once: what is taken for granted of it.
    fn has_log(&self, is_standard_input: bool) -> anyhow::Result<bool> {
        for from in &self.from {
            let is_log = match from.as_str() {
                "-" => is_standard_input,
                url if shadow::is_url(url) => false,
                path => shadow::is_log(Path::new(path)).map_err(|why| anyhow!(why))?,
            };
            if is_log {
                return Ok(true);
            }
        }
        Ok(false)
    }

    /// What hosts report of a candidate.
    fn told(&self, id: &str) -> anyhow::Result<Report> {
        if !self.goal.is_empty() {
            bail!(
                "`--goal` is for recorded traffic: hosts have counted by the goals of their own rollout; take it out"
            );
        }
        merged(shadow::read_of(&self.from, &id.to_ascii_lowercase()))
    }

    /// Has the candidate and the active bundle judge recorded traffic.
    fn replay(&self, rollout: &Rollout, candidate: Engine) -> anyhow::Result<Report> {
        let active = self.engine.load()?;
        // Those that are goals unless somebody says otherwise may be missing.
        let usual = Rollout::default().goals;
        let given = rollout.goals.iter().filter(|goal| !usual.contains(goal));
        endpoints::check(active.bundle(), given.map(String::as_str), &["any"]).map_err(|why| anyhow!("goal: {why}"))?;
        let mut shadow = Shadow::new(candidate, rollout.clone());
        let (mut memory, mut summary) = (Memory::of(&active), Summary::new());
        for from in &self.from {
            let mut source = Source::open(Path::new(from), Options { format: None, provenance: None })
                .with_context(|| format!("`{from}` cannot be read"))?;
            let mut progress = Progress::new(from, source.input());
            let position = source.input().counter();
            let host = self.engine.host();
            let (memory, summary, shadow) = (&mut memory, &mut summary, Some(&mut shadow));
            let done = replay::run(&mut source, from, &active, host, memory, summary, shadow, |_, _, _| {
                progress.tick(|| position.get());
                Ok(())
            });
            progress.finish();
            done.with_context(|| format!("`{from}` cannot be replayed"))?;
        }
        if summary.problems.malformed > 0 {
            anstream::eprintln!("note: {} not readable, left out", replay::many(summary.problems.malformed, "line"));
        }
        Ok(shadow.report(&active))
    }
}

fn merged(reports: Result<Vec<Report>, String>) -> anyhow::Result<Report> {
    reports.and_then(shadow::merge).map_err(|why| anyhow!(why))
}

/// Digits that tables show of an id, and all that there are.
const DIGITS: std::ops::RangeInclusive<usize> = 16..=64;

/// Whether a candidate is named by its id and not by a file.
fn is_id(text: &str) -> bool {
    DIGITS.contains(&text.len()) && text.bytes().all(|byte| byte.is_ascii_hexdigit()) && !Path::new(text).exists()
}

impl EngineArgs {
    /// The engine of another bundle under the same settings.
    fn beside(&self, bundle: &Path) -> Result<Engine, desk::LoadError> {
        desk::load(Some(bundle), self.settings())
    }
}
