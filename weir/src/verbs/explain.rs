//! `weir explain`: why one request was judged as it was.

use std::io::Write;
use std::net::IpAddr;
use std::path::PathBuf;

use anyhow::{Context, ensure};
use clap::ValueEnum;
use filter_core::facts::{Fact, Provenance};
use weir::explain::Explanation;
use weir::single::{self, Found, Selector};
use weir::source::{Options, Source};
use weir::trace::{Request, Text};

use super::Exit;
use super::engine::EngineArgs;

/// Explain one request's verdict: what it claims to be, its score and class, each reason, the rule and what was done
///
/// The request comes from a trace, a case, an access log, a raw HTTP request or a HAR; an event line is told as it stands.
/// What a source could not see is unknown, and is listed.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Args {
    /// File; `-` is standard input
    #[arg(value_name = "FILE")]
    file: PathBuf,
    /// Request with this id
    #[arg(long, conflicts_with_all = ["line", "entry"])]
    id: Option<String>,
    /// Event with this receipt: the code that a blocked caller was given
    #[arg(long, value_name = "CODE", conflicts_with_all = ["id", "line", "entry"])]
    receipt: Option<String>,
    /// Request on this line, from 1
    #[arg(long, value_name = "NUMBER", conflicts_with = "entry")]
    line: Option<u64>,
    /// Entry of a HAR, from 1
    #[arg(long, value_name = "NUMBER")]
    entry: Option<usize>,
    /// Client address, where the file has none
    #[arg(long, value_name = "ADDRESS")]
    address: Option<IpAddr>,
    /// Scheme, where the file has none
    #[arg(long, value_enum)]
    scheme: Option<Scheme>,
    /// Judge the lines of the file before it first, as `weir replay` does, so that what they left in memory counts; without it the request is judged
    /// as if nothing had come before
    #[arg(long, conflicts_with_all = ["receipt", "entry", "address", "scheme"])]
    remember: bool,
    #[command(flatten)]
    engine: EngineArgs,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Text)]
    output: Output,
}

const AFTER: &str = "\
Examples:
  weir explain access.log --line 17
  weir explain recorded.trace.jsonl.gz --id r-4711 --as cloudflare
  weir explain access.log --line 17 --remember  with what the 16 lines before it left in memory
  weir explain acted-on.jsonl --line 1          a case, judged anew and compared
  weir explain events.ndjson --receipt CODE     what a blocked caller complains about
  weir explain session.har --entry 3
  printf 'GET / HTTP/1.1\\nHost: shop.example\\n' | weir explain - --scheme https --address 203.0.113.7";

#[derive(Clone, Copy, ValueEnum)]
enum Scheme {
    Http,
    Https,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// For a person, with colours on a terminal
    Text,
    /// One JSON object
    Json,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let selector = Selector { id: args.id.clone(), line: args.line, entry: args.entry, receipt: args.receipt.clone() };
    let explanation = if args.remember { remembered(&args)? } else { alone(&args, &selector)? };
    match args.output {
        Output::Text => write!(super::out::stdout(), "{explanation}")?,
        Output::Json => writeln!(std::io::stdout().lock(), "{:#}", explanation.to_json())?,
    }
    Ok(Exit::Fine)
}

fn alone(args: &Args, selector: &Selector) -> anyhow::Result<Explanation> {
    Ok(match single::pick(&args.file, selector)? {
        Found::Event(event) => Explanation::of_event(event),
        Found::Request(mut request) => {
            complete(&mut request, args);
            if let Some(host) = args.engine.host() {
                host.project(&mut request);
            }
            Explanation::of_request(&args.engine.load()?, &request)
        }
    })
}

fn remembered(args: &Args) -> anyhow::Result<Explanation> {
    let name = args.file.display();
    ensure!(args.line.is_some() || args.id.is_some(), "--remember needs --line or --id: which request is it?");
    let engine = args.engine.load()?;
    let mut source =
        Source::open(&args.file, Options::default()).with_context(|| format!("`{name}` cannot be read"))?;
    let is_it = |line: u64, id: &str| match args.line {
        Some(wanted) => line == wanted,
        None => args.id.as_deref() == Some(id),
    };
    let found = Explanation::of_replayed(&engine, &mut source, args.engine.host(), is_it);
    let found = found.with_context(|| format!("`{name}` cannot be read further"))?;
    found.with_context(|| format!("`{name}` has no such request; lines of traces and logs can be remembered"))
}

/// Adds what the person knows and the file does not say.
fn complete(request: &mut Request, args: &Args) {
    if let (Some(address), Fact::Unknown) = (args.address, request.client.address) {
        request.client.address = Fact::Present(address);
        request.client.provenance = Provenance::Peer;
    }
    if let (Some(scheme), Fact::Unknown) = (args.scheme, &request.scheme) {
        request.scheme = Fact::Present(Text::from(match scheme {
            Scheme::Http => "http",
            Scheme::Https => "https",
        }));
    }
}
