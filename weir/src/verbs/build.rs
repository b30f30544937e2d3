//! `weir build`: a bundle from a policy source.

use std::io::Write;
use std::path::PathBuf;

use anstyle::{AnsiColor, Style};
use anyhow::Context;
use policy_compiler::{Tests, lint};
use weir::bundle::{self, Lines, SigningKey, Terms, seal};
use weir::check::{self, Kind};
use weir::replay::many;
use weir::{files, time};

use super::Exit;

/// Build a bundle from a policy source and the data files it names
///
/// The same files give the same bytes and the same id. What a host would refuse is not written, nor a bundle that fails one of
/// its own golden tests.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir build policies/default.json -o policies/bundles/default.json
  weir build my-policy.json -o bundle.json && weir replay --bundle bundle.json access.log
  weir build my-policy.json --key production.key --expires 90d -o bundle.json --compact bundle.bin")]
pub(super) struct Args {
    /// Policy source (JSON)
    #[arg(value_name = "SOURCE")]
    source: PathBuf,
    /// Where the bundle goes; replaced in one step
    #[arg(long, short, value_name = "FILE")]
    output: PathBuf,
    /// The same bundle in its compact form, as `weir pack` writes it
    #[arg(long, value_name = "FILE")]
    compact: Option<PathBuf>,
    /// Key file that signs; without it the bundle loads only where the host says `allow_unsigned`
    #[arg(long, short, value_name = "FILE")]
    key: Option<PathBuf>,
    /// Serial, in place of the source's
    #[arg(long, value_name = "NUMBER")]
    serial: Option<u64>,
    /// Hosts refuse it before this time: `2027-01-31`, `2027-01-31T08:00:00Z`, or `12h` from now
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    not_before: Option<u64>,
    /// Hosts call it stale from this time on, and serve it all the same
    #[arg(long, value_name = "TIME", value_parser = time::parse)]
    expires: Option<u64>,
    /// Leave the golden tests out, unrun: hosts then take whatever the policy does
    #[arg(long)]
    skip_tests: bool,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let mut out = super::out::stdout();
    let tests = if args.skip_tests { Tests::LeaveOut } else { Tests::Run };
    let (bytes, report) = match check::build(&args.source, tests) {
        Ok(built) => built,
        Err(_) => return refuse(&args, &mut out),
    };
    let text = String::from_utf8(bytes).context("a bundle is text")?;
    let key = args.key.as_deref().map(SigningKey::read).transpose()?;
    let terms = Terms { serial: args.serial, not_before: args.not_before, expires: args.expires };
    let text = seal(&Lines::read(&text)?, &terms, key.as_ref())?;
    // A host that reads the file meanwhile sees the old bundle or the new one.
    files::replace(&args.output, text.as_bytes())
        .with_context(|| format!("`{}` cannot be written", args.output.display()))?;
    writeln!(out, "{}: {report}", args.output.display())?;
    if let Some(path) = &args.compact {
        let bytes = bundle::pack(&bundle::open(text.as_bytes())?, false)?;
        files::replace(path, &bytes).with_context(|| format!("`{}` cannot be written", path.display()))?;
        writeln!(out, "{}: {} bytes", path.display(), bytes.len())?;
    }
    let source = std::fs::read_to_string(&args.source).unwrap_or_default();
    let context = lint::Context { now: time::now(), own: Vec::new(), ..Default::default() };
    for warning in check::lint(Kind::Policy, &args.source, &source, &context) {
        anstream::eprintln!("{}\n", warning.render());
    }
    if args.skip_tests {
        let yellow = Style::new().bold().fg_color(Some(AnsiColor::Yellow.into()));
        anstream::eprintln!(
            "{yellow}warning{yellow:#}: the golden tests were not run and are not in the bundle; hosts will take it whatever it does"
        );
    }
    if let Some(serial) = args.serial {
        writeln!(out, "  serial {serial}, in place of the source's")?;
    }
    if let Some(key) = key {
        writeln!(out, "  signed with key {}", key.public().id())?;
    }
    Ok(Exit::Fine)
}

/// Says everything that is wrong, as `weir check` does.
fn refuse(args: &Args, out: &mut impl Write) -> anyhow::Result<Exit> {
    let path = &args.source;
    let text = std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
    let findings = check::check(Kind::Policy, path, &text).err().unwrap_or_default();
    super::check::problems(&findings, out)?;
    writeln!(out, "{} not built, {}", args.output.display(), many(findings.len() as u64, "problem"))?;
    Ok(Exit::Problems)
}
