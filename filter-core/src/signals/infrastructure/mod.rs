//! Evidence about where the request came from.

mod networks;
mod origin;
mod ranges;

pub use networks::{NetworkKind, NetworkList, Networks};
pub use origin::{CrawlerProof, Origin};
pub use ranges::{RangeError, RangeTable, wire};
