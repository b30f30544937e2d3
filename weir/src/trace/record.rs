//! What a line says, owned.

use std::net::IpAddr;

use filter_core::facts::{Fact, Header, HeaderOrder, Ja4By, Outcome, Provenance, TlsVersion};

use super::wire::Line;
use super::{Case, Text, TraceError};

/// One line of a trace.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Record {
    /// A client asks.
    Request(Box<Request>),
    /// The origin or the host answers.
    Response(Response),
}

impl Record {
    /// Reads one line.
    ///
    /// # Errors
    /// Where the line is no JSON object of this form, or its request was never read.
    pub fn parse(line: &[u8]) -> Result<Self, TraceError> {
        serde_json::from_slice::<Line>(line).map_err(TraceError::json)?.try_into()
    }

    /// The line, without its end.
    pub fn to_json(&self) -> String {
        // Strings, numbers and lists of them have no form that JSON lacks.
        serde_json::to_string(&Line::from(self)).unwrap_or_default()
    }
}

/// A request as some recorder saw it. See [`filter_core::facts::Facts`] for the members.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Request {
    /// Milliseconds since the epoch.
    pub t: u64,
    /// Joins the request to its answer.
    pub id: String,
    /// Method as sent.
    pub method: Text,
    /// `http` or `https`.
    pub scheme: Fact<Text>,
    /// `:authority` or `Host`.
    pub authority: Text,
    /// Path and query as sent.
    pub path: Text,
    /// `1.0`, `1.1`, `2` or `3`.
    pub version: Fact<Text>,
    /// Pseudo headers by first letters.
    pub pseudo_order: Fact<Text>,
    /// Names and values in order.
    pub headers: Vec<(Text, Text)>,
    /// Lower-case names that the recorder can speak for; `None`: all.
    pub headers_known: Option<Vec<Text>>,
    /// What is left of the client's order; a missing member is `lost`.
    pub header_order: HeaderOrder,
    /// First bytes of the body.
    pub body: Fact<Vec<u8>>,
    /// The connection's other end.
    pub client: Client,
    /// The TLS session.
    pub tls: Tls,
    /// HTTP/2 settings fingerprint.
    pub h2_fingerprint: Fact<Text>,
    /// What an access log says of the answer; a trace has records of their own for that.
    pub logged: Logged,
    /// What was said about the request, where the line is a case.
    pub case: Option<Box<Case>>,
}

/// What an access log says of a request beside what was sent. `None`: it does not say.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Logged {
    /// Status of the answer.
    pub status: Option<u16>,
    /// Bytes of the answer's body.
    pub bytes: Option<u64>,
    /// Milliseconds to the answer's end.
    pub latency: Option<u64>,
    /// The server knew who it was.
    pub user: Option<bool>,
}

/// The connection's other end.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Client {
    /// Address as the recorder saw it.
    pub address: Fact<IpAddr>,
    /// Where the address came from; a missing member is `unverified`.
    pub provenance: Provenance,
    /// Autonomous system number.
    pub asn: Fact<u32>,
    /// Who announces the address.
    pub organisation: Fact<Text>,
    /// ISO 3166-1 alpha-2.
    pub country: Fact<Text>,
}

/// The TLS session; all members absent: a plain connection.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Tls {
    /// Negotiated version.
    pub version: Fact<TlsVersion>,
    /// JA4 of the ClientHello.
    pub ja4: Fact<Text>,
    /// Who computed it; a missing member is `spec`.
    pub ja4_by: Ja4By,
    /// JA3 digest.
    pub ja3: Fact<Text>,
    /// Negotiated cipher suite.
    pub cipher: Fact<Text>,
}

impl Tls {
    /// A connection without TLS.
    pub fn plain() -> Self {
        Tls { version: Fact::Absent, ja4: Fact::Absent, ja4_by: Ja4By::Spec, ja3: Fact::Absent, cipher: Fact::Absent }
    }
}

/// An answer.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response {
    /// Milliseconds since the epoch.
    pub t: u64,
    /// The request's `id`.
    pub id: String,
    /// Status code.
    pub status: u16,
    /// Names and values in order.
    pub headers: Vec<(Text, Text)>,
    /// First bytes of the body.
    pub body: Fact<Vec<u8>>,
}

impl Response {
    /// Lends it as hosts tell the core of an answer.
    pub fn with_outcome<T>(&self, f: impl FnOnce(&Outcome<'_>) -> T) -> T {
        let headers: Vec<Header<'_>> = self
            .headers
            .iter()
            .map(|(name, value)| Header { name: name.as_bytes(), value: value.as_bytes() })
            .collect();
        let body = match &self.body {
            Fact::Present(body) => Fact::Present(body.as_slice()),
            Fact::Absent => Fact::Absent,
            Fact::Unknown => Fact::Unknown,
        };
        let outcome = Outcome { status: Fact::Present(self.status), headers: &headers, body, ..Outcome::default() };
        let size = outcome.header(b"content-length").present();
        let size = size.and_then(|text| std::str::from_utf8(text).ok()?.parse().ok());
        f(&Outcome { size: size.map_or(Fact::Unknown, Fact::Present), ..outcome })
    }
}
