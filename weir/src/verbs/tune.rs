//! `weir tune`: the score to act at.

use std::io::{self, Write};
use std::path::PathBuf;

use anyhow::{Context, anyhow, bail};
use clap::ValueEnum;
use filter_core::engine::Engine;
use serde_json::{Value, json};
use weir::endpoints;
use weir::files;
use weir::source::{Options, Source};
use weir::tune::{Curve, Place, Solved, Tuning, Wanted, patch, svg, table};

use super::Exit;
use super::engine::EngineArgs;
use super::progress::Progress;

/// Find the score to act at: the least that touches no more than a stated share of good sessions
///
/// Judges recorded traffic as `weir replay` does, with memory, and sorts its sessions (one client, no pause of 30 minutes) by what came of them. A session is good where
/// a login passed, or an endpoint with a --good label answered that what was tried passed (its `outcome`, else below 400), unless more than five logins failed in it. Its score is the greatest of its requests
/// to the endpoints that are asked about, those that an allow rule lets pass left out. Shown are what each score would touch of the good ones and act on of
/// the others, and the change of policy. Traffic of any size in constant memory.
///
/// Others are not all bots: people who only look are among them.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Args {
    /// Traces or access logs with their answers; `-` is standard input
    #[arg(required = true, value_name = "FILE")]
    files: Vec<PathBuf>,
    /// Share of good sessions that may be touched: `0.1%`, or 0.001
    #[arg(long, value_name = "SHARE", value_parser = share)]
    touch: f64,
    /// Endpoint where the score will be asked, by the bundle's id or label; again for more, none for everywhere
    #[arg(long, value_name = "NAME")]
    endpoint: Vec<String>,
    /// Endpoint, by id or label, at which what passes makes a session good; again for more. Without it those labelled `checkout` or `payment`. Logins
    /// that pass count in any case
    #[arg(long, value_name = "NAME")]
    good: Option<Vec<String>>,
    /// Logins that pass make no session good: for traffic in which attackers got in
    #[arg(long)]
    no_logins: bool,
    #[command(flatten)]
    engine: EngineArgs,
    /// Write the trade-off as a picture to this file
    #[arg(long, value_name = "FILE")]
    svg: Option<PathBuf>,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    output: Output,
}

const AFTER: &str = "\
The rule that is printed is in shadow: look at what it would have done before it blocks.

Examples:
  weir tune --touch 0.1% --endpoint checkout --bundle bundle.json monday.trace.jsonl.gz tuesday.trace.jsonl.gz
  weir tune --touch 0.05% --svg curve.svg --output json access.log | jq .patch

Exit code 1 where no score keeps within the budget, or no session turned out good.";

#[derive(Clone, Copy, ValueEnum)]
enum Output {
    /// The curve and the change of policy, for a person
    Table,
    /// One object
    Json,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let engine = args.engine.load()?;
    let (ids, labels) = names(&engine, &args)?;
    let wanted = Wanted { endpoints: args.endpoint.clone(), good: args.good(), no_logins: args.no_logins };
    let mut tuning = Tuning::new(&engine, wanted);
    for path in &args.files {
        let name = path.display().to_string();
        let mut source = Source::open(path, Options::default()).with_context(|| format!("`{name}` cannot be read"))?;
        let mut progress = Progress::new(&name, source.input());
        let position = source.input().counter();
        let read = tuning.read(&mut source, &name, &engine, args.engine.host(), || progress.tick(|| position.get()));
        progress.finish();
        read.with_context(|| format!("`{name}` cannot be read further"))?;
    }
    let (malformed, first) = (tuning.problems.malformed, tuning.problems.first.clone());
    let requests = tuning.requests;
    let curve = tuning.finish();
    let solved = curve.solve(args.touch).filter(|_| curve.good > 0);
    let place = if args.endpoint.is_empty() {
        Place::Everywhere(engine.bundle().weights().human_threshold)
    } else {
        Place::At(&ids, &labels)
    };
    let change = solved.as_ref().map(|solved| patch(&curve, solved, args.touch, place));
    if let Some(path) = &args.svg {
        let title = match args.endpoint.as_slice() {
            [] => "what a score would touch and act on".to_owned(),
            names => format!("what a score would touch and act on at {}", names.join(", ")),
        };
        let picture = svg(&curve, solved.as_ref(), args.touch, &title);
        files::replace(path, picture.as_bytes()).with_context(|| format!("`{}` cannot be written", path.display()))?;
    }
    let mut out = anstream::stdout().lock();
    match args.output {
        Output::Json => {
            let found = object(&engine, &args, &curve, solved.as_ref(), change.as_ref(), requests);
            writeln!(out, "{found:#}")?;
        }
        Output::Table if curve.good == 0 => {
            writeln!(out, "no session of {requests} requests turned out good; see `weir tune --help` for what is")?;
        }
        Output::Table => {
            write!(out, "{}", table(&curve, solved.as_ref(), args.touch))?;
            if let Some(change) = &change {
                writeln!(out, "\nput this into the policy:\n{change:#}")?;
            }
        }
    }
    if malformed > 0 {
        let mut err = anstream::stderr().lock();
        writeln!(err, "{malformed} lines not readable, left out; first of them")?;
        first.iter().try_for_each(|place| writeln!(err, "  {place}"))?;
    }
    out.flush().or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })?;
    Ok(Exit::problems_if(malformed > 0 || solved.is_none()))
}

/// Labels of endpoints that show people, unless somebody says otherwise.
const GOOD: [&str; 2] = ["checkout", "payment"];

impl Args {
    fn good(&self) -> Vec<String> {
        self.good.clone().unwrap_or_else(|| GOOD.map(str::to_owned).to_vec())
    }
}

/// The asked endpoints' names, as ids and as labels.
fn names(engine: &Engine, args: &Args) -> anyhow::Result<(Vec<String>, Vec<String>)> {
    let described = engine.bundle().endpoints();
    let is_label = |name: &String| described.iter().any(|one| one.label.as_ref() == Some(name));
    // The usual labels may be missing.
    let good = args.good.iter().flatten().filter(|name| !GOOD.contains(&name.as_str()));
    let asked = args.endpoint.iter().chain(good);
    endpoints::check(engine.bundle(), asked.map(String::as_str), &[]).map_err(|why| anyhow!(why))?;
    let is_known = |name: &String| is_label(name) || described.iter().any(|one| one.id == *name);
    let good = args.good();
    let has_logins = !args.no_logins && described.iter().any(|one| one.login.is_some());
    if !has_logins && !good.iter().any(is_known) {
        bail!(
            "nothing says which sessions turn out good: the bundle has no login, and none of `{}`; describe one under `endpoints`",
            good.join("`, `")
        );
    }
    // A name that is both means the label: rules on labels cover more.
    let (labels, ids) = args.endpoint.iter().cloned().partition(is_label);
    Ok((ids, labels))
}

fn object(
    engine: &Engine,
    args: &Args,
    curve: &Curve,
    solved: Option<&Solved>,
    change: Option<&Value>,
    requests: u64,
) -> Value {
    let of = |one: &Solved| {
        json!({
            "at_least": one.threshold,
            "good": {"sessions": one.touched, "share": one.share, "at_most": one.at_most},
            "others": {"sessions": one.acted_on, "share": one.acted_share},
        })
    };
    let all: Vec<Value> = (1..=100).map(|threshold| of(&curve.at(threshold))).collect();
    json!({
        "bundle": engine.bundle().id(),
        "endpoints": args.endpoint,
        "touch": args.touch,
        "requests": requests,
        "sessions": {"good": curve.good, "others": curve.others, "good_needed": Curve::needed(args.touch)},
        "solved": solved.map(of),
        "curve": all,
        "patch": change,
    })
}

fn share(text: &str) -> Result<f64, String> {
    let (number, scale) = match text.trim().strip_suffix('%') {
        Some(percent) => (percent.trim(), 100.0),
        None => (text.trim(), 1.0),
    };
    let share = number.parse::<f64>().ok().map(|number| number / scale);
    share
        .filter(|share| *share > 0.0 && *share < 1.0)
        .ok_or_else(|| "give a share between 0 and all, such as `0.1%` or 0.001".to_owned())
}
