//! What hyper does not tell of a connection, read off the decrypted stream as it passes: each request's header names in
//! their order and case, the pseudo headers' order, the HTTP/2 fingerprint.
//!
//! Everything is bounded: a head by [`head::HEAD`], 512 of them may wait. A stream that cannot be followed is let
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

/// Heads of one connection: its reader feeds, its service takes.
#[derive(Clone, Debug)]
pub struct Heads(Arc<Mutex<Inner>>);

#[derive(Debug)]
struct Inner {
    follower: Follower,
    waiting: VecDeque<Head>,
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
        Heads(Arc::new(Mutex::new(Inner { follower, waiting: VecDeque::new(), h2_fingerprint: None })))
    }

    /// Shows the next bytes that the client sent.
    pub fn feed(&self, bytes: &[u8]) {
        let mut inner = self.lock();
        let Inner { follower, waiting, h2_fingerprint } = &mut *inner;
        let mut is_full = false;
        let mut wait = |head| match waiting.len() < WAITING {
            true => waiting.push_back(head),
            false => is_full = true,
        };
        let is_followed = match follower {
            Follower::Off => return,
            Follower::Http1(http1) => http1.feed(bytes, wait),
            Follower::Http2(http2) => http2.feed(bytes, |found| match found {
                Found::Fingerprint(text) => *h2_fingerprint = Some(text.into()),
                Found::Head(head) => wait(head),
            }),
        };
        if is_followed.is_none() || is_full {
            *follower = Follower::Off;
        }
    }

    /// The head of hyper's next request. Heads before it were of requests that hyper refused.
    pub fn take<B>(&self, request: &Request<B>) -> Option<Head> {
        let mut inner = self.lock();
        let place = inner.waiting.iter().position(|head| is_same(head, request));
        // Where none says the same, the first is this request's, told in a way that hyper reads otherwise.
        for _ in 0..place.unwrap_or(0) {
            inner.waiting.pop_front();
        }
        inner.waiting.pop_front().filter(|_| place.is_some())
    }

    /// All heads that wait.
    pub fn drain(&self) -> Vec<Head> {
        self.lock().waiting.drain(..).collect()
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

/// Whether a head says what hyper read: method, path, and each line.
fn is_same<B>(head: &Head, request: &Request<B>) -> bool {
    let headers = request.headers();
    let path = request.uri().path_and_query().map_or("", |path| path.as_str());
    let target = head.target().split(|byte| *byte == b'#').next().unwrap_or_default();
    head.method() == request.method().as_str().as_bytes()
        && target.ends_with(path.as_bytes())
        && head.lines().len() == headers.len()
        && head.lines().all(|line| {
            let Ok(name) = HeaderName::from_bytes(line.name) else { return false };
            headers.get_all(name).iter().any(|value| value.as_bytes() == line.value)
        })
}
