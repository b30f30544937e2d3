//! Arguments that say which bundle is tried beside the one that serves.

use std::path::PathBuf;

use anyhow::bail;
use weir::shadow;
use weir_sidecar::candidate::Source;

#[derive(clap::Args)]
pub(super) struct CandidateArgs {
    /// Bundle that is tried beside the one that serves, taken when it is there and whenever it changes; its serial is higher
    #[arg(long, value_name = "FILE")]
    candidate: Option<PathBuf>,
    /// File that says how: share of the clients, goals, guardrails, and whether it is promoted or taken back by itself; see `weir shadow decide --help`
    #[arg(long, value_name = "FILE", requires = "candidate")]
    rollout: Option<PathBuf>,
}

impl CandidateArgs {
    pub(super) fn load(&self) -> anyhow::Result<Option<Source>> {
        let Some(file) = self.candidate.clone() else { return Ok(None) };
        match shadow::rollout(self.rollout.as_deref()) {
            Ok(rollout) => Ok(Some(Source { file, rollout })),
            Err(why) => bail!(why),
        }
    }
}
