//! What the TLS terminator knows of the handshake.

use super::Fact;

/// Negotiated protocol version.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum TlsVersion {
    /// TLS 1.0 (RFC 2246).
    V1_0,
    /// TLS 1.1 (RFC 4346).
    V1_1,
    /// TLS 1.2 (RFC 5246).
    V1_2,
    /// TLS 1.3 (RFC 8446).
    V1_3,
}

impl TlsVersion {
    /// Reads `1.3`, `TLSv1.3` and the like.
    pub fn parse(text: &[u8]) -> Option<Self> {
        let digits = text.strip_prefix(b"TLSv").unwrap_or(text);
        match digits {
            b"1" | b"1.0" => Some(TlsVersion::V1_0),
            b"1.1" => Some(TlsVersion::V1_1),
            b"1.2" => Some(TlsVersion::V1_2),
            b"1.3" => Some(TlsVersion::V1_3),
            _ => None,
        }
    }

    /// The form used in traces and policies.
    pub const fn as_str(self) -> &'static str {
        match self {
            TlsVersion::V1_0 => "1.0",
            TlsVersion::V1_1 => "1.1",
            TlsVersion::V1_2 => "1.2",
            TlsVersion::V1_3 => "1.3",
        }
    }
}

/// Who computed the JA4. Envoy hashes GREASE values that the specification drops, so one Chrome has 16 values there.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Ja4By {
    /// By the published method (FoxIO, BSD-3-Clause).
    #[default]
    Spec,
    /// By Envoy's own implementation.
    Envoy,
}

/// The TLS session's facts. All absent: a plain connection. All unknown: the host cannot see.
#[derive(Clone, Copy, Debug, Default)]
pub struct TlsFacts<'a> {
    /// Negotiated version; absent on a plain connection.
    pub version: Fact<TlsVersion>,
    /// JA4 of the ClientHello.
    pub ja4: Fact<&'a [u8]>,
    /// Who computed `ja4`.
    pub ja4_by: Ja4By,
    /// JA3 digest, 32 hexadecimal digits.
    pub ja3: Fact<&'a [u8]>,
    /// Negotiated cipher suite's name.
    pub cipher: Fact<&'a [u8]>,
}
