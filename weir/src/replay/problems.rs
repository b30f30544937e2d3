//! Lines that gave no request: how many, and where the first ones are.

use crate::source::Problem;

/// Places that are kept.
const KEPT: usize = 10;

/// Lines that gave no request.
#[derive(Clone, Debug, Default)]
pub struct Problems {
    /// Lines that are not of their file's form.
    pub malformed: u64,
    /// Lines whose request the server or recorder never read: nothing is wrong with the file.
    pub unreadable: u64,
    /// The first malformed lines: `file:line: what`.
    pub first: Vec<String>,
    /// The first unreadable one, likewise.
    pub first_unreadable: Option<String>,
}

impl Problems {
    /// Counts one.
    pub(crate) fn add(&mut self, file: &str, line: u64, problem: &Problem) {
        let place = || format!("{file}:{line}: {problem}");
        if problem.is_unreadable() {
            self.unreadable = self.unreadable.saturating_add(1);
            self.first_unreadable.get_or_insert_with(place);
            return;
        }
        self.malformed = self.malformed.saturating_add(1);
        if self.first.len() < KEPT {
            self.first.push(place());
        }
    }
}
