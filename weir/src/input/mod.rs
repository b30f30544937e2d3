//! Opens what a person names on the command line: a file or standard input, gzip or not, in constant memory.

mod lines;

pub use lines::{Line, Lines};

use std::fs::File;
use std::io::{self, BufRead, BufReader, Read};
use std::path::Path;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use flate2::bufread::MultiGzDecoder;

/// Bytes read at a time.
const BUFFER: usize = 128 * 1024;

/// First bytes of a gzip file (RFC 1952, 2.3.1).
const GZIP: [u8; 2] = [0x1f, 0x8b];

/// An open input. It reads as the text inside, whether or not that was packed.
pub struct Input {
    text: Box<dyn BufRead>,
    /// Bytes of the file, where it has a length.
    pub length: Option<u64>,
    taken: Arc<AtomicU64>,
}

impl Input {
    /// Opens `path`; `-` is standard input. Gzip is told by its first bytes, not by the name.
    ///
    /// # Errors
    /// Where the file cannot be opened or its first bytes cannot be read.
    pub fn open(path: &Path) -> io::Result<Self> {
        if path.as_os_str() == "-" {
            return Self::new(io::stdin(), None);
        }
        let file = File::open(path)?;
        let about = file.metadata()?;
        if about.is_dir() {
            return Err(io::Error::new(io::ErrorKind::IsADirectory, "is a directory"));
        }
        Self::new(file, about.is_file().then_some(about.len()))
    }

    /// Wraps anything that can be read.
    ///
    /// # Errors
    /// Where the first bytes cannot be read.
    pub fn new(source: impl Read + 'static, length: Option<u64>) -> io::Result<Self> {
        let taken = Arc::new(AtomicU64::new(0));
        let mut packed = BufReader::with_capacity(BUFFER, Counted { source, taken: Arc::clone(&taken) });
        let is_gzip = packed.fill_buf()?.starts_with(&GZIP);
        let text: Box<dyn BufRead> = match is_gzip {
            true => Box::new(BufReader::with_capacity(BUFFER, MultiGzDecoder::new(packed))),
            false => Box::new(packed),
        };
        Ok(Input { text, length, taken })
    }

    /// Counts the bytes of the file taken so far, to set beside [`Input::length`]; lives on while the input is read.
    pub fn counter(&self) -> Counter {
        Counter(Arc::clone(&self.taken))
    }

    /// What comes next, without taking it: at most one buffer.
    ///
    /// # Errors
    /// Where it cannot be read or unpacked.
    pub fn peek(&mut self) -> io::Result<&[u8]> {
        self.text.fill_buf()
    }
}

/// How much of a file was taken.
#[derive(Clone, Debug)]
pub struct Counter(Arc<AtomicU64>);

impl Counter {
    /// Bytes so far.
    pub fn get(&self) -> u64 {
        self.0.load(Ordering::Relaxed)
    }
}

impl Read for Input {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        self.text.read(buffer)
    }
}

impl BufRead for Input {
    fn fill_buf(&mut self) -> io::Result<&[u8]> {
        self.text.fill_buf()
    }

    fn consume(&mut self, amount: usize) {
        self.text.consume(amount);
    }
}

/// Counts what passes.
struct Counted<R> {
    source: R,
    taken: Arc<AtomicU64>,
}

impl<R: Read> Read for Counted<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let count = self.source.read(buffer)?;
        self.taken.fetch_add(u64::try_from(count).unwrap_or(0), Ordering::Relaxed);
        Ok(count)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use flate2::{Compression, write::GzEncoder};
    use std::io::{Cursor, Write};

    fn text(bytes: Vec<u8>) -> String {
        let mut found = String::new();
        Input::new(Cursor::new(bytes), None).unwrap().read_to_string(&mut found).unwrap();
        found
    }

    fn packed(text: &str) -> Vec<u8> {
        let mut encoder = GzEncoder::new(Vec::new(), Compression::fast());
        encoder.write_all(text.as_bytes()).unwrap();
        encoder.finish().unwrap()
    }

    #[test]
    fn gzip_is_told_by_its_bytes_and_members_are_joined() {
        assert_eq!(text(b"plain\n".to_vec()), "plain\n");
        assert_eq!(text([packed("one\n"), packed("two\n")].concat()), "one\ntwo\n");
        assert_eq!(text(Vec::new()), "");
    }
}
