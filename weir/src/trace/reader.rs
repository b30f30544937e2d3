//! A trace file, line by line, in constant memory.

use std::io::{self, BufRead};
use std::path::Path;

use super::{Record, TraceError};
use crate::input::{Input, Lines};

/// Reads records; blank lines are passed over.
pub struct Reader<R> {
    lines: Lines<R>,
    failed: bool,
}

impl Reader<Input> {
    /// Opens a trace, packed or not; `-` is standard input.
    ///
    /// # Errors
    /// Where the file cannot be opened.
    pub fn open(path: &Path) -> io::Result<Self> {
        Ok(Reader::new(Input::open(path)?))
    }
}

impl<R: BufRead> Reader<R> {
    /// Reads from `source`.
    pub fn new(source: R) -> Self {
        Reader { lines: Lines::new(source), failed: false }
    }
}

impl<R: BufRead> Iterator for Reader<R> {
    /// The line's number, and what it says. A source that cannot be read further ends the trace with an error.
    type Item = io::Result<(u64, Result<Record, TraceError>)>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.failed {
            return None;
        }
        loop {
            let line = match self.lines.next() {
                Ok(line) => line?,
                Err(error) => {
                    self.failed = true;
                    return Some(Err(error));
                }
            };
            let Some(text) = line.text else { return Some(Ok((line.number, Err(TraceError::too_long())))) };
            if !text.trim_ascii().is_empty() {
                return Some(Ok((line.number, Record::parse(text))));
            }
        }
    }
}
