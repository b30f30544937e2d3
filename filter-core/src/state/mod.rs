//! Memory beside the line: what is kept between requests, bounded by construction.
//!
//! A request touches at most eight *records*, each under a 64-bit keyed hash: [`Client`] and [`ClientDetail`], [`Address`],
//! [`Network`], [`Tool`], [`Account`], [`Endpoint`], [`Site`]. A record has a fixed size and a fixed byte form; any bytes
//! are a record. Hosts lend the records ([`Records`]), the engine counts the request in them, and signals read them
//! ([`Memory`]). Without records nothing is remembered, and a verdict is about the request alone.
//!
//! Times are milliseconds since the epoch and may run backwards: then no time has passed.

#[macro_use]
mod merge;
#[macro_use]
mod form;
mod account;
mod address;
mod cells;
mod client;
mod client_detail;
mod course;
mod endpoint;
pub mod endpoints;
mod keys;
mod limits;
mod logins;
mod network;
mod others;
mod records;
mod site;
pub mod sketches;
mod statuses;
mod table;
mod tables;
mod visit;
#[cfg(test)]
mod tests;
mod tool;
mod usual;

pub use account::{Account, Alarm};
pub use address::Address;
pub use cells::Cells;
pub use client::Client;
pub use client_detail::ClientDetail;
pub use course::{Branch, Course, Move, Pace};
pub use endpoint::Endpoint;
pub use form::FORM;
pub(crate) use keys::Naming;
pub use keys::{RecordKeys, Touched, Vouched};
pub use limits::Limits;
pub use logins::{LoginResult, Logins, Tally, Trials};
pub use network::Network;
pub use others::Beside;
pub use records::{Memory, Records};
pub use site::Site;
pub use statuses::{StatusClass, Statuses};
pub(crate) use tables::Kind;
pub use tables::Tables;
pub use tool::Tool;
pub use usual::Usual;
pub use visit::{Act, Shown, Visit};
