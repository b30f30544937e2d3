//! Plugin configuration: host settings as JSON text, with the bundle inside or the place to fetch it from.

use filter_core::engine::Engine;
use filter_core::policy::{Bundle, BundleSource, Settings};

use crate::hostcalls::{self, Buffer, Level};
use crate::metrics::{self, Counters};
use crate::poll::Poller;
use crate::store::{self, Active};

/// The longest configuration that is read: Envoy handed over 8 MB without trouble.
const LONGEST: usize = 16 * 1024 * 1024;

/// What a configuration asks for.
pub(crate) struct Loaded {
    /// The engine to start with; `None` until the first bundle was fetched.
    pub(crate) active: Option<Active>,
    /// What fetches bundles.
    pub(crate) poller: Option<Poller>,
}

/// Reads the configuration. `Err`: everything that is wrong, one line each.
pub(crate) fn load() -> Result<Loaded, String> {
    let text = hostcalls::buffer(Buffer::PluginConfiguration, LONGEST)
        .map_err(|refusal| format!("there is no configuration ({refusal}); give the host settings as a StringValue"))?;
    let mut settings = Settings::parse(&text).map_err(|problems| problems.to_string())?;
    match std::mem::take(&mut settings.source) {
        BundleSource::Given => {
            Err("/: there is no bundle; give `bundle` with the two lines, or `poll` with `cluster` and `path`".to_owned())
        }
        BundleSource::Inline(bundle) => {
            Ok(Loaded { active: Some(activate(bundle.as_bytes(), &settings)?), poller: None })
        }
        BundleSource::Poll { poll, start } => {
            let (Some(cluster), Some(path)) = (poll.cluster, poll.path) else {
                return Err("/poll: Envoy asks a cluster; give `cluster` and `path`".to_owned());
            };
            let mut active = match start {
                Some(bundle) => Some(activate(bundle.as_bytes(), &settings)?),
                None => None,
            };
            let mut poller = Poller::new(cluster, path, poll.interval, settings);
            if let Some(kept) = store::last_good(poller.source())
                && let Some(newer) = poller.resume(kept, active.as_ref())
            {
                active = Some(newer);
            }
            poller.start()?;
            Ok(Loaded { active, poller: Some(poller) })
        }
    }
}

/// Checks a bundle and makes it ready to decide.
pub(crate) fn activate(bundle: &[u8], settings: &Settings) -> Result<Active, String> {
    let bundle = Bundle::parse(bundle).map_err(|problems| problems.to_string())?;
    let engine = Engine::new(bundle, settings).map_err(|problems| problems.to_string())?;
    let active = Active { counters: Counters::new(&engine), engine };
    metrics::bundle_in_use(active.engine.bundle());
    let (id, serial) = (active.engine.bundle().id(), active.engine.bundle().serial());
    hostcalls::log(Level::Info, &format!("weir: bundle {id} serial {serial} in use"));
    Ok(active)
}
