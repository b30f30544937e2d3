//! The core cache of this point of presence: fast, lossy, shared by all sandboxes of the service there.

use core::ops::Range;
use core::time::Duration;

use fastly_sys::fastly_cache as sys;
use fastly_sys::fastly_http_body as body;

use super::{Answer, Arena, Refusal, done};

/// A look-up under way. The host may still be at it.
#[derive(Debug)]
pub(crate) struct Lookup(u32);

impl Lookup {
    /// Begins to look for `key`, and does not wait.
    pub(crate) fn start(key: &[u8]) -> Answer<Self> {
        let mut handle = u32::MAX;
        let options = sys::CacheLookupOptions { request_headers: 0, service: core::ptr::null(), service_len: 0 };
        // SAFETY: key and places live as long as the call; no option is set.
        let status = unsafe {
            sys::lookup(key.as_ptr(), key.len(), sys::CacheLookupOptionsMask::empty(), &options, &mut handle)
        };
        done(status).map(|()| Lookup(handle))
    }

    /// Whether there is something that may be used.
    fn is_usable(&self) -> Answer<bool> {
        let mut state = sys::CacheLookupState::empty();
        // SAFETY: the place lives as long as the call.
        done(unsafe { sys::get_state(self.0, &mut state) })?;
        Ok(state.contains(sys::CacheLookupState::USABLE))
    }

    /// The small value kept beside the body.
    pub(crate) fn metadata(&self, to: &mut Arena) -> Answer<Option<Range<usize>>> {
        if !self.is_usable()? {
            return Ok(None);
        }
        // SAFETY: the host writes into the room that the arena offers.
        to.fill(|at, room, written| unsafe { sys::get_user_metadata(self.0, at, room, written) }).map(Some)
    }

    /// The body, at most `most` bytes of it.
    pub(crate) fn content(&self, most: usize) -> Answer<Option<Vec<u8>>> {
        if !self.is_usable()? {
            return Ok(None);
        }
        let mut handle = u32::MAX;
        let options = sys::CacheGetBodyOptions { from: 0, to: 0 };
        // SAFETY: the places live as long as the call; no option is set.
        done(unsafe { sys::get_body(self.0, sys::CacheGetBodyOptionsMask::empty(), &options, &mut handle) })?;
        super::body::read(handle, most)
    }
}

impl Drop for Lookup {
    fn drop(&mut self) {
        // SAFETY: the handle is ours. A refusal would mean that the host has closed it.
        let _ = unsafe { sys::close(self.0) };
    }
}

/// Puts a value there, for at most so long.
pub(crate) fn insert(key: &[u8], metadata: &[u8], content: &[u8], keep: Duration) -> Answer<()> {
    use sys::CacheWriteOptionsMask as Mask;
    let options = sys::CacheWriteOptions {
        max_age_ns: u64::try_from(keep.as_nanos()).unwrap_or(u64::MAX),
        request_headers: 0,
        vary_rule_ptr: core::ptr::null(),
        vary_rule_len: 0,
        initial_age_ns: 0,
        stale_while_revalidate_ns: 0,
        surrogate_keys_ptr: core::ptr::null(),
        surrogate_keys_len: 0,
        length: u64::try_from(content.len()).map_err(|_| Refusal(fastly_shared::FastlyStatus::INVAL.code))?,
        user_metadata_ptr: metadata.as_ptr(),
        user_metadata_len: metadata.len(),
        edge_max_age_ns: 0,
        service: core::ptr::null(),
        service_len: 0,
    };
    let mut handle = u32::MAX;
    // SAFETY: key, options and what they point to live as long as the call.
    let status =
        unsafe { sys::insert(key.as_ptr(), key.len(), Mask::USER_METADATA | Mask::LENGTH, &options, &mut handle) };
    done(status)?;
    let mut rest = content;
    while !rest.is_empty() {
        let mut written = 0usize;
        // SAFETY: the rest lives as long as the call.
        let status =
            unsafe { body::write(handle, rest.as_ptr(), rest.len(), fastly_shared::BodyWriteEnd::Back, &mut written) };
        done(status)?;
        rest = rest.get(written.max(1)..).unwrap_or_default();
    }
    // SAFETY: the handle is the one that the host just gave.
    done(unsafe { body::close(handle) })
}
