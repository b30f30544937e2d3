//! What a host vouches for: the first stage of the line.
//!
//! Facts are borrowed bytes, exactly as the host saw them. Nothing here is parsed, limited or believed yet; that is
//! the [`request`](crate::request) stage's work. A fact that a host cannot see is [`Fact::Unknown`], which is not the
//! same as one the client did not send ([`Fact::Absent`]): a signal that needs an unknown fact stays silent.

mod client;
mod fact;
mod header;
mod outcome;
mod tls;

pub use client::{ClientFacts, Provenance};
pub use fact::Fact;
pub use header::{Header, HeaderOrder};
pub use outcome::Outcome;
pub use tls::{Ja4By, TlsFacts, TlsVersion};

/// Everything a host can say about one request.
///
/// ```
/// use filter_core::facts::{Facts, Header};
/// let headers = [Header { name: b"user-agent", value: b"curl/8.5.0" }];
/// let facts = Facts { method: b"GET", authority: b"shop.example", path: b"/a?b=c", headers: &headers, ..Facts::default() };
/// assert!(facts.version.known().is_none());
/// ```
#[derive(Clone, Copy, Debug, Default)]
pub struct Facts<'a> {
    /// Request method as sent, case kept.
    pub method: &'a [u8],
    /// `http` or `https`, as the host understood it.
    pub scheme: Fact<&'a [u8]>,
    /// `:authority` or `Host`.
    pub authority: &'a [u8],
    /// Path and query as sent.
    pub path: &'a [u8],
    /// `1.0`, `1.1`, `2` or `3`.
    pub version: Fact<&'a [u8]>,
    /// HTTP/2 and HTTP/3 pseudo-header order by first letters, such as `masp`.
    pub pseudo_order: Fact<&'a [u8]>,
    /// Headers without the pseudo headers, in the order the host gives.
    pub headers: &'a [Header<'a>],
    /// Names (lower case) the host can speak for; `None`: all of them. Others are unknown, not absent.
    pub headers_known: Option<&'a [&'a [u8]]>,
    /// What is left of the order and case the client used.
    pub header_order: HeaderOrder,
    /// The first bytes of the body, where they were read.
    pub body: Fact<&'a [u8]>,
    /// Who is at the other end of the connection.
    pub client: ClientFacts<'a>,
    /// The TLS session; `version` absent means a plain connection.
    pub tls: TlsFacts<'a>,
    /// HTTP/2 settings fingerprint: `settings|window|priority|pseudo order`.
    pub h2_fingerprint: Fact<&'a [u8]>,
}
