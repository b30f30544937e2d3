//! What outlives a request: the engine in use, the memory it judges with, and how a new bundle takes its place.

use std::sync::{Arc, Mutex, MutexGuard, PoisonError, RwLock};

use filter_core::engine::Engine;
use filter_core::policy::{self, Activation, Highest, Settings};
use filter_core::state::{Limits, Tables};

use crate::candidate::Trial;
use crate::clock;
use crate::metrics::{Counters, Metrics};

/// An engine with the counters of its rules.
#[derive(Debug)]
pub(crate) struct Active {
    /// Decides.
    pub(crate) engine: Engine,
    /// Counts what it decided.
    pub(crate) counters: Counters,
}

/// The engine in use; requests look here, bundles are offered here.
#[derive(Debug)]
pub struct Store {
    slot: RwLock<policy::Slot<Active>>,
    memory: Mutex<Memory>,
    settings: Settings,
    /// Names of the origins that rules may route to.
    routes: Vec<String>,
    metrics: Arc<Metrics>,
    trial: Trial,
}

/// Records of those who came before, for the whole process: they outlive bundles.
#[derive(Debug)]
pub(crate) struct Memory {
    limits: Limits,
    /// Lent to one decision after the other. A decision takes microseconds: threads seldom wait.
    pub(crate) tables: Tables,
}

impl Store {
    /// Empty: every request passes unjudged until a bundle is taken.
    pub fn new(settings: Settings, metrics: Arc<Metrics>) -> Self {
        let memory = Memory { limits: Limits::NONE, tables: Tables::new(&Limits::NONE) };
        Store {
            slot: RwLock::default(),
            memory: Mutex::new(memory),
            settings,
            routes: Vec::new(),
            metrics,
            trial: Trial::default(),
        }
    }

    /// With these other origins; bundles that route elsewhere are refused.
    pub fn with_routes(self, routes: Vec<String>) -> Self {
        Store { routes, ..self }
    }

    /// The engine in use.
    pub(crate) fn active(&self) -> Option<Arc<Active>> {
        self.slot.read().unwrap_or_else(PoisonError::into_inner).serving().cloned()
    }

    /// What is remembered.
    pub(crate) fn memory(&self) -> MutexGuard<'_, Memory> {
        self.memory.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Bytes that memory takes, whatever is remembered; and clients that are. Walks their table.
    pub fn remembered(&self) -> (usize, usize) {
        let memory = self.memory();
        (memory.tables.bytes(), memory.tables.clients())
    }

    /// Host settings.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
    }

    /// The candidate beside it.
    pub(crate) fn trial(&self) -> &Trial {
        &self.trial
    }

    /// The newest bundle that served.
    pub(crate) fn highest(&self) -> Highest {
        self.slot.read().unwrap_or_else(PoisonError::into_inner).highest().clone()
    }

    /// Whether there is an engine.
    pub fn is_ready(&self) -> bool {
        self.active().is_some()
    }

    /// Puts a bundle to work: `Ok(true)` where it is a new one.
    ///
    /// # Errors
    /// Everything that is wrong with it, one line each; the one in use stays.
    pub fn offer(&self, bundle: &[u8]) -> Result<bool, String> {
        let make = |bundle| {
            self.check_routes(&bundle)?;
            let engine = Engine::tested::<Tables>(bundle, &self.settings)?;
            Ok(Active { counters: Counters::new(&self.metrics, &engine), engine })
        };
        let result = self.offer_made(bundle, make);
        self.metrics.bundle_load(result.is_ok());
        result
    }

    pub(crate) fn check_routes(&self, bundle: &policy::Bundle) -> Result<(), policy::Problems> {
        let Some(to) = bundle.routes().find(|to| !self.routes.iter().any(|known| known == to)) else { return Ok(()) };
        let message = format!("a rule routes to `{to}`, and there is no such origin here");
        Err(policy::Problem::new("/content/rules", message, format!("start with `--route {to}=URL`")).into())
    }

    /// Checks and compiles beside the one that serves; requests wait for the swap alone. Where another bundle was put to work meanwhile,
    /// this one is checked against it anew. Serials only rise, so that ends.
    fn offer_made(
        &self,
        bundle: &[u8],
        make: impl Fn(policy::Bundle) -> Result<Active, policy::Problems>,
    ) -> Result<bool, String> {
        loop {
            let before = self.highest();
            let mut trial = policy::Slot::resume(before.clone());
            let made = trial
                .offer(bundle, &self.settings, clock::milliseconds(), &make)
                .map_err(|problems| problems.to_string())?;
            if made != Activation::Activated || (*trial.highest() == before && self.is_ready()) {
                return Ok(false);
            }
            let mut slot = self.slot.write().unwrap_or_else(PoisonError::into_inner);
            if *slot.highest() == before {
                std::mem::swap(&mut *slot, &mut trial);
                drop(slot);
                self.fit();
                return Ok(true);
            }
        }
    }

    /// Fits memory and metrics to the engine in use, whoever put it there. Nobody waits for memory while he holds the slot.
    fn fit(&self) {
        let mut memory = self.memory();
        let Some(active) = self.active() else { return };
        let bundle = active.engine.bundle();
        self.metrics.bundle_in_use(bundle, clock::milliseconds());
        // Tables do not change their size: other limits begin anew.
        if memory.limits != *bundle.limits() {
            *memory = Memory { limits: *bundle.limits(), tables: Tables::new(bundle.limits()) };
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicUsize, Ordering};

    use filter_core::policy::wire;
    use serde_json::json;

    use super::*;

    fn store() -> Store {
        Store::new(Settings { allow_unsigned: true, ..Settings::default() }, Arc::default())
    }

    fn bundle(serial: u64, clients: u32) -> Vec<u8> {
        let content = json!({ "settings": { "limits": { "clients": clients } }, "otherwise": "allow" });
        wire::write(&serde_json::from_value(content).unwrap(), serial).unwrap().into_bytes()
    }

    /// Offers a bundle while another, offered before, is being compiled.
    fn overtake(store: &Store, first: &[u8], second: &[u8]) -> (Result<bool, String>, usize) {
        let made = AtomicUsize::new(0);
        let make = |bundle| {
            if made.fetch_add(1, Ordering::Relaxed) == 0 {
                assert_eq!(store.offer(second), Ok(true));
            }
            let engine = Engine::tested::<Tables>(bundle, &store.settings)?;
            Ok(Active { counters: Counters::new(&store.metrics, &engine), engine })
        };
        let result = store.offer_made(first, make);
        (result, made.into_inner())
    }

    #[test]
    fn an_older_bundle_that_took_longer_does_not_replace_a_newer_one() {
        let store = store();
        assert_eq!(store.offer(&bundle(1, 2000)), Ok(true));
        let (result, made) = overtake(&store, &bundle(2, 3000), &bundle(3, 4000));
        let why = result.unwrap_err();
        assert!(why.contains("serial 2 is older than 3"), "{why}");
        assert_eq!((store.highest().serial, store.active().unwrap().engine.bundle().serial(), made), (3, 3, 1));
        assert_eq!(store.memory().limits, *store.active().unwrap().engine.bundle().limits());

        let (result, _) = overtake(&store, &bundle(4, 3000), &bundle(4, 4000));
        assert!(result.unwrap_err().contains("serial 4 served with other content"));
        assert_eq!(overtake(&store, &bundle(5, 3000), &bundle(5, 3000)).0, Ok(false), "the same one");
    }

    #[test]
    fn a_newer_bundle_that_took_longer_serves() {
        let store = store();
        assert_eq!(overtake(&store, &bundle(2, 3000), &bundle(1, 4000)), (Ok(true), 2));
        assert_eq!(store.highest().serial, 2);
        assert_eq!(store.memory().limits, *store.active().unwrap().engine.bundle().limits());
    }
}
