//! `weir inspect`: what is in a bundle.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use clap::ValueEnum;
use weir::bundle::inspect;
use weir::time;

use super::Exit;

/// Show what is in a bundle: who signed it, its lists with their dates, its rules, what they cost
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  weir inspect bundle.json\n  weir inspect bundle.json --output json | jq '.rules[].id'"
)]
pub(super) struct Args {
    /// Bundle
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Text)]
    output: Output,
}

#[derive(Clone, Copy, ValueEnum)]
enum Output {
    /// For a person
    Text,
    /// One object, with the rules' lowered conditions
    Json,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let name = args.bundle.display();
    let text = std::fs::read_to_string(&args.bundle).with_context(|| format!("`{name}` cannot be read"))?;
    let mut out = super::out::stdout();
    match inspect(&text, time::now()) {
        Ok(found) => match args.output {
            Output::Text => writeln!(out, "{found}")?,
            Output::Json => writeln!(out, "{:#}", serde_json::to_value(found)?)?,
        },
        Err(problems) => {
            problems.iter().try_for_each(|problem| writeln!(out, "{name}: {problem}"))?;
            return Ok(Exit::Problems);
        }
    }
    Ok(Exit::Fine)
}
