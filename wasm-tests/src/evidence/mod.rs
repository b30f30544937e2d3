//! Detection measured on real traffic: data sets as trace requests, the line run over them, and counts.
//!
//! The data sets are not in the repository: `WEIR_DATA` names the folder that holds them.

pub mod corpus;
mod figures;
mod judge;
mod page;
mod tally;

pub use figures::{Figures, Kind, Row, Share, kinds};
pub use judge::{DEFAULT_BUNDLE, Judge, Judged};
pub use page::{Page, render};
pub use tally::{Tallies, Tally};
