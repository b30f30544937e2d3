//! What changes on a request and an answer as they pass (RFC 9110, 7.6): connection headers go, ours are set.

use core::net::IpAddr;

use filter_core::action::is_own_header;
use filter_core::facts::Fact;
use filter_core::limits;
use filter_core::policy::Settings;
use hyper::header::{
    AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, COOKIE, EXPECT, Entry, HOST, HeaderMap, HeaderName,
    HeaderValue, TE, TRANSFER_ENCODING, UPGRADE,
};
use hyper::http::request::Parts;
use hyper::http::uri::{PathAndQuery, Uri};
use hyper::{Request, Response, StatusCode, Version};

use crate::act;
use crate::body::Body;
use crate::facts::Connection;
use crate::origin::Origin;

const KEEP_ALIVE: HeaderName = HeaderName::from_static("keep-alive");
const PROXY_CONNECTION: HeaderName = HeaderName::from_static("proxy-connection");
const FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");
pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");
const FORWARDED_PROTO: HeaderName = HeaderName::from_static("x-forwarded-proto");

/// Headers in which proxies name the client; origins believe them.
const ADDRESSES: [&str; 6] =
    ["forwarded", "x-real-ip", "x-forwarded-host", "true-client-ip", "cf-connecting-ip", "fastly-client-ip"];

/// gRPC's UNAVAILABLE.
const UNAVAILABLE: HeaderValue = HeaderValue::from_static("14");

/// Who asks, for the headers that tell the origin.
pub(crate) struct Peer {
    address: Option<IpAddr>,
    is_tls: bool,
    /// A proxy of ours in front: what it says of the client is passed on.
    pub(crate) is_trusted: bool,
}

impl Peer {
    pub(crate) fn new(connection: &Connection, settings: &Settings) -> Self {
        let address = match connection.peer {
            Fact::Present(address) => Some(address.to_canonical()),
            Fact::Unknown | Fact::Absent => None,
        };
        let trust = &settings.client_address;
        let is_listed = |address| trust.trusted_proxies.iter().any(|prefix| prefix.contains(address));
        let is_trusted = match trust.trusted_proxies.is_empty() {
            true => trust.trusted_hops > 0,
            false => address.is_some_and(is_listed),
        };
        Peer { address, is_tls: connection.tls.is_some(), is_trusted }
    }
}

/// The request for the origin.
pub(crate) fn request(
    mut parts: Parts,
    body: Body,
    peer: &Peer,
    origin: &Origin,
    by_http2: bool,
    upgrade: Option<&HeaderValue>,
) -> Result<Request<Body>, &'static str> {
    remove_hop_by_hop(&mut parts.headers, by_http2);
    // hyper has answered it, or will when the body is asked for.
    parts.headers.remove(EXPECT);
    forwarded(&mut parts.headers, peer);
    let path = parts.uri.path_and_query().cloned().unwrap_or_else(|| PathAndQuery::from_static("/"));
    let named = parts.uri.authority().map(|authority| authority.as_str().to_owned());
    if by_http2 {
        let host = parts.headers.remove(HOST).and_then(|host| host.to_str().ok().map(str::to_owned));
        let authority = named.or(host).unwrap_or_else(|| origin.target().authority().to_owned());
        let uri = Uri::builder().scheme(origin.target().scheme()).authority(authority).path_and_query(path);
        parts.uri = uri.build().map_err(|_| "the request names no host that can be passed on")?;
        parts.version = Version::HTTP_2;
    } else {
        if let Some(named) = named {
            parts.headers.insert(HOST, HeaderValue::try_from(named).map_err(|_| "the request names no host")?);
        }
        join_cookies(&mut parts.headers);
        parts.uri = Uri::from(path);
        parts.version = Version::HTTP_11;
        if let Some(protocol) = upgrade {
            parts.headers.insert(CONNECTION, HeaderValue::from_static("upgrade"));
            parts.headers.insert(UPGRADE, protocol.clone());
        }
    }
    Ok(Request::from_parts(parts, body))
}

/// The answer for the client.
pub(crate) fn response(mut response: Response<Body>) -> Response<Body> {
    let upgrade = match response.status() == StatusCode::SWITCHING_PROTOCOLS {
        true => response.headers().get(UPGRADE).cloned(),
        false => None,
    };
    remove_hop_by_hop(response.headers_mut(), false);
    if let Some(protocol) = upgrade {
        response.headers_mut().insert(CONNECTION, HeaderValue::from_static("upgrade"));
        response.headers_mut().insert(UPGRADE, protocol);
    }
    // The client's connection has a version of its own.
    *response.version_mut() = Version::HTTP_11;
    response
}

/// An answer made here since the origin gave none.
pub(crate) fn failed(status: StatusCode, why: &'static str, is_grpc: bool) -> Response<Body> {
    let mut response = Response::new(if is_grpc { Body::Empty } else { Body::of(format!("{why}\n")) });
    let headers = response.headers_mut();
    headers.insert("cache-control", HeaderValue::from_static("no-store"));
    if is_grpc {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("application/grpc"));
        headers.insert("grpc-status", UNAVAILABLE);
        headers.insert("grpc-message", HeaderValue::from_static(why));
    } else {
        headers.insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
        *response.status_mut() = status;
    }
    response
}

/// Why a request has no one meaning: the origin could read it otherwise than it was judged.
pub(crate) fn unreadable<B>(request: &Request<B>) -> Option<(StatusCode, &'static str)> {
    let headers = request.headers();
    if headers.len() > limits::HEADERS {
        return Some((StatusCode::REQUEST_HEADER_FIELDS_TOO_LARGE, "too many header lines"));
    }
    (headers.get_all(HOST).iter().count() > 1).then_some((StatusCode::BAD_REQUEST, "more than one host"))
}

/// Whether the request is gRPC, which goes by HTTP/2; grpc-web is an ordinary request.
pub(crate) fn is_grpc<B>(request: &Request<B>) -> bool {
    let kind = request.headers().get(CONTENT_TYPE).map_or(&b""[..], HeaderValue::as_bytes);
    kind.strip_prefix(b"application/grpc").is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// Removes trailers that no client may send (RFC 9110, 6.5.1): an origin that takes them for headers would believe them.
pub(crate) fn trailers(trailers: &mut HeaderMap) {
    act::remove_own(trailers);
    let standard =
        [HOST, COOKIE, AUTHORIZATION, CONNECTION, CONTENT_LENGTH, CONTENT_TYPE, TE, TRANSFER_ENCODING, UPGRADE];
    for name in standard.iter().chain([&KEEP_ALIVE, &PROXY_CONNECTION, &FORWARDED_FOR, &FORWARDED_PROTO, &REQUEST_ID]) {
        trailers.remove(name);
    }
    for name in ADDRESSES {
        trailers.remove(name);
    }
}

/// Headers of this connection alone, and those that `connection` names.
fn remove_hop_by_hop(headers: &mut HeaderMap, keep_trailers: bool) {
    if let Entry::Occupied(connection) = headers.entry(CONNECTION) {
        let (_, values) = connection.remove_entry_mult();
        let values: Vec<HeaderValue> = values.collect();
        for name in values.iter().flat_map(|value| value.as_bytes().split(|byte| *byte == b',')) {
            // Ours are not the client's to remove, nor what the request was judged by.
            if let Ok(name) = HeaderName::from_bytes(name.trim_ascii())
                && !is_own_header(name.as_str().as_bytes())
                && ![HOST, COOKIE, AUTHORIZATION].contains(&name)
            {
                headers.remove(name);
            }
        }
    }
    let is_trailers = |value: &HeaderValue| value.as_bytes().trim_ascii().eq_ignore_ascii_case(b"trailers");
    if !keep_trailers || !headers.get(TE).is_some_and(is_trailers) {
        headers.remove(TE);
    }
    for name in [KEEP_ALIVE, PROXY_CONNECTION, TRANSFER_ENCODING, UPGRADE] {
        headers.remove(name);
    }
}

/// What an untrusted client says of itself in these headers is replaced, never added to.
fn forwarded(headers: &mut HeaderMap, peer: &Peer) {
    let Some(address) = peer.address else { return };
    let chain = headers.get_all(FORWARDED_FOR).iter().filter_map(|value| value.to_str().ok());
    let mut chain: Vec<String> = if peer.is_trusted { chain.map(str::to_owned).collect() } else { Vec::new() };
    chain.push(address.to_string());
    if let Ok(value) = HeaderValue::try_from(chain.join(", ")) {
        headers.insert(FORWARDED_FOR, value);
    }
    if !peer.is_trusted {
        for name in ADDRESSES {
            headers.remove(name);
        }
    }
    if !peer.is_trusted || !headers.contains_key(FORWARDED_PROTO) {
        headers.insert(FORWARDED_PROTO, HeaderValue::from_static(if peer.is_tls { "https" } else { "http" }));
    }
}

/// HTTP/2's crumbs make one line of HTTP/1 (RFC 9113, 8.2.3).
fn join_cookies(headers: &mut HeaderMap) {
    let crumbs: Vec<&[u8]> = headers.get_all(COOKIE).iter().map(HeaderValue::as_bytes).collect();
    if crumbs.len() > 1
        && let Ok(value) = HeaderValue::from_bytes(&crumbs.join(&b"; "[..]))
    {
        headers.insert(COOKIE, value);
    }
}
