//! `weir keygen`: a key that signs bundles.

use std::io::Write;
use std::path::PathBuf;

use weir::bundle::SigningKey;

use super::Exit;

/// Make a key that signs bundles
///
/// Writes NAME.key, which signs and which only its owner may read, and NAME.pub, the line for `trusted_keys` in host
/// settings. The secret half is not printed. Files that are there are not overwritten.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir keygen production
  weir build my-policy.json --key production.key -o bundle.json

To replace a key: make a new one, list both public lines in every host's `trusted_keys`, sign with the new one, then take
the old line out. A key file made by `openssl genpkey -algorithm ed25519` signs too.")]
pub(super) struct Args {
    /// Where the files go, without their endings
    #[arg(value_name = "NAME")]
    name: PathBuf,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let key = SigningKey::generate();
    let [secret, public] = key.write(&args.name)?;
    let mut out = super::out::stdout();
    writeln!(out, "{}: signs bundles; keep it where builds run, and a copy where nothing else does", secret.display())?;
    writeln!(out, "{}: for `trusted_keys` of every host; key id {}", public.display(), key.public().id())?;
    writeln!(out, "{}", key.public())?;
    Ok(Exit::Fine)
}
