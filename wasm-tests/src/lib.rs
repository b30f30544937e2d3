//! Hosts that run the built adapters, behind one builder.
