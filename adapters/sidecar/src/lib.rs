//! Weir as a native reverse proxy, for those without a CDN: facts in, action out.
//!
//! ```text
//! socket -> PROXY protocol -> TLS (JA4) -> tap (order, case, HTTP/2) -> hyper -> facts -> core -> act -> origin -> settle
//! ```
//!
//! hyper speaks HTTP. What it does not tell of a client is taken from the bytes before it: the ClientHello before the
//! handshake ([`tls`]), and each request's head from the decrypted stream ([`tap`]). [`proxy::Proxy`] judges and passes on,
//! [`server::Server`] listens and drains; `weir up` puts them together.
//!
//! # Untrusted input
//! Everything a client sends is bounded: heads by 64 KiB, hellos by 32 KiB, streams, connections and times by
//! [`connection::Limits`]. Bodies pass frame by frame. A panic in the decision costs that request its verdict; it passes.

mod act;
mod admin;
pub mod body;
pub mod candidate;
mod client;
mod clock;
pub mod connection;
pub mod events;
pub mod facts;
pub mod demo;
mod forward;
pub mod hub;
pub mod metrics;
pub mod origin;
pub mod proxy;
pub mod proxy_protocol;
pub mod reload;
pub mod run;
pub mod server;
mod settle;
pub mod share;
pub mod store;
mod stream;
pub mod tap;
pub mod tarpit;
pub mod tls;
mod tunnel;
