//! Arguments that say which other nodes there are.

use std::path::PathBuf;
use std::time::Duration;

use anyhow::{anyhow, bail};
use weir_sidecar::share::Share;

use crate::verbs::hub::token;

#[derive(clap::Args)]
pub(super) struct HubArgs {
    /// A hub (`weir hub`) to share with other nodes what this one sees: http://HOST:PORT or https://HOST:PORT
    #[arg(long, value_name = "URL", requires = "settings")]
    hub: Option<String>,
    /// The hub's token, in a file
    #[arg(long, value_name = "FILE", requires = "hub")]
    hub_token_file: Option<PathBuf>,
    /// Seconds between two exchanges with the hub
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = clap::value_parser!(u64).range(1..=60))]
    hub_interval: u64,
}

impl HubArgs {
    pub(super) fn load(&self, has_secret: bool) -> anyhow::Result<Option<Share>> {
        let Some(url) = &self.hub else { return Ok(None) };
        if !has_secret {
            bail!("`--hub` needs a secret that all nodes have; give `--settings` with one");
        }
        let token = self.hub_token_file.as_deref().map(token).transpose()?;
        let share = Share::new(url, token.as_deref(), Duration::from_secs(self.hub_interval));
        share.map(Some).map_err(|why| anyhow!("`{}`: {why}", url.escape_debug()))
    }
}
