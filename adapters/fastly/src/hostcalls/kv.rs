//! KV Stores: look-ups, writes on condition and lists that wait for so long and no longer.
//!
//! The SDK reads the store's answer into an enum that lacks a value which the interface knows (too many requests); here it
//! stays the number that it came as.

use core::fmt;
use core::time::Duration;

use fastly_sys::{fastly_async_io as io, fastly_kv_store as sys};

use super::{Refusal, body, done};

/// Why there is no value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Trouble {
    /// No such store is linked.
    NoStore,
    /// The host does not do what it was asked for.
    Refused(Refusal),
    /// The store said this.
    Said(u32),
    /// It said nothing in time.
    Late(Duration),
    /// The value has more bytes than allowed.
    Long(usize),
}

impl Trouble {
    /// The store answered, and has no such key.
    pub(crate) fn is_missing(self) -> bool {
        self == Trouble::Said(NOT_FOUND)
    }

    /// Somebody else wrote meanwhile.
    pub(crate) fn is_taken(self) -> bool {
        self == Trouble::Said(PRECONDITION_FAILED)
    }
}

impl From<Refusal> for Trouble {
    fn from(refusal: Refusal) -> Self {
        Trouble::Refused(refusal)
    }
}

impl fmt::Display for Trouble {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Trouble::NoStore => f.write_str("there is no such store; link one"),
            Trouble::Refused(refusal) => write!(f, "the host refuses: {refusal}"),
            Trouble::Said(2) => f.write_str("it takes no such key"),
            Trouble::Said(NOT_FOUND) => f.write_str("there is no such key"),
            Trouble::Said(7) => f.write_str("too many requests"),
            Trouble::Said(error) => write!(f, "error {error} of the store's"),
            Trouble::Late(wait) => write!(f, "no answer within {} ms", wait.as_millis()),
            Trouble::Long(most) => write!(f, "more than {most} bytes"),
        }
    }
}

const OK: u32 = 1;
const NOT_FOUND: u32 = 3;
const PRECONDITION_FAILED: u32 = 4;

/// The value of `key`, at most `most` bytes. What comes after `wait` is lost.
pub(crate) fn lookup(store: &str, key: &str, most: usize, wait: Duration) -> Result<Vec<u8>, Trouble> {
    find(store, key, most, wait).and_then(|(value, _)| value.ok_or(Trouble::Long(most)))
}

/// The same with the value's generation, on condition of which it can be replaced. Instead of a value that is too long there is none.
pub(crate) fn find(store: &str, key: &str, most: usize, wait: Duration) -> Result<(Option<Vec<u8>>, u64), Trouble> {
    let (mut handle, mut pending) = (u32::MAX, u32::MAX);
    // SAFETY: name, key and places live as long as the calls; no option is set.
    unsafe {
        done(sys::open(store.as_ptr(), store.len(), &mut handle)).map_err(|_| Trouble::NoStore)?;
        let config = fastly_sys::LookupConfig::default();
        let options = fastly_sys::LookupConfigOptions::empty();
        done(sys::lookup_v2(handle, key.as_ptr(), key.len(), options, &config, &mut pending))?;
    }
    wait_for(pending, wait)?;
    let (mut content, mut error, mut generation, mut written) = (u32::MAX, 0u32, 0u64, 0usize);
    let mut metadata = [0u8; METADATA];
    // SAFETY: all places live as long as the call. The host writes a number where the SDK has an enum of that size.
    let status = unsafe {
        let at = (&raw mut error).cast::<sys::KvError>();
        sys::lookup_wait_v2(pending, &mut content, metadata.as_mut_ptr(), METADATA, &mut written, &mut generation, at)
    };
    done(status)?;
    if error != OK {
        return Err(Trouble::Said(error));
    }
    Ok((body::read(content, most)?, generation))
}

/// Puts a value there if nobody did meanwhile: `generation` is that of the value it replaces, `None` where there was none. It is kept for `keep`.
/// What the store says after `wait` is lost; the value may be there then.
pub(crate) fn insert(
    store: &str,
    key: &str,
    value: &[u8],
    generation: Option<u64>,
    keep: Duration,
    wait: Duration,
) -> Result<(), Trouble> {
    use fastly_sys::InsertConfigOptions as Mask;
    let content = body::of(value)?;
    let time_to_live_sec = u32::try_from(keep.as_secs()).unwrap_or(u32::MAX);
    let mut config = fastly_sys::InsertConfig { time_to_live_sec, ..Default::default() };
    let mut mask = Mask::TIME_TO_LIVE_SEC;
    match generation {
        Some(generation) => {
            config.if_generation_match = generation;
            mask |= Mask::IF_GENERATION_MATCH;
        }
        None => config.mode = fastly_sys::InsertMode::Add,
    }
    let (mut handle, mut pending, mut error) = (u32::MAX, u32::MAX, 0u32);
    // SAFETY: name, key, options and places live as long as the calls.
    unsafe {
        done(sys::open(store.as_ptr(), store.len(), &mut handle)).map_err(|_| Trouble::NoStore)?;
        done(sys::insert_v2(handle, key.as_ptr(), key.len(), content, mask, &config, &mut pending))?;
    }
    wait_for(pending, wait)?;
    // SAFETY: the place lives as long as the call. The host writes a number where the SDK has an enum of that size.
    done(unsafe { sys::pending_insert_wait_v2(pending, (&raw mut error).cast::<sys::KvError>()) })?;
    if error == OK { Ok(()) } else { Err(Trouble::Said(error)) }
}

/// Keys that start with `prefix`, `most` of them at most. New ones may be missing for a while.
pub(crate) fn list(store: &str, prefix: &str, most: u32, wait: Duration) -> Result<Vec<String>, Trouble> {
    use fastly_sys::ListConfigOptions as Mask;
    let config = fastly_sys::ListConfig {
        mode: fastly_sys::ListModeInternal::Eventual,
        limit: most,
        prefix: prefix.as_ptr(),
        prefix_len: u32::try_from(prefix.len()).unwrap_or(0),
        ..fastly_sys::ListConfig::default()
    };
    let (mut handle, mut pending, mut content, mut error) = (u32::MAX, u32::MAX, u32::MAX, 0u32);
    // SAFETY: names, options and places live as long as the calls.
    unsafe {
        done(sys::open(store.as_ptr(), store.len(), &mut handle)).map_err(|_| Trouble::NoStore)?;
        done(sys::list_v2(handle, Mask::LIMIT | Mask::PREFIX, &config, &mut pending))?;
    }
    wait_for(pending, wait)?;
    // SAFETY: as above.
    done(unsafe { sys::pending_list_wait_v2(pending, &mut content, (&raw mut error).cast::<sys::KvError>()) })?;
    if error != OK {
        return Err(Trouble::Said(error));
    }
    let text = body::read(content, LISTED)?.ok_or(Trouble::Long(LISTED))?;
    // What cannot be read names nothing.
    Ok(serde_json::from_slice::<Listed>(&text).map(|listed| listed.data).unwrap_or_default())
}

/// A list as the host writes it.
#[derive(serde::Deserialize)]
struct Listed {
    data: Vec<String>,
}

/// Bytes of a list: 256 of the longest keys.
const LISTED: usize = 512 << 10;

fn wait_for(pending: u32, wait: Duration) -> Result<(), Trouble> {
    let milliseconds = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX).max(1);
    let mut ready = 0;
    // SAFETY: one handle is passed, and the place lives as long as the call.
    let status = unsafe { io::select(&pending, 1, milliseconds, &mut ready) };
    // Where the host cannot wait so, it waits without an end afterwards.
    if status.is_ok() && ready != 0 { Err(Trouble::Late(wait)) } else { Ok(()) }
}

/// No entry has more beside its value.
const METADATA: usize = 2048;
