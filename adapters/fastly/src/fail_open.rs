//! What a panic costs: the verdict on one request, which passes.
//!
//! Nothing can be caught in this wasm, but the panic hook runs before the end: it forwards the request that was being
//! judged and ends the sandbox in good order. What no hook sees (a stack overflow, memory that is used up, the host's CPU limit)
//! costs the request an error page of the host's.

use core::sync::atomic::{AtomicU32, Ordering::Relaxed};
use std::sync::OnceLock;

use filter_core::action::is_own_header;

use crate::hostcalls::request::Request;
use crate::hostcalls::response::Response;
use crate::hostcalls::{Arena, items};
use crate::log;

/// Handles of what the client still waits for.
struct Waiting {
    head: AtomicU32,
    body: AtomicU32,
    /// 0: nothing; 1: a request that nobody has seen; 2: an answer that nobody has sent.
    what: AtomicU32,
}

static WAITING: Waiting =
    Waiting { head: AtomicU32::new(u32::MAX), body: AtomicU32::new(u32::MAX), what: AtomicU32::new(0) };

static BACKEND: OnceLock<String> = OnceLock::new();

/// The backend for requests that nobody judged.
pub(crate) fn use_backend(name: &str) {
    let _ = BACKEND.set(name.to_owned());
}

/// From here on the client waits for `request` to go on.
pub(crate) fn waits_for_request(request: Request) {
    set(request.head, request.body, 1);
}

/// From here on the client waits for `response` to be sent.
pub(crate) fn waits_for_response(response: Response) {
    set(response.head, response.body, 2);
}

/// The client has what it waited for.
pub(crate) fn is_served() {
    set(u32::MAX, u32::MAX, 0);
}

fn set(head: u32, body: u32, what: u32) {
    WAITING.head.store(head, Relaxed);
    WAITING.body.store(body, Relaxed);
    WAITING.what.store(what, Relaxed);
}

/// Sets the hook.
pub(crate) fn install() {
    std::panic::set_hook(Box::new(|info| {
        let (head, body) = (WAITING.head.load(Relaxed), WAITING.body.load(Relaxed));
        let what = WAITING.what.swap(0, Relaxed);
        match what {
            1 => {
                pass(Request { head, body });
            }
            2 => {
                let _ = Response { head, body }.send();
            }
            _ => {}
        }
        log::say(&format!("panic: {info}"));
        crate::trial::panicked();
        std::process::exit(0);
    }));
}

/// Forwards a request that nobody judged, without headers that only Weir may send.
pub(crate) fn pass(request: Request) {
    let mut arena = Arena::default();
    if let Ok(names) = request.names(&mut arena) {
        let names: Vec<_> = items(&arena, names).collect();
        for name in names.iter().map(|name| arena.get(name)).filter(|name| is_own_header(name)) {
            let _ = request.remove_header(name);
        }
    }
    let _ = request.use_http_1();
    let _ = request.pass_cache();
    let backend = BACKEND.get().map_or(crate::config::BACKEND, String::as_str);
    match request.send(backend) {
        Ok(response) => {
            let _ = response.send();
        }
        Err(_) => crate::forward::answer_for_origin(false),
    }
}
