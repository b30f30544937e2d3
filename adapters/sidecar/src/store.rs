//! What outlives a request: the engine in use, and how a new bundle takes its place.

use std::sync::{Arc, PoisonError, RwLock};

use filter_core::engine::Engine;
use filter_core::policy::{self, Activation, Settings};

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
    settings: Settings,
    metrics: Arc<Metrics>,
}

impl Store {
    /// Empty: every request passes unjudged until a bundle is taken.
    pub fn new(settings: Settings, metrics: Arc<Metrics>) -> Self {
        Store { slot: RwLock::default(), settings, metrics }
    }

    /// The engine in use.
    pub(crate) fn active(&self) -> Option<Arc<Active>> {
        self.slot.read().unwrap_or_else(PoisonError::into_inner).serving().cloned()
    }

    /// Host settings.
    pub(crate) fn settings(&self) -> &Settings {
        &self.settings
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
        let highest = self.slot.read().unwrap_or_else(PoisonError::into_inner).highest().clone();
        let mut trial = policy::Slot::resume(highest);
        let make = |bundle| {
            let engine = Engine::new(bundle, &self.settings)?;
            Ok(Active { counters: Counters::new(&self.metrics, &engine), engine })
        };
        let result = self.offer_to(&mut trial, bundle, make);
        self.metrics.bundle_load(result.is_ok());
        result
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
            self.metrics.bundle_in_use(active.engine.bundle());
        }
        std::mem::swap(&mut *self.slot.write().unwrap_or_else(PoisonError::into_inner), trial);
        Ok(true)
    }
}
