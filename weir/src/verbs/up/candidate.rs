//! Arguments that say which bundle is tried beside the one that serves.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use filter_core::policy::{BundleSource, CandidateSettings};
use weir::shadow;
use weir_sidecar::candidate::{From, Source};
use weir_sidecar::reload::{self, Url};

#[derive(clap::Args)]
pub(super) struct CandidateArgs {
    /// Bundle that is tried beside the one that serves, taken when it is there and whenever it changes; its serial is higher. Without it what
    /// --settings says under `candidate`
    #[arg(long, value_name = "FILE")]
    candidate: Option<PathBuf>,
    /// File that says how: share of the clients, goals, guardrails, and whether it is promoted or taken back by itself; see `weir shadow decide --help`
    #[arg(long, value_name = "FILE", requires = "candidate")]
    rollout: Option<PathBuf>,
}

impl CandidateArgs {
    /// What these say, or the section `candidate` of the host settings.
    pub(super) fn load(&self, settings: Option<CandidateSettings>) -> anyhow::Result<Option<Source>> {
        let Some(file) = self.candidate.clone() else { return settings.map(from_settings).transpose() };
        if settings.is_some() {
            bail!("`--candidate` and `candidate` in the settings both name a bundle to try; take one out");
        }
        match shadow::rollout(self.rollout.as_deref()) {
            Ok(rollout) => Ok(Some(Source { from: From::Watched(reload::Source::File(file)), rollout })),
            Err(why) => bail!(why),
        }
    }
}

fn from_settings(CandidateSettings { source, rollout }: CandidateSettings) -> anyhow::Result<Source> {
    let from = match source {
        BundleSource::Poll { poll, .. } => {
            let url =
                poll.url.context("/candidate/poll: this host asks a URL, not a cluster or a store; give `url`")?;
            let interval = Duration::from_secs(u64::from(poll.interval));
            From::Watched(reload::Source::Url(Box::new(Url::new(&url, interval).map_err(|why| anyhow!(why))?)))
        }
        BundleSource::Inline(text) => From::Given(text),
        BundleSource::Given => bail!("/candidate: there is no bundle; give `bundle` or `poll`"),
    };
    Ok(Source { from, rollout })
}
