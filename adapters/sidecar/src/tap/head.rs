//! A request's head as the client wrote it.

use std::ops::Range;

use filter_core::facts::Header;

/// Bytes of a head that are kept; hyper refuses longer ones first.
pub const HEAD: usize = 64 * 1024;

/// One head: the client's bytes, and where in them each part is.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Head {
    bytes: Vec<u8>,
    method: Range<usize>,
    target: Range<usize>,
    scheme: Range<usize>,
    authority: Range<usize>,
    lines: Vec<(Range<usize>, Range<usize>)>,
    pseudo: [u8; 4],
    pseudo_count: usize,
}

impl Head {
    /// Method, case kept.
    pub fn method(&self) -> &[u8] {
        self.part(&self.method)
    }

    /// Request target (HTTP/1) or `:path`.
    pub fn target(&self) -> &[u8] {
        self.part(&self.target)
    }

    /// `:scheme`; empty over HTTP/1.
    pub fn scheme(&self) -> &[u8] {
        self.part(&self.scheme)
    }

    /// `:authority`; empty over HTTP/1.
    pub fn authority(&self) -> &[u8] {
        self.part(&self.authority)
    }

    /// Names and values, in order, the case kept; without pseudo headers.
    pub fn lines(&self) -> impl ExactSizeIterator<Item = Header<'_>> {
        self.lines.iter().map(|(name, value)| Header { name: self.part(name), value: self.part(value) })
    }

    /// Pseudo headers by first letters.
    pub fn pseudo_order(&self) -> &[u8] {
        self.pseudo.get(..self.pseudo_count).unwrap_or_default()
    }

    fn part(&self, range: &Range<usize>) -> &[u8] {
        self.bytes.get(range.clone()).unwrap_or_default()
    }

    pub(super) fn set_request_line(&mut self, method: &[u8], target: &[u8]) {
        self.method = self.keep(method);
        self.target = self.keep(target);
    }

    pub(super) fn push_line(&mut self, name: &[u8], value: &[u8]) {
        let line = (self.keep(name), self.keep(value));
        self.lines.push(line);
    }

    /// A field of HTTP/2: a pseudo header or a line.
    pub(super) fn push_field(&mut self, name: &[u8], value: &[u8]) {
        let letter = match name {
            b":method" => b'm',
            b":path" => b'p',
            b":scheme" => b's',
            b":authority" => b'a',
            // `:protocol` of extended CONNECT has no letter in the usual notation.
            [b':', ..] => return,
            _ => return self.push_line(name, value),
        };
        let range = self.keep(value);
        match letter {
            b'm' => self.method = range,
            b'p' => self.target = range,
            b's' => self.scheme = range,
            _ => self.authority = range,
        }
        if let Some(place) = self.pseudo.get_mut(self.pseudo_count) {
            *place = letter;
            self.pseudo_count = self.pseudo_count.saturating_add(1);
        }
    }

    /// Bytes that it holds.
    pub(super) fn size(&self) -> usize {
        let lines = self.lines.capacity().saturating_mul(size_of::<(Range<usize>, Range<usize>)>());
        self.bytes.capacity().saturating_add(lines)
    }

    /// Whether it grew past what is kept.
    pub(super) fn is_oversized(&self) -> bool {
        self.bytes.len() > HEAD
    }

    fn keep(&mut self, bytes: &[u8]) -> Range<usize> {
        let start = self.bytes.len();
        // Beyond the limit the head is thrown away: it need not grow further.
        if start <= HEAD {
            self.bytes.extend_from_slice(bytes);
        }
        start..self.bytes.len()
    }
}
