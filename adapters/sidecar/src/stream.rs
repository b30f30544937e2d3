//! A client's stream: bytes that were read ahead come first, the tap sees all of them, and idleness is noticed.

use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};

use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, ReadBuf};

use crate::tap::Heads;

/// Bytes taken before the rest of a stream.
#[derive(Debug)]
pub(crate) struct Ahead<S> {
    bytes: Vec<u8>,
    given: usize,
    inner: S,
}

impl<S: AsyncRead + Unpin> Ahead<S> {
    pub(crate) fn new(inner: S) -> Self {
        Ahead { bytes: Vec::new(), given: 0, inner }
    }

    /// What was read ahead and not given yet.
    pub(crate) fn peeked(&self) -> &[u8] {
        self.bytes.get(self.given..).unwrap_or_default()
    }

    /// Reads more ahead; `false` at the end of the stream.
    pub(crate) async fn peek_more(&mut self) -> io::Result<bool> {
        let mut part = [0u8; 4096];
        let count = self.inner.read(&mut part).await?;
        self.bytes.extend_from_slice(part.get(..count).unwrap_or_default());
        Ok(count > 0)
    }

    /// Drops the first bytes that were read ahead.
    pub(crate) fn consume(&mut self, count: usize) {
        self.given = self.given.saturating_add(count).min(self.bytes.len());
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Ahead<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        if this.given < this.bytes.len() {
            let count = this.peeked().len().min(buffer.remaining());
            buffer.put_slice(this.peeked().get(..count).unwrap_or_default());
            this.consume(count);
            if this.given >= this.bytes.len() {
                (this.bytes, this.given) = (Vec::new(), 0);
            }
            return Poll::Ready(Ok(()));
        }
        Pin::new(&mut this.inner).poll_read(context, buffer)
    }
}

/// When something last moved on a connection.
#[derive(Clone, Debug)]
pub(crate) struct Activity {
    start: Instant,
    last: Arc<AtomicU64>,
}

impl Activity {
    pub(crate) fn new() -> Self {
        Activity { start: Instant::now(), last: Arc::default() }
    }

    fn note(&self) {
        self.last.store(self.now(), Ordering::Relaxed);
    }

    /// How long nothing has moved.
    pub(crate) fn idle(&self) -> Duration {
        Duration::from_millis(self.now().saturating_sub(self.last.load(Ordering::Relaxed)))
    }

    fn now(&self) -> u64 {
        u64::try_from(self.start.elapsed().as_millis()).unwrap_or(u64::MAX)
    }
}

/// A decrypted stream that shows the tap what it reads.
#[derive(Debug)]
pub(crate) struct Tapped<S> {
    pub(crate) inner: S,
    pub(crate) heads: Heads,
    pub(crate) activity: Activity,
}

impl<S: AsyncRead + Unpin> AsyncRead for Tapped<S> {
    fn poll_read(self: Pin<&mut Self>, context: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let this = self.get_mut();
        let before = buffer.filled().len();
        let polled = Pin::new(&mut this.inner).poll_read(context, buffer);
        if let Some(bytes) = buffer.filled().get(before..).filter(|bytes| !bytes.is_empty()) {
            this.heads.feed(bytes);
            this.activity.note();
        }
        polled
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Tapped<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.inner).poll_write(context, bytes);
        if polled.is_ready() {
            this.activity.note();
        }
        polled
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let this = self.get_mut();
        let polled = Pin::new(&mut this.inner).poll_write_vectored(context, bytes);
        if polled.is_ready() {
            this.activity.note();
        }
        polled
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Ahead<S> {
    fn poll_write(self: Pin<&mut Self>, context: &mut Context<'_>, bytes: &[u8]) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write(context, bytes)
    }

    fn poll_write_vectored(
        self: Pin<&mut Self>,
        context: &mut Context<'_>,
        bytes: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        Pin::new(&mut self.get_mut().inner).poll_write_vectored(context, bytes)
    }

    fn is_write_vectored(&self) -> bool {
        self.inner.is_write_vectored()
    }

    fn poll_flush(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_flush(context)
    }

    fn poll_shutdown(self: Pin<&mut Self>, context: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.get_mut().inner).poll_shutdown(context)
    }
}
