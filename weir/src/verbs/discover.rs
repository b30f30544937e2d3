//! `weir discover`: which endpoints there are.

use std::fs;
use std::io::{self, BufWriter, Write};
use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use weir::discover::{self, Inventory, compare, openapi};
use weir::source::{Format, Options, Source};

use super::Exit;
use super::progress::Progress;

/// List the endpoints that recorded traffic shows, and compare them with an API description
///
/// Reads what `weir replay` reads. Paths that are the same endpoint are joined: `/orders/17` and `/orders/18` as
/// `/orders/{}`. What was answered with 400, 404, 405, 410, 414 or 501 shows no endpoint. Memory does not grow with the input.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Args {
    /// Traces and access logs; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Compare with this OpenAPI description (2.0, 3.0 or 3.1; JSON or YAML): its templates are used where they fit
    #[arg(long, value_name = "FILE")]
    against: Option<PathBuf>,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    output: Output,
    /// Endpoints in the table; 0 shows all
    #[arg(long, value_name = "NUMBER", default_value_t = 50)]
    top: usize,
    /// Form of the lines; without it told by the first
    #[arg(long, value_enum)]
    format: Option<FormatArg>,
}

const AFTER: &str = "\
Examples:
  weir discover access.log
  weir discover --output openapi recorded.trace.jsonl.gz > seen.json
  weir discover --against openapi.yaml access.log.*.gz
  weir discover -o json access.log | jq '.endpoints[] | select(.labels[0].label == \"login\")'

With --against the exit code is 1 where something was seen that is not described (shadow) or not so described (drifted);
what is described and was not seen (unused) is listed only. Lines that are not of their file's form give 1, too.

Errors are answers with 400 to 599. Clients are different addresses. Auth is the share of requests with an Authorization
header or a logged user, `-` where neither could be seen. Labels are guesses; --output json says why.";

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For a person
    Table,
    /// Everything, as one JSON object
    Json,
    /// What was seen, as an OpenAPI 3.1 description
    Openapi,
}

#[derive(Clone, Copy, ValueEnum)]
enum FormatArg {
    Trace,
    Combined,
    Envoy,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let described = args.against.as_deref().map(|path| {
        let text = fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        openapi::read(&text).with_context(|| format!("`{}` cannot be used", path.display()))
    });
    let described = described.transpose()?;
    let templates = described.iter().flatten().map(|one| one.template.as_str());
    let mut inventory = Inventory::new(templates);
    for path in &args.files {
        let name = path.display().to_string();
        let format = args.format.map(|format| match format {
            FormatArg::Trace => Format::Trace,
            FormatArg::Combined => Format::Combined,
            FormatArg::Envoy => Format::Envoy,
        });
        let options = Options { format, provenance: None };
        let mut source = Source::open(path, options).with_context(|| format!("`{name}` cannot be read"))?;
        let mut progress = Progress::new(&name, source.input());
        let position = source.input().counter();
        let result = discover::run(&mut source, &name, &mut inventory, || progress.tick(|| position.get()));
        progress.finish();
        result.with_context(|| format!("`{name}` cannot be read further"))?;
    }
    let report = inventory.report();
    let comparison = described.map(|described| compare::compare(&report, &described));
    let mut out = weir::terminal::Clean(BufWriter::new(io::stdout().lock()));
    match args.output {
        Output::Table => {
            let most = if args.top == 0 { usize::MAX } else { args.top };
            write!(out, "{}", report.table(most))?;
            if let Some(comparison) = &comparison {
                write!(out, "{comparison}")?;
            }
        }
        Output::Json => writeln!(out, "{:#}", report.to_json(comparison.as_ref()))?,
        Output::Openapi => writeln!(out, "{:#}", openapi::write(&report))?,
    }
    out.flush()?;
    let malformed = inventory.problems.malformed;
    if malformed > 0 {
        let mut err = super::out::stderr();
        writeln!(err, "{malformed} lines could not be read and are left out; the first are")?;
        inventory.problems.first.iter().try_for_each(|place| writeln!(err, "  {place}"))?;
    }
    Ok(Exit::problems_if(malformed > 0 || comparison.is_some_and(|comparison| !comparison.agrees())))
}
