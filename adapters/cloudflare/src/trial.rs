//! A candidate beside the bundle that serves.
//!
//! It judges in a call of its own, when the request is on its way to the origin or its answer is made: one that traps costs nobody an
//! answer, and `entry.mjs` does not call again. It lies in the KV namespace as other bundles do, and is taken as they are; where its key
//! holds nothing, none is tried.

use std::sync::Arc;

use filter_core::engine::shadow::{Answer, Candidate, Look};
use filter_core::engine::{Engine, Ticket, Verdict, Witness};
use filter_core::facts::Outcome;
use filter_core::policy::{self, Activation, Highest, Rollout, Settings};
use filter_core::state::Tables;

use crate::config::Place;
use crate::facts::Head;
use crate::store::{self, Found, Wanted};
use crate::{clock, log};

/// The candidate, and where new ones come from.
#[derive(Debug)]
pub(crate) struct Trial {
    settings: Settings,
    place: Place,
    rollout: Rollout,
    remembers: bool,
    /// First line of the last one that was found.
    pointer: String,
    looked_at: Option<u64>,
    candidate: Option<Arc<Candidate>>,
    /// Where its rate limits count.
    cells: Option<Tables>,
    pending: Option<Pending>,
}

/// A request that was judged, and that the candidate looks at next.
#[derive(Debug)]
pub(crate) struct Pending {
    /// Everything that is known of it.
    pub(crate) head: String,
    pub(crate) id: String,
    pub(crate) engine: Arc<Engine>,
    pub(crate) witness: Box<Witness>,
    /// We answered it.
    pub(crate) is_ours: bool,
    /// Number of its answer, 0 where none is waited for.
    pub(crate) due: u64,
}

/// What a candidate wants of an answer.
#[derive(Debug)]
pub(crate) struct Late {
    candidate: Arc<Candidate>,
    look: Look,
    id: String,
}

impl Trial {
    pub(crate) fn new(settings: Settings, place: Place, rollout: Rollout, remembers: bool) -> Self {
        let (pointer, looked_at) = (String::new(), None);
        Trial { settings, place, rollout, remembers, pointer, looked_at, candidate: None, cells: None, pending: None }
    }

    /// What is to be looked for at `now`, where it is time to.
    pub(crate) fn wanted(&mut self, now: u64) -> Option<Wanted> {
        let interval = u64::from(self.place.interval).saturating_mul(1000);
        if self.looked_at.is_some_and(|then| now.saturating_sub(then) < interval) {
            return None;
        }
        self.looked_at = Some(now);
        Some(Wanted::optional(self.place.clone(), self.pointer.clone()))
    }

    /// Takes what was found. What is wrong is said once: nothing is tried then, and the bundle that serves is none the wiser.
    pub(crate) fn take(&mut self, found: Result<Option<Found>, String>, active: &Engine) {
        match found {
            Ok(None) => {}
            Ok(Some(found)) => {
                (self.candidate, self.cells) = (None, None);
                self.pointer.clone_from(&found.pointer);
                if let Err(why) = self.offer(&found, active) {
                    log::say(&format!("the candidate is not tried, the bundle that serves is none the wiser:\n{why}"));
                }
            }
            Err(why) => log::say(&format!("no new candidate:\n{why}")),
        }
    }

    fn offer(&mut self, found: &Found, active: &Engine) -> Result<(), String> {
        let serves = Highest { serial: active.bundle().serial(), id: active.bundle().id().to_owned() };
        // Taken away, or what serves: that is no candidate any more.
        if found.pointer.is_empty() || store::id(&found.pointer).as_deref() == Some(&serves.id) {
            return Ok(());
        }
        let mut slot = policy::Slot::resume(serves);
        let settings = &self.settings;
        let made = slot.offer(&found.bundle(), settings, clock::milliseconds(), |bundle| match self.remembers {
            true => Engine::tested::<Tables>(bundle, settings),
            false => Engine::tested::<()>(bundle, settings),
        });
        if made.map_err(|problems| problems.to_string())? == Activation::Activated
            && let Some(engine) = slot.serving()
        {
            log::say(&format!("candidate {} serial {} is tried", engine.bundle().id(), engine.bundle().serial()));
            let candidate = Candidate::new(Arc::clone(engine), self.rollout.clone());
            self.cells = candidate.cells();
            self.candidate = Some(Arc::new(candidate));
        }
        Ok(())
    }

    /// What is to be kept of a verdict; `None`: no candidate looks at the request.
    pub(crate) fn witness(&self, verdict: &Verdict<'_>) -> Option<Box<Witness>> {
        let is_seen = self.candidate.is_some() && (self.rollout.share > 0 || verdict.action().interferes());
        is_seen.then(|| Box::new(verdict.witness()))
    }

    /// The next that it looks at.
    pub(crate) fn put(&mut self, pending: Pending) {
        self.pending = Some(pending);
    }

    /// Looks at what is there to be looked at. Gives the number of an answer, and what is wanted of it.
    pub(crate) fn look(&mut self) -> Option<(u64, Late)> {
        let Pending { head, id, engine, witness, is_ours, due } = self.pending.take()?;
        let candidate = Arc::clone(self.candidate.as_ref()?);
        // What serves by now, or is older, is no candidate any more.
        if candidate.engine().bundle().serial() <= engine.bundle().serial() {
            (self.candidate, self.cells) = (None, None);
            return None;
        }
        let head = Head::new(&head);
        #[cfg(feature = "test-seam")]
        if head.seam.candidate_panics {
            panic_for_a_test();
        }
        let look = candidate.look_later(&head.facts(), &engine, &witness, &id, self.cells.as_mut())?;
        let answer = is_ours.then_some(Answer::OURS);
        if let Some(line) = candidate.line(&look, &engine, &id, answer, false) {
            log::event(&line.to_json());
        }
        (due > 0).then_some((due, Late { candidate, look, id }))
    }
}

impl Late {
    /// Tells what became of the request.
    pub(crate) fn settle(&self, active: &Engine, ticket: &Ticket, outcome: &Outcome<'_>) {
        let Late { candidate, look, id } = self;
        let Some(answer) = Answer::of(active, ticket, outcome) else { return };
        if let Some(line) = candidate.line(look, active, id, Some(answer), true) {
            log::event(&line.to_json());
        }
    }
}

#[cfg(feature = "test-seam")]
#[allow(clippy::panic, reason = "it is what the test is about")]
fn panic_for_a_test() {
    panic!("a test asked for it");
}
