//! HTTP/1 heads out of a stream: each is kept, each body is skipped by its length or chunks (RFC 9112, 6 and 7).

use super::head::{HEAD, Head};

/// Header lines of a head. hyper refuses more than 100.
const LINES: usize = 128;

/// Where in the stream we are.
#[derive(Debug, Default)]
pub(super) struct Http1 {
    state: State,
    /// The head so far.
    head: Vec<u8>,
    /// Whether its last line has a byte yet.
    line_has_text: bool,
}

#[derive(Clone, Copy, Debug, Default)]
enum State {
    #[default]
    Head,
    /// So many bytes of body are left.
    Body(u64),
    /// In a chunk's size line: the size so far, and whether it still grows.
    ChunkSize(u64, bool),
    Chunk(u64),
    /// The line end after a chunk.
    ChunkEnd,
    /// In a trailer line, and whether it has a byte yet.
    Trailer(bool),
    /// Not followed any longer.
    Lost,
}

impl Http1 {
    /// Takes the next bytes of the stream and hands on each head that ends in them. `None`: the stream cannot be followed.
    pub(super) fn feed(&mut self, mut bytes: &[u8], mut found: impl FnMut(Head)) -> Option<()> {
        while let Some(first) = bytes.first().copied() {
            self.state = match self.state {
                State::Head => self.gather(&mut bytes, &mut found),
                State::Body(left) => skip(&mut bytes, left).map_or(State::Head, State::Body),
                State::Chunk(left) => skip(&mut bytes, left).map_or(State::ChunkEnd, State::Chunk),
                State::Lost => return None,
                byte_by_byte => {
                    bytes = bytes.get(1..).unwrap_or_default();
                    byte_by_byte.take(first)
                }
            };
        }
        (!matches!(self.state, State::Lost)).then_some(())
    }

    /// Takes one line, or what there is of it.
    fn gather(&mut self, bytes: &mut &[u8], found: &mut impl FnMut(Head)) -> State {
        let end = bytes.iter().position(|byte| *byte == b'\n').map(|at| at.saturating_add(1));
        let (line, rest) = bytes.split_at_checked(end.unwrap_or(bytes.len())).unwrap_or((bytes, &[]));
        *bytes = rest;
        self.head.extend_from_slice(line);
        self.line_has_text |= line.iter().any(|byte| !matches!(byte, b'\r' | b'\n'));
        if self.head.len() > HEAD {
            self.head = Vec::new();
            return State::Lost;
        }
        if end.is_none() || std::mem::take(&mut self.line_has_text) {
            return State::Head;
        }
        // Empty lines before a request line are passed over (RFC 9112, 2.2).
        let is_blank = self.head.iter().all(|byte| matches!(byte, b'\r' | b'\n'));
        let next = if is_blank { Some(State::Head) } else { parse(&self.head, found) };
        self.head.clear();
        next.unwrap_or(State::Lost)
    }
}

impl State {
    /// One byte of a chunk's frame.
    fn take(self, byte: u8) -> Self {
        match (self, byte) {
            (State::ChunkSize(0, _), b'\n') => State::Trailer(false),
            (State::ChunkSize(size, _), b'\n') => State::Chunk(size),
            (State::ChunkSize(size, true), byte) => match char::from(byte).to_digit(16) {
                Some(digit) => match size.checked_mul(16).and_then(|size| size.checked_add(u64::from(digit))) {
                    Some(size) => State::ChunkSize(size, true),
                    None => State::Lost,
                },
                // An extension, or white space: none of it is the size.
                None => State::ChunkSize(size, false),
            },
            (State::ChunkSize(size, false), _) => State::ChunkSize(size, false),
            (State::ChunkEnd, b'\r') => State::ChunkEnd,
            (State::ChunkEnd, b'\n') => State::ChunkSize(0, true),
            (State::Trailer(false), b'\n') => State::Head,
            (State::Trailer(true), b'\n') => State::Trailer(false),
            (State::Trailer(has_text), b'\r') => State::Trailer(has_text),
            (State::Trailer(_), _) => State::Trailer(true),
            _ => State::Lost,
        }
    }
}

/// Passes over up to `left` bytes; what is left then, `None` where nothing is.
fn skip(bytes: &mut &[u8], left: u64) -> Option<u64> {
    let here = usize::try_from(left).unwrap_or(usize::MAX).min(bytes.len());
    *bytes = bytes.get(here..).unwrap_or_default();
    let left = left.saturating_sub(u64::try_from(here).unwrap_or(u64::MAX));
    (left > 0).then_some(left)
}

/// Reads a whole head with hyper's own parser, and says what follows it.
fn parse(bytes: &[u8], found: &mut impl FnMut(Head)) -> Option<State> {
    let mut lines = [httparse::EMPTY_HEADER; LINES];
    let mut request = httparse::Request::new(&mut lines);
    request.parse(bytes).ok().filter(httparse::Status::is_complete)?;
    let mut head = Head::default();
    head.set_request_line(request.method?.as_bytes(), request.path?.as_bytes());
    let mut next = State::Head;
    for line in request.headers.iter() {
        head.push_line(line.name.as_bytes(), line.value);
        if line.name.eq_ignore_ascii_case("transfer-encoding") {
            next = State::ChunkSize(0, true);
        } else if line.name.eq_ignore_ascii_case("content-length") && !matches!(next, State::ChunkSize(..)) {
            let length = core::str::from_utf8(line.value).ok()?.trim().parse().ok()?;
            next = if length == 0 { State::Head } else { State::Body(length) };
        }
    }
    found(head);
    Some(next)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STREAM: &[u8] = b"\r\nPOST /a HTTP/1.1\r\nHost: x\r\nX-CaSe:  v \r\nContent-Length: 5\r\n\r\nGET /GET / HTTP/1.0\n\n\
        POST /c HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n4;ext=1\r\nGET \r\nA\r\n0123456789\r\n0\r\nT: GET / HTTP/1.1\r\n\r\n\
        HEAD /d HTTP/1.1\r\nhost: y\r\n\r\n";

    fn heads(pieces: impl Iterator<Item = Vec<u8>>) -> (Vec<String>, bool) {
        let (mut http1, mut out, mut is_followed) = (Http1::default(), Vec::new(), true);
        for piece in pieces {
            is_followed &= http1
                .feed(&piece, |head| {
                    let lines =
                        head.lines().map(|line| format!("{}={}", line.name.escape_ascii(), line.value.escape_ascii()));
                    let lines: Vec<_> = lines.collect();
                    out.push(format!(
                        "{} {} {}",
                        head.method().escape_ascii(),
                        head.target().escape_ascii(),
                        lines.join(";")
                    ));
                })
                .is_some();
        }
        (out, is_followed)
    }

    #[test]
    fn heads_are_found_between_bodies_however_the_stream_is_cut() {
        let expected = [
            "POST /a Host=x;X-CaSe=v;Content-Length=5",
            "GET / ",
            "POST /c Transfer-Encoding=chunked",
            "HEAD /d host=y",
        ];
        for size in 1..STREAM.len() {
            let (found, is_followed) = heads(STREAM.chunks(size).map(<[u8]>::to_vec));
            assert_eq!((found, is_followed), (expected.map(str::to_owned).to_vec(), true), "pieces of {size}");
        }
    }

    #[test]
    fn what_cannot_be_followed_is_not_guessed_at() {
        let endless = [b"GET / HTTP/1.1\r\nA: ".to_vec(), vec![b'x'; HEAD]].concat();
        let size = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n11111111111111111\r\n".to_vec();
        let length = b"POST / HTTP/1.1\r\nContent-Length: -1\r\n\r\n".to_vec();
        for stream in [endless, size, length, b"\x80\x00\x01\x02\r\n\r\n".to_vec()] {
            let (_, is_followed) = heads([stream.clone(), b"GET / HTTP/1.1\r\n\r\n".to_vec()].into_iter());
            assert!(!is_followed, "{}", stream.escape_ascii());
        }
    }
}
