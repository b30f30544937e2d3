//! The bounded view of one request: the second stage of the line.
//!
//! Bytes are indexed, classified and bounded here, once; nothing is rejected. What is odd about a request (a
//! duplicate, a malformed value, too much of something) is kept as a fact for the signals.

mod address;
mod headers;
mod kind;
mod path;
mod transport;

pub use address::{ClientAddress, ClientAddressSettings, Prefix};
pub(crate) use headers::HeaderIndex;
pub use headers::{HeaderName, Headers};
pub use kind::{Method, RequestKind};
pub use path::Path;
pub use transport::HttpVersion;

use crate::facts::{Fact, Facts, TlsFacts};

/// One request, indexed.
#[derive(Debug)]
pub struct Request<'a> {
    /// The facts as the host gave them.
    pub facts: &'a Facts<'a>,
    /// Known headers by name, duplicates and order.
    pub headers: Headers<'a>,
    /// Method, with the ones that matter named.
    pub method: Method,
    /// Path as sent and as normalised.
    pub path: Path<'a>,
    /// Client address after trusted hops, with where it came from.
    pub client: ClientAddress,
    /// Whether the client used TLS, also where a trusted hop took it off.
    pub secure: Fact<bool>,
    /// Protocol version of the client's own connection; unknown behind a proxy.
    pub version: Fact<HttpVersion>,
    /// What kind of request a browser would call this.
    pub kind: RequestKind,
}

impl<'a> Request<'a> {
    /// Indexes `facts` under the host's address settings.
    pub fn new(facts: &'a Facts<'a>, settings: &ClientAddressSettings) -> Self {
        Self::with_headers(facts, Headers::new(facts), settings)
    }

    /// With headers indexed before.
    pub(crate) fn with_headers(facts: &'a Facts<'a>, headers: Headers<'a>, settings: &ClientAddressSettings) -> Self {
        let method = Method::parse(facts.method);
        let path = Path::new(facts.path);
        let client = ClientAddress::resolve(facts, &headers, settings);
        let kind = RequestKind::classify(method, &headers, path.normalised());
        Request {
            facts,
            method,
            secure: transport::secure(facts, &headers, &client),
            version: if client.is_proxied { Fact::Unknown } else { HttpVersion::of(facts) },
            headers,
            path,
            client,
            kind,
        }
    }

    /// The TLS session of the client's own connection; unknown behind a proxy.
    pub fn tls(&self) -> TlsFacts<'a> {
        if self.client.is_proxied { TlsFacts::default() } else { self.facts.tls }
    }

    /// A header's value: unknown where the host cannot speak for it.
    pub fn header(&self, name: HeaderName) -> Fact<&'a [u8]> {
        self.headers.get(name)
    }

    /// Known to have come over TLS.
    pub fn is_secure(&self) -> bool {
        self.secure == Fact::Present(true)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ClientFacts, Header, Provenance, TlsVersion};

    #[test]
    fn the_connection_of_a_proxy_says_nothing_about_the_client() {
        let tls =
            TlsFacts { version: Fact::Present(TlsVersion::V1_2), ja4: Fact::Present(b"x"), ..TlsFacts::default() };
        let headers = [Header { name: b"x-forwarded-for", value: b"203.0.113.7" }];
        let client = ClientFacts {
            address: Fact::Present([10, 0, 0, 1].into()),
            provenance: Provenance::Peer,
            ..ClientFacts::default()
        };
        let facts = Facts { version: Fact::Present(b"2"), headers: &headers, client, tls, ..Facts::default() };
        let direct = Request::new(&facts, &ClientAddressSettings::default());
        assert!(direct.version.is_present() && direct.tls().ja4.is_present());
        for (trusted_hops, provenance) in [(1, Provenance::Hop), (2, Provenance::Unverified)] {
            let proxied = Request::new(&facts, &ClientAddressSettings { trusted_hops, ..Default::default() });
            assert_eq!(proxied.client.provenance, provenance);
            assert!(proxied.version == Fact::Unknown && proxied.tls().ja4 == Fact::Unknown);
        }
    }
}
