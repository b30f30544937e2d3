//! The one origin behind this proxy: connections to it, kept and bounded.
//!
//! HTTP/1.1, as most origins next door speak it; gRPC goes by HTTP/2 (with prior knowledge over `http`, by ALPN over
//! `https`). A request is sent a second time only where a kept connection closed before taking it, or, if it is safe and has
//! no body, before answering it.

mod connect;
mod error;
pub mod health;

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, PoisonError, Weak};
use std::time::{Duration, Instant};

use hyper::client::conn::{http1, http2};
use hyper::{Request, Response};
use tokio::sync::{OwnedSemaphorePermit, Semaphore};
use tokio::time::timeout;

use crate::body::Body;
pub use connect::Target;
pub use error::OriginError;

/// How to reach the origin.
#[derive(Clone, Debug)]
pub struct OriginConfig {
    /// Scheme, host and port.
    pub target: Target,
    /// Time to connect, TLS included.
    pub connect_timeout: Duration,
    /// Time until an answer begins, from the last byte of the request that went out.
    pub answer_timeout: Duration,
    /// HTTP/1.1 connections at once. Requests beyond wait for `connect_timeout`, then get 503.
    pub connections: usize,
    /// Upgraded connections at once, beside those; more are refused.
    pub tunnels: usize,
    /// An upload that brings less than [`UPLOAD`] bytes a second for so long is given up.
    pub stall: Duration,
}

/// Bytes a second, gRPC apart, which waits: what Apache asks of a body (`mod_reqtimeout`, `MinRate`).
pub const UPLOAD: u64 = 500;

/// A kept connection is ready at once, unless the last request's body still goes out on it.
const READY: Duration = Duration::from_millis(100);

/// The origin.
#[derive(Debug)]
pub struct Origin {
    config: OriginConfig,
    idle: Mutex<Vec<Lease>>,
    slots: Arc<Semaphore>,
    tunnels: Arc<Semaphore>,
    h2: tokio::sync::Mutex<Option<http2::SendRequest<Body>>>,
}

/// One HTTP/1.1 connection, lent to a request until its answer has ended.
#[derive(Debug)]
pub struct Lease {
    sender: http1::SendRequest<Body>,
    _slot: OwnedSemaphorePermit,
    origin: Weak<Origin>,
}

impl Lease {
    /// Keeps the connection for another request.
    pub(crate) fn give_back(self) {
        if let Some(origin) = self.origin.upgrade().filter(|_| !self.sender.is_closed()) {
            origin.idle().push(self);
        }
    }
}

impl Origin {
    /// Nothing is connected yet.
    pub fn new(config: OriginConfig) -> Arc<Self> {
        let slots = Arc::new(Semaphore::new(config.connections));
        let tunnels = Arc::new(Semaphore::new(config.tunnels));
        Arc::new(Origin { idle: Mutex::default(), slots, tunnels, h2: tokio::sync::Mutex::default(), config })
    }

    /// Where it is.
    pub fn target(&self) -> &Target {
        &self.config.target
    }

    /// A place for an upgraded connection, where one is free.
    pub(crate) fn tunnel(&self) -> Option<OwnedSemaphorePermit> {
        Arc::clone(&self.tunnels).try_acquire_owned().ok()
    }

    /// Sends a request and waits for the head of its answer. `progress` counts the request's body as it goes out.
    pub(crate) async fn send(
        self: &Arc<Self>,
        request: Request<Body>,
        by_http2: bool,
        progress: Option<&AtomicU64>,
    ) -> Result<Response<Body>, OriginError> {
        let sending = async {
            match by_http2 {
                true => self.send_h2(request).await,
                false => self.send_h1(request).await,
            }
        };
        tokio::pin!(sending);
        let window = u64::try_from(self.config.stall.as_millis()).unwrap_or(u64::MAX);
        let least = UPLOAD.saturating_mul(window).checked_div(1000).unwrap_or(0);
        let (mut seen, mut window) = (0, (Instant::now(), 0));
        loop {
            if let Ok(result) = timeout(self.config.answer_timeout, &mut sending).await {
                return result;
            }
            let now = progress.map_or(0, |progress| progress.load(Ordering::Relaxed));
            if now == seen {
                return Err(OriginError::Silent);
            }
            seen = now;
            if window.0.elapsed() >= self.config.stall {
                if !by_http2 && now.saturating_sub(window.1) < least {
                    return Err(OriginError::SlowUpload);
                }
                window = (Instant::now(), now);
            }
        }
    }

    async fn send_h1(self: &Arc<Self>, mut request: Request<Body>) -> Result<Response<Body>, OriginError> {
        loop {
            let (mut lease, is_reused) = self.lease().await?;
            // An origin may close a kept connection at the very moment it is used again.
            let again = if is_reused { copy(&request) } else { None };
            match lease.sender.try_send_request(request).await {
                Ok(response) if response.status() == hyper::StatusCode::SWITCHING_PROTOCOLS => {
                    return Ok(response.map(|_| Body::Empty));
                }
                Ok(response) => {
                    let (parts, incoming) = response.into_parts();
                    let has_ended = hyper::body::Body::is_end_stream(&incoming);
                    let mut lease = Some(lease);
                    if has_ended {
                        lease.take().into_iter().for_each(Lease::give_back);
                    }
                    return Ok(Response::from_parts(parts, Body::FromOrigin(incoming, lease)));
                }
                Err(mut failed) => match failed.take_message().or(again) {
                    Some(unsent) if is_reused => request = unsent,
                    _ => return Err(OriginError::Closed(failed.into_error())),
                },
            }
        }
    }

    /// A kept connection, else a new one; and whether it was kept.
    async fn lease(self: &Arc<Self>) -> Result<(Lease, bool), OriginError> {
        loop {
            // The lock is not held while waiting.
            let kept = self.idle().pop();
            let Some(mut kept) = kept else { break };
            if matches!(timeout(READY, kept.sender.ready()).await, Ok(Ok(()))) {
                return Ok((kept, true));
            }
        }
        let wait = self.config.connect_timeout;
        let slot = timeout(wait, Arc::clone(&self.slots).acquire_owned()).await;
        let slot = slot.ok().and_then(Result::ok).ok_or(OriginError::Busy)?;
        let sender =
            timeout(wait, connect::http1(&self.config.target)).await.map_err(|_| OriginError::ConnectTimeout)??;
        Ok((Lease { sender, _slot: slot, origin: Arc::downgrade(self) }, false))
    }

    async fn send_h2(&self, mut request: Request<Body>) -> Result<Response<Body>, OriginError> {
        let mut is_second = false;
        loop {
            let mut sender = self.h2_sender(is_second).await?;
            match sender.try_send_request(request).await {
                Ok(response) => return Ok(response.map(|incoming| Body::FromOrigin(incoming, None))),
                Err(mut failed) => match failed.take_message() {
                    Some(unsent) if !is_second => (request, is_second) = (unsent, true),
                    _ => return Err(OriginError::Closed(failed.into_error())),
                },
            }
        }
    }

    /// All HTTP/2 requests share one connection.
    async fn h2_sender(&self, anew: bool) -> Result<http2::SendRequest<Body>, OriginError> {
        let mut kept = self.h2.lock().await;
        if let Some(sender) = kept.as_mut().filter(|sender| !anew && !sender.is_closed()) {
            return Ok(sender.clone());
        }
        let connecting = timeout(self.config.connect_timeout, connect::http2(&self.config.target));
        let sender = connecting.await.map_err(|_| OriginError::ConnectTimeout)??;
        *kept = Some(sender.clone());
        Ok(sender)
    }

    fn idle(&self) -> std::sync::MutexGuard<'_, Vec<Lease>> {
        self.idle.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

/// The same request once more, where sending it twice does no harm (RFC 9110, 9.2.1): safe, and without a body.
fn copy(request: &Request<Body>) -> Option<Request<Body>> {
    let is_safe = request.method().is_safe() && matches!(request.body(), Body::Empty);
    is_safe.then(|| {
        let mut copy = Request::new(Body::Empty);
        *copy.method_mut() = request.method().clone();
        *copy.uri_mut() = request.uri().clone();
        *copy.version_mut() = request.version();
        *copy.headers_mut() = request.headers().clone();
        *copy.extensions_mut() = request.extensions().clone();
        copy
    })
}
