//! A recorded request as the core's facts, without copying values.

use filter_core::facts::{ClientFacts, Fact, Facts, Header, TlsFacts};

use super::member::lend;
use super::{Request, Text, Tls};

/// Holds the lists that [`Facts`] borrows.
#[derive(Debug)]
pub struct FactsBuf<'r> {
    request: &'r Request,
    headers: Vec<Header<'r>>,
    known: Option<Vec<&'r [u8]>>,
}

impl Request {
    /// The request as facts; call [`FactsBuf::facts`] on what this gives.
    pub fn facts(&self) -> FactsBuf<'_> {
        let headers =
            self.headers.iter().map(|(name, value)| Header { name: name.as_bytes(), value: value.as_bytes() });
        let known = self.headers_known.as_ref().map(|names| names.iter().map(Text::as_bytes).collect());
        FactsBuf { request: self, headers: headers.collect(), known }
    }

    /// The TLS session; a request by `http` of which nothing else is known came without one.
    fn session(&self) -> TlsFacts<'_> {
        let is_http = lend(&self.scheme).present().is_some_and(|scheme| scheme.as_bytes() == b"http");
        if is_http && self.tls == Tls::default() {
            return TlsFacts {
                version: Fact::Absent,
                ja4: Fact::Absent,
                ja3: Fact::Absent,
                cipher: Fact::Absent,
                ..TlsFacts::default()
            };
        }
        TlsFacts {
            version: self.tls.version,
            ja4: bytes(&self.tls.ja4),
            ja4_by: self.tls.ja4_by,
            ja3: bytes(&self.tls.ja3),
            cipher: bytes(&self.tls.cipher),
        }
    }
}

impl FactsBuf<'_> {
    /// The facts, as an adapter would give them.
    pub fn facts(&self) -> Facts<'_> {
        let request = self.request;
        Facts {
            method: request.method.as_bytes(),
            scheme: bytes(&request.scheme),
            authority: request.authority.as_bytes(),
            path: request.path.as_bytes(),
            version: bytes(&request.version),
            pseudo_order: bytes(&request.pseudo_order),
            headers: &self.headers,
            headers_known: self.known.as_deref(),
            header_order: request.header_order,
            body: lend(&request.body).map(Vec::as_slice),
            client: ClientFacts {
                address: request.client.address,
                provenance: request.client.provenance,
                asn: request.client.asn,
                organisation: bytes(&request.client.organisation),
                country: bytes(&request.client.country),
            },
            tls: request.session(),
            h2_fingerprint: bytes(&request.h2_fingerprint),
        }
    }
}

fn bytes(fact: &Fact<Text>) -> Fact<&[u8]> {
    lend(fact).map(Text::as_bytes)
}
