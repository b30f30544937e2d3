//! What this proxy knows about a request, as the core's facts.
//!
//! Names come in the client's order and case, pseudo headers in their order, from the [`tap`](crate::tap). Where the tap
//! lost the stream, the headers are hyper's, and their order is unknown.

use core::net::IpAddr;

use filter_core::action::is_own_header;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, HeaderOrder, Ja4By, Provenance, TlsFacts, TlsVersion};
use filter_core::limits;
use hyper::{Request, Version};

use crate::tap::Head;

/// One more than the core looks at, so that it can tell that there were more.
const LINES: usize = limits::HEADERS.saturating_add(1);

/// What is known of a client's connection.
#[derive(Clone, Debug, Default)]
pub struct Connection {
    /// The other end: the socket's, or what a trusted proxy said by the PROXY protocol.
    pub peer: Fact<IpAddr>,
    /// The TLS session; `None`: a plain connection.
    pub tls: Option<Session>,
}

/// A TLS session.
#[derive(Clone, Debug, Default)]
pub struct Session {
    /// Negotiated version.
    pub version: Fact<TlsVersion>,
    /// JA4 of the ClientHello.
    pub ja4: Fact<String>,
    /// Who computed it.
    pub ja4_by: Ja4By,
    /// Negotiated cipher suite.
    pub cipher: Fact<String>,
}

/// Lends the facts to `use_them`.
pub(crate) fn with_facts<B, T>(
    request: &Request<B>,
    head: Option<&Head>,
    connection: &Connection,
    h2_fingerprint: Option<&str>,
    body: Fact<&[u8]>,
    use_them: impl FnOnce(&Facts<'_>) -> T,
) -> T {
    let lines: Vec<Header<'_>> = match head {
        Some(head) => head.lines().take(LINES).collect(),
        None => request
            .headers()
            .iter()
            .take(LINES)
            .map(|(name, value)| Header { name: name.as_str().as_bytes(), value: value.as_bytes() })
            .collect(),
    };
    let is_h2 = request.version() == Version::HTTP_2;
    let (authority, path) = target(request, head);
    let facts = Facts {
        method: request.method().as_str().as_bytes(),
        scheme: Fact::Present(if connection.tls.is_some() { b"https" } else { b"http" }),
        authority,
        path,
        version: version(request.version()),
        pseudo_order: match head {
            _ if !is_h2 => Fact::Absent,
            Some(head) => Fact::Present(head.pseudo_order()),
            None => Fact::Unknown,
        },
        headers: &lines,
        headers_known: None,
        header_order: match head {
            Some(_) if is_h2 => HeaderOrder::Kept,
            Some(_) => HeaderOrder::Original,
            None => HeaderOrder::Lost,
        },
        body,
        client: ClientFacts { address: connection.peer, provenance: Provenance::Peer, ..ClientFacts::default() },
        tls: connection.tls.as_ref().map_or(PLAIN, tls),
        h2_fingerprint: h2_fingerprint.map_or(Fact::Unknown, |text| Fact::Present(text.as_bytes())),
    };
    use_them(&facts)
}

/// Whether the request has headers that only Weir may send.
pub(crate) fn has_own_headers<B>(request: &Request<B>) -> bool {
    request.headers().keys().any(|name| is_own_header(name.as_str().as_bytes()))
}

const PLAIN: TlsFacts<'static> =
    TlsFacts { version: Fact::Absent, ja4: Fact::Absent, ja4_by: Ja4By::Spec, ja3: Fact::Absent, cipher: Fact::Absent };

fn tls(session: &Session) -> TlsFacts<'_> {
    TlsFacts {
        version: session.version,
        ja4: bytes(&session.ja4),
        ja4_by: session.ja4_by,
        // Made of what JA4 is made of, but shuffled by every browser since 2023: nothing asks for it.
        ja3: Fact::Unknown,
        cipher: bytes(&session.cipher),
    }
}

fn bytes(fact: &Fact<String>) -> Fact<&[u8]> {
    match fact {
        Fact::Present(text) => Fact::Present(text.as_bytes()),
        Fact::Absent => Fact::Absent,
        Fact::Unknown => Fact::Unknown,
    }
}

fn version(version: Version) -> Fact<&'static [u8]> {
    match version {
        Version::HTTP_10 => Fact::Present(b"1.0"),
        Version::HTTP_11 => Fact::Present(b"1.1"),
        Version::HTTP_2 => Fact::Present(b"2"),
        _ => Fact::Unknown,
    }
}

/// Authority, and path with its query, as the client sent them. A whole URL as target outranks Host (RFC 9112, 3.2.2).
fn target<'a, B>(request: &'a Request<B>, head: Option<&'a Head>) -> (&'a [u8], &'a [u8]) {
    let uri = request.uri();
    let host = || request.headers().get(hyper::header::HOST).map_or(&b""[..], |host| host.as_bytes());
    let authority = uri.authority().map_or_else(host, |authority| authority.as_str().as_bytes());
    let read = uri.path_and_query().map_or("", |path| path.as_str()).as_bytes();
    // A whole URL or an authority as target: hyper found the path in it. Otherwise the target is the path, as sent.
    let sent = head.map(Head::target).filter(|target| target.first() == Some(&b'/'));
    (authority, sent.unwrap_or(read))
}
