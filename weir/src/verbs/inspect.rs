//! `weir inspect`: what is in a bundle.

use std::io::Write;
use std::path::PathBuf;

use clap::ValueEnum;
use weir::bundle::{OpenError, inspect, open_file};
use weir::time;

use super::Exit;

/// Show what is in a bundle: who signed it, its lists with their dates, its rules, what they cost
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  weir inspect bundle.json\n  weir inspect bundle.json --output json | jq '.rules[].id'"
)]
pub(super) struct Args {
    /// Bundle, in two lines or in its compact form
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
    let mut out = super::out::stdout();
    let bundle = match open_file(&args.bundle) {
        Ok(bundle) => bundle,
        Err(why @ OpenError::NotRead(..)) => return Err(why.into()),
        Err(why) => {
            writeln!(out, "{why}")?;
            return Ok(Exit::Problems);
        }
    };
    let found = inspect(&bundle, time::now());
    match args.output {
        Output::Text => writeln!(out, "{found}")?,
        Output::Json => writeln!(out, "{:#}", serde_json::to_value(found)?)?,
    }
    Ok(Exit::Fine)
}
