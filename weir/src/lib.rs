//! The operator's program, as a library for its tests and for the conformance suite.
//!
//! [`input`] opens files, [`trace`] reads and writes requests as JSON Lines, [`host`] says what each host sees of them,
//! [`source`] reads access logs.

pub mod input;
pub mod trace;
pub mod host;
pub mod source;
