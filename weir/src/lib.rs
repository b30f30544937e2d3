//! The operator's program, as a library for its tests and for the conformance suite.
//!
//! [`input`] opens files, [`trace`] reads and writes requests as JSON Lines.

pub mod input;
pub mod trace;
