//! Bundles at the desk: signed, looked into, compared, and brought to where hosts fetch them.

mod diff;
mod door;
mod held;
mod inspect;
mod keys;
mod pack;
mod seal;
mod verdicts;

pub use diff::{Change, diff};
pub use door::{OpenError, Opened, open, open_file, text};
pub use inspect::{Inspection, RuleLine, inspect};
pub use keys::{KeyError, SigningKey, read_public};
pub use pack::{NotVouched, pack};
pub use seal::{Lines, SealError, Terms, seal};
pub use verdicts::{Move, Verdicts, compare};
