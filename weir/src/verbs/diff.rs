//! `weir diff`: what a new bundle changes.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::Context;
use clap::ValueEnum;
use serde_json::json;
use weir::bundle::{Change, Verdicts, compare, diff, open_file};
use weir::desk;
use weir::replay::many;
use weir::source::{Options, Source};

use super::Exit;

/// Show what a new bundle changes: serial and signer, rules, lists and what is in them, weights, settings; and on recorded traffic, which verdicts
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir diff serving.json candidate.json
  weir diff serving.json candidate.json --on yesterday.trace.jsonl.gz
  weir diff serving.json candidate.json --on access.log --output json")]
pub(super) struct Args {
    /// Bundle that serves
    #[arg(value_name = "BEFORE")]
    before: PathBuf,
    /// Bundle that is to serve
    #[arg(value_name = "AFTER")]
    after: PathBuf,
    /// Trace or access log whose verdicts are compared
    #[arg(long, value_name = "FILE")]
    on: Option<PathBuf>,
    /// Host settings (JSON), for the verdicts
    #[arg(long, short, value_name = "FILE", requires = "on")]
    settings: Option<PathBuf>,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Text)]
    output: Output,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// One change a line: `+` new, `-` gone, `~` changed
    Text,
    /// One object: `changes`, and `verdicts` with --on
    Json,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let changes = diff(&open_file(&args.before)?, &open_file(&args.after)?);
    let verdicts = args.on.as_deref().map(|trace| verdicts(&args, trace)).transpose()?;
    let mut out = super::out::stdout();
    if args.output == Output::Json {
        let mut object = json!({"changes": changes});
        if let (Some(verdicts), Some(members)) = (&verdicts, object.as_object_mut()) {
            members.insert("verdicts".into(), serde_json::to_value(verdicts)?);
        }
        writeln!(out, "{object:#}")?;
        return Ok(Exit::Fine);
    }
    if changes.iter().all(Change::is_of_manifest) {
        writeln!(out, "both mean the same")?;
    }
    changes.iter().try_for_each(|change| writeln!(out, "{change}"))?;
    if let Some(verdicts) = verdicts {
        let Verdicts { requests, changed, unread, moves } = verdicts;
        writeln!(out, "\n{changed} of {} get another verdict", many(requests, "request"))?;
        for one in moves {
            let first = one.first.join(", ");
            writeln!(out, "  {:>8}  {} -> {}  {first}", one.requests, one.before, one.after)?;
        }
        if unread > 0 {
            writeln!(out, "{} could not be read and are left out", many(unread, "line"))?;
        }
    }
    Ok(Exit::Fine)
}

fn verdicts(args: &Args, trace: &Path) -> anyhow::Result<Verdicts> {
    let settings = args.settings.as_deref();
    let (before, after) = (desk::load(Some(&args.before), settings)?, desk::load(Some(&args.after), settings)?);
    let name = trace.display().to_string();
    let options = Options { format: None, provenance: None };
    let mut source = Source::open(trace, options).with_context(|| format!("`{name}` cannot be read"))?;
    compare(&mut source, &name, &before, &after).with_context(|| format!("`{name}` cannot be read further"))
}
