//! `weir man`: manual pages.

use std::io;
use std::path::PathBuf;

use anyhow::Context;
use clap::CommandFactory;

use super::{Cli, Exit};

/// Print the manual page, or write one page a verb into a folder
#[derive(clap::Args)]
#[command(after_help = "Examples:\n  weir man | man -l -\n  weir man --folder /usr/local/share/man/man1")]
pub(super) struct Args {
    /// Folder for `weir.1`, `weir-replay.1` and so on
    #[arg(long, value_name = "FOLDER")]
    folder: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    match args.folder {
        Some(folder) => clap_mangen::generate_to(Cli::command(), &folder)
            .with_context(|| format!("pages cannot be written to `{}`", folder.display()))?,
        None => clap_mangen::Man::new(Cli::command()).render(&mut io::stdout())?,
    }
    Ok(Exit::Fine)
}
