//! The sandbox itself: the next request, and what was used so far.

use fastly_sys::fastly_compute_runtime as runtime;
use fastly_sys::fastly_http_downstream as sys;

use super::request::Request;
use super::{Answer, done};

/// Waits for another request. Refused where none comes, or where the host wants this sandbox to end.
pub(crate) fn next_request(milliseconds: u64) -> Answer<Request> {
    let options = sys::NextRequestOptions { timeout_ms: milliseconds };
    let mut promise = u32::MAX;
    let mut request = Request { head: u32::MAX, body: u32::MAX };
    // SAFETY: all places live as long as the calls; the second takes the promise from us, whatever it answers.
    unsafe {
        done(sys::next_request(sys::NextRequestOptionsMask::TIMEOUT, &options, &mut promise))?;
        done(sys::next_request_wait(promise, &mut request.head, &mut request.body))?;
    }
    Ok(request)
}

/// Milliseconds of CPU time that this sandbox has used.
pub(crate) fn cpu_milliseconds() -> Answer<u64> {
    let mut used = 0;
    // SAFETY: the place lives as long as the call.
    done(unsafe { runtime::get_vcpu_ms(&mut used) })?;
    Ok(used)
}

/// MiB of memory that this sandbox takes.
pub(crate) fn memory_mib() -> Answer<u32> {
    let mut taken = 0;
    // SAFETY: as above.
    done(unsafe { runtime::get_heap_mib(&mut taken) })?;
    Ok(taken)
}
