//! What the requests of one client's connection share: turns at the origin, bodies on their way, and the tunnel it may become.
//!
//! A client that reads nothing, or next to nothing, must not hold connections to the origin that others need. So a connection has
//! so many turns, its other requests wait; and a body that the client lets lie is dropped, which frees its turn and its connection.

use std::future::Future;
use std::pin::Pin;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError, Weak};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, SizeHint};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::sleep;

use crate::body::{Body, BodyError};
use crate::connection::Limits;
use crate::origin::UPLOAD;

/// What becomes of a connection once it has switched protocols.
pub(crate) type Tunnel = Pin<Box<dyn Future<Output = ()> + Send>>;

/// Bodies are looked at so many times within the time that they may lie.
const LOOKS: u32 = 4;
/// Milliseconds that a piece may lie uncounted: that may be us, or one round trip.
const BREATH: u64 = 100;
/// Those that ended are forgotten when so many are noted: more than one connection's streams.
const NOTED: usize = 256;

/// The connection of one client.
#[derive(Clone)]
pub(crate) struct Client(Arc<Inner>);

struct Inner {
    turns: Arc<Semaphore>,
    stall: Duration,
    start: Instant,
    /// At most one a stream, and those that ended since the last look.
    bodies: Mutex<Vec<Weak<Held>>>,
    tunnel: Mutex<Option<Tunnel>>,
}

impl Client {
    pub(crate) fn new(limits: &Limits) -> Self {
        Client(Arc::new(Inner {
            turns: Arc::new(Semaphore::new(limits.requests)),
            stall: limits.stall,
            start: Instant::now(),
            bodies: Mutex::default(),
            tunnel: Mutex::default(),
        }))
    }

    /// Waits for a turn. Who waits holds nothing but its request's head.
    pub(crate) async fn turn(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.0.turns).acquire_owned().await.ok()
    }

    /// An answer's body that keeps its turn until it has ended, and is dropped where the client does not take it.
    pub(crate) fn watch(&self, body: Body, turn: Option<OwnedSemaphorePermit>) -> Body {
        if body.is_end_stream() {
            return body;
        }
        let source = Mutex::new(Source::Flows(Box::new(body), turn));
        let stall = u64::try_from(self.0.stall.as_millis()).unwrap_or(u64::MAX);
        let held = Held { source, start: self.0.start, given: AtomicU64::new(0), stall, pace: Mutex::default() };
        let held = Arc::new(held);
        // The client may never take even the first byte.
        held.given.store(held.now(), Ordering::Relaxed);
        let mut bodies = lock(&self.0.bodies);
        if bodies.len() >= NOTED {
            bodies.retain(|body| body.strong_count() > 0);
        }
        bodies.push(Arc::downgrade(&held));
        drop(bodies);
        Body::Watched(held)
    }

    /// Drops bodies that the client lets lie, for as long as it is awaited.
    pub(crate) async fn drop_stalled(&self) {
        let stall = u64::try_from(self.0.stall.as_millis()).unwrap_or(u64::MAX);
        loop {
            sleep(self.0.stall.checked_div(LOOKS).unwrap_or_default().max(Duration::from_millis(10))).await;
            lock(&self.0.bodies).retain(|body| body.upgrade().is_some_and(|body| !body.drop_stalled(stall)));
        }
    }

    /// The connection becomes a tunnel when its answer is sent.
    pub(crate) fn set_tunnel(&self, tunnel: Tunnel) {
        *lock(&self.0.tunnel) = Some(tunnel);
    }

    /// The tunnel that it has become.
    pub(crate) fn take_tunnel(&self) -> Option<Tunnel> {
        lock(&self.0.tunnel).take()
    }
}

/// A body on its way to the client.
#[derive(Debug)]
pub struct Held {
    source: Mutex<Source>,
    start: Instant,
    /// When the client's side last got a frame and has not asked for another, in milliseconds from `start`; 0: it waits for one.
    given: AtomicU64,
    /// For so many milliseconds a body may lie, or be taken too slowly.
    stall: u64,
    pace: Mutex<Pace>,
}

/// How fast a client takes what it is given. Only time counts in which something lay before it: a slow origin is not its doing.
#[derive(Debug, Default)]
struct Pace {
    /// Bytes of the piece given last.
    given: u64,
    /// Bytes taken.
    taken: u64,
    /// Milliseconds that they lay.
    lain: u64,
}

impl Pace {
    /// The client took the last piece after so long. Whether it is too slow: below [`UPLOAD`] bytes a second in `stall` milliseconds.
    fn is_too_slow(&mut self, lay: u64, stall: u64) -> bool {
        self.taken = self.taken.saturating_add(std::mem::take(&mut self.given));
        self.lain = self.lain.saturating_add(if lay < BREATH { 0 } else { lay });
        if self.lain < stall {
            return false;
        }
        let Pace { taken, lain, .. } = std::mem::take(self);
        taken.saturating_mul(1000) < UPLOAD.saturating_mul(lain)
    }
}

#[derive(Debug)]
enum Source {
    /// With its turn, given back when it goes.
    Flows(Box<Body>, #[expect(dead_code, reason = "held, not read")] Option<OwnedSemaphorePermit>),
    Ended,
    Dropped,
}

impl Held {
    pub(crate) fn poll_frame(&self, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        let mut source = lock(&self.source);
        let (given, mut pace) = (self.given.load(Ordering::Relaxed), lock(&self.pace));
        let lay = if given > 0 { self.now().saturating_sub(given) } else { 0 };
        if matches!(&*source, Source::Flows(..)) && pace.is_too_slow(lay, self.stall) {
            *source = Source::Dropped;
        }
        let polled = match &mut *source {
            Source::Flows(body, _) => Pin::new(body.as_mut()).poll_frame(context),
            Source::Ended => return Poll::Ready(None),
            Source::Dropped => return Poll::Ready(Some(Err(BodyError::Stalled))),
        };
        let has_ended = match (&polled, &*source) {
            (Poll::Ready(Some(Ok(_))), Source::Flows(body, _)) => body.is_end_stream(),
            (Poll::Ready(_), _) => true,
            (Poll::Pending, _) => false,
        };
        if let Poll::Ready(Some(Ok(frame))) = &polled {
            pace.given = frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
        }
        if has_ended {
            *source = Source::Ended;
        }
        self.given.store(if polled.is_ready() { self.now() } else { 0 }, Ordering::Relaxed);
        polled
    }

    pub(crate) fn is_end_stream(&self) -> bool {
        match &*lock(&self.source) {
            Source::Flows(body, _) => body.is_end_stream(),
            Source::Ended => true,
            Source::Dropped => false,
        }
    }

    pub(crate) fn size_hint(&self) -> SizeHint {
        match &*lock(&self.source) {
            Source::Flows(body, _) => body.size_hint(),
            Source::Ended => SizeHint::with_exact(0),
            Source::Dropped => SizeHint::default(),
        }
    }

    /// Whether nothing is left to watch.
    fn drop_stalled(&self, stall: u64) -> bool {
        let given = self.given.load(Ordering::Relaxed);
        let mut source = lock(&self.source);
        if given > 0 && self.now().saturating_sub(given) >= stall && matches!(&*source, Source::Flows(..)) {
            *source = Source::Dropped;
        }
        !matches!(&*source, Source::Flows(..))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX).saturating_add(1)
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

#[cfg(test)]
mod tests {
    use super::*;

    const STALL: u64 = 60_000;

    /// How many pieces of so many bytes, each taken after so many milliseconds, until the client is too slow.
    fn pieces(bytes: u64, lay: u64) -> Option<usize> {
        let mut pace = Pace::default();
        (0..1000).find(|_| {
            let is_too_slow = pace.is_too_slow(lay, STALL);
            pace.given = bytes;
            is_too_slow
        })
    }

    #[test]
    fn a_piece_now_and_then_does_not_hold_an_answer() {
        assert_eq!(pieces(8_192, 59_000), Some(1), "one in every window");
        assert_eq!(pieces(100, 1_000), Some(59));
        assert_eq!(pieces(8_192, 4_000), None, "two thousand bytes a second");
        assert_eq!(pieces(10, 5), None, "an event now and then, taken at once");
    }

    #[test]
    fn a_body_that_is_taken_too_slowly_is_dropped_with_its_turn() {
        for (taken, is_dropped) in [(100, true), (100_000, false)] {
            let client = Client::new(&Limits { requests: 1, ..Limits::default() });
            let turn = Arc::clone(&client.0.turns).try_acquire_owned().unwrap();
            let Body::Watched(held) = client.watch(Body::Whole(Some(Bytes::from_static(b"more"))), Some(turn)) else {
                panic!("it is not watched")
            };
            *lock(&held.pace) = Pace { given: taken, taken: 0, lain: STALL };
            let polled = held.poll_frame(&mut Context::from_waker(std::task::Waker::noop()));
            assert_eq!(matches!(polled, Poll::Ready(Some(Err(BodyError::Stalled)))), is_dropped, "{polled:?}");
            assert_eq!(client.0.turns.available_permits(), 1, "dropped or ended");
        }
    }
}
