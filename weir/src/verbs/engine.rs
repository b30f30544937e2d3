//! Arguments that say what decides, the same for each verb that judges.

use std::path::{Path, PathBuf};

use filter_core::engine::Engine;
use weir::desk::{self, LoadError};
use weir::host::Host;

#[derive(clap::Args)]
pub(super) struct EngineArgs {
    /// Bundle that decides; without it the one in --settings, else the default bundle built into this program
    #[arg(long, short, value_name = "FILE")]
    bundle: Option<PathBuf>,
    /// Host settings (JSON): trusted hops, secret; as the host has them
    #[arg(long, short, value_name = "FILE")]
    settings: Option<PathBuf>,
    /// Show each request as this host would: envoy, fastly, cloudflare, cloudflare-enterprise, sidecar
    #[arg(long = "as", value_name = "HOST", value_parser = Host::named)]
    host: Option<Host>,
}

impl EngineArgs {
    pub(super) fn load(&self) -> Result<Engine, LoadError> {
        desk::load(self.bundle.as_deref(), self.settings.as_deref())
    }

    pub(super) fn settings(&self) -> Option<&Path> {
        self.settings.as_deref()
    }

    pub(super) fn host(&self) -> Option<&Host> {
        self.host.as_ref()
    }
}
