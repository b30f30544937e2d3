//! What became of a request: the answer, as far as the host saw it.

use super::{Fact, Header};

/// The answer to one request. Every part is optional.
///
/// ```
/// use filter_core::facts::{Fact, Outcome};
/// let outcome = Outcome { status: Fact::Present(404), ..Outcome::default() };
/// assert!(outcome.size.known().is_none());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Outcome<'a> {
    /// Status code; absent where no answer left (the client went away).
    pub status: Fact<u16>,
    /// Bytes of the body.
    pub size: Fact<u64>,
    /// Milliseconds from the verdict to the answer, where the host says; else the core takes the time of settling.
    pub took: Fact<u64>,
    /// Headers of the answer.
    pub headers: &'a [Header<'a>],
    /// Whether `headers` are all there were; `false`: those not among them are unknown.
    pub headers_known: bool,
    /// The first bytes of the body, where they were read.
    pub body: Fact<&'a [u8]>,
}

impl<'a> Outcome<'a> {
    /// The first value of a header, by its lower-case name.
    pub fn header(&self, name: &[u8]) -> Fact<&'a [u8]> {
        match self.headers.iter().find(|line| line.name.eq_ignore_ascii_case(name)) {
            Some(line) => Fact::Present(line.value),
            None if self.headers_known => Fact::Absent,
            None => Fact::Unknown,
        }
    }
}
