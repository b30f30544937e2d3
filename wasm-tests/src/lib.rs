//! Hosts that run the built adapters, behind one builder each: a hermetic one for what a host may do, a real one for what it does.
//! [`evidence`] and [`templates`] measure what detection and discovery are worth.

pub mod behaviour;
pub mod bundles;
pub mod campaign;
pub mod client;
pub mod cloudflare;
pub mod envoy;
pub mod evidence;
pub mod fastly;
pub mod host;
pub mod module;
pub mod origin;
pub mod recorded;
pub mod sidecar;
pub mod templates;
