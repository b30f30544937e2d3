//! `weir pack`: a bundle in its compact form.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use weir::{bundle, files};

use super::Exit;

/// Write a bundle in its compact form
///
/// It is half as large and loads several times sooner, for hosts that load often (Fastly) or may not stop for long (Envoy). The first line,
/// and with it signature, id and serial, stays as it is: it vouches for both forms.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir pack bundle.json -o bundle.bin
  weir pack bundle.json --base64 -o bundle.txt")]
pub(super) struct Args {
    /// Bundle
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// Where the compact form goes; replaced in one step
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// In base64, for where only text can travel, such as host settings
    #[arg(long)]
    base64: bool,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let name = args.bundle.display();
    let text = std::fs::read_to_string(&args.bundle).with_context(|| format!("`{name}` cannot be read"))?;
    let mut out = super::out::stdout();
    let bytes = match bundle::pack(&text, args.base64) {
        Ok(bytes) => bytes,
        Err(why) => {
            writeln!(out, "{name}: {why}")?;
            return Ok(Exit::Problems);
        }
    };
    let to = args.output.display();
    files::replace(&args.output, &bytes).with_context(|| format!("`{to}` cannot be written"))?;
    writeln!(out, "{to}: {} bytes, the two lines have {}", bytes.len(), text.len())?;
    Ok(Exit::Fine)
}
