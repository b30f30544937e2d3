//! Protocol version, and whether the client's own connection was encrypted.

use super::{ClientAddress, HeaderName, Headers};
use crate::facts::{Fact, Facts, Provenance};

/// HTTP protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum HttpVersion {
    /// HTTP/1.0
    V1_0,
    /// HTTP/1.1
    V1_1,
    /// HTTP/2
    V2,
    /// HTTP/3
    V3,
}

impl HttpVersion {
    pub(crate) fn of(facts: &Facts<'_>) -> Fact<Self> {
        let Fact::Present(text) = facts.version else { return Fact::Unknown };
        match text {
            b"1.0" => Fact::Present(HttpVersion::V1_0),
            b"1.1" => Fact::Present(HttpVersion::V1_1),
            b"2" | b"2.0" => Fact::Present(HttpVersion::V2),
            b"3" | b"3.0" => Fact::Present(HttpVersion::V3),
            _ => Fact::Unknown,
        }
    }

    /// The form used in traces.
    pub const fn as_str(self) -> &'static str {
        match self {
            HttpVersion::V1_0 => "1.0",
            HttpVersion::V1_1 => "1.1",
            HttpVersion::V2 => "2",
            HttpVersion::V3 => "3",
        }
    }
}

/// A hop in front may have taken TLS off: then only its own word counts, and without it nothing is known.
pub(crate) fn secure(facts: &Facts<'_>, headers: &Headers<'_>, client: &ClientAddress) -> Fact<bool> {
    if client.provenance == Provenance::Hop && client.hops > 0 {
        return match headers.get(HeaderName::XForwardedProto) {
            Fact::Present(b"https") => Fact::Present(true),
            Fact::Present(b"http") => Fact::Present(false),
            _ => Fact::Unknown,
        };
    }
    match (facts.tls.version, facts.scheme) {
        (Fact::Present(_), _) => Fact::Present(true),
        (Fact::Absent, _) => Fact::Present(false),
        (Fact::Unknown, Fact::Present(b"https")) => Fact::Present(true),
        (Fact::Unknown, Fact::Present(b"http")) => Fact::Present(false),
        (Fact::Unknown, _) => Fact::Unknown,
    }
}
