//! One request on its way through the filter.

use std::collections::BTreeMap;

use super::wire::Pairs;

/// A request as Envoy would hand it over.
#[derive(Clone, Debug, Default)]
pub struct Request {
    /// Pseudo headers and headers in map order.
    pub headers: Pairs,
    /// Properties by path, parts separated by NUL.
    pub properties: BTreeMap<Vec<u8>, Vec<u8>>,
    /// Trailers; none: the head ends the request.
    pub trailers: Pairs,
    /// The origin's answer, pseudo header first; none: the client went away before it.
    pub answer: Pairs,
}

impl Request {
    /// A request with pseudo headers in HTTP/1.1's order and no filter state.
    pub fn get(path: &str) -> Self {
        let pseudo = [(":authority", "shop.example"), (":path", path), (":method", "GET"), (":scheme", "https")];
        let headers =
            pseudo.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec())).collect();
        Request { headers, ..Request::default() }
    }

    /// With one more header.
    pub fn header(mut self, name: &str, value: impl AsRef<[u8]>) -> Self {
        self.headers.push((name.as_bytes().to_vec(), value.as_ref().to_vec()));
        self
    }

    /// With a trailer, which comes when the head has passed.
    pub fn trailer(mut self, name: &str, value: &str) -> Self {
        self.trailers.push((name.as_bytes().to_vec(), value.as_bytes().to_vec()));
        self
    }

    /// With a property; parts of the path are separated by NUL.
    pub fn property(mut self, path: &str, value: &str) -> Self {
        self.properties.insert(path.as_bytes().to_vec(), value.as_bytes().to_vec());
        self
    }

    /// Answered by the origin with these headers.
    pub fn answered(mut self, status: u16, headers: &[(&str, &str)]) -> Self {
        let pairs = headers.iter().map(|(name, value)| (name.as_bytes().to_vec(), value.as_bytes().to_vec()));
        self.answer = vec![(b":status".to_vec(), status.to_string().into_bytes())];
        self.answer.extend(pairs);
        self
    }

    /// With the joined filter state that the example configuration makes.
    pub fn state(self, ja4: &str, peer: &str, tls: &str, protocol: &str) -> Self {
        self.property("filter_state\0weir.request", &format!("{ja4}||{peer}|{tls}||{protocol}"))
    }
}

/// An answer that the filter gave itself.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status.
    pub status: u32,
    /// Response code details.
    pub details: String,
    /// Headers.
    pub headers: Pairs,
    /// Body.
    pub body: Vec<u8>,
    /// gRPC status; -1 for none.
    pub grpc_status: i32,
}

/// What became of a request.
#[derive(Clone, Debug)]
pub struct Seen {
    /// The filter let it go on.
    pub continued: bool,
    /// The filter answered it.
    pub reply: Option<Reply>,
    /// Headers as they go upstream.
    pub headers: Pairs,
    /// Trailers as they go upstream.
    pub trailers: Pairs,
    /// Properties that the filter set.
    pub set: BTreeMap<String, Vec<u8>>,
    /// Host calls made in the request-headers callback, in order.
    pub calls: Vec<String>,
    /// Host calls made when the request was logged, in order.
    pub log_calls: Vec<String>,
}

impl Seen {
    /// First value of a header on its way upstream.
    pub fn header(&self, name: &str) -> Option<&[u8]> {
        self.headers.iter().find(|(other, _)| other == name.as_bytes()).map(|(_, value)| value.as_slice())
    }
}

/// A stream's data while the filter has it.
#[derive(Default)]
pub(super) struct Stream {
    pub(super) request: Request,
    /// Header maps can be read.
    pub(super) in_headers: bool,
    /// Trailers can be read.
    pub(super) in_trailers: bool,
    /// The request is being logged: the answer's headers can be read.
    pub(super) in_log: bool,
    pub(super) reply: Option<Reply>,
    /// It was let go on after a pause.
    pub(super) resumed: bool,
    pub(super) set: BTreeMap<String, Vec<u8>>,
    pub(super) calls: Vec<String>,
}

impl Stream {
    /// What is logged as the answer: the filter's own, if it gave one.
    pub(super) fn answer(&self) -> Pairs {
        match &self.reply {
            Some(reply) => vec![(b":status".to_vec(), reply.status.to_string().into_bytes())],
            None => self.request.answer.clone(),
        }
    }
}
