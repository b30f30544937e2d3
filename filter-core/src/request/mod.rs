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
pub use headers::{HeaderName, Headers};
pub use kind::{Method, RequestKind};
pub use path::Path;
pub use transport::HttpVersion;

use crate::facts::{Fact, Facts};

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
    /// Protocol version.
    pub version: Fact<HttpVersion>,
    /// What kind of request a browser would call this.
    pub kind: RequestKind,
}

impl<'a> Request<'a> {
    /// Indexes `facts` under the host's address settings.
    pub fn new(facts: &'a Facts<'a>, settings: &ClientAddressSettings) -> Self {
        let headers = Headers::new(facts);
        let method = Method::parse(facts.method);
        let path = Path::new(facts.path);
        let client = ClientAddress::resolve(facts, &headers, settings);
        let kind = RequestKind::classify(method, &headers, path.normalised());
        Request {
            facts,
            method,
            secure: transport::secure(facts, &headers, &client),
            version: HttpVersion::of(facts),
            headers,
            path,
            client,
            kind,
        }
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
