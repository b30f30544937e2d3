//! What hyper does not tell of a connection, read off the decrypted stream as it passes: each request's header names in
//! their order and case, the pseudo headers' order, the HTTP/2 fingerprint.
//!
//! Everything is bounded: a head by [`head::HEAD`], those that wait by 512 and 256 KiB. A stream that cannot be followed is let
//! go of; its requests are then judged without what only the stream tells. hyper decides what a request is, and a head that
//! does not say the same as hyper's request is not used.

pub mod head;
mod hpack;
mod http1;
mod http2;
mod huffman;

use std::collections::VecDeque;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use hyper::Request;
use hyper::header::HeaderName;

pub use head::Head;
use http1::Http1;
pub use http2::PREFACE;
use http2::{Found, Http2};

/// Heads that wait for their request, as the module says. hyper takes 200 streams at once, and has seen each head before the next read.
const WAITING: usize = 512;

/// Bytes that they may hold together: heads that hyper refuses are never taken, and a client may send many.
const WAITING_BYTES: usize = 256 * 1024;

/// Heads of one connection: its reader feeds, its service takes.
#[derive(Clone, Debug)]
pub struct Heads(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    follower: Follower,
    waiting: VecDeque<Head>,
    /// Bytes that wait.
    held: usize,
    h2_fingerprint: Option<Arc<str>>,
}

#[derive(Debug)]
enum Follower {
    Http1(Http1),
    Http2(Box<Http2>),
    /// Not followed any longer.
    Off,
}

impl Heads {
    /// Of a connection that speaks HTTP/1.
    pub fn http1() -> Self {
        Self::new(Follower::Http1(Http1::default()))
    }

    /// Of a connection that speaks HTTP/2.
    pub fn http2() -> Self {
        Self::new(Follower::Http2(Box::default()))
    }

    fn new(follower: Follower) -> Self {
        Heads(Arc::new(Mutex::new(Inner { follower, waiting: VecDeque::new(), held: 0, h2_fingerprint: None })))
    }

    /// Shows the next bytes that the client sent.
    pub fn feed(&self, bytes: &[u8]) {
        let mut inner = self.lock();
        let Inner { follower, waiting, held, h2_fingerprint } = &mut *inner;
        let mut is_full = false;
        let mut wait = |head: Head| {
            *held = held.saturating_add(head.size());
            match waiting.len() < WAITING && *held <= WAITING_BYTES {
                true => waiting.push_back(head),
                false => is_full = true,
            }
        };
        let is_followed = match follower {
            Follower::Off => return,
            Follower::Http1(http1) => http1.feed(bytes, wait),
            Follower::Http2(http2) => http2.feed(bytes, |found| match found {
                Found::Fingerprint(text) => *h2_fingerprint = Some(text.into()),
                Found::Head(head) => wait(head),
            }),
        };
        if is_full {
            (*waiting, *held) = (VecDeque::new(), 0);
        }
        if is_followed.is_none() || is_full {
            *follower = Follower::Off;
        }
    }

    /// The head of hyper's next request. Heads before it were of requests that hyper refused.
    pub fn take<B>(&self, request: &Request<B>) -> Option<Head> {
        let mut inner = self.lock();
        let place = inner.waiting.iter().position(|head| is_same(head, request));
        // Where none says the same, the first is this request's, told in a way that hyper reads otherwise.
        let mut taken = None;
        for _ in 0..=place.unwrap_or(0) {
            taken = inner.waiting.pop_front();
            inner.held = inner.held.saturating_sub(taken.as_ref().map_or(0, Head::size));
        }
        taken.filter(|_| place.is_some())
    }

    /// All heads that wait.
    pub fn drain(&self) -> Vec<Head> {
        let mut inner = self.lock();
        inner.held = 0;
        inner.waiting.drain(..).collect()
    }

    /// The HTTP/2 fingerprint; known with the first head.
    pub fn h2_fingerprint(&self) -> Option<Arc<str>> {
        self.lock().h2_fingerprint.clone()
    }

    /// The connection is no HTTP any longer.
    pub fn stop(&self) {
        self.lock().follower = Follower::Off;
    }

    fn lock(&self) -> MutexGuard<'_, Inner> {
        self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Whether a head says what hyper read: method, path, and each line, those of one name in the same order. Nothing less: a head
/// that hyper refused would else be judged in place of the next request's.
fn is_same<B>(head: &Head, request: &Request<B>) -> bool {
    let headers = request.headers();
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    let target = head.target().split(|byte| *byte == b'#').next().unwrap_or_default();
    head.method() == request.method().as_str().as_bytes()
        && match target.first() {
            Some(b'/') => target == path.as_bytes(),
            // A whole URL: only its path is compared, and the path that is judged is hyper's.
            _ => target.ends_with(path.as_bytes()),
        }
        && head.lines().len() == headers.len()
        && head.lines().enumerate().all(|(place, line)| {
            let Ok(name) = HeaderName::from_bytes(line.name) else { return false };
            let before = head.lines().take(place).filter(|other| other.name.eq_ignore_ascii_case(line.name)).count();
            headers.get_all(name).iter().nth(before).is_some_and(|value| value.as_bytes() == line.value)
        })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn login() -> Request<()> {
        let request = Request::builder().uri("/login").header("host", "a").header("x-a", "1").header("x-b", "2");
        request.body(()).unwrap()
    }

    /// hyper may refuse a head that was fed: it is never judged in place of the next one.
    #[test]
    fn a_refused_head_is_not_taken_for_the_next_request() {
        let real = "GET /login HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nX-B: 2\r\n\r\n";
        for decoy in [
            "GET /robots.txt?/login HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nX-B: 2\r\n\r\n",
            "GET /login HTTP/1.1\r\nHost: a\r\nX-A: 1\r\nX-A: 1\r\n\r\n",
            "GET /login HTTP/1.1\r\nHost: a\r\nX-A: 2\r\nX-B: 2\r\n\r\n",
        ] {
            let heads = Heads::http1();
            heads.feed(decoy.as_bytes());
            assert!(heads.take(&login()).is_none(), "{decoy}");
            heads.feed(decoy.as_bytes());
            heads.feed(real.as_bytes());
            let head = heads.take(&login()).unwrap();
            assert_eq!(head.lines().map(|line| line.name).collect::<Vec<_>>(), [&b"Host"[..], b"X-A", b"X-B"]);
            assert!(heads.drain().is_empty() && heads.lock().held == 0);
        }
    }

    #[test]
    fn heads_that_nobody_takes_do_not_pile_up() {
        let heads = Heads::http1();
        let head = format!("GET / HTTP/1.1\r\nHost: a\r\nX-Long: {}\r\n\r\n", "a".repeat(8_000));
        for _ in 0..100 {
            heads.feed(head.as_bytes());
            assert!(heads.lock().held <= WAITING_BYTES);
        }
        assert!(heads.drain().is_empty(), "let go of");
    }
}
