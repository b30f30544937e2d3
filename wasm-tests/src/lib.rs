//! Hosts that run the built adapters, behind one builder.

pub mod evidence;
