//! KV Stores: a look-up that waits for so long and no longer.
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

/// The value of `key`, at most `most` bytes. What comes after `wait` is lost.
pub(crate) fn lookup(store: &str, key: &str, most: usize, wait: Duration) -> Result<Vec<u8>, Trouble> {
    let (mut handle, mut pending) = (u32::MAX, u32::MAX);
    // SAFETY: name, key and places live as long as the calls; no option is set.
    unsafe {
        done(sys::open(store.as_ptr(), store.len(), &mut handle)).map_err(|_| Trouble::NoStore)?;
        let config = fastly_sys::LookupConfig::default();
        let options = fastly_sys::LookupConfigOptions::empty();
        done(sys::lookup_v2(handle, key.as_ptr(), key.len(), options, &config, &mut pending))?;
    }
    let milliseconds = u32::try_from(wait.as_millis()).unwrap_or(u32::MAX).max(1);
    let mut ready = 0;
    // SAFETY: one handle is passed, and the place lives as long as the call.
    let status = unsafe { io::select(&pending, 1, milliseconds, &mut ready) };
    // Where the host cannot wait so, it waits without an end below.
    if status.is_ok() && ready != 0 {
        return Err(Trouble::Late(wait));
    }
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
    body::read(content, most)?.ok_or(Trouble::Long(most))
}

/// No entry has more beside its value.
const METADATA: usize = 2048;
