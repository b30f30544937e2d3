//! `weir build`: a bundle from a policy source.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use weir::check::{self, Kind};

use super::Exit;

/// Build a bundle from a policy source and the data files it names
///
/// The same files give the same bytes and the same id. What a host would refuse is not written.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir build policies/default.json -o policies/bundles/default.json
  weir build my-policy.json -o bundle.json && weir replay --bundle bundle.json access.log")]
pub(super) struct Args {
    /// Policy source (JSON)
    #[arg(value_name = "SOURCE")]
    source: PathBuf,
    /// Where the bundle goes; replaced in one step
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let mut out = anstream::stdout().lock();
    let (bytes, report) = match check::build(&args.source) {
        Ok(built) => built,
        Err(_) => return refuse(&args, &mut out),
    };
    // A host that reads the file meanwhile sees the old bundle or the new one.
    let mut part = args.output.clone().into_os_string();
    part.push(".part");
    let written = std::fs::write(&part, bytes).and_then(|()| std::fs::rename(&part, &args.output));
    written.with_context(|| format!("`{}` cannot be written", args.output.display()))?;
    writeln!(out, "{}: {report}", args.output.display())?;
    Ok(Exit::Fine)
}

/// Says everything that is wrong, as `weir check` does.
fn refuse(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let path = &args.source;
    let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let findings = check::check(Kind::Policy, path, &text).err().unwrap_or_default();
    findings.iter().try_for_each(|finding| writeln!(out, "{}\n", finding.render()))?;
    writeln!(out, "{} not built, {} problems", args.output.display(), findings.len())?;
    Ok(Exit::Problems)
}
