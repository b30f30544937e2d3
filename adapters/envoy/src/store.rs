//! What outlives a request: the engine in use, the records, and the last good polled bundle.
//!
//! A configuration update makes a new root context in the same VM, and a trap a new VM. Records belong to the VM: they
//! outlive the first and not the second. The last good bundle of each source is kept with its serial in the host's shared
//! data, which all workers see and which outlives both. Shared data never frees a key; there is one key a source.

use std::cell::{RefCell, RefMut};
use std::sync::Arc;

use filter_core::engine::{Engine, HeaderSets};
use filter_core::policy::{self, Activation, Bundle, Highest, Loading, Problems, Settings};
use filter_core::state::{Limits, Tables};

use crate::hostcalls::{self, Level};
use crate::metrics::{self, Counters};

/// Microseconds that requests may wait for a bundle before the log says so.
const LONG: u64 = 20_000;

/// An engine with the counters of its rules.
#[derive(Debug)]
pub(crate) struct Active {
    /// Decides.
    pub(crate) engine: Engine,
    /// Counts what it decided.
    pub(crate) counters: Counters,
    /// Header sets it judged before.
    pub(crate) known: RefCell<HeaderSets>,
}

/// The place where a root context keeps its engine; requests look here, bundles are offered here.
#[derive(Default)]
pub(crate) struct Slot(RefCell<policy::Slot<Active>>);

impl Slot {
    /// The engine in use.
    pub(crate) fn get(&self) -> Option<Arc<Active>> {
        self.0.try_borrow().ok()?.serving().cloned()
    }

    /// The newest bundle that ever served here.
    fn highest(&self) -> Option<Highest> {
        Some(self.0.try_borrow().ok()?.highest().clone())
    }

    /// Refuses from now on what is older than the bundle another worker kept.
    /// Its word counts only with its signature: others may write there too.
    pub(crate) fn learn(&self, kept: &Kept, settings: &Settings) {
        if let (Ok(mut slot), Some(highest)) = (self.0.try_borrow_mut(), kept.highest(settings)) {
            slot.raise(highest);
        }
    }

    /// Puts a bundle to work. `Err`: everything that is wrong with it, one line each, and the one in use stays.
    pub(crate) fn offer(&self, bundle: &[u8], settings: &Settings) -> Result<(), String> {
        let mut took = Took::default();
        let made = took.time(|| {
            let mut slot = self.slot()?;
            slot.offer(bundle, settings, now(), |bundle| active(bundle, settings))
                .map_err(|problems| problems.to_string())
        });
        let [_, longest] = took.microseconds();
        if longest > LONG {
            let milliseconds = longest.checked_div(1000).unwrap_or(0);
            let remedy = "poll its compact form, which is taken in pieces (`weir pack`)";
            hostcalls::log(
                Level::Warn,
                &format!("weir: requests waited {milliseconds} ms for a bundle in two lines; {remedy}"),
            );
        }
        self.activated(made?, took)
    }

    /// Begins to take a bundle in pieces. `None`: it serves already.
    pub(crate) fn begin(&self, bundle: &[u8], settings: &Settings) -> Result<Option<Arrival>, String> {
        let begun = self.slot()?.begin(bundle, settings, now()).map_err(|problems| problems.to_string())?;
        Ok(begun.and_then(Loading::keep).map(|loading| Arrival { loading, took: Took::default() }))
    }

    /// Takes the next piece; whether it was the last, and the bundle serves.
    pub(crate) fn step(&self, arrival: &mut Arrival, settings: &Settings) -> Result<bool, String> {
        let Arrival { loading, took } = arrival;
        let made = took.time(|| {
            let Some(bundle) = loading.step().map_err(|problems| problems.to_string())? else { return Ok(None) };
            let mut slot = self.slot()?;
            slot.finish(bundle, |bundle| active(bundle, settings)).map(Some).map_err(|problems| problems.to_string())
        });
        match made? {
            None => Ok(false),
            Some(activation) => self.activated(activation, *took).map(|()| true),
        }
    }

    fn slot(&self) -> Result<RefMut<'_, policy::Slot<Active>>, String> {
        self.0.try_borrow_mut().map_err(|_| "/: another bundle is being taken".to_owned())
    }

    fn activated(&self, activation: Activation, took: Took) -> Result<(), String> {
        if let (Activation::Activated, Some(active)) = (activation, self.get()) {
            let bundle = active.engine.bundle();
            metrics::bundle_in_use(bundle, now(), took.microseconds());
            remember(bundle.limits());
            hostcalls::log(Level::Info, &format!("weir: bundle {} serial {} in use", bundle.id(), bundle.serial()));
        }
        Ok(())
    }
}

/// A bundle on its way in.
pub(crate) struct Arrival {
    loading: Loading<'static>,
    took: Took,
}

/// Nanoseconds by the host's clock that a bundle took: all its pieces, and the longest.
#[derive(Clone, Copy, Default)]
struct Took {
    all: u64,
    longest: u64,
}

impl Took {
    fn time<T>(&mut self, work: impl FnOnce() -> T) -> T {
        let started = hostcalls::now_nanoseconds();
        let done = work();
        let piece = hostcalls::now_nanoseconds().saturating_sub(started);
        self.all = self.all.saturating_add(piece);
        self.longest = self.longest.max(piece);
        done
    }

    fn microseconds(self) -> [u64; 2] {
        [self.all, self.longest].map(|nanoseconds| nanoseconds.checked_div(1000).unwrap_or(0))
    }
}

fn active(bundle: Bundle, settings: &Settings) -> Result<Active, Problems> {
    let engine = Engine::tested::<Remembered>(bundle, settings)?;
    Ok(Active { counters: Counters::new(&engine), known: RefCell::default(), engine })
}

/// Milliseconds since the epoch.
pub(crate) fn now() -> u64 {
    hostcalls::now_nanoseconds().checked_div(1_000_000).unwrap_or(0)
}

/// What golden tests of several requests run with: nothing, where this build remembers nothing.
#[cfg(feature = "memory")]
pub(crate) type Remembered = Tables;
#[cfg(not(feature = "memory"))]
pub(crate) type Remembered = ();

/// The VM's tables, and the limits they were made for.
struct Memory {
    limits: Limits,
    tables: Option<Tables>,
}

thread_local! {
    static MEMORY: RefCell<Memory> = const { RefCell::new(Memory { limits: Limits::NONE, tables: None }) };
}

/// Lends the tables; `None` where nothing is to be remembered.
pub(crate) fn with_tables<T>(use_them: impl FnOnce(Option<&mut Tables>) -> T) -> T {
    if !cfg!(feature = "memory") {
        return use_them(None);
    }
    MEMORY.with(|memory| match memory.try_borrow_mut() {
        Ok(mut memory) => use_them(memory.tables.as_mut()),
        Err(_) => use_them(None),
    })
}

/// Makes the tables that a bundle asks for. Those there are stay, if it asks for the same.
fn remember(limits: &Limits) {
    if !cfg!(feature = "memory") {
        return;
    }
    MEMORY.with(|memory| {
        let Ok(mut memory) = memory.try_borrow_mut() else { return };
        if memory.limits == *limits {
            return;
        }
        // The old ones go first: both at once might be more than the host grants.
        memory.tables = None;
        memory.tables = (*limits != Limits::NONE).then(|| Tables::new(limits));
        memory.limits = *limits;
        let bytes = memory.tables.as_ref().map_or(0, Tables::bytes);
        hostcalls::log(Level::Info, &format!("weir: records take {bytes} bytes, for {} clients", limits.clients));
    });
}

/// A bundle as it was fetched.
pub(crate) struct Kept {
    /// Entity tag it came with; may be empty.
    pub(crate) tag: Vec<u8>,
    /// The two lines.
    pub(crate) text: Vec<u8>,
    /// The host's count of changes.
    version: u32,
}

impl Kept {
    /// Its serial and id, if it is a bundle that these settings trust: nothing older serves in this process any more.
    fn highest(&self, settings: &Settings) -> Option<Highest> {
        Highest::of(&self.text, &settings.trusted_keys)
    }
}

/// The last good bundle of `source`, if any VM of this process kept one.
pub(crate) fn last_good(source: &str) -> Option<Kept> {
    let (value, version) = hostcalls::shared_data(&key(source)).ok()?;
    let end = value.iter().position(|byte| *byte == b'\n').unwrap_or(0);
    let (tag, text) = value.split_at_checked(end)?;
    Some(Kept { tag: tag.to_vec(), text: text.get(1..).unwrap_or_default().to_vec(), version })
}

/// Keeps a bundle that was checked, unless another worker kept a newer one. An entity tag is a header value: it has no
/// line feed.
pub(crate) fn keep(source: &str, slot: &Slot, tag: &[u8], text: &[u8], settings: &Settings) {
    let Some(Highest { serial, .. }) = slot.highest() else { return };
    let key = key(source);
    let value = [tag, b"\n", text].concat();
    // Workers write side by side: whoever finds an older one under his own writes again. The host does not compare versions
    // where there was none yet, so what was written is looked at once more.
    for _ in 0..4 {
        let there = last_good(source);
        let newest = there.as_ref().and_then(|there| there.highest(settings));
        if newest.is_some_and(|newest| newest.serial >= serial) {
            return;
        }
        let _ = hostcalls::set_shared_data(&key, &value, there.map_or(0, |there| there.version));
    }
    hostcalls::log(Level::Warn, "weir: the bundle could not be kept for a new VM");
}

/// Plugins without a VM id share one space of keys: ours start with our name and the form's version.
fn key(source: &str) -> Vec<u8> {
    [b"weir/3/bundle/", source.as_bytes()].concat()
}
