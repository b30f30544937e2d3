//! `weir replay`: what a policy would have done with recorded traffic.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;
use filter_core::engine::Engine;
use filter_core::facts::Provenance;
use weir::replay::{Memory, Summary, many};
use weir::source::{Format, Options, Source};
use weir::trace::Record;
use weir::{case, replay};

use super::Exit;
use super::engine::EngineArgs;
use super::progress::Progress;

/// Show what a policy would have done with recorded traffic
///
/// Reads traces (JSON Lines), access logs in Combined form and Envoy's JSON access log, packed with gzip or not, of any
/// size in constant memory. An access log saw little of a request: signals that need more stay silent.
///
/// What clients did before counts as it does on a host: keep the lines in the order they came, and give files in order.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Args {
    /// Files; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    #[command(flatten)]
    engine: EngineArgs,
    /// Form of the lines; without it told by the first
    #[arg(long, value_enum)]
    format: Option<FormatArg>,
    /// What the addresses in an access log are; without it the socket's peer, but unverified where Envoy may have taken
    /// them from a header
    #[arg(long, value_enum)]
    addresses: Option<AddressArg>,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    output: Output,
    /// Write each request that was acted on, redacted, with its verdict, to this file
    #[arg(long, value_name = "FILE")]
    cases: Option<PathBuf>,
    /// Write news of accounts (under attack, likely taken over) to this file, one JSON object a line
    #[arg(long, value_name = "FILE", conflicts_with = "stateless")]
    alerts: Option<PathBuf>,
    /// Judge each request on its own, as if it were the first
    #[arg(long)]
    stateless: bool,
}

const AFTER: &str = "\
Examples:
  weir replay access.log
  weir replay --bundle candidate.json --as cloudflare recorded.trace.jsonl.gz
  zcat access.log.*.gz | weir replay --output json -
  weir replay --output ndjson trace.jsonl | jq 'select(.score >= 50)'
  weir replay --cases acted-on.jsonl access.log && weir explain acted-on.jsonl --line 1

Lines that are not of their file's form are counted, the first are listed, and the exit code is 1.";

#[derive(Clone, Copy, ValueEnum)]
enum FormatArg {
    Trace,
    Combined,
    Envoy,
}

#[derive(Clone, Copy, ValueEnum)]
enum AddressArg {
    Peer,
    Hop,
    Cdn,
    Unverified,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// Counts for a person
    Table,
    /// One event a request
    Ndjson,
    /// The counts as one JSON object
    Json,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let engine = args.engine.load()?;
    let alerts = args.alerts.as_deref().map(create).transpose()?;
    let mut cases = args.cases.as_deref().map(create).transpose()?;
    let mut out = weir::terminal::Clean(BufWriter::new(io::stdout().lock()));
    let mut summary = Summary::new();
    if args.stateless
        && let Err(problems) = engine.bundle().check_without_memory()
    {
        anstream::eprintln!("weir: nothing is remembered, so limits limit nobody:\n{problems}");
    }
    let mut memory = if args.stateless { Memory::none() } else { Memory::of(&engine) };
    for path in &args.files {
        one(path, &args, &engine, &mut memory, &mut summary, &mut out, cases.as_mut())?;
    }
    match args.output {
        Output::Table => write!(out, "{summary}")?,
        Output::Json => writeln!(out, "{:#}", summary.to_json(engine.bundle().id()))?,
        Output::Ndjson => {}
    }
    out.flush()?;
    if let Some(mut cases) = cases {
        cases.flush().context("the cases cannot be written")?;
    }
    if let Some(mut alerts) = alerts {
        memory.alerts().iter().try_for_each(|alert| writeln!(alerts, "{}", alert.event()))?;
        alerts.flush().context("the alerts cannot be written")?;
    }
    report(&summary)?;
    Ok(Exit::problems_if(summary.problems.malformed > 0 || summary.cases.broken > 0))
}

fn create(path: &Path) -> anyhow::Result<BufWriter<File>> {
    let file = File::create(path).with_context(|| format!("`{}` cannot be written", path.display()))?;
    Ok(BufWriter::new(file))
}

fn one(
    path: &Path,
    args: &Args,
    engine: &Engine,
    memory: &mut Memory,
    summary: &mut Summary,
    out: &mut impl Write,
    mut cases: Option<&mut BufWriter<File>>,
) -> anyhow::Result<()> {
    let name = path.display().to_string();
    let mut source = Source::open(path, options(args)).with_context(|| format!("`{name}` cannot be read"))?;
    let mut progress = Progress::new(&name, source.input());
    let position = source.input().counter();
    let host = args.engine.host();
    let result = replay::run(&mut source, &name, engine, host, memory, summary, None, |_, request, verdict| {
        progress.tick(|| position.get());
        if args.output == Output::Ndjson {
            writeln!(out, "{}", verdict.event(&request.id))?;
        }
        if let Some(cases) = cases.as_mut().filter(|_| verdict.is_reported()) {
            let case = case::make(engine, request, verdict, host.map(|host| host.name.as_str()));
            writeln!(cases, "{}", Record::Request(Box::new(case)).to_json())?;
        }
        Ok(())
    });
    progress.finish();
    match result {
        // Only writing breaks a pipe.
        Err(error) if error.kind() == io::ErrorKind::BrokenPipe => Err(error.into()),
        other => other.with_context(|| format!("`{name}` cannot be replayed")),
    }
}

/// Problems go to standard error, so that they reach a person whatever is printed.
fn report(summary: &Summary) -> io::Result<()> {
    let mut err = super::out::stderr();
    let problems = &summary.problems;
    if let Some(first) = &problems.first_unreadable {
        writeln!(
            err,
            "note: {} never read by the server, left out; the first is {first}",
            many(problems.unreadable, "request")
        )?;
    }
    if problems.malformed > 0 {
        writeln!(err, "{} not readable, left out; first of them", many(problems.malformed, "line"))?;
        problems.first.iter().try_for_each(|place| writeln!(err, "  {place}"))?;
    }
    if summary.cases.broken > 0 {
        writeln!(err, "{} with another verdict under the same bundle", many(summary.cases.broken, "case"))?;
    }
    Ok(())
}

fn options(args: &Args) -> Options {
    Options {
        format: args.format.map(|format| match format {
            FormatArg::Trace => Format::Trace,
            FormatArg::Combined => Format::Combined,
            FormatArg::Envoy => Format::Envoy,
        }),
        provenance: args.addresses.map(|address| match address {
            AddressArg::Peer => Provenance::Peer,
            AddressArg::Hop => Provenance::Hop,
            AddressArg::Cdn => Provenance::Cdn,
            AddressArg::Unverified => Provenance::Unverified,
        }),
    }
}
