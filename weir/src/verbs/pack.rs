//! `weir pack`: a bundle in its compact form.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use weir::bundle::OpenError;
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
    let mut out = super::out::stdout();
    let name = args.bundle.display();
    let packed = match bundle::open_file(&args.bundle) {
        Ok(opened) => bundle::pack(&opened, args.base64).map(|bytes| (bytes, opened.text.len())),
        Err(why @ OpenError::NotRead(..)) => return Err(why.into()),
        Err(why) => {
            writeln!(out, "{why}")?;
            return Ok(Exit::Problems);
        }
    };
    let (bytes, lines) = match packed {
        Ok(packed) => packed,
        Err(why) => {
            writeln!(out, "{name}: {why}")?;
            return Ok(Exit::Problems);
        }
    };
    let to = args.output.display();
    files::replace(&args.output, &bytes).with_context(|| format!("`{to}` cannot be written"))?;
    writeln!(out, "{to}: {} bytes, the two lines have {lines}", bytes.len())?;
    Ok(Exit::Fine)
}
