//! Evidence about where the request came from.

pub mod crawler_impostor;
pub mod crawler_unverifiable;
pub mod crawler_verified;
pub mod network_hosting;
pub mod network_proxy;
pub mod network_reputation;
pub mod network_tor;
pub mod network_vpn;

mod networks;
mod origin;
mod ranges;
#[cfg(any(test, feature = "vectors"))]
pub mod sample;

pub use networks::{NetworkKind, NetworkList, Networks};
pub use origin::{CrawlerProof, Origin};
pub(crate) use ranges::Decoding;
pub use ranges::{RangeError, RangeTable, wire};
