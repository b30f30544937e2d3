//! Arguments that say what judges.

use std::path::{Path, PathBuf};
use std::time::Duration;

use anyhow::{Context, anyhow};
use filter_core::keys::Keys;
use filter_core::policy::{BundleSource, Settings};
use serde_json::Value;
use weir::desk::DEFAULT;
use weir_sidecar::reload::{Source, Url};
use weir_sidecar::run;

/// What an event share is a part of.
const ALL: u32 = 1_000_000;

#[derive(clap::Args)]
pub(super) struct JudgeArgs {
    /// Bundle that decides, loaded anew when it changes; without it what --settings says, else the default bundle built in
    #[arg(long, short, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Host settings (JSON): secret, trusted hops, where to poll bundles; the same names on every host
    #[arg(long, short, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// An event line for every request, not only for those that were acted on
    #[arg(long)]
    all_events: bool,
}

/// What judges, and where the next bundle comes from.
pub(super) struct Judge {
    pub(super) settings: Settings,
    /// What serves first; `None`: nothing until the first poll.
    pub(super) bundle: Option<Vec<u8>>,
    /// Where that came from, for people.
    pub(super) place: String,
    pub(super) source: Source,
}

impl JudgeArgs {
    /// Whether keys come from a secret that other nodes may have, too.
    pub(super) fn has_settings(&self) -> bool {
        self.settings.is_some()
    }

    pub(super) fn load(&self, is_demo: bool) -> anyhow::Result<Judge> {
        let given = self.bundle.as_deref().map(|path| Ok::<_, anyhow::Error>((read(path)?, path))).transpose()?;
        let mut settings = match &self.settings {
            Some(path) => parse(path)?,
            None => {
                let keys = Keys::derive(&run::random_secret().map_err(|why| anyhow!(why))?);
                Settings { allow_unsigned: true, keys: Some(keys), ..Settings::default() }
            }
        };
        if self.all_events || is_demo {
            settings.event_share = ALL;
        }
        let source = std::mem::take(&mut settings.source);
        let (bundle, place, source) = match (given, source) {
            (Some((text, path)), _) => (Some(text), path.display().to_string(), Source::File(path.to_owned())),
            (None, BundleSource::Poll { poll, start }) => {
                let url = poll.url.context("/poll: this host asks a URL, not a cluster; give `url`")?;
                let interval = Duration::from_secs(u64::from(poll.interval));
                let source = Url::new(&url, interval).map_err(|why| anyhow!(why))?;
                (start.map(String::into_bytes), "/bundle of the settings".to_owned(), Source::Url(Box::new(source)))
            }
            (None, BundleSource::Inline(text)) if !text.is_empty() => {
                (Some(text.into_bytes()), "/bundle of the settings".to_owned(), Source::Fixed)
            }
            (None, _) => (Some(DEFAULT.to_vec()), "the default bundle".to_owned(), Source::Fixed),
        };
        Ok(Judge { settings, bundle, place, source })
    }
}

/// Settings without a bundle are fine here: there is `--bundle`, and one built in.
fn parse(path: &Path) -> anyhow::Result<Settings> {
    let mut text = read(path)?;
    if let Ok(Value::Object(mut members)) = serde_json::from_slice(&text)
        && !members.contains_key("bundle")
        && !members.contains_key("poll")
    {
        members.insert("bundle".to_owned(), Value::String(String::new()));
        text = serde_json::to_vec(&members)?;
    }
    Settings::parse(&text).map_err(|problems| anyhow!("`{}` is refused:\n{problems}", path.display()))
}

fn read(path: &Path) -> anyhow::Result<Vec<u8>> {
    std::fs::read(path).with_context(|| format!("`{}` cannot be read", path.display()))
}
