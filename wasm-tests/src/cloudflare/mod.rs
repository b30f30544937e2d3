//! The Cloudflare adapter in a real workerd, Cloudflare's Workers runtime.

mod find;
pub mod kv;
mod module;
mod process;
pub mod wire;

pub use find::binary;
pub use module::{Build, built, files};
pub use process::{Options, Workerd};
