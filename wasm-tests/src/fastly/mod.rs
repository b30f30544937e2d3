//! The Fastly adapter in a real Viceroy, Fastly's local Compute.

pub mod cache;
mod find;
mod module;
mod process;
pub mod seam;

pub use find::binary;
pub use module::{Build, built};
pub use process::{Options, Viceroy};
