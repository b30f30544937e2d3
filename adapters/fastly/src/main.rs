//! Weir on Fastly Compute: facts in, action out.
//!
//! ```text
//! host calls -> facts -> core -> act -> backend -> settle -> records written back
//! ```
//!
//! A sandbox serves one request after the other while the host keeps it. What is remembered lies in the cache of the point of
//! presence ([`records`], [`cells`]); the bundle comes from a KV Store by way of that cache ([`store`]),
//! and so does what other points of presence saw ([`share`]). A panic costs the request its verdict
//! and nothing more ([`fail_open`]); no store error reaches a client.

mod hostcalls;
mod clock;
mod log;
mod config;
mod facts;
mod store;
mod records;
mod cells;
mod share;
mod trial;
mod tarpit;
mod act;
mod forward;
mod fail_open;
mod serve;

fn main() {
    fastly::init();
    fail_open::install();
    serve::run();
}
