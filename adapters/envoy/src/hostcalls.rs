//! The host calls this filter makes: bytes in, bytes out, every status handled, nothing that can panic.
//!
//! The usual SDK's wrappers panic on a status they do not list, and its string getters on a header byte such as 0xFF; a panic
//! takes the worker's whole VM. A status is kept as the number it came as: reading it into an enum would be undefined for
//! numbers that the enum does not name.
#![allow(unsafe_code, reason = "host calls are foreign functions; all of them are in this file")]

use core::fmt;
use core::ptr::null_mut;

/// What a host answered instead of doing what was asked.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Refusal(u32);

impl Refusal {
    /// The host has the call and did not like its arguments.
    pub(crate) const BAD_ARGUMENT: Refusal = Refusal(2);
}

impl fmt::Display for Refusal {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let name = match self.0 {
            1 => "not found",
            2 => "bad argument",
            3 => "cannot be serialised",
            4 => "cannot be parsed",
            7 => "empty",
            8 => "changed meanwhile",
            10 => "internal failure",
            12 => "not implemented or not allowed",
            other => return write!(f, "status {other}"),
        };
        f.write_str(name)
    }
}

type Answer<T> = Result<T, Refusal>;

/// Log levels of the host's `wasm` logger.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Level {
    Info = 2,
    Warn = 3,
    Error = 4,
}

/// Header maps that are read or written.
#[derive(Clone, Copy)]
pub(crate) enum Map {
    Request = 0,
    RequestTrailers = 1,
    #[cfg(feature = "memory")]
    Response = 2,
    CallResponse = 6,
}

/// Buffers that are read.
#[derive(Clone, Copy)]
pub(crate) enum Buffer {
    CallResponseBody = 4,
    PluginConfiguration = 7,
}

/// Kinds of metrics.
#[derive(Clone, Copy)]
pub(crate) enum MetricKind {
    Counter = 0,
    Gauge = 1,
    Histogram = 2,
}

/// Writes a line to the host's log; what the host thinks of it changes nothing.
pub(crate) fn log(level: Level, line: &str) {
    // SAFETY: the host reads `line.len()` bytes during the call.
    let _ = unsafe { raw::proxy_log(level as u32, line.as_ptr(), line.len()) };
}

/// Whether the host writes lines of `level`; yes where it does not say.
pub(crate) fn logs(level: Level) -> bool {
    let mut active = 0u32;
    // SAFETY: the host writes one u32 during the call.
    let status = unsafe { raw::proxy_get_log_level(&mut active) };
    status != 0 || active <= level as u32
}

/// Nanoseconds since the epoch; 0 where the host does not say.
pub(crate) fn now_nanoseconds() -> u64 {
    let mut now = 0u64;
    // SAFETY: the host writes one u64 during the call.
    let _ = unsafe { raw::proxy_get_current_time_nanoseconds(&mut now) };
    now
}

/// Asks for `on_tick` every so many milliseconds; 0 ends it.
pub(crate) fn set_tick_period(milliseconds: u32) -> Answer<()> {
    // SAFETY: no memory is shared.
    done(unsafe { raw::proxy_set_tick_period_milliseconds(milliseconds) })
}

/// A buffer's bytes, at most `limit`.
pub(crate) fn buffer(buffer: Buffer, limit: usize) -> Answer<Vec<u8>> {
    // SAFETY: see `fetched`.
    fetched(|data, size| unsafe { raw::proxy_get_buffer_bytes(buffer as u32, 0, limit, data, size) })
}

/// A whole header map in wire form; [`crate::pairs::read`] walks it.
pub(crate) fn header_map(map: Map) -> Answer<Vec<u8>> {
    // SAFETY: see `fetched`.
    fetched(|data, size| unsafe { raw::proxy_get_header_map_pairs(map as u32, data, size) })
}

/// Removes every line of a header.
pub(crate) fn remove_header(map: Map, name: &[u8]) -> Answer<()> {
    // SAFETY: the host reads `name` during the call.
    done(unsafe { raw::proxy_remove_header_map_value(map as u32, name.as_ptr(), name.len()) })
}

/// Sets a request header, in place of any lines there are.
pub(crate) fn set_request_header(name: &[u8], value: &[u8]) -> Answer<()> {
    let map = Map::Request as u32;
    // SAFETY: the host reads `name` and `value` during the call.
    done(unsafe { raw::proxy_replace_header_map_value(map, name.as_ptr(), name.len(), value.as_ptr(), value.len()) })
}

/// A property by its path; parts are separated by NUL.
pub(crate) fn property(path: &[u8]) -> Answer<Vec<u8>> {
    // SAFETY: the host reads `path` during the call; for the rest see `fetched`.
    fetched(|data, size| unsafe { raw::proxy_get_property(path.as_ptr(), path.len(), data, size) })
}

/// Sets a property, which access logs can print as filter state `wasm.<path>`.
pub(crate) fn set_property(path: &[u8], value: &[u8]) -> Answer<()> {
    // SAFETY: the host reads `path` and `value` during the call.
    done(unsafe { raw::proxy_set_property(path.as_ptr(), path.len(), value.as_ptr(), value.len()) })
}

/// A value that all workers share, and its version.
pub(crate) fn shared_data(key: &[u8]) -> Answer<(Vec<u8>, u32)> {
    let mut version = 0u32;
    // SAFETY: the host reads `key` and writes `version` during the call; for the rest see `fetched`.
    let value =
        fetched(|data, size| unsafe { raw::proxy_get_shared_data(key.as_ptr(), key.len(), data, size, &mut version) })?;
    Ok((value, version))
}

/// Sets a value that all workers share, if it is still of this `version`; 0: whatever is there. Keys are never freed: use a
/// fixed few.
pub(crate) fn set_shared_data(key: &[u8], value: &[u8], version: u32) -> Answer<()> {
    // SAFETY: the host reads `key` and `value` during the call.
    done(unsafe { raw::proxy_set_shared_data(key.as_ptr(), key.len(), value.as_ptr(), value.len(), version) })
}

/// Answers the request here. `headers` is in wire form; `grpc_status` says how gRPC clients are told.
pub(crate) fn reply(status: u32, details: &[u8], headers: &[u8], body: &[u8], grpc_status: Option<u32>) -> Answer<()> {
    let grpc_status = grpc_status.and_then(|status| i32::try_from(status).ok()).unwrap_or(-1);
    // SAFETY: the host reads the four slices during the call.
    done(unsafe {
        raw::proxy_send_local_response(
            status,
            details.as_ptr(),
            details.len(),
            body.as_ptr(),
            body.len(),
            headers.as_ptr(),
            headers.len(),
            grpc_status,
        )
    })
}

/// Finds or makes a metric; the same name is the same metric in every VM.
pub(crate) fn define_metric(kind: MetricKind, name: &str) -> Answer<u32> {
    let mut id = 0u32;
    // SAFETY: the host reads `name` and writes `id` during the call.
    done(unsafe { raw::proxy_define_metric(kind as u32, name.as_ptr(), name.len(), &mut id) })?;
    Ok(id)
}

/// Makes the request of this context the one that calls are about; not where it is gone.
pub(crate) fn set_effective_context(id: u32) -> Answer<()> {
    // SAFETY: no memory is shared.
    done(unsafe { raw::proxy_set_effective_context(id) })
}

/// Lets a request go on that was held.
pub(crate) fn resume_request() -> Answer<()> {
    // SAFETY: no memory is shared.
    done(unsafe { raw::proxy_continue_stream(0) })
}

/// Has the route chosen again, by the headers as they are now.
pub(crate) fn clear_route_cache() -> Answer<()> {
    let name = b"clear_route_cache";
    // SAFETY: the host reads `name` during the call; for the rest see `fetched`.
    fetched(|data, size| unsafe {
        raw::proxy_call_foreign_function(name.as_ptr(), name.len(), [].as_ptr(), 0, data, size)
    })
    .map(|_| ())
}

/// Adds to a counter.
pub(crate) fn increment_metric(id: u32, by: i64) {
    // SAFETY: no memory is shared.
    let _ = unsafe { raw::proxy_increment_metric(id, by) };
}

/// Sets a gauge, or adds a value to a histogram.
pub(crate) fn record_metric(id: u32, value: u64) {
    // SAFETY: no memory is shared.
    let _ = unsafe { raw::proxy_record_metric(id, value) };
}

/// Asks a cluster; the answer comes to `proxy_on_http_call_response`. `headers` is in wire form.
pub(crate) fn http_call(cluster: &[u8], headers: &[u8], timeout_ms: u32) -> Answer<()> {
    let (mut token, nothing) = (0u32, [].as_ptr());
    // SAFETY: the host reads the slices and writes `token` during the call.
    done(unsafe {
        raw::proxy_http_call(
            cluster.as_ptr(),
            cluster.len(),
            headers.as_ptr(),
            headers.len(),
            nothing,
            0,
            nothing,
            0,
            timeout_ms,
            &mut token,
        )
    })
}

/// Whether HTTP calls can be made at all: asks a cluster that cannot be there.
pub(crate) fn may_call_out() -> bool {
    http_call(b"", b"", 1) == Err(Refusal::BAD_ARGUMENT)
}

fn done(status: u32) -> Answer<()> {
    if status == 0 { Ok(()) } else { Err(Refusal(status)) }
}

/// Runs a call that hands over bytes. The host gets their memory from `proxy_on_memory_allocate`, which makes it as a boxed
/// slice of exactly `size` bytes by this module's own allocator; from here on they are ours to free.
fn fetched(call: impl FnOnce(*mut *mut u8, *mut usize) -> u32) -> Answer<Vec<u8>> {
    let (mut data, mut size) = (null_mut::<u8>(), 0usize);
    done(call(&mut data, &mut size))?;
    if data.is_null() || size == 0 {
        return Ok(Vec::new());
    }
    // SAFETY: allocated as said above, given away by the host, freed nowhere else.
    Ok(unsafe { Vec::from_raw_parts(data, size, size) })
}

mod raw {
    #[link(wasm_import_module = "env")]
    unsafe extern "C" {
        pub(super) fn proxy_log(level: u32, line: *const u8, size: usize) -> u32;
        pub(super) fn proxy_get_log_level(level: *mut u32) -> u32;
        pub(super) fn proxy_get_current_time_nanoseconds(now: *mut u64) -> u32;
        pub(super) fn proxy_set_tick_period_milliseconds(period: u32) -> u32;
        pub(super) fn proxy_get_buffer_bytes(
            buffer: u32,
            start: usize,
            limit: usize,
            data: *mut *mut u8,
            size: *mut usize,
        ) -> u32;
        pub(super) fn proxy_get_header_map_pairs(map: u32, data: *mut *mut u8, size: *mut usize) -> u32;
        pub(super) fn proxy_remove_header_map_value(map: u32, name: *const u8, name_size: usize) -> u32;
        pub(super) fn proxy_replace_header_map_value(
            map: u32,
            name: *const u8,
            name_size: usize,
            value: *const u8,
            value_size: usize,
        ) -> u32;
        pub(super) fn proxy_get_property(
            path: *const u8,
            path_size: usize,
            data: *mut *mut u8,
            size: *mut usize,
        ) -> u32;
        pub(super) fn proxy_set_property(path: *const u8, path_size: usize, value: *const u8, value_size: usize)
        -> u32;
        pub(super) fn proxy_get_shared_data(
            key: *const u8,
            key_size: usize,
            data: *mut *mut u8,
            size: *mut usize,
            version: *mut u32,
        ) -> u32;
        pub(super) fn proxy_set_shared_data(
            key: *const u8,
            key_size: usize,
            value: *const u8,
            value_size: usize,
            version: u32,
        ) -> u32;
        pub(super) fn proxy_send_local_response(
            status: u32,
            details: *const u8,
            details_size: usize,
            body: *const u8,
            body_size: usize,
            headers: *const u8,
            headers_size: usize,
            grpc_status: i32,
        ) -> u32;
        pub(super) fn proxy_define_metric(kind: u32, name: *const u8, name_size: usize, id: *mut u32) -> u32;
        pub(super) fn proxy_set_effective_context(id: u32) -> u32;
        pub(super) fn proxy_continue_stream(stream: u32) -> u32;
        pub(super) fn proxy_call_foreign_function(
            name: *const u8,
            name_size: usize,
            arguments: *const u8,
            arguments_size: usize,
            data: *mut *mut u8,
            size: *mut usize,
        ) -> u32;
        pub(super) fn proxy_increment_metric(id: u32, by: i64) -> u32;
        pub(super) fn proxy_record_metric(id: u32, value: u64) -> u32;
        pub(super) fn proxy_http_call(
            cluster: *const u8,
            cluster_size: usize,
            headers: *const u8,
            headers_size: usize,
            body: *const u8,
            body_size: usize,
            trailers: *const u8,
            trailers_size: usize,
            timeout: u32,
            token: *mut u32,
        ) -> u32;
    }
}
