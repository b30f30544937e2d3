//! `weir history`: which bundles were put where hosts fetch them.

use std::io::Write;

use clap::ValueEnum;

use super::Exit;
use super::shelf::ShelfArgs;
use weir::shelf::ShelfError;

/// List the bundles that were pushed to a place, the newest first; `*` marks the one that hosts get
#[derive(clap::Args)]
#[command(
    after_help = "Examples:\n  weir history /srv/bundles\n  weir history https://bundles.example/edge --output ndjson\n  FASTLY_API_TOKEN=... weir history fastly:STORE_ID"
)]
pub(super) struct Args {
    #[command(flatten)]
    shelf: ShelfArgs,
    /// What is printed
    #[arg(long, short, value_enum, default_value_t = Output::Table)]
    output: Output,
}

#[derive(Clone, Copy, ValueEnum)]
enum Output {
    /// One line a bundle: serial, id, key, time, note
    Table,
    /// One object a bundle
    Ndjson,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let shelf = args.shelf.open()?;
    let serving = shelf.serving()?.map(|(lines, _)| (lines.manifest.serial, lines.manifest.id));
    let mut out = super::out::stdout();
    let history = shelf.history()?;
    if history.is_empty() && serving.is_none() {
        return Err(ShelfError::Empty.into());
    }
    for entry in history.iter().rev() {
        let is_serving = serving.as_ref().is_some_and(|(serial, id)| *serial == entry.serial && *id == entry.id);
        match args.output {
            Output::Table => writeln!(out, "{} {entry}", if is_serving { '*' } else { ' ' })?,
            Output::Ndjson => {
                let mut object = serde_json::to_value(entry)?;
                if let Some(members) = object.as_object_mut() {
                    members.insert("serving".into(), is_serving.into());
                }
                writeln!(out, "{object}")?;
            }
        }
    }
    Ok(Exit::Fine)
}
