//! Lines of a bounded length.

use std::io::{self, BufRead, Read};

/// Longest line that is read, in bytes: a request at every host's limits (128 headers of 8 KiB, escaped) fits.
const LONGEST: usize = 4 << 20;

/// One line, with its number from 1.
#[derive(Debug, PartialEq, Eq)]
pub struct Line<'a> {
    /// Number, from 1.
    pub number: u64,
    /// The line without its end; `None` where it was too long to read.
    pub text: Option<&'a [u8]>,
}

/// Reads lines into one buffer that is used again.
pub struct Lines<R> {
    source: R,
    buffer: Vec<u8>,
    number: u64,
}

impl<R: BufRead> Lines<R> {
    /// Starts at line 1.
    pub fn new(source: R) -> Self {
        Lines { source, buffer: Vec::new(), number: 0 }
    }

    /// Where the lines come from.
    pub fn source(&self) -> &R {
        &self.source
    }

    /// The next line; `None` at the end. Not an iterator, since the line is lent.
    ///
    /// # Errors
    /// Where the source cannot be read or unpacked; what was read of the line is lost.
    #[allow(clippy::should_implement_trait)]
    pub fn next(&mut self) -> io::Result<Option<Line<'_>>> {
        self.buffer.clear();
        // One byte more than allowed tells a line that is too long from one that just fits.
        let most = LONGEST.saturating_add(1);
        if self.source.by_ref().take(u64::try_from(most).unwrap_or(u64::MAX)).read_until(b'\n', &mut self.buffer)? == 0
        {
            return Ok(None);
        }
        let is_ended = self.buffer.pop_if(|byte| *byte == b'\n').is_some();
        let is_too_long = !is_ended && self.buffer.len() == most;
        if is_too_long {
            self.source.skip_until(b'\n')?;
        }
        self.number = self.number.saturating_add(1);
        let text = self.buffer.strip_suffix(b"\r").unwrap_or(&self.buffer);
        Ok(Some(Line { number: self.number, text: (!is_too_long).then_some(text) }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn all(source: &[u8]) -> Vec<(u64, Option<Vec<u8>>)> {
        let mut lines = Lines::new(io::BufReader::with_capacity(3, source));
        let mut found = Vec::new();
        while let Some(line) = lines.next().unwrap() {
            found.push((line.number, line.text.map(<[u8]>::to_vec)));
        }
        found
    }

    #[test]
    fn ends_are_taken_off() {
        let expected = [(1, Some(b"one".to_vec())), (2, Some(b"".to_vec())), (3, Some(b"three\xff".to_vec()))];
        assert_eq!(all(b"one\r\n\nthree\xff"), expected);
        assert_eq!(all(b"one\n").len(), 1);
        assert_eq!(all(b""), []);
    }

    #[test]
    fn a_line_without_end_does_not_fill_memory() {
        let mut source = vec![b'x'; LONGEST + 1];
        source.extend_from_slice(b"\nnext\n");
        let found = all(&source);
        assert_eq!(found, [(1, None), (2, Some(b"next".to_vec()))]);
        source.remove(0);
        assert_eq!(all(&source)[0].1.as_ref().map(Vec::len), Some(LONGEST), "the longest fits");
        assert_eq!(all(&vec![b'x'; LONGEST + 1]), [(1, None)]);
    }
}
