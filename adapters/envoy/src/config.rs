//! Plugin configuration: host settings as JSON text, with the bundle inside or the place to fetch it from.

use filter_core::policy::{BundleSource, Settings};

use crate::hostcalls::{self, Buffer};
use crate::poll::Poller;
use crate::store::{self, Slot};
use crate::trial::Trial;

/// The longest configuration that is read: Envoy handed over 8 MB without trouble.
const LONGEST: usize = 16 * 1024 * 1024;

/// Reads the configuration, puts its bundle to work, and returns what fetches the next ones, and what is tried beside. `Err`: everything that is wrong,
/// one line each.
pub(crate) fn load(slot: &Slot) -> Result<(Option<Poller>, Option<Trial>), String> {
    let text = hostcalls::buffer(Buffer::PluginConfiguration, LONGEST)
        .map_err(|refusal| format!("/: no configuration ({refusal}); give the host settings as a StringValue"))?;
    let mut settings = Settings::parse(&text).map_err(|problems| problems.to_string())?;
    let trial = Trial::load(&mut settings)?;
    match std::mem::take(&mut settings.source) {
        // The settings' reader says so before.
        BundleSource::Given => Err(String::new()),
        BundleSource::Inline(bundle) => {
            slot.offer(bundle.as_bytes(), &settings)?;
            Ok((None, trial))
        }
        BundleSource::Poll { poll, start } => {
            let (Some(cluster), Some(path)) = (poll.cluster, poll.path) else {
                return Err("/poll: Envoy asks a cluster, not a URL; give `cluster` and `path`".to_owned());
            };
            if let Some(bundle) = start {
                slot.offer(bundle.as_bytes(), &settings)?;
            }
            let mut poller = Poller::new(cluster, path, poll.interval, settings);
            if let Some(kept) = store::last_good(poller.source()) {
                poller.resume(kept, slot);
            }
            poller.start()?;
            Ok((Some(poller), trial))
        }
    }
}
