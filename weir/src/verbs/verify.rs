//! `weir verify`: who signed a bundle, and whether a host would take it.

use std::io::Write;
use std::path::PathBuf;

use anyhow::Context;
use filter_core::policy::{Bundle, Settings};
use weir::bundle::{open, read_public};
use weir::time;

use super::Exit;

/// Check a bundle's signature, content and times, as a host that trusts these keys would
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir verify --trust production.pub bundle.json
  weir verify --settings envoy-settings.json bundle.json
  weir verify --trust ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo= bundle.json")]
pub(super) struct Args {
    /// Bundle, in two lines or in its compact form; what one says the other must say too
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// Public key, or the file that holds its line; again for more
    #[arg(long, value_name = "KEY", required_unless_present = "settings")]
    trust: Vec<String>,
    /// Host settings whose `trusted_keys` count
    #[arg(long, short, value_name = "FILE")]
    settings: Option<PathBuf>,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let mut keys = args.trust.iter().map(|given| read_public(given)).collect::<Result<Vec<_>, _>>()?;
    if let Some(path) = &args.settings {
        let text = std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))?;
        let settings = Settings::parse(&text).with_context(|| format!("`{}` is refused", path.display()))?;
        keys.extend(settings.trusted_keys);
    }
    anyhow::ensure!(!keys.is_empty(), "the settings trust no key; add `trusted_keys`, or give --trust");
    let name = args.bundle.display();
    let text = std::fs::read(&args.bundle).with_context(|| format!("`{name}` cannot be read"))?;
    let mut out = super::out::stdout();
    // What no trusted key signed is not looked into.
    let bundle = match Bundle::trusted(&text, &keys).and_then(|bundle| open(&text).map(|_| bundle)) {
        Ok(bundle) => bundle,
        Err(problems) => {
            problems.iter().try_for_each(|problem| writeln!(out, "{name}: {problem}"))?;
            return Ok(Exit::Problems);
        }
    };
    let signer = bundle.signer().unwrap_or_default();
    writeln!(out, "{name}: bundle {} (serial {}), signed with key {signer}", bundle.id(), bundle.serial())?;
    let now = time::now();
    if let Some(from) = bundle.not_before().filter(|from| now < *from) {
        writeln!(out, "{name}: hosts refuse it before {}", time::show(from))?;
        return Ok(Exit::Problems);
    }
    if let Some(expires) = bundle.expires().filter(|expires| now >= *expires) {
        writeln!(out, "{name}: stale since {}; hosts serve it on and say so", time::show(expires))?;
    }
    Ok(Exit::Fine)
}
