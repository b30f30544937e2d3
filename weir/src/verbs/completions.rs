//! `weir completions`: for shells.

use std::io;

use clap::CommandFactory;
use clap_complete::Shell;

use super::{Cli, Exit};

/// Print completions for a shell
#[derive(clap::Args)]
#[command(after_help = "Example:\n  weir completions bash > /etc/bash_completion.d/weir")]
pub(super) struct Args {
    /// Which shell
    #[arg(value_enum)]
    shell: Shell,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    clap_complete::generate(args.shell, &mut Cli::command(), "weir", &mut io::stdout());
    Ok(Exit::Fine)
}
