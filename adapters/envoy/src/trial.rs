//! A candidate beside the bundle that serves: its lines go where events go. What became of a request is told with the feature `memory`.

use std::cell::RefCell;

#[cfg(feature = "memory")]
use filter_core::engine::Ticket;
use filter_core::engine::shadow::{Answer, Candidate, Look};
use filter_core::engine::{Engine, Verdict};
use filter_core::facts::Facts;
#[cfg(feature = "memory")]
use filter_core::facts::Outcome;
use filter_core::policy::{BundleSource, CandidateSettings, Problems, Settings, Slot};
use filter_core::state::Tables;

use crate::act::{Done, request_id};
use crate::hostcalls::{self, Level};
use crate::store::{Remembered, now};

/// The candidate.
pub(crate) struct Trial {
    candidate: Candidate,
    /// Where its rate limits count, in this worker.
    cells: RefCell<Option<Tables>>,
}

/// What it wants of an answer.
#[cfg_attr(not(feature = "memory"), allow(dead_code, reason = "no answer is waited for"))]
pub(crate) struct Late {
    look: Look,
    id: String,
}

impl Trial {
    /// Takes the candidate that the settings have in them. What is wrong with it is said, and then none is tried. `Err`: the settings
    /// ask for what this host does not do.
    pub(crate) fn load(settings: &mut Settings) -> Result<Option<Self>, String> {
        let Some(CandidateSettings { source, rollout }) = settings.candidate.take() else { return Ok(None) };
        if rollout.automatic {
            let remedy = "take it out, and ask `weir shadow decide` with the log";
            return Err(format!("/candidate/automatic: no worker sees enough to promote by itself; {remedy}"));
        }
        let BundleSource::Inline(text) = source else {
            return Err("/candidate/poll: Envoy gets a candidate with its configuration; give `bundle`".to_owned());
        };
        let mut slot: Slot<Engine> = Slot::default();
        let make = |bundle| -> Result<Engine, Problems> { Engine::tested::<Remembered>(bundle, settings) };
        if let Err(problems) = slot.offer(text.as_bytes(), settings, now(), make) {
            for problem in problems.to_string().lines() {
                hostcalls::log(Level::Error, &format!("weir: the candidate is not tried: {problem}"));
            }
        }
        Ok(slot.serving().map(|engine| {
            let bundle = engine.bundle();
            let said = format!("weir: candidate {} serial {} is tried", bundle.id(), bundle.serial());
            hostcalls::log(Level::Info, &said);
            let candidate = Candidate::new(std::sync::Arc::clone(engine), rollout);
            Trial { cells: RefCell::new(candidate.cells()), candidate }
        }))
    }

    /// Has it look at a request that was judged.
    pub(crate) fn look(&self, active: &Engine, facts: &Facts<'_>, verdict: &Verdict<'_>, done: Done) -> Option<Late> {
        // What serves by now, or is older, is no candidate any more.
        if self.candidate.engine().bundle().serial() <= active.bundle().serial() {
            return None;
        }
        let id = request_id(verdict);
        let mut cells = self.cells.try_borrow_mut().ok()?;
        let look = self.candidate.look(facts, verdict, id, cells.as_mut())?;
        let answer = done.is_ours().then_some(Answer::OURS);
        self.tell(&look, active, id, answer, false);
        answer.is_none().then(|| Late { look, id: id.to_owned() })
    }

    /// Tells what became of a request.
    #[cfg(feature = "memory")]
    pub(crate) fn settle(&self, late: &Late, active: &Engine, ticket: &Ticket, outcome: &Outcome<'_>) {
        if let Some(answer) = Answer::of(active, ticket, outcome) {
            self.tell(&late.look, active, &late.id, Some(answer), true);
        }
    }

    fn tell(&self, look: &Look, active: &Engine, id: &str, answer: Option<Answer>, is_late: bool) {
        if let Some(line) = self.candidate.line(look, active, id, answer, is_late) {
            hostcalls::log(Level::Info, &line.to_json());
        }
    }
}
