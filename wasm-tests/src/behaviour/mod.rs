//! Behaviour measured: sessions and logs played through the line with memory, and counts.
//!
//! The data sets are not in the repository: `WEIR_DATA` names the folder that holds them.

mod iliou;
mod logs;
mod player;

pub use iliou::{Iliou, Measure, Score, Session};
pub use logs::{LogClient, log_clients, recorded_clients};
pub use player::{Played, Player};
