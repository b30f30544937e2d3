//! `weir simulate`: made-up campaigns, and what a policy finds of them.

use std::io::{BufWriter, Write};

use clap::ValueEnum;
use serde_json::json;
use weir::simulate::{self, Disguise, Found, Row, Scale, THREATS, Threat};

use super::Exit;
use super::engine::EngineArgs;

/// Show what a policy finds of OWASP's automated threats
///
/// Each of OAT-001 to OAT-021 is carried out at a made-up shop while made-up people are there: by a script that hides nothing, and by browsers that
/// nothing but what they do tells from people's. The same seed makes the same requests.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir simulate                                     a table of all, under the default bundle
  weir simulate OAT-008 oat-011 --bundle mine.json
  weir simulate OAT-008 --trace script > stuffing.trace.jsonl
  weir replay --output ndjson stuffing.trace.jsonl

In a trace the request's id says who is behind it: person/17/3, OAT-008/4/0.")]
pub(super) struct Args {
    /// Which; without it all
    #[arg(value_name = "THREAT", value_parser = threat)]
    threats: Vec<&'static Threat>,
    #[command(flatten)]
    engine: EngineArgs,
    /// What the requests are made from
    #[arg(long, default_value_t = 1)]
    seed: u64,
    /// People who come within the hour
    #[arg(long, default_value_t = Scale::default().people)]
    people: u64,
    /// Hundredths of the attack's programs that take part
    #[arg(long, default_value_t = 100, value_parser = clap::value_parser!(u64).range(1..=100))]
    attack: u64,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    output: Output,
    /// Judge nothing, print one threat's requests and answers as a trace, carried out so
    #[arg(long, value_enum, value_name = "BY")]
    trace: Option<By>,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum Output {
    /// Markdown
    Table,
    /// One object a threat and disguise
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq, ValueEnum)]
enum By {
    /// Python under a browser's name
    Script,
    /// Browsers as people use them
    Browser,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let scale = Scale { people: args.people, attack: args.attack };
    let mut out = BufWriter::new(std::io::stdout().lock());
    if let Some(by) = args.trace {
        let [threat] = args.threats.as_slice() else {
            anyhow::bail!("a trace is of one threat: name it, such as OAT-008");
        };
        let disguise = if by == By::Script { Disguise::Script } else { Disguise::Browser };
        for record in simulate::trace(simulate::scene(threat, disguise, args.seed, scale)) {
            writeln!(out, "{}", record.to_json())?;
        }
        out.flush()?;
        return Ok(Exit::problems_if(false));
    }
    let engine = args.engine.load()?;
    let threats = if args.threats.is_empty() { THREATS.iter().collect() } else { args.threats };
    let found = |threat, disguise| simulate::judge(&engine, &simulate::scene(threat, disguise, args.seed, scale));
    let rows: Vec<Row> = threats
        .into_iter()
        .map(|threat| Row {
            threat,
            script: found(threat, Disguise::Script),
            browser: found(threat, Disguise::Browser),
        })
        .collect();
    match args.output {
        Output::Table => write!(out, "{}", simulate::table(&rows))?,
        Output::Json => {
            for Row { threat, script, browser } in &rows {
                writeln!(out, "{}", object(threat, "script", script))?;
                writeln!(out, "{}", object(threat, "browser", browser))?;
            }
        }
    }
    out.flush()?;
    Ok(Exit::problems_if(false))
}

fn threat(id: &str) -> Result<&'static Threat, String> {
    simulate::threat(id).ok_or_else(|| "no such threat; there are OAT-001 to OAT-021".to_owned())
}

fn object(threat: &Threat, by: &str, found: &Found) -> serde_json::Value {
    json!({
        "threat": threat.id, "name": threat.name, "by": by, "requests": found.requests, "caught": found.caught,
        "precision": found.precision(), "recall": found.recall(), "before": found.before, "after_ms": found.after,
        "clients": found.clients[0], "clients_caught": found.clients[1], "people": found.people,
        "wronged": found.wronged, "evidence": found.evidence[0], "evidence_on_people": found.evidence[1],
        "signals": found.signals, "signals_on_people": found.on_people
    })
}
