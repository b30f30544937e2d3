//! A new connection to the origin.

use std::fmt;
use std::io;
use std::sync::Arc;

use hyper::client::conn::{http1, http2};
use hyper::http::uri::{Authority, Uri};
use hyper_util::rt::{TokioExecutor, TokioIo, TokioTimer};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio::net::TcpStream;
use tokio_rustls::TlsConnector;
use tokio_rustls::rustls::ClientConfig;
use tokio_rustls::rustls::pki_types::ServerName;

use super::OriginError;
use crate::body::Body;

/// Bytes of an answer's head, and of what is read ahead.
const BUFFER: usize = 64 * 1024;

/// Scheme, host and port of an origin.
#[derive(Clone)]
pub struct Target {
    authority: Authority,
    host: String,
    port: u16,
    tls: Option<Tls>,
}

#[derive(Clone)]
struct Tls {
    name: ServerName<'static>,
    http1: Arc<ClientConfig>,
    http2: Arc<ClientConfig>,
}

impl Target {
    /// Reads `http://host:port` or `https://host:port`; `tls` says whom to trust there, and is asked only where it counts.
    ///
    /// # Errors
    /// Where it is no such URL, or `tls` fails.
    pub fn parse(url: &str, tls: impl FnOnce() -> Result<ClientConfig, String>) -> Result<Self, String> {
        let shown = url.escape_debug();
        let remedy = "give `http://HOST:PORT` or `https://HOST:PORT`, without a path";
        let uri: Uri = url.parse().map_err(|_| format!("`{shown}` is no URL; {remedy}"))?;
        let (Some(scheme), Some(authority)) = (uri.scheme_str(), uri.authority()) else {
            return Err(format!("`{shown}` has no scheme or no host; {remedy}"));
        };
        if !matches!(uri.path_and_query().map(|path| path.as_str()), None | Some("/")) {
            return Err(format!("`{shown}` has a path, and requests keep their own; {remedy}"));
        }
        let host = authority.host().trim_start_matches('[').trim_end_matches(']').to_owned();
        let (port, tls) = match scheme {
            "http" => (80, None),
            "https" => {
                let name =
                    ServerName::try_from(host.clone()).map_err(|_| format!("`{shown}`: no server name; {remedy}"))?;
                let mut http1 = tls()?;
                let mut http2 = http1.clone();
                http1.alpn_protocols = vec![b"http/1.1".to_vec()];
                http2.alpn_protocols = vec![b"h2".to_vec()];
                (443, Some(Tls { name, http1: Arc::new(http1), http2: Arc::new(http2) }))
            }
            _ => return Err(format!("`{shown}`: scheme `{scheme}` is not known; {remedy}")),
        };
        let port = authority.port_u16().unwrap_or(port);
        Ok(Target { authority: authority.clone(), host, port, tls })
    }

    /// Host and port as given.
    pub fn authority(&self) -> &str {
        self.authority.as_str()
    }

    /// `http` or `https`.
    pub fn scheme(&self) -> &'static str {
        if self.tls.is_some() { "https" } else { "http" }
    }
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{self}")
    }
}

impl fmt::Display for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}://{}", self.scheme(), self.authority)
    }
}

/// Connects, for one request at a time.
pub(super) async fn http1(target: &Target) -> Result<http1::SendRequest<Body>, OriginError> {
    let stream = tcp(target).await?;
    match &target.tls {
        None => http1_over(stream).await,
        Some(tls) => http1_over(tls.connect(&tls.http1, stream).await?).await,
    }
}

async fn http1_over<S>(stream: S) -> Result<http1::SendRequest<Body>, OriginError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut builder = http1::Builder::new();
    builder.preserve_header_case(true).max_buf_size(BUFFER);
    let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(OriginError::Closed)?;
    // It ends by itself when sender and streams are gone; what went wrong is told to the request.
    tokio::spawn(connection.with_upgrades());
    Ok(sender)
}

/// Connects, for many requests at a time.
pub(super) async fn http2(target: &Target) -> Result<http2::SendRequest<Body>, OriginError> {
    let stream = tcp(target).await?;
    match &target.tls {
        None => http2_over(stream).await,
        Some(tls) => http2_over(tls.connect(&tls.http2, stream).await?).await,
    }
}

async fn http2_over<S>(stream: S) -> Result<http2::SendRequest<Body>, OriginError>
where
    S: AsyncRead + AsyncWrite + Send + Unpin + 'static,
{
    let mut builder = http2::Builder::new(TokioExecutor::new());
    builder.timer(TokioTimer::new()).keep_alive_interval(Some(std::time::Duration::from_secs(20)));
    let (sender, connection) = builder.handshake(TokioIo::new(stream)).await.map_err(OriginError::Closed)?;
    tokio::spawn(connection);
    Ok(sender)
}

pub(super) async fn tcp(target: &Target) -> Result<TcpStream, OriginError> {
    let stream = TcpStream::connect((target.host.as_str(), target.port)).await.map_err(OriginError::Connect)?;
    stream.set_nodelay(true).map_err(OriginError::Connect)?;
    Ok(stream)
}

impl Tls {
    async fn connect(
        &self,
        config: &Arc<ClientConfig>,
        stream: TcpStream,
    ) -> Result<tokio_rustls::client::TlsStream<TcpStream>, OriginError> {
        let connector = TlsConnector::from(Arc::clone(config));
        let stream = connector.connect(self.name.clone(), stream).await.map_err(OriginError::Connect)?;
        let offered = config.alpn_protocols.first().map(Vec::as_slice);
        let is_h2 = offered == Some(b"h2");
        if is_h2 && stream.get_ref().1.alpn_protocol() != offered {
            return Err(OriginError::Connect(io::Error::other("it does not speak HTTP/2, which gRPC needs")));
        }
        Ok(stream)
    }
}
