//! Detection measured on real traffic: data sets as trace requests, the line run over them, and counts.
//!
//! The data sets are not in the repository: `WEIR_DATA` names the folder that holds them.

pub mod corpus;
mod judge;
mod tally;

pub use judge::{Judge, Judged};
pub use tally::Tally;
