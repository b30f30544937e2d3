//! Bodies as they pass: never gathered, at most one frame of each in memory.

use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};

use bytes::Bytes;
use hyper::body::{Body as HttpBody, Frame, Incoming, SizeHint};

use crate::origin::Lease;

/// A body on its way through.
#[derive(Debug)]
pub enum Body {
    /// Nothing.
    Empty,
    /// Made here.
    Whole(Option<Bytes>),
    /// From the client; how far it got is counted, so that a slow upload is not taken for a silent origin.
    FromClient(Incoming, Arc<AtomicU64>),
    /// From the origin. Its connection is free again when it has ended.
    FromOrigin(Incoming, Option<Lease>),
}

impl Body {
    /// Made here.
    pub fn of(bytes: impl Into<Bytes>) -> Self {
        Body::Whole(Some(bytes.into()).filter(|bytes: &Bytes| !bytes.is_empty()))
    }
}

impl HttpBody for Body {
    type Data = Bytes;
    type Error = hyper::Error;

    fn poll_frame(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, hyper::Error>>> {
        match self.get_mut() {
            Body::Empty => Poll::Ready(None),
            Body::Whole(bytes) => Poll::Ready(bytes.take().map(|bytes| Ok(Frame::data(bytes)))),
            Body::FromClient(incoming, progress) => {
                let frame = Pin::new(incoming).poll_frame(context);
                if frame.is_ready() {
                    progress.fetch_add(1, Ordering::Relaxed);
                }
                frame
            }
            Body::FromOrigin(incoming, lease) => {
                let frame = Pin::new(&mut *incoming).poll_frame(context);
                match &frame {
                    Poll::Ready(None) => give_back(lease),
                    Poll::Ready(Some(Ok(_))) if incoming.is_end_stream() => give_back(lease),
                    _ => {}
                }
                frame
            }
        }
    }

    fn is_end_stream(&self) -> bool {
        match self {
            Body::Empty => true,
            Body::Whole(bytes) => bytes.is_none(),
            Body::FromClient(incoming, _) | Body::FromOrigin(incoming, _) => incoming.is_end_stream(),
        }
    }

    fn size_hint(&self) -> SizeHint {
        match self {
            Body::Empty => SizeHint::with_exact(0),
            Body::Whole(bytes) => {
                SizeHint::with_exact(bytes.as_ref().map_or(0, |bytes| u64::try_from(bytes.len()).unwrap_or(u64::MAX)))
            }
            Body::FromClient(incoming, _) | Body::FromOrigin(incoming, _) => incoming.size_hint(),
        }
    }
}

fn give_back(lease: &mut Option<Lease>) {
    if let Some(lease) = lease.take() {
        lease.give_back();
    }
}
