//! Bot and API-abuse detection as one straight line: facts in, verdict out.
//!
//! ```text
//! facts -> request -> fingerprint -> signals -> score -> policy -> action
//!                         |             ^                            |
//!                         +--> state ---+        <-- settle ---------+
//!                                ^
//!                                +--- snapshots --- sync --- other nodes
//! ```
//!
//! Each stage takes what the stages before it made, and nothing flows upward; a check in CI fails the build otherwise. The
//! core reads no clock, no randomness and no environment: the same facts, bundle and time give the same verdict, bit for
//! bit, on every host.
#![no_std]

extern crate alloc;

pub mod facts;
pub mod request;
pub mod fingerprint;
pub mod state;
pub mod sync;
pub mod signals;
pub mod score;
pub mod policy;
pub mod action;
pub mod engine;

mod bytes;
mod order;
mod scan;
mod words;
pub mod keys;
pub mod limits;
