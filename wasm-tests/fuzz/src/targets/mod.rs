//! The targets, in the order of flow; the desk's and the adapters' after the core's.

mod activation;
mod address;
mod bundle;
mod check;
mod claim;
mod client_hello;
mod decide;
mod endpoints;
mod envoy;
mod fuse;
mod hints;
mod ja4;
mod log;
mod names_find;
mod path;
mod proxy_protocol;
mod range_table;
mod receipt;
mod settings;
mod single;
mod snapshot;
mod tag;
mod tap;
mod trace;

/// One decoder, or the whole line.
pub struct Target {
    /// What it is called.
    pub name: &'static str,
    /// Panics where a law is broken.
    pub check: fn(&[u8]),
    /// Inputs to start from.
    pub seeds: fn() -> Vec<Vec<u8>>,
    /// Mutations that the test tries; those of slow targets are fewer.
    pub rounds: u32,
}

/// All of them.
pub const TARGETS: [Target; 25] = [
    address::TARGET,
    path::TARGET,
    claim::TARGET,
    hints::TARGET,
    ja4::TARGET,
    names_find::TARGET,
    range_table::TARGET,
    fuse::TARGET,
    bundle::TARGET,
    activation::TARGET,
    settings::TARGET,
    decide::TARGET,
    endpoints::TARGET,
    snapshot::TARGET,
    tag::TARGET,
    receipt::TARGET,
    trace::TARGET,
    log::TARGET,
    single::TARGET,
    check::TARGET,
    envoy::TARGET,
    client_hello::TARGET,
    proxy_protocol::TARGET,
    tap::HTTP1,
    tap::HTTP2,
];
