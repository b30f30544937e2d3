//! Links `filter-core` without std and calls the whole line once.
#![no_std]

extern crate alloc;

use core::alloc::{GlobalAlloc, Layout};

use filter_core::engine::Engine;
use filter_core::facts::Facts;
use filter_core::policy::{Bundle, Settings};

struct NoMemory;

// Never run, only linked: an allocator that has nothing to give is enough.
unsafe impl GlobalAlloc for NoMemory {
    unsafe fn alloc(&self, _: Layout) -> *mut u8 {
        core::ptr::null_mut()
    }
    unsafe fn dealloc(&self, _: *mut u8, _: Layout) {}
}

#[global_allocator]
static ALLOCATOR: NoMemory = NoMemory;

#[panic_handler]
fn panic(_: &core::panic::PanicInfo) -> ! {
    loop {}
}

/// Exported, so that the linker must keep the line: settings and bundle read, a request judged, its event written.
#[unsafe(no_mangle)]
pub extern "C" fn gate(now: u64) -> usize {
    let Ok(settings) = Settings::parse(b"{}") else { return 0 };
    let Ok(bundle) = Bundle::parse(b"{}") else { return 0 };
    let Ok(engine) = Engine::new(bundle, &settings) else { return 0 };
    let facts = Facts { method: b"GET", authority: b"shop.example", path: b"/", ..Facts::default() };
    engine.judge(&facts, now).event("gate").len()
}
