//! The operator's program, as a library for its tests and for the conformance suite.
