//! `weir signals`: the evidence that is looked for.

use std::io::{self, Write};

use clap::ValueEnum;
use filter_core::signals::{SIGNALS, Signal};
use serde_json::json;

use super::Exit;

/// List every signal: what it is evidence of, its default weight and where that was measured
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  weir signals\n  weir signals --output markdown > signals.md")]
pub(super) struct Args {
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    output: Output,
}

#[derive(Clone, Copy, ValueEnum)]
enum Output {
    /// One line a signal
    Table,
    /// A table for documentation
    Markdown,
    /// An array of objects
    Json,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let mut out = io::stdout().lock();
    match args.output {
        Output::Table => table(&mut out)?,
        Output::Markdown => markdown(&mut out)?,
        Output::Json => {
            let all: Vec<_> = SIGNALS.iter().map(|signal| object(signal)).collect();
            writeln!(out, "{:#}", serde_json::Value::from(all))?;
        }
    }
    Ok(Exit::Fine)
}

fn table(out: &mut impl Write) -> io::Result<()> {
    let width = SIGNALS.iter().map(|signal| signal.id.len()).max().unwrap_or(0);
    writeln!(out, "{:<width$}  {:<14}  {:>6}  summary", "signal", "pillar", "weight")?;
    SIGNALS.iter().try_for_each(|signal| {
        let Signal { id, pillar, weight, summary, .. } = signal;
        writeln!(out, "{id:<width$}  {:<14}  {:>+6}  {summary}", pillar.as_str(), Nats(*weight))
    })
}

fn markdown(out: &mut impl Write) -> io::Result<()> {
    writeln!(out, "| signal | pillar | weight | what it saw | measured |\n|---|---|---:|---|---|")?;
    SIGNALS.iter().try_for_each(|signal| {
        let cell = |text: &str| text.replace('|', "\\|");
        let (summary, measured) = (cell(signal.summary), cell(signal.measured));
        writeln!(
            out,
            "| `{}` | {} | {:+} | {summary} | {measured} |",
            signal.id,
            signal.pillar.as_str(),
            Nats(signal.weight)
        )
    })
}

fn object(signal: &Signal) -> serde_json::Value {
    json!({
        "id": signal.id,
        "pillar": signal.pillar.as_str(),
        "weight": signal.weight,
        "summary": signal.summary,
        "measured": signal.measured,
    })
}

/// Milli-nats shown as nats with two digits.
pub(super) struct Nats(pub(super) i32);

impl std::fmt::Display for Nats {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let amount = self.0.unsigned_abs();
        let text = format!("{}.{:02}", amount / 1000, amount % 1000 / 10);
        f.pad_integral(self.0 >= 0, "", &text)
    }
}
