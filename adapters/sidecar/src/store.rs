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
        // Checked and compiled beside the one that serves; requests wait for the swap alone.
        let mut trial = policy::Slot::resume(self.highest());
        let make = |bundle| {
            self.check_routes(&bundle)?;
            let engine = Engine::tested::<Tables>(bundle, &self.settings)?;
            Ok(Active { counters: Counters::new(&self.metrics, &engine), engine })
        };
        let result = self.offer_to(&mut trial, bundle, make);
        self.metrics.bundle_load(result.is_ok());
        result
    }

    pub(crate) fn check_routes(&self, bundle: &policy::Bundle) -> Result<(), policy::Problems> {
        let Some(to) = bundle.routes().find(|to| !self.routes.iter().any(|known| known == to)) else { return Ok(()) };
        let message = format!("a rule routes to `{to}`, and there is no such origin here");
        Err(policy::Problem::new("/content/rules", message, format!("start with `--route {to}=URL`")).into())
    }

    fn offer_to(
        &self,
        trial: &mut policy::Slot<Active>,
        bundle: &[u8],
        make: impl FnOnce(policy::Bundle) -> Result<Active, policy::Problems>,
    ) -> Result<bool, String> {
        let before = trial.highest().clone();
        let made = trial
            .offer(bundle, &self.settings, clock::milliseconds(), make)
            .map_err(|problems| problems.to_string())?;
        if made != Activation::Activated || (*trial.highest() == before && self.is_ready()) {
            return Ok(false);
        }
        if let Some(active) = trial.serving() {
            let bundle = active.engine.bundle();
            self.metrics.bundle_in_use(bundle, clock::milliseconds());
            let mut memory = self.memory();
            // Tables do not change their size: other limits begin anew.
            if memory.limits != *bundle.limits() {
                *memory = Memory { limits: *bundle.limits(), tables: Tables::new(bundle.limits()) };
            }
        }
        std::mem::swap(&mut *self.slot.write().unwrap_or_else(PoisonError::into_inner), trial);
        Ok(true)
    }
}
