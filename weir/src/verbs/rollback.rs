//! `weir rollback`: an earlier bundle's content under a new serial.

use std::io::Write;
use std::path::PathBuf;

use weir::bundle::SigningKey;
use weir::time;

use super::Exit;
use super::shelf::ShelfArgs;

/// Go back to an earlier bundle: its content, signed anew under the next serial
///
/// Hosts never take a lower serial, so that nobody can feed them an old bundle; this is how to go back all the same.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir rollback /srv/bundles --key production.key          to the last one with other content
  weir rollback /srv/bundles --key production.key --to 41")]
pub(super) struct Args {
    #[command(flatten)]
    shelf: ShelfArgs,
    /// Serial to go back to
    #[arg(long, value_name = "SERIAL")]
    to: Option<u64>,
    /// Key file that signs
    #[arg(long, short, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Stale from this time on, in place of the old bundle's time
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    expires: Option<u64>,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let key = args.key.as_deref().map(SigningKey::read).transpose()?;
    let (old, new) = args.shelf.open()?.roll_back(args.to, key.as_ref(), args.expires, time::now())?;
    let mut out = super::out::stdout();
    let place = args.shelf.place();
    writeln!(out, "{place}: the content of serial {} serves from now on as serial {}", old.serial, new.serial)?;
    Ok(Exit::Fine)
}
