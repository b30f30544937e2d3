//! `weir schema`: what a policy source may hold, for editors.

use std::io::{self, Write};

use super::Exit;

/// Print the JSON Schema of policy sources, so that editors complete and check them
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir schema > policy.schema.json
  { \"$schema\": \"policy.schema.json\", ... }      the first member of a policy beside it")]
pub(super) struct Args {}

pub(super) fn run(_: Args) -> anyhow::Result<Exit> {
    write!(io::stdout().lock(), "{}", policy_compiler::schema())?;
    Ok(Exit::Fine)
}
