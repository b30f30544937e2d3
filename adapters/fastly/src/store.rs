//! What outlives a request: the engine in use, and where new bundles come from.
//!
//! A bundle lies in the KV Store in pieces: its first line under the name that the settings give, its compact form under `compact/` and
//! that form's hash, its second line under `content/` and its id. So the pointer is signed, and what it points to never changes. The
//! compact form is read where the pointer names one and the store has it, the second line where not.
//!
//! The cache of the point of presence keeps the pointer for the settings' interval, so that the KV Store is asked once in so long by a
//! whole point of presence; the last good one for a week, for when the KV Store does not answer; and each bundle that was put to work,
//! for a day. Only this service writes there: what it checked it need not check again in each sandbox, neither signature nor hash nor
//! golden tests.
//!
//! A sandbox is made for one request or for many. Nothing that must be right depends on its memory.

use core::time::Duration;
use std::sync::Arc;

use filter_core::engine::{Engine, HeaderSets};
use filter_core::limits;
use filter_core::policy::{self, Activation, Bundle, Highest, Problems, Settings, compact, wire};
use filter_core::state::Tables;

use crate::config::{Config, Knobs, Place};
use crate::hostcalls::cache::{self, Lookup};
use crate::hostcalls::kv::{self, Trouble};
use crate::{clock, log};

/// Keys in the cache start with this; the number is the form's version.
const PREFIX: &str = "weir/1";
/// How long what is content-addressed is kept.
const DAY: Duration = Duration::from_secs(86_400);
/// How long the last good pointer is kept.
const WEEK: Duration = Duration::from_secs(7 * 86_400);

/// The engine in use, and what it is renewed by.
#[derive(Debug)]
pub(crate) struct Store {
    config: Config,
    /// Whether requests are remembered here; golden tests of several requests ask.
    remembers: bool,
    /// How long an answer of the KV Store is waited for.
    wait: Duration,
    /// What goes wrong with the KV Store, for a test.
    #[cfg(feature = "test-seam")]
    pub(crate) fault: Option<u32>,
    /// What it is asked for in the pointer's place, for a test.
    #[cfg(feature = "test-seam")]
    pub(crate) instead: Option<String>,
    /// What these bundles are, and what is said of one that is taken.
    role: [&'static str; 2],
    slot: policy::Slot<Engine>,
    /// First line of the bundle that serves.
    pointer: Vec<u8>,
    /// When the pointer was last looked at.
    looked_at: Option<u64>,
    /// Header sets that were judged before.
    pub(crate) known: HeaderSets,
}

impl Store {
    pub(crate) fn new(config: Config, knobs: &Knobs) -> Self {
        Store {
            config,
            remembers: knobs.memory,
            wait: Duration::from_millis(u64::from(knobs.kv_wait_ms)),
            #[cfg(feature = "test-seam")]
            fault: None,
            #[cfg(feature = "test-seam")]
            instead: None,
            role: ["bundle", "in use"],
            slot: policy::Slot::default(),
            pointer: Vec::new(),
            looked_at: None,
            known: HeaderSets::default(),
        }
    }

    /// The same, for bundles that are tried and do not serve.
    pub(crate) fn for_candidates(self) -> Self {
        Store { role: ["candidate", "is tried"], ..self }
    }

    /// The engine in use.
    pub(crate) fn engine(&self) -> Option<Arc<Engine>> {
        self.slot.serving().cloned()
    }

    /// Looks for a new bundle, where it is time to. Whatever goes wrong, the one that serves stays.
    pub(crate) fn refresh(&mut self) {
        if !self.is_due() {
            return;
        }
        let (fresh, last) = (self.key("fresh"), self.key("last"));
        // What is older than the last good one may not come back, in no sandbox of this place.
        let known = cached(&last, limits::SETTINGS);
        if let Some(highest) = known.as_deref().and_then(highest) {
            self.slot.raise(highest);
        }
        if let Some(pointer) = cached(&fresh, limits::SETTINGS)
            && self.take(&pointer).is_ok()
        {
            return;
        }
        let keep = self.interval();
        match self.fetch(&self.config.place.key).and_then(|pointer| self.take(&pointer).map(|()| pointer)) {
            Ok(pointer) => {
                keep_in_cache(&fresh, &pointer, keep);
                keep_in_cache(&last, &pointer, WEEK);
            }
            Err(why) => {
                log::say(&format!("no new bundle, the last good one serves on:\n{why}"));
                if !self.has_newest()
                    && let Some(known) = &known
                    && let Err(why) = self.take(known)
                {
                    log::say(&format!("nor can the last good one be had:\n{why}"));
                }
                // The next sandbox need not run into the same, nor go back to what is older here.
                if self.has_newest() {
                    keep_in_cache(&fresh, &self.pointer, keep);
                }
            }
        }
    }

    /// Whether it is time to look; then it is looked at.
    pub(crate) fn is_due(&mut self) -> bool {
        let (now, interval) = (clock::milliseconds(), u64::from(self.config.place.interval).saturating_mul(1000));
        let is_due = self.looked_at.is_none_or(|then| now.saturating_sub(then) >= interval);
        if is_due {
            self.looked_at = Some(now);
        }
        is_due
    }

    /// Between two looks.
    pub(crate) fn interval(&self) -> Duration {
        Duration::from_secs(u64::from(self.config.place.interval))
    }

    /// First line of the bundle in use; empty: there is none.
    pub(crate) fn pointer(&self) -> &[u8] {
        &self.pointer
    }

    /// What the KV Store has as first line; `None`: nothing.
    pub(crate) fn find_pointer(&self) -> Result<Option<Vec<u8>>, String> {
        let Place { store, key, .. } = &self.config.place;
        match self.ask_kv(store, key) {
            Ok(pointer) => Ok(Some(pointer)),
            Err(trouble) if trouble.is_missing() => Ok(None),
            Err(trouble) => Err(format!("KV store `{store}`, key `{key}`: {trouble}")),
        }
    }

    /// Puts a bundle to work as if none had been: it is to be newer than what the slot knows of.
    pub(crate) fn begin_again(&mut self, slot: policy::Slot<Engine>, pointer: &[u8]) -> Result<(), String> {
        (self.slot, self.pointer) = (slot, Vec::new());
        if cached(&self.withdrawn_key(pointer), 1).is_some() {
            return Err("it panicked here before; build another".to_owned());
        }
        self.take(pointer)
    }

    /// No bundle is in use any more.
    pub(crate) fn forget(&mut self) {
        (self.slot, self.pointer) = (policy::Slot::default(), Vec::new());
    }

    /// Where the point of presence is told that the bundle in use panicked.
    pub(crate) fn withdrawn(&self) -> String {
        self.withdrawn_key(&self.pointer)
    }

    fn withdrawn_key(&self, pointer: &[u8]) -> String {
        format!("{PREFIX}/withdrawn/{}", compact::digest(pointer))
    }

    /// Puts the bundle to work whose first line this is.
    fn take(&mut self, pointer: &[u8]) -> Result<(), String> {
        let pointer = pointer.trim_ascii_end();
        let manifest =
            manifest(pointer).ok_or("the pointer is no first line of a bundle; put there what `weir build` wrote")?;
        let (serial, seen) = (manifest.serial, self.slot.highest().serial);
        if serial < seen {
            return Err(format!("serial {serial} is older than {seen}, which served here"));
        }
        if pointer == self.pointer {
            return Ok(());
        }
        let (checked, now) = (self.checked(pointer), clock::milliseconds());
        let settings = &self.config.settings;
        let restored = cached(&checked, limits::BUNDLE)
            .map(|bundle| self.slot.restore(&bundle, settings, now, |bundle| Engine::new(bundle, settings)));
        let made = match restored {
            Some(Ok(made)) => made,
            _ => self.load(pointer, &manifest, &checked, now)?,
        };
        if made == Activation::Activated {
            let [what, is] = self.role;
            log::say(&format!("{what} {} serial {serial} {is}", manifest.id));
        }
        self.pointer = pointer.to_vec();
        Ok(())
    }

    /// Has the KV Store's bundle checked, and keeps it under `checked`: its compact form, or its second line where that is not there
    /// or is refused, as one of another version is.
    fn load(
        &mut self,
        pointer: &[u8],
        manifest: &wire::Manifest,
        checked: &str,
        now: u64,
    ) -> Result<Activation, String> {
        let mut refused = String::new();
        if let Some(hash) = &manifest.bincode {
            let Place { store, .. } = &self.config.place;
            match self.ask_kv(store, &format!("compact/{hash}")) {
                Ok(form) => match self.offer(pointer, &form, checked, now) {
                    Ok(made) => return Ok(made),
                    Err(problems) => refused = format!("the compact form: {problems}\n"),
                },
                Err(trouble) if trouble.is_missing() => {}
                Err(trouble) => return Err(format!("KV store `{store}`, the compact form: {trouble}")),
            }
        }
        let line = self.fetch(&format!("content/{}", manifest.id));
        let made =
            line.and_then(|line| self.offer(pointer, &line, checked, now).map_err(|problems| problems.to_string()));
        made.map_err(|why| format!("{refused}{why}"))
    }

    fn offer(&mut self, pointer: &[u8], content: &[u8], checked: &str, now: u64) -> Result<Activation, Problems> {
        let bundle = [pointer, b"\n", content].concat();
        let (settings, remembers) = (&self.config.settings, self.remembers);
        let made = self.slot.offer(&bundle, settings, now, |bundle| tested(bundle, settings, remembers))?;
        keep_in_cache(checked, &bundle, DAY);
        Ok(made)
    }

    /// Whether nothing newer is known than what serves.
    fn has_newest(&self) -> bool {
        highest(&self.pointer).is_some_and(|serves| serves.serial >= self.slot.highest().serial)
    }

    /// What the KV Store holds under `name`. It is eventually consistent; any error is the same to us.
    fn fetch(&self, name: &str) -> Result<Vec<u8>, String> {
        let store = &self.config.place.store;
        let found = self.ask_kv(store, name);
        found.map_err(|trouble| format!("KV store `{store}`, key `{name}`: {trouble}"))
    }

    #[cfg(not(feature = "test-seam"))]
    fn ask_kv(&self, store: &str, name: &str) -> Result<Vec<u8>, Trouble> {
        kv::lookup(store, name, limits::BUNDLE, self.wait)
    }

    #[cfg(feature = "test-seam")]
    fn ask_kv(&self, store: &str, name: &str) -> Result<Vec<u8>, Trouble> {
        let name = self.instead.as_deref().filter(|_| name == self.config.place.key).unwrap_or(name);
        match self.fault {
            None => kv::lookup(store, name, limits::BUNDLE, self.wait),
            Some(0) => {
                std::thread::sleep(self.wait);
                Err(Trouble::Late(self.wait))
            }
            Some(error) => Err(Trouble::Said(error)),
        }
    }

    /// Where the point of presence keeps the bundle of this first line once it was put to work: under these keys or none, by this version
    /// of the service, with or without memory.
    fn checked(&self, pointer: &[u8]) -> String {
        let settings = &self.config.settings;
        let keys: Vec<String> = settings.trusted_keys.iter().map(ToString::to_string).collect();
        let trust = format!("\n{}\n{}", settings.allow_unsigned, keys.join(","));
        let version = std::env::var("FASTLY_SERVICE_VERSION").unwrap_or_default();
        let hash = compact::digest(&[pointer, trust.as_bytes()].concat());
        format!("{PREFIX}/checked/{version}/{}/{hash}", self.remembers)
    }

    /// What the point of presence keeps a pointer under.
    pub(crate) fn key(&self, what: &str) -> String {
        let Place { store, key, .. } = &self.config.place;
        format!("{PREFIX}/{what}/{store}/{key}")
    }
}

/// An engine whose bundle passed its own golden tests.
fn tested(bundle: Bundle, settings: &Settings, remembers: bool) -> Result<Engine, Problems> {
    if remembers { Engine::tested::<Tables>(bundle, settings) } else { Engine::tested::<()>(bundle, settings) }
}

fn manifest(line: &[u8]) -> Option<wire::Manifest> {
    serde_json::from_slice(line).ok()
}

/// What a first line says of itself; nothing of it is checked.
pub(crate) fn highest(pointer: &[u8]) -> Option<Highest> {
    manifest(pointer).map(|manifest| Highest { serial: manifest.serial, id: manifest.id })
}

/// What this point of presence keeps under `key`.
pub(crate) fn cached(key: &str, most: usize) -> Option<Vec<u8>> {
    Lookup::start(key.as_bytes()).ok()?.content(most).ok()?
}

/// Lost where the cache does not take it: then the KV Store is asked again.
pub(crate) fn keep_in_cache(key: &str, content: &[u8], keep: Duration) {
    let _ = cache::insert(key.as_bytes(), &[], content, keep);
}
