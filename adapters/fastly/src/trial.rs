//! A candidate beside the bundle that serves.
//!
//! It judges when the client has its answer, from what was remembered when the serving bundle judged: whatever it does, it comes too
//! late to be noticed. It lies in the KV Store as other bundles do, and is taken as they are; where its key holds nothing, none is tried.
//! What goes wrong with it is said once an interval and point of presence, and one that panics is not tried there again for a day.

use core::time::Duration;
use std::sync::Mutex;

use filter_core::engine::shadow::{Answer, Candidate};
use filter_core::engine::{Engine, Verdict, Witness};
use filter_core::limits;
use filter_core::policy::{Bundle, Highest, Rollout, Slot};

use crate::cells::Cells;
use crate::config::{Config, Knobs};
use crate::facts::RequestBytes;
use crate::hostcalls::cache;
use crate::log;
use crate::store::{self, Store};

/// Where its rate limits count, apart from the serving bundle's.
const CELLS: &str = "weir/cells/candidate/1";

/// Kept in the place of a first line: nothing is to be tried.
const NOTHING: &[u8] = b"-";

/// How long one that panicked is left alone.
const DAY: Duration = Duration::from_secs(86_400);

/// Key in the cache for the candidate that judges right now: the panic hook puts it down there.
static JUDGES: Mutex<Option<String>> = Mutex::new(None);

/// The candidate, and where new ones come from.
pub(crate) struct Trial {
    store: Store,
    rollout: Rollout,
    candidate: Option<Candidate>,
}

impl Trial {
    /// Looks for candidates where `config` says.
    pub(crate) fn new(config: Config, knobs: &Knobs, rollout: Rollout) -> Self {
        Trial { store: Store::new(config, knobs).for_candidates(), rollout, candidate: None }
    }

    /// What is to be kept of a verdict; `None`: the candidate does not look at the request.
    pub(crate) fn witness(&self, verdict: &Verdict<'_>) -> Option<Box<Witness>> {
        (self.rollout.share > 0 || verdict.action().interferes()).then(|| Box::new(verdict.witness()))
    }

    /// Has the candidate judge: the line that is to be written.
    pub(crate) fn look(
        &mut self,
        active: &Engine,
        witness: &Witness,
        answer: Option<Answer>,
        bytes: &RequestBytes,
    ) -> Option<String> {
        self.refresh(active.bundle());
        let candidate = self.candidate.as_ref()?;
        let withdrawn = self.store.withdrawn();
        // In another sandbox, perhaps.
        if store::cached(&withdrawn, 1).is_some() {
            self.end();
            return None;
        }
        judges(Some(withdrawn));
        let now = bytes.now();
        #[cfg(feature = "test-seam")]
        if bytes.seam().is_some_and(|seam| seam.candidate_panics) {
            panic_for_a_test();
        }
        let line = bytes.with_facts(|facts| {
            let limits = !candidate.engine().bundle().rate_limits().is_empty();
            let mut cells = limits.then(|| Cells::load(CELLS, &candidate.engine().plan(facts, now))).flatten();
            let tables = cells.as_mut().map(|cells| &mut cells.tables);
            let look = candidate.look_later(facts, active, witness, bytes.id(), tables)?;
            cells.iter().for_each(|cells| cells.save(now));
            candidate.line(&look, active, bytes.id(), answer, false)
        });
        judges(None);
        Some(line?.to_json())
    }

    /// Looks for a candidate, where it is time to.
    fn refresh(&mut self, active: &Bundle) {
        // What serves, or is older, is no candidate any more.
        let is_newer = |candidate: &Candidate| candidate.engine().bundle().serial() > active.serial();
        if self.candidate.as_ref().is_some_and(|candidate| !is_newer(candidate)) {
            self.end();
        }
        if !self.store.is_due() {
            return;
        }
        let (fresh, keep) = (self.store.key("fresh"), self.store.interval());
        if let Some(pointer) = store::cached(&fresh, limits::SETTINGS) {
            match pointer == NOTHING {
                true => self.end(),
                // It was taken here before; whatever is wrong now was said then.
                false => drop(self.take(&pointer, active).map_err(|_| self.end())),
            }
            return;
        }
        match self.store.find_pointer() {
            Ok(Some(pointer)) => {
                if let Err(why) = self.take(&pointer, active) {
                    self.end();
                    log::say(&format!("the candidate is not tried, the bundle that serves is none the wiser:\n{why}"));
                }
            }
            Ok(None) => self.end(),
            Err(why) => log::say(&format!("no new candidate:\n{why}")),
        }
        // The next sandboxes need not ask, nor run into the same.
        let pointer = Some(self.store.pointer()).filter(|pointer| !pointer.is_empty());
        store::keep_in_cache(&fresh, pointer.unwrap_or(NOTHING), keep);
    }

    fn take(&mut self, pointer: &[u8], active: &Bundle) -> Result<(), String> {
        let pointer = pointer.trim_ascii_end();
        if pointer == self.store.pointer() {
            return Ok(());
        }
        if store::highest(pointer).is_some_and(|offered| offered.id == active.id()) {
            self.end();
            return Ok(());
        }
        let serves = Highest { serial: active.serial(), id: active.id().to_owned() };
        self.store.begin_again(Slot::resume(serves), pointer)?;
        self.candidate = self.store.engine().map(|engine| Candidate::new(engine, self.rollout.clone()));
        Ok(())
    }

    fn end(&mut self) {
        self.candidate = None;
        self.store.forget();
    }
}

/// From here on a panic is the fault of the candidate that is known so; `None`: of none.
fn judges(key: Option<String>) {
    if let Ok(mut judges) = JUDGES.lock() {
        *judges = key;
    }
}

/// The sandbox panicked: where a candidate judged, it is not to do so again here.
pub(crate) fn panicked() {
    if let Ok(Some(key)) = JUDGES.try_lock().map(|mut judges| judges.take()) {
        let _ = cache::insert(key.as_bytes(), &[], b"1", DAY);
        log::say("the candidate panicked, and is not tried here for a day");
    }
}

#[cfg(feature = "test-seam")]
#[allow(clippy::panic, reason = "it is what the test is about")]
fn panic_for_a_test() {
    panic!("a test asked for it");
}
