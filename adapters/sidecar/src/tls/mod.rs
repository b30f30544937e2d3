//! The client's TLS ended here: the ClientHello is read before the handshake begins, since rustls does not keep it.

pub mod config;
pub mod hello;
pub mod ja4;

use std::io;
use std::sync::Arc;

use filter_core::facts::{Fact, Ja4By, TlsVersion};
use tokio::io::{AsyncRead, AsyncWrite};
use tokio_rustls::TlsAcceptor;
use tokio_rustls::rustls::{ProtocolVersion, ServerConfig, ServerConnection};
use tokio_rustls::server::TlsStream;

use crate::facts::Session;
use crate::stream::Ahead;
use hello::{ClientHello, Progress};

/// A handshake done.
pub(crate) struct Accepted<S> {
    pub(crate) stream: TlsStream<Ahead<S>>,
    pub(crate) session: Session,
    /// HTTP/2 was agreed upon.
    pub(crate) is_http2: bool,
}

/// Reads the hello, then does the handshake.
pub(crate) async fn accept<S>(mut stream: Ahead<S>, config: Arc<ServerConfig>) -> io::Result<Accepted<S>>
where
    S: AsyncRead + AsyncWrite + Unpin,
{
    let ja4 = loop {
        match ClientHello::read(stream.peeked()) {
            Progress::Whole(hello) => break Fact::Present(ja4::ja4(&hello)),
            // rustls says what is wrong with it.
            Progress::NotAHello => break Fact::Unknown,
            Progress::Incomplete => {
                if !stream.peek_more().await? {
                    return Err(io::ErrorKind::UnexpectedEof.into());
                }
            }
        }
    };
    let stream = TlsAcceptor::from(config).accept(stream).await?;
    let connection = stream.get_ref().1;
    let is_http2 = connection.alpn_protocol() == Some(b"h2");
    let session = session(connection, ja4);
    Ok(Accepted { stream, session, is_http2 })
}

fn session(connection: &ServerConnection, ja4: Fact<String>) -> Session {
    let version = match connection.protocol_version() {
        Some(ProtocolVersion::TLSv1_2) => Fact::Present(TlsVersion::V1_2),
        Some(ProtocolVersion::TLSv1_3) => Fact::Present(TlsVersion::V1_3),
        _ => Fact::Unknown,
    };
    let cipher = connection.negotiated_cipher_suite().and_then(|suite| suite.suite().as_str());
    // rustls writes TLS13_ where the registry (IANA, TLS Cipher Suites) has TLS_.
    let cipher = cipher.map(|name| name.replacen("TLS13_", "TLS_", 1));
    Session { version, ja4, ja4_by: Ja4By::Spec, cipher: cipher.map_or(Fact::Unknown, Fact::Present) }
}
