//! What outlives a request: the engine in use, the memory it judges with, and where new bundles come from.
//!
//! A bundle lies in the KV namespace in pieces: its first line under the name that the settings give, its compact form under `compact/`
//! and its hash, its second line under `content/` and its id. So the pointer is signed, and what it points to never changes: a look is one
//! short read, which the edge answers from its cache. The compact form is read where the pointer names one and the namespace has it,
//! the second line where not.
//!
//! An isolate lives for minutes or for days, beside others that know nothing of it. Each looks for itself, when a request comes
//! and it is time to; what one request awaits no other may, so several may look at once in the beginning.

use core::time::Duration;
use std::sync::Arc;

use filter_core::engine::{Engine, HeaderSets};
use filter_core::policy::{self, Activation, wire};
use filter_core::state::{Limits, Tables};
use futures_util::future::{Either, select};
use worker::{Delay, Env};

use crate::config::{Config, Place};
use crate::{clock, log};

/// Seconds between two looks while there is no bundle.
const SOON: u64 = 5;
/// Shortest time that the edge keeps what was read, in seconds; the platform refuses less.
const KEEP: u64 = 30;
/// How long it keeps what never changes.
const DAY: u64 = 86_400;

/// What the next request has to do about the bundle.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Look {
    /// Nothing.
    Rest,
    /// Look while it is served.
    Beside,
    /// Look first: nobody has yet.
    First,
}

/// The engine in use, and what it is renewed by.
#[derive(Debug)]
pub(crate) struct Store {
    config: Config,
    remembers: bool,
    slot: policy::Slot<Engine>,
    /// First line of the bundle that serves.
    pointer: String,
    /// When the pointer was last looked at.
    looked_at: Option<u64>,
    /// A look has ended, well or not.
    has_looked: bool,
    limits: Limits,
    /// Records of those who came before: they outlive bundles.
    pub(crate) tables: Tables,
    /// Header sets that were judged before.
    pub(crate) known: HeaderSets,
}

impl Store {
    pub(crate) fn new(config: Config, remembers: bool) -> Self {
        Store {
            config,
            remembers,
            slot: policy::Slot::default(),
            pointer: String::new(),
            looked_at: None,
            has_looked: false,
            limits: Limits::NONE,
            tables: Tables::new(&Limits::NONE),
            known: HeaderSets::default(),
        }
    }

    /// The engine in use.
    pub(crate) fn engine(&self) -> Option<Arc<Engine>> {
        self.slot.serving().cloned()
    }

    /// What is to be done at `now`; who is told to look, looks.
    pub(crate) fn look(&mut self, now: u64) -> Look {
        let has_engine = self.slot.serving().is_some();
        if !has_engine && !self.has_looked {
            self.looked_at = Some(now);
            return Look::First;
        }
        let interval = u64::from(self.config.place.interval);
        let interval = if has_engine { interval } else { interval.min(SOON) };
        if self.looked_at.is_some_and(|then| now.saturating_sub(then) < interval.saturating_mul(1000)) {
            return Look::Rest;
        }
        self.looked_at = Some(now);
        Look::Beside
    }

    /// What a look has to know.
    pub(crate) fn wanted(&self) -> Wanted {
        Wanted { place: self.config.place.clone(), pointer: self.pointer.clone(), is_optional: false }
    }

    /// Takes what a look brought. Whatever is wrong with it, the bundle that serves stays.
    pub(crate) fn take(&mut self, found: Result<Option<Found>, String>) {
        self.has_looked = true;
        if let Err(why) = found.and_then(|found| found.map_or(Ok(()), |found| self.offer(found))) {
            let serves =
                if self.slot.serving().is_some() { "the last good one serves on" } else { "requests pass unjudged" };
            log::say(&format!("no new bundle, {serves}:\n{why}"));
        }
    }

    fn offer(&mut self, found: Found) -> Result<(), String> {
        // Another request looked at the same time.
        if found.pointer == self.pointer {
            return Ok(());
        }
        let bundle = found.bundle();
        let settings = &self.config.settings;
        let make = |bundle| match self.remembers {
            true => Engine::tested::<Tables>(bundle, settings),
            false => Engine::tested::<()>(bundle, settings),
        };
        let made = self.slot.offer(&bundle, settings, clock::milliseconds(), make);
        if made.map_err(|problems| problems.to_string())? == Activation::Activated
            && let Some(engine) = self.slot.serving()
        {
            let bundle = engine.bundle();
            log::say(&format!("bundle {} serial {} in use", bundle.id(), bundle.serial()));
            // Tables do not change their size: other limits begin anew. The old ones go first: wasm memory never shrinks.
            if self.remembers && self.limits != *bundle.limits() {
                self.limits = *bundle.limits();
                self.tables = Tables::new(&Limits::NONE);
                self.tables = Tables::new(&self.limits);
            }
        }
        self.pointer = found.pointer;
        Ok(())
    }
}

/// What a look has to know; it borrows nothing, for others are served meanwhile.
#[derive(Debug)]
pub(crate) struct Wanted {
    place: Place,
    pointer: String,
    /// There need be nothing.
    is_optional: bool,
}

/// A bundle's first line, and its content in one of its forms.
#[derive(Debug)]
pub(crate) struct Found {
    pub(crate) pointer: String,
    content: Vec<u8>,
}

impl Found {
    /// Both of its lines.
    pub(crate) fn bundle(&self) -> Vec<u8> {
        [self.pointer.as_bytes(), b"\n", &self.content].concat()
    }
}

impl Wanted {
    /// What there need not be; where it was and is no more, an empty one is found.
    pub(crate) fn optional(place: Place, pointer: String) -> Self {
        Wanted { place, pointer, is_optional: true }
    }

    /// Looks, for no longer than `wait`. `None`: what serves is what there is.
    pub(crate) async fn look(self, env: &Env, wait: Duration) -> Result<Option<Found>, String> {
        let looking = core::pin::pin!(self.read(env));
        match select(looking, Delay::from(wait)).await {
            Either::Left((found, _)) => found,
            Either::Right(_) => Err(format!("the KV namespace did not answer within {} ms", wait.as_millis())),
        }
    }

    async fn read(&self, env: &Env) -> Result<Option<Found>, String> {
        let interval = u64::from(self.place.interval);
        let pointer = match self.is_optional {
            true => self.find(env, &self.place.key, interval).await?.unwrap_or_default(),
            false => self.get(env, &self.place.key, interval).await?,
        };
        let pointer = core::str::from_utf8(&pointer).unwrap_or_default().trim_end();
        if pointer == self.pointer {
            return Ok(None);
        }
        if self.is_optional && pointer.is_empty() {
            return Ok(Some(Found { pointer: String::new(), content: Vec::new() }));
        }
        let manifest: wire::Manifest = serde_json::from_str(pointer).map_err(|_| {
            let key = &self.place.key;
            format!("key `{key}` is no first line of a bundle; put there what `weir build` wrote")
        })?;
        let content = self.content(env, &manifest).await?;
        Ok(Some(Found { pointer: pointer.to_owned(), content }))
    }

    async fn content(&self, env: &Env, manifest: &wire::Manifest) -> Result<Vec<u8>, String> {
        if let Some(hash) = &manifest.bincode
            && let Some(form) = self.find(env, &format!("compact/{hash}"), DAY).await?
        {
            return Ok(form);
        }
        self.get(env, &format!("content/{}", manifest.id), DAY).await
    }

    async fn get(&self, env: &Env, key: &str, keep: u64) -> Result<Vec<u8>, String> {
        let found = self.find(env, key, keep).await?;
        found.ok_or_else(|| format!("KV binding `{}`, key `{key}`: there is nothing", self.place.store))
    }

    async fn find(&self, env: &Env, key: &str, keep: u64) -> Result<Option<Vec<u8>>, String> {
        let told = |why: String| format!("KV binding `{}`, key `{key}`: {why}", self.place.store);
        let store = env.kv(&self.place.store).map_err(|error| told(format!("{error}; bind a KV namespace")))?;
        store.get(key).cache_ttl(keep.max(KEEP)).bytes().await.map_err(|error| told(error.to_string()))
    }
}

/// What a first line says its bundle's id is; nothing of it is checked.
pub(crate) fn id(pointer: &str) -> Option<String> {
    serde_json::from_str(pointer).ok().map(|manifest: wire::Manifest| manifest.id)
}
