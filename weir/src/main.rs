//! The operator's program: one verb a file in `verbs`.

mod verbs;

use std::process::ExitCode;

use clap::Parser;

fn main() -> ExitCode {
    verbs::run(verbs::Cli::parse())
}
