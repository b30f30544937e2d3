//! Bodies as they pass: never gathered, at most one frame of each in memory; where logins are looked at, their first bytes too.

use std::collections::VecDeque;
use std::error::Error;
use std::fmt;
use std::future::poll_fn;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::Duration;

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};
use tokio::time::timeout;
use zeroize::Zeroizing;

use crate::client::Held;
use crate::forward;
use crate::origin::Lease;

/// A body on its way through.
#[derive(Debug)]
pub enum Body {
    /// Nothing.
    Empty,
    /// Made here.
    Whole(Option<Bytes>),
    /// From the client, without trailers that are not its to send; its bytes are counted, so that a slow upload is not taken for a
    /// silent origin.
    FromClient(Incoming, Arc<AtomicU64>),
    /// From the origin. Its connection is free again when it has ended.
    FromOrigin(Incoming, Option<Lease>),
    /// Read ahead in part: that comes first.
    Ahead(Box<Ahead>),
    /// Any of these on its way to a client, who may let it lie.
    Watched(Arc<Held>),
}

/// Counted when an upload has ended: the origin has its whole time from then on.
pub(crate) const ENDED: u64 = 1 << 40;

/// Why a body broke off.
#[derive(Debug)]
pub enum BodyError {
    /// Its connection failed.
    Http(hyper::Error),
    /// The client did not take it in time.
    Stalled,
}

impl From<hyper::Error> for BodyError {
    fn from(error: hyper::Error) -> Self {
        BodyError::Http(error)
    }
}

impl fmt::Display for BodyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            BodyError::Http(error) => error.fmt(f),
            BodyError::Stalled => f.write_str("the client did not take it in time"),
        }
    }
}

impl Error for BodyError {
    fn source(&self) -> Option<&(dyn Error + 'static)> {
        match self {
            BodyError::Http(error) => error.source(),
            BodyError::Stalled => None,
        }
    }
}

impl Body {
    /// Made here.
    pub fn of(bytes: impl Into<Bytes>) -> Self {
        Body::Whole(Some(bytes.into()).filter(|bytes: &Bytes| !bytes.is_empty()))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = BodyError;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, BodyError>>> {
        match self.get_mut() {
            Body::Empty => Poll::Ready(None),
            Body::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Body::FromClient(incoming, progress) => {
                let mut frame = Pin::new(&mut *incoming).poll_frame(context);
                let mut passed = 0;
                if let Poll::Ready(Some(Ok(frame))) = &mut frame {
                    passed = frame.data_ref().map_or(0, |data| u64::try_from(data.len()).unwrap_or(u64::MAX));
                    frame.trailers_mut().into_iter().for_each(forward::trailers);
                }
                if matches!(frame, Poll::Ready(None)) || (frame.is_ready() && incoming.is_end_stream()) {
                    passed = ENDED;
                }
                progress.fetch_add(passed, Ordering::Relaxed);
                frame.map_err(BodyError::Http)
            }
            Body::FromOrigin(incoming, lease) => {
                let frame = Pin::new(&mut *incoming).poll_frame(context);
                match &frame {
                    Poll::Ready(None) => give_back(lease),
                    Poll::Ready(Some(Ok(_))) if incoming.is_end_stream() => give_back(lease),
                    _ => {}
                }
                frame.map_err(BodyError::Http)
            }
            Body::Ahead(ahead) => match ahead.frames.pop_front() {
                Some(frame) => Poll::Ready(Some(Ok(frame))),
                None => match ahead.error.take() {
                    Some(error) => Poll::Ready(Some(Err(error))),
                    None => Pin::new(&mut ahead.rest).poll_frame(context),
                },
            },
            Body::Watched(held) => held.poll_frame(context),
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Body::Empty => true,
            Body::Whole(bytes) => bytes.is_none(),
            Body::FromClient(incoming, _) | Body::FromOrigin(incoming, _) => incoming.is_end_stream(),
            Body::Ahead(ahead) => ahead.frames.is_empty() && ahead.error.is_none() && ahead.rest.is_end_stream(),
            Body::Watched(held) => held.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Body::Empty => SizeHint::with_exact(0),
            Body::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX)))
            }
            Body::FromClient(incoming, _) | Body::FromOrigin(incoming, _) => incoming.size_hint(),
            Body::Ahead(ahead) => ahead.size_hint(),
            Body::Watched(held) => held.size_hint(),
        }
    }
}

/// A body of which some frames were read before they are passed on.
#[derive(Debug)]
pub struct Ahead {
    frames: VecDeque<Frame<Bytes>>,
    /// What broke while reading; it breaks again after the frames.
    error: Option<BodyError>,
    rest: Body,
}

impl Ahead {
    fn size_hint(&self) -> SizeHint {
        let held =
            self.frames.iter().filter_map(Frame::data_ref).map(|data| u64::try_from(data.len()).unwrap_or(u64::MAX));
        let held = held.fold(0, u64::saturating_add);
        let rest = self.rest.size_hint();
        let mut hint = SizeHint::new();
        hint.set_lower(rest.lower().saturating_add(held));
        if let Some(upper) = rest.upper() {
            hint.set_upper(upper.saturating_add(held));
        }
        hint
    }
}

/// How long the first bytes of a body are waited for; what is slower passes unread.
const PATIENCE: Duration = Duration::from_secs(5);

/// Reads up to `limit` bytes ahead. Gives the body, from which all of it will come, and those bytes: a copy that is zeroed when it
/// goes. No bytes where the body broke or was too slow.
pub(crate) async fn read_ahead(body: Body, limit: usize) -> (Body, Option<Zeroizing<Vec<u8>>>) {
    let mut ahead = Ahead { frames: VecDeque::new(), error: None, rest: body };
    let mut first = Zeroizing::new(Vec::with_capacity(limit));
    let reading = async {
        while first.len() < limit && !ahead.rest.is_end_stream() {
            match poll_fn(|context| Pin::new(&mut ahead.rest).poll_frame(context)).await {
                Some(Ok(frame)) => {
                    if let Some(data) = frame.data_ref() {
                        let room = limit.saturating_sub(first.len());
                        first.extend_from_slice(data.get(..room).unwrap_or(data));
                    }
                    ahead.frames.push_back(frame);
                }
                Some(Err(error)) => {
                    ahead.error = Some(error);
                    return false;
                }
                None => break,
            }
        }
        true
    };
    let is_read = timeout(PATIENCE, reading).await.unwrap_or(false);
    (Body::Ahead(Box::new(ahead)), is_read.then_some(first))
}

fn give_back(lease: &mut Option<Lease>) {
    if let Some(lease) = lease.take() {
        lease.give_back();
    }
}
