//! Weir on Cloudflare Workers: facts in, action out.
//!
//! ```text
//! entry.mjs -> facts -> core -> act -> origin -> settle
//!                              `-> candidate
//! ```
//!
//! An isolate serves many requests at once, on one thread, and keeps what it knows until the host ends it. A request is judged in
//! one call that waits for nothing; whatever waits (for the origin, a held request's time) waits in `entry.mjs`, so that a trap
//! here costs one request its verdict and the isolate its memory, and nobody an answer. Only a bundle is waited for here
//! ([`store`]), with a timer beside it.
#![allow(unreachable_pub, reason = "JavaScript reaches what is exported from private modules")]

mod clock;
mod log;
mod config;
mod facts;
mod store;
mod trial;
mod due;
mod tarpit;
mod act;
mod forward;
mod serve;
mod share;
