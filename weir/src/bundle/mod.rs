//! Bundles at the desk: signed, looked into, compared, and brought to where hosts fetch them.

mod keys;
mod seal;

pub use keys::{KeyError, SigningKey, read_public};
pub use seal::{Lines, SealError, Terms, seal};
