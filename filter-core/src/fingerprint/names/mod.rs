//! Automation that names itself: crawlers, tools, libraries, scanners.
//!
//! The table comes with the bundle; the search is over literal tokens, ASCII case ignored, the longest match winning.

mod category;

pub use category::Category;

use alloc::string::String;
use alloc::vec::Vec;

/// One entry of the bundle's name table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Named {
    /// Literal looked for in the user agent, lower case.
    pub token: String,
    /// Name shown to people.
    pub name: String,
    /// What it is for.
    pub category: Category,
    /// Who runs it, for crawlers.
    pub operator: Option<String>,
    /// Name of the network list that proves the claim, for crawlers with published ranges.
    pub ranges: Option<String>,
}

/// Why a name table was refused.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NamesError {
    /// Index of the entry at fault.
    pub index: usize,
    /// What is wrong, and the remedy.
    pub message: String,
}

/// The compiled table.
#[derive(Debug, Default)]
pub struct Names {
    entries: Vec<Named>,
}

impl Names {
    /// Compiles the table.
    pub fn new(entries: Vec<Named>) -> Result<Self, NamesError> {
        Ok(Names { entries })
    }

    /// The entry whose token occurs in `user_agent`.
    pub fn find(&self, _user_agent: &[u8]) -> Option<&Named> {
        None
    }

    /// All entries, in the bundle's order.
    pub fn entries(&self) -> &[Named] {
        &self.entries
    }
}
