//! One client's connection, from its first byte to its last.

use std::convert::Infallible;
use std::future::ready;
use std::io;
use std::pin::pin;
use std::sync::Arc;
use std::time::Duration;

use filter_core::facts::Fact;
use filter_core::request::Prefix;
use hyper::server::conn::{http1, http2};
use hyper::service::service_fn;
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio::sync::watch;
use tokio::time::{sleep, timeout};

use crate::client::Client;
use crate::facts::Connection;
use crate::proxy::Proxy;
use crate::proxy_protocol::{self, Progress};
use crate::stream::{Activity, Ahead, Tapped};
use crate::tap::{Heads, PREFACE};
use crate::tls::{self, config::Certificate};

/// Bytes of a request's head over HTTP/1, as Envoy's default (60 KiB) and more than nginx's.
const HEAD: usize = 64 * 1024;
/// Streams at once on one HTTP/2 connection: what the RFC asks for at least (RFC 9113, 6.5.2), and nginx's default.
const STREAMS: u32 = 128;

/// A tunnel that moved nothing for so long is between two messages, and may be ended when all stops.
const QUIET: Duration = Duration::from_secs(1);

/// How long things may take, and how many there may be.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Open connections of clients; others wait to be accepted.
    pub connections: usize,
    /// Until TLS and the PROXY protocol are through.
    pub handshake: Duration,
    /// Until a request's head is whole, waiting for it included.
    pub head: Duration,
    /// Until a connection on which nothing moves is closed, tunnels too.
    pub idle: Duration,
    /// Until an answer is dropped of which the client takes nothing more: nginx's `send_timeout`.
    pub stall: Duration,
    /// Requests of one connection that are at the origin at once; others wait. Trusted proxies have no such limit.
    pub requests: usize,
    /// From the wish to stop until requests that still run are cut off.
    pub drain: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            connections: 10_000,
            handshake: Duration::from_secs(10),
            head: Duration::from_secs(60),
            idle: Duration::from_secs(300),
            stall: Duration::from_secs(60),
            requests: 32,
            drain: Duration::from_secs(30),
        }
    }
}

/// What a listener does before HTTP begins.
#[derive(Debug, Default)]
pub struct Entry {
    /// TLS is ended with it; `None`: plain HTTP.
    pub certificate: Option<Arc<Certificate>>,
    /// Peers that must send the PROXY protocol.
    pub proxy_protocol_from: Vec<Prefix>,
}

/// Serves a socket until it ends, or `stopping` says so and its requests are answered.
pub(crate) async fn serve(
    proxy: Arc<Proxy>,
    socket: TcpStream,
    entry: Arc<Entry>,
    limits: Arc<Limits>,
    stopping: watch::Receiver<bool>,
) -> Result<(), &'static str> {
    let peer = socket.peer_addr().map_err(|_| "gone")?.ip().to_canonical();
    let _ = socket.set_nodelay(true);
    let mut connection = Connection { peer: Fact::Present(peer), tls: None };
    let mut stream = Ahead::new(socket);
    let deadline = tokio::time::Instant::now().checked_add(limits.handshake).ok_or("handshake")?;
    if entry.proxy_protocol_from.iter().any(|prefix| prefix.contains(peer)) {
        let named = tokio::time::timeout_at(deadline, behind_proxy(&mut stream)).await;
        if let Some(client) = named.map_err(|_| "proxy_protocol")?.map_err(|_| "proxy_protocol")? {
            connection.peer = Fact::Present(client.to_canonical());
        }
    }
    let Some(certificate) = &entry.certificate else {
        let is_http2 =
            timeout(limits.head, speaks_http2(&mut stream)).await.map_err(|_| "head")?.map_err(|_| "gone")?;
        return http(proxy, stream, connection, is_http2, &limits, stopping).await;
    };
    let accepted = tokio::time::timeout_at(deadline, tls::accept(stream, certificate.config())).await;
    let accepted = accepted.map_err(|_| "handshake")?.map_err(|_| "handshake")?;
    connection.tls = Some(accepted.session);
    http(proxy, accepted.stream, connection, accepted.is_http2, &limits, stopping).await
}

/// Serves HTTP on a decrypted stream of which the rest is known.
///
/// # Errors
/// Where it ended otherwise than by agreement, with a word for the metrics.
pub async fn http<S>(
    proxy: Arc<Proxy>,
    stream: S,
    connection: Connection,
    is_http2: bool,
    limits: &Limits,
    mut stopping: watch::Receiver<bool>,
) -> Result<(), &'static str>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let heads = if is_http2 { Heads::http2() } else { Heads::http1() };
    if proxy.bypass {
        heads.stop();
    }
    let activity = Activity::new();
    let io = TokioIo::new(Tapped { inner: stream, heads: heads.clone(), activity: activity.clone() });
    let responses = proxy.metrics.responses();
    let client = Client::new(limits);
    let watched = client.clone();
    let service = service_fn(move |request| {
        let answering = proxy.call(request, &connection, &heads, &watched);
        let responses = responses.clone();
        async move {
            let response = answering.await;
            let class = usize::from(response.status().as_u16()).checked_div(100).unwrap_or(0);
            responses.get(class).or(responses.first()).into_iter().for_each(|count| {
                count.inc();
            });
            Ok::<_, Infallible>(response)
        }
    });
    let asked_to_stop = async move {
        // An error: nobody is left to say so.
        let _ = stopping.wait_for(|stopping| *stopping).await;
    };
    let (mut asked_to_stop, mut idle) = (pin!(asked_to_stop), pin!(idle(activity.clone(), limits.idle)));
    let mut stalled = pin!(client.drop_stalled());
    let mut is_stopping = false;
    macro_rules! drive {
        ($served:expr) => {{
            let mut served = pin!($served);
            loop {
                tokio::select! {
                    ended = served.as_mut() => break ended.map_err(|_| "http")?,
                    () = idle.as_mut() => return Err("idle"),
                    () = stalled.as_mut() => {}
                    () = asked_to_stop.as_mut(), if !is_stopping => {
                        is_stopping = true;
                        served.as_mut().graceful_shutdown();
                    }
                }
            }
        }};
    }
    if is_http2 {
        let mut builder = http2::Builder::new(TokioExecutor::new());
        builder.timer(TokioTimer::new()).max_concurrent_streams(STREAMS);
        drive!(builder.serve_connection(io, service))
    } else {
        let mut builder = http1::Builder::new();
        builder.timer(TokioTimer::new()).header_read_timeout(limits.head);
        builder.max_buf_size(HEAD).preserve_header_case(true);
        drive!(builder.serve_connection(io, service).with_upgrades())
    }
    let Some(mut tunnel) = client.take_tunnel() else { return Ok(()) };
    let until_quiet = async move {
        if !is_stopping {
            asked_to_stop.await;
        }
        self::idle(activity, QUIET).await;
    };
    tokio::select! {
        () = tunnel.as_mut() => Ok(()),
        () = idle.as_mut() => Err("idle"),
        () = until_quiet => Ok(()),
    }
}

async fn behind_proxy(stream: &mut Ahead<TcpStream>) -> io::Result<Option<core::net::IpAddr>> {
    loop {
        match proxy_protocol::read(stream.peeked()) {
            Progress::Whole(length, address) => {
                stream.consume(length);
                return Ok(address);
            }
            Progress::Malformed => return Err(io::ErrorKind::InvalidData.into()),
            Progress::Incomplete => {}
        }
        if !stream.peek_more().await? {
            return Err(io::ErrorKind::UnexpectedEof.into());
        }
    }
}

/// Whether a plain stream begins as HTTP/2 does, with prior knowledge.
async fn speaks_http2(stream: &mut Ahead<TcpStream>) -> io::Result<bool> {
    loop {
        let start = stream.peeked();
        if start.starts_with(PREFACE) {
            return Ok(true);
        }
        if !PREFACE.starts_with(start) {
            return Ok(false);
        }
        if !stream.peek_more().await? {
            return ready(Ok(false)).await;
        }
    }
}

/// Ends when nothing has moved for so long.
async fn idle(activity: Activity, limit: Duration) {
    loop {
        let left = limit.saturating_sub(activity.idle());
        if left.is_zero() {
            return;
        }
        sleep(left).await;
    }
}
