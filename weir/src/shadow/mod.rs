//! What a candidate bundle would have done otherwise: reports of hosts read and put together, and shown to people.

mod interval;
mod lines;
mod merge;
mod read;
mod render;

pub use interval::interval;
pub use merge::merge;
pub use read::{is_log, is_url, read, read_of, rollout};
pub use render::{table, to_json};
