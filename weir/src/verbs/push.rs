//! `weir push`: a bundle to where hosts fetch it.

use std::io::Write;
use std::path::{Path, PathBuf};

use anyhow::{Context, bail};
use weir::bundle::{self, Lines, OpenError};
use weir::shelf::{Place, Pushed, Shelf, with_bundle};
use weir::{desk, files, time};

use super::Exit;

/// Bring a bundle to where hosts fetch it
///
/// PLACE is a folder that a web server serves, or a URL below which files can be put with PUT. The bundle is kept there for
/// good as blobs/SHA256.json, then NAME.history.jsonl gets a line, and NAME.json, which hosts poll, is replaced last. What
/// hosts would refuse is not pushed: a serial that is not above those before, an unsigned bundle after a signed one.
///
/// Or it is a Fastly KV Store or a Cloudflare KV namespace, as the Weir services there read it: content/ID, compact/DIGEST and
/// manifest/SHA256 first, then NAME.history, and the key NAME last. The API token is read from --token-file, else from FASTLY_API_TOKEN or CLOUDFLARE_API_TOKEN.
/// Cloudflare's KV cannot write on condition: there, leave a minute between two pushes.
#[derive(clap::Args)]
#[command(after_help = "\
Examples:
  weir push bundle.json /srv/bundles --note 'block the new scraper'
  weir push bundle.json https://bundles.example/edge --token-file token
  FASTLY_API_TOKEN=... weir push bundle.json fastly:STORE_ID
  CLOUDFLARE_API_TOKEN=... weir push bundle.json cloudflare:ACCOUNT_ID/NAMESPACE_ID
  weir push bundle.json --ecds /etc/weir/ecds.yaml")]
pub(super) struct Args {
    /// Bundle, in two lines or in its compact form
    #[arg(value_name = "BUNDLE")]
    bundle: PathBuf,
    /// Folder, URL, fastly:STORE_ID or cloudflare:ACCOUNT_ID/NAMESPACE_ID
    #[arg(value_name = "PLACE", required_unless_present = "ecds")]
    place: Option<String>,
    /// File that Envoy's extension discovery reads: its host settings get this bundle, in one step
    #[arg(long, value_name = "FILE")]
    ecds: Option<PathBuf>,
    /// Name of the bundle at PLACE: hosts poll NAME.json, or the key NAME
    #[arg(long, value_name = "NAME", default_value = "default")]
    name: String,
    /// File with the token that the endpoint asks for, sent as `Authorization: Bearer`; for Fastly and Cloudflare the API token
    #[arg(long, value_name = "FILE")]
    token_file: Option<PathBuf>,
    /// Why, for `weir history`
    #[arg(long, value_name = "TEXT")]
    note: Option<String>,
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let mut out = super::out::stdout();
    let opened = match bundle::open_file(&args.bundle) {
        Ok(opened) => Ok(opened.text),
        Err(OpenError::Refused(_, problems)) => Err(problems),
        Err(why) => return Err(why.into()),
    };
    let text = match opened.and_then(|text| desk::take(text.as_bytes()).map(|_| text)) {
        Ok(text) => text,
        Err(problems) => {
            let name = args.bundle.display();
            problems.iter().try_for_each(|problem| writeln!(out, "{name}: {problem}"))?;
            return Ok(Exit::Problems);
        }
    };
    if let Some(place) = &args.place {
        let token = args.token_file.as_deref().map(read).transpose()?.map(|token| token.trim().to_owned());
        let at = Place::new(place, token, &|name| std::env::var(name).ok())?;
        let shelf = Shelf::new(at, &args.name);
        match shelf.push(&text, args.note.clone(), time::now())? {
            Pushed::New(entry) => {
                writeln!(out, "{place}: bundle {} serial {} serves from now on", entry.id, entry.serial)?
            }
            Pushed::Unchanged(entry) => writeln!(out, "{place}: serial {} serves already", entry.serial)?,
        }
    }
    if let Some(file) = &args.ecds {
        let serial = Lines::read(&text)?.manifest.serial;
        let new = match with_bundle(&read(file)?, &text, serial) {
            Ok(new) => new,
            Err(why) => bail!("`{}` is left as it was: {why}", file.display()),
        };
        files::replace(file, new.as_bytes()).with_context(|| format!("`{}` cannot be written", file.display()))?;
        writeln!(out, "{}: holds serial {serial}", file.display())?;
    }
    Ok(Exit::Fine)
}

fn read(path: &Path) -> anyhow::Result<String> {
    std::fs::read_to_string(path).with_context(|| format!("`{}` cannot be read", path.display()))
}
