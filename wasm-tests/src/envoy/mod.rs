//! A real Envoy as a test's own child: ports chosen by the system, files in a directory of its own, ended with the test.

mod config;
mod find;
mod process;

pub use config::{CAPABILITIES, Config, Route, filter, write_discovered};
pub use find::binary;
pub use process::{Envoy, directory, validate, validate_file, write_certificate};
