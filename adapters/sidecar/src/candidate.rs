//! A candidate bundle beside the one that serves: it judges after the reply is made, and in the end it serves or goes.

use std::panic::{self, AssertUnwindSafe};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use filter_core::engine::shadow::{Mark, Ruling, Shadow};
use filter_core::engine::{Engine, Ticket, Verdict};
use filter_core::facts::{Facts, Outcome};
use filter_core::policy::{self, Rollout, Settings};
use filter_core::state::Tables;
use serde_json::json;
use tokio::time::sleep;

use crate::clock;
use crate::events::Events;
use crate::reload;
use crate::store::Store;

/// How often a file is looked at and the guardrails are asked.
const LOOK: Duration = Duration::from_secs(1);

/// Where the candidate comes from, and how it is tried.
pub struct Source {
    /// Where the two lines come from; while there are none, nothing is tried.
    pub from: From,
    /// Share, goals, guardrails.
    pub rollout: Rollout,
}

/// Where the two lines come from.
pub enum From {
    /// The host settings have them.
    Given(String),
    /// A file or a server, for as long as the process runs.
    Watched(reload::Source),
}

/// The candidate, where there is one.
#[derive(Debug, Default)]
pub(crate) struct Trial {
    /// Requests look here first: most hosts have none.
    is_on: AtomicBool,
    inner: Mutex<Inner>,
}

#[derive(Debug, Default)]
struct Inner {
    running: Option<Running>,
    /// What is told of the last one, when it ended.
    ended: Option<String>,
    /// Id of one that was taken back: it does not come again.
    withdrawn: String,
}

#[derive(Debug)]
struct Running {
    shadow: Shadow,
    /// The two lines, to be offered when it is promoted.
    text: Vec<u8>,
}

impl Trial {
    /// Puts a candidate beside what serves, whose serial it must exceed: `Ok(true)` where it is a new one.
    ///
    /// # Errors
    /// Everything that is wrong with it, one line each; one that runs goes on.
    fn offer(&self, store: &Store, text: &[u8], rollout: &Rollout) -> Result<bool, String> {
        let settings: &Settings = store.settings();
        let mut slot: policy::Slot<()> = policy::Slot::resume(store.highest());
        let mut made = None;
        slot.offer(text, settings, clock::milliseconds(), |bundle| {
            store.check_routes(&bundle)?;
            made = Some(Engine::tested::<Tables>(bundle, settings)?);
            Ok(())
        })
        .map_err(|problems| problems.to_string())?;
        // What serves already is no candidate any more.
        let Some(engine) = made.filter(|engine| *engine.bundle().id() != *store.highest().id) else { return Ok(false) };
        let mut inner = self.inner();
        if inner.withdrawn == engine.bundle().id() {
            return Err(format!("candidate `{}` was taken back already; build another", engine.bundle().id()));
        }
        inner.running = Some(Running { shadow: Shadow::new(engine, rollout.clone()), text: text.to_vec() });
        self.is_on.store(true, Ordering::Release);
        Ok(true)
    }

    /// Shows the candidate a request that was judged. Whatever it does, the request is none the wiser: one that panics goes.
    pub(crate) fn look(&self, facts: &Facts<'_>, verdict: &Verdict<'_>, id: &str) -> Option<Mark> {
        if !self.is_on.load(Ordering::Acquire) {
            return None;
        }
        self.guarded(|shadow| shadow.look(facts, verdict, id))
    }

    /// Shows it the answer; as with [`look`](Self::look), the request is none the wiser.
    pub(crate) fn settle(&self, mark: &Mark, active: &Engine, ticket: &Ticket, outcome: &Outcome<'_>, is_ours: bool) {
        self.guarded(|shadow| {
            shadow.settle(mark, active, ticket, outcome, is_ours);
            Some(())
        });
    }

    /// Does something with the candidate, where one runs; one that panics is taken back.
    fn guarded<T>(&self, run: impl FnOnce(&mut Shadow) -> Option<T>) -> Option<T> {
        let mut inner = self.inner();
        let shadow = &mut inner.running.as_mut()?.shadow;
        panic::catch_unwind(AssertUnwindSafe(|| run(shadow))).unwrap_or_else(|_| {
            eprintln!("weir: the candidate panicked, and is taken back");
            inner.withdrawn = inner.running.take().map_or_else(String::new, |running| running.id().to_owned());
            self.is_on.store(false, Ordering::Release);
            None
        })
    }

    /// What is told of it: one line of JSON; of the last one, where none runs.
    pub(crate) fn told(&self, store: &Store) -> Option<String> {
        let inner = self.inner();
        let Some(running) = &inner.running else { return inner.ended.clone() };
        Some(running.ruling(store)?.1)
    }

    /// Promotes the candidate or takes it back, where it is to be done by itself and the guardrails say so. Gives what is told of it.
    fn rule(&self, store: &Store) -> Option<String> {
        let mut inner = self.inner();
        let (ruling, told) = inner.running.as_ref()?.ruling(store)?;
        let is_automatic = inner.running.as_ref()?.shadow.rollout().automatic;
        if !is_automatic || matches!(ruling, Ruling::Hold(_)) {
            return None;
        }
        let running = inner.running.take()?;
        self.is_on.store(false, Ordering::Release);
        inner.ended = Some(told.clone());
        if ruling == Ruling::RollBack {
            inner.withdrawn = running.id().to_owned();
        }
        drop(inner);
        eprintln!("weir: candidate {}: {}, since {}", running.id(), ruling.as_str(), ruling.why());
        if ruling == Ruling::Promote {
            match store.offer(&running.text) {
                Ok(_) => eprintln!("weir: bundle {} in use", running.id()),
                Err(why) => why.lines().for_each(|line| eprintln!("weir:   not promoted: {line}")),
            }
        }
        Some(told)
    }

    fn inner(&self) -> MutexGuard<'_, Inner> {
        self.inner.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

impl Running {
    fn id(&self) -> &str {
        self.shadow.candidate().bundle().id()
    }

    /// What the guardrails say now, and what is told of it.
    fn ruling(&self, store: &Store) -> Option<(Ruling, String)> {
        let report = self.shadow.report(&store.active()?.engine);
        let ran = report.until.saturating_sub(report.since);
        let ruling = report.clients.ruling(&self.shadow.rollout().guardrails, ran);
        let vm = store.settings().node.as_deref().unwrap_or("sidecar");
        let told = json!({"shadow": report, "vm": vm, "ruling": ruling.as_str(), "why": ruling.why()});
        Some((ruling, told.to_string()))
    }
}

/// Watches for candidates and asks the guardrails until the task is dropped. What became of a candidate goes to the events, too.
pub(crate) async fn watch(store: Arc<Store>, source: Source, events: Option<Events>) {
    let Source { from, rollout } = source;
    let mut watched = match from {
        From::Given(text) => {
            let name = format!("`/candidate/bundle` of the settings{}", named(text.as_bytes()));
            say(store.trial().offer(&store, text.as_bytes(), &rollout), &name, &mut String::new());
            reload::Watched::new(reload::Source::Fixed)
        }
        From::Watched(source) => reload::Watched::new(source),
    };
    let mut said = String::new();
    loop {
        if let Some(found) = watched.look().await {
            let named = found.as_ref().map_or_else(|_| String::new(), |text| named(text));
            let offered = found.and_then(|text| store.trial().offer(&store, &text, &rollout));
            if offered.is_ok() {
                watched.taken();
            }
            say(offered, &format!("`{}`{named}", watched.name()), &mut said);
        }
        if let Some(told) = store.trial().rule(&store)
            && let Some(events) = &events
        {
            events.send(told);
        }
        sleep(LOOK).await;
    }
}

/// What a candidate's first line calls it, whether that is true or not.
fn named(text: &[u8]) -> String {
    let first = text.split(|byte| *byte == b'\n').next().unwrap_or_default();
    match serde_json::from_slice::<policy::wire::Manifest>(first) {
        Ok(policy::wire::Manifest { id, serial, .. }) => format!(", bundle `{}` serial {serial},", id.escape_debug()),
        Err(_) => String::new(),
    }
}

/// Says what became of the candidate that `name` calls; the same trouble once, however often it is met.
fn say(offered: Result<bool, String>, name: &str, said: &mut String) {
    match offered {
        Ok(is_new) => {
            said.clear();
            if is_new {
                eprintln!("weir: candidate {name} is tried beside the bundle in use");
            }
        }
        Err(why) if why == *said => {}
        Err(why) => {
            eprintln!("weir: the candidate {name} is not tried:");
            // It may quote what was fetched.
            why.lines().for_each(|line| eprintln!("weir:   {}", line.replace(char::is_control, "?")));
            *said = why;
        }
    }
}

#[cfg(test)]
mod tests {
    use filter_core::policy::wire;

    use super::*;

    #[test]
    fn a_candidate_that_panics_is_taken_back_and_whoever_asked_goes_on() {
        let store = Store::new(Settings { allow_unsigned: true, ..Settings::default() }, Arc::default());
        let bundle = |serial| {
            let content = serde_json::from_value(json!({ "otherwise": "allow" })).unwrap();
            wire::write(&content, serial).unwrap().into_bytes()
        };
        let other = serde_json::from_value(json!({ "otherwise": "monitor" })).unwrap();
        store.offer(wire::write(&other, 1).unwrap().as_bytes()).unwrap();
        let trial = store.trial();
        assert_eq!(trial.offer(&store, &bundle(2), &Rollout::default()), Ok(true));
        assert_eq!(trial.guarded(|shadow| Some(shadow.candidate().bundle().serial())), Some(2));
        assert_eq!(trial.guarded(|_| -> Option<()> { panic!("a fault of the candidate") }), None);
        assert_eq!((trial.is_on.load(Ordering::Acquire), trial.told(&store)), (false, None));
        assert_eq!(trial.guarded(|_| Some(())), None, "it is gone");
        let again = trial.offer(&store, &bundle(3), &Rollout::default());
        assert!(again.unwrap_err().contains("was taken back already"));
        assert_eq!(store.highest().serial, 1, "what serves, serves on");
    }
}
