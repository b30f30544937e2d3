//! Builds bundles from policy sources and data tables.
//!
//! A *source* is one file of JSON with comments: settings, weights, rules with [conditions in CEL](cel), and the paths of
//! the data files it uses, relative to its own folder. [`build`] reads them all, lowers the conditions, flattens the network
//! lists into one table, checks everything, and writes the two lines of a bundle. The same files give the same bytes.
//!
//! ```no_run
//! let built = policy_compiler::build("policies/default.json".as_ref()).unwrap_or_else(|problems| panic!("{problems}"));
//! println!("{}", built.report);
//! std::fs::write("policies/bundles/default.json", &built.bytes).unwrap();
//! ```

pub mod cel;
mod claims;
mod code;
mod compile;
mod defaults;
mod diagnostic;
mod flatten;
pub mod lint;
mod locate;
mod names;
mod networks;
mod report;
mod schema;
mod source;
mod timing;

use std::path::Path;

pub use code::Code;
pub use diagnostic::{Diagnostic, Diagnostics};
pub use flatten::{Flat, flatten};
pub use locate::locate;
pub use report::Report;
pub use schema::schema;
pub use source::{AllowRule, Rule, Source, without_comments};
pub use timing::{Day, Window};

/// A finished bundle.
#[derive(Debug)]
pub struct Built {
    /// The two lines.
    pub bytes: Vec<u8>,
    /// What went into it.
    pub report: Report,
}

/// Builds the bundle that the source file describes.
///
/// # Errors
///
/// Everything that is wrong with the source and its data files at once, each with its code, place and remedy.
pub fn build(source: &Path) -> Result<Built, Diagnostics> {
    compile::build(source)
}
