//! The callbacks of the proxy-wasm ABI 0.2.1 that Envoy calls here, and no others: each one that a module exports is called
//! for each request, and going into the VM costs more than what most would do there.
//!
//! Nothing is made or dropped for a request. The usual SDK makes a context for each and exports every callback of the ABI: 2,700
//! instructions a request, and 38 KB. Roots are kept by number; one that is gone is found by asking the host, since the callback
//! that tells would be called for every request too.
#![allow(unsafe_code, reason = "the ABI's entry points; all of them are in this file")]

use std::alloc::{Layout, alloc, handle_alloc_error};
use std::cell::RefCell;
#[cfg(feature = "memory")]
use std::collections::BTreeMap;
use std::rc::Rc;

#[cfg(feature = "memory")]
use crate::Due;
use crate::facts::RequestBytes;
use crate::hostcalls::{self, Refusal};
use crate::{Root, act, unjudged};

/// What a callback answers about the request's headers, body or trailers.
const CONTINUE: u32 = 0;
const PAUSE: u32 = 1;

/// Requests of a VM with several roots whose headers have not come yet; one beyond pushes the first out.
const WAITING: usize = 1024;
/// Requests whose answer is waited for; one beyond is not counted by its answer.
#[cfg(feature = "memory")]
const ANSWERS: usize = 65_536;

/// What is known of the contexts of this VM.
#[derive(Default)]
struct Contexts {
    /// The newest last.
    roots: Vec<(u32, Rc<Root>)>,
    /// Requests and their roots, while there is more than one.
    waiting: Vec<(u32, u32)>,
    /// Requests that passed, and what their answers are counted for.
    #[cfg(feature = "memory")]
    answers: BTreeMap<u32, (Rc<Root>, Box<Due>)>,
}

thread_local! {
    static CONTEXTS: RefCell<Contexts> = RefCell::default();
}

impl Contexts {
    fn root(&self, id: u32) -> Option<Rc<Root>> {
        self.roots.iter().find(|(other, _)| *other == id).map(|(_, root)| Rc::clone(root))
    }

    /// The root of a request whose headers came. One that is not noted was begun while there was one root, which is the oldest.
    fn root_of(&mut self, request: u32) -> Option<Rc<Root>> {
        if self.roots.len() > 1
            && let Some(place) = self.waiting.iter().rposition(|(other, _)| *other == request)
        {
            let (_, root) = self.waiting.remove(place);
            if let Some(root) = self.root(root) {
                return Some(root);
            }
        }
        self.roots.first().map(|(_, root)| Rc::clone(root))
    }

    /// Forgets roots that the host does not know any more; never the newest, nor the one that is called.
    fn forget_the_gone(&mut self, current: u32) {
        let newest = self.roots.last().map(|(id, _)| *id);
        self.roots.retain(|(id, _)| {
            *id == current || Some(*id) == newest || hostcalls::set_effective_context(*id) != Err(Refusal::BAD_ARGUMENT)
        });
        let _ = hostcalls::set_effective_context(current);
        if self.roots.len() < 2 {
            self.waiting.clear();
        }
    }
}

/// `None` where a callback is called from within another, which Envoy does not do.
fn with<T>(use_them: impl FnOnce(&mut Contexts) -> T) -> Option<T> {
    CONTEXTS.with(|contexts| contexts.try_borrow_mut().ok().map(|mut contexts| use_them(&mut contexts)))
}

fn root(id: u32) -> Option<Rc<Root>> {
    with(|contexts| contexts.root(id)).flatten()
}

unsafe extern "C" {
    fn __wasm_call_ctors();
}

#[unsafe(no_mangle)]
extern "C" fn _initialize() {
    // SAFETY: the linker makes it; the host calls this once, before anything else.
    unsafe { __wasm_call_ctors() }
}

#[unsafe(no_mangle)]
extern "C" fn proxy_abi_version_0_2_1() {}

/// Memory for bytes that the host hands over; [`hostcalls`] frees them as a vector of exactly this capacity.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_memory_allocate(size: usize) -> *mut u8 {
    let Ok(layout) = Layout::array::<u8>(size.max(1)) else { return core::ptr::null_mut() };
    // SAFETY: the layout has at least one byte.
    let data = unsafe { alloc(layout) };
    if data.is_null() {
        handle_alloc_error(layout);
    }
    data
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_vm_start(_root: u32, _size: usize) -> bool {
    true
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_context_create(context: u32, parent: u32) {
    with(|contexts| {
        // With one root nothing need be known of a request before its headers; a root itself comes with its configuration.
        if parent != 0 && contexts.roots.len() > 1 {
            // Now and then: the old configuration goes once its last request has ended.
            if context.is_multiple_of(64) {
                contexts.forget_the_gone(context);
            }
            if contexts.waiting.len() >= WAITING {
                contexts.waiting.remove(0);
            }
            contexts.waiting.push((context, parent));
        }
    });
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_configure(id: u32, _size: usize) -> bool {
    let root = Rc::<Root>::default();
    let taken = root.configure();
    if taken {
        with(|contexts| {
            contexts.forget_the_gone(id);
            contexts.roots.retain(|(other, _)| *other != id);
            contexts.roots.push((id, root));
        });
    }
    taken
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_tick(id: u32) {
    with(|contexts| {
        if contexts.roots.len() > 1 {
            contexts.forget_the_gone(id);
        }
    });
    if let Some(root) = root(id) {
        root.tick();
    }
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_http_call_response(id: u32, _token: u32, headers: usize, _body: usize, _trailers: usize) {
    if let Some(root) = root(id) {
        root.answered(headers);
    }
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_headers(context: u32, _headers: usize, _is_end: bool) -> u32 {
    let Some(root) = with(|contexts| contexts.root_of(context)).flatten() else {
        unjudged(false, RequestBytes::fetch().as_ref());
        return CONTINUE;
    };
    let (passes, _ticket) = root.request_headers(context);
    #[cfg(feature = "memory")]
    if let Some(ticket) = _ticket {
        with(|contexts| {
            if contexts.answers.len() < ANSWERS {
                contexts.answers.insert(context, (root, Box::new(ticket)));
            }
        });
    }
    if passes { CONTINUE } else { PAUSE }
}

/// Where Envoy stops only the headers of a held request, its body comes here.
#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_body(context: u32, _size: usize, _is_end: bool) -> u32 {
    while_held(context)
}

#[unsafe(no_mangle)]
extern "C" fn proxy_on_request_trailers(context: u32, _count: usize) -> u32 {
    act::remove_trailers();
    // They may not set a held request free.
    while_held(context)
}

/// The request was answered, and both are logged.
#[cfg(feature = "memory")]
#[unsafe(no_mangle)]
extern "C" fn proxy_on_log(context: u32) {
    let waiting = with(|contexts| contexts.answers.remove(&context)).flatten();
    if let Some((root, ticket)) = waiting {
        root.log(&ticket);
    }
}

fn while_held(context: u32) -> u32 {
    let is_held = with(|contexts| contexts.roots.iter().any(|(_, root)| root.held.holds(context)));
    if is_held == Some(true) { PAUSE } else { CONTINUE }
}
