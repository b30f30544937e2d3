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
pub mod feed;
mod feed_parts;
mod flatten;
pub mod golden;
pub mod lint;
mod locate;
mod names;
mod networks;
mod report;
pub mod robots;
mod schema;
mod source;
mod timing;
mod words;

use std::collections::BTreeMap;
use std::path::Path;

pub use code::Code;
pub use diagnostic::{Diagnostic, Diagnostics};
pub use flatten::{Flat, flatten, table};
pub use locate::locate;
pub use networks::Age;
pub use report::Report;
pub use schema::schema;
pub use source::{AllowRule, Expect, Rule, Source, Test, TestRequest, without_comments};
pub use timing::{Day, Window};
pub use words::meant;

/// A finished bundle.
#[derive(Debug)]
pub struct Built {
    /// The two lines.
    pub bytes: Vec<u8>,
    /// What went into it.
    pub report: Report,
    /// How old lists and feeds are, by name, where they say when they are stale.
    pub ages: BTreeMap<String, Age>,
}

/// What is done about a source's golden tests.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Tests {
    /// They are run; one that fails is a problem.
    #[default]
    Run,
    /// They go into the bundle as they are: hosts refuse it where one fails.
    Keep,
    /// They are left out.
    LeaveOut,
}

/// Builds the bundle that the source file describes, and runs its golden tests.
///
/// # Errors
///
/// Everything that is wrong with the source and its data files at once, each with its code, place and remedy.
pub fn build(source: &Path) -> Result<Built, Diagnostics> {
    build_with(source, Tests::Run)
}

/// The same with a choice about its tests.
///
/// # Errors
///
/// As [`build`].
pub fn build_with(source: &Path, tests: Tests) -> Result<Built, Diagnostics> {
    compile::build(source, tests)
}
