//! The client's request: what is read of it, what is changed, and its way to a backend.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use core::ops::Range;

use fastly_shared::{BodyWriteEnd, FastlyStatus};
use fastly_sys::fastly_http_downstream as downstream;
use fastly_sys::fastly_http_req as sys;

use super::response::Response;
use super::{Answer, Arena, done};

/// A request and its body, held by the host.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Request {
    pub(crate) head: u32,
    pub(crate) body: u32,
}

impl Request {
    /// The request that this sandbox was made for.
    pub(crate) fn first() -> Answer<Self> {
        let mut request = Request { head: u32::MAX, body: u32::MAX };
        // SAFETY: both places live as long as the call.
        done(unsafe { sys::body_downstream_get(&mut request.head, &mut request.body) })?;
        Ok(request)
    }

    pub(crate) fn method(self, to: &mut Arena) -> Answer<Range<usize>> {
        // SAFETY: the host writes into the room that the arena offers.
        to.fill(|at, room, written| unsafe { sys::method_get(self.head, at, room, written) })
    }

    /// The whole URL, as the client sent its parts.
    pub(crate) fn url(self, to: &mut Arena) -> Answer<Range<usize>> {
        // SAFETY: as above.
        to.fill(|at, room, written| unsafe { sys::uri_get(self.head, at, room, written) })
    }

    /// The number of the HTTP version: 1 is 1.0, 2 is 1.1, 3 is 2, 4 is 3.
    pub(crate) fn version(self) -> Answer<u32> {
        let mut version = 0;
        // SAFETY: the place lives as long as the call.
        done(unsafe { sys::version_get(self.head, &mut version) })?;
        Ok(version)
    }

    /// Names as the client wrote them, in its order.
    pub(crate) fn original_names(self, to: &mut Arena) -> Answer<Range<usize>> {
        // SAFETY: the host writes into the room that the arena offers.
        to.fill_list(|at, room, cursor, next, written| unsafe {
            downstream::downstream_original_header_names(self.head, at, room, cursor, next, written)
        })
    }

    /// Names of all headers, one a name.
    pub(crate) fn names(self, to: &mut Arena) -> Answer<Range<usize>> {
        // SAFETY: as above.
        to.fill_list(|at, room, cursor, next, written| unsafe {
            sys::header_names_get(self.head, at, room, cursor, next, written)
        })
    }

    /// Values of the header whose name stands at `name`.
    pub(crate) fn values(self, to: &mut Arena, name: &Range<usize>) -> Answer<Range<usize>> {
        let name = to.get(name).to_vec();
        // SAFETY: as above; the name lives as long as the call.
        to.fill_list(|at, room, cursor, next, written| unsafe {
            sys::header_values_get(self.head, name.as_ptr(), name.len(), at, room, cursor, next, written)
        })
    }

    /// The socket's peer.
    pub(crate) fn address(self) -> Answer<Option<IpAddr>> {
        let (mut octets, mut written) = ([0u8; 16], 0usize);
        // SAFETY: the host writes at most sixteen bytes.
        done(unsafe { downstream::downstream_client_ip_addr(self.head, octets.as_mut_ptr(), &mut written) })?;
        Ok(match written {
            4 => octets.first_chunk::<4>().map(|octets| IpAddr::V4(Ipv4Addr::from(*octets))),
            16 => Some(IpAddr::V6(Ipv6Addr::from(octets))),
            _ => None,
        })
    }

    /// What the host calls this request.
    pub(crate) fn id(self, to: &mut Arena) -> Answer<Range<usize>> {
        // SAFETY: the host writes into the room that the arena offers.
        to.fill(|at, room, written| unsafe { downstream::downstream_client_request_id(self.head, at, room, written) })
    }

    /// One of the texts about the connection.
    pub(crate) fn text(self, what: Text, to: &mut Arena) -> Answer<Range<usize>> {
        let call = match what {
            Text::TlsProtocol => downstream::downstream_tls_protocol,
            Text::TlsCipher => downstream::downstream_tls_cipher_openssl_name,
            Text::Ja4 => downstream::downstream_tls_ja4,
            Text::Http2 => downstream::downstream_client_h2_fingerprint,
        };
        // SAFETY: as above.
        to.fill(|at, room, written| unsafe { call(self.head, at, room, written) })
    }

    /// The JA3 digest.
    pub(crate) fn ja3(self) -> Answer<[u8; 16]> {
        let (mut digest, mut written) = ([0u8; 16], 0usize);
        // SAFETY: the host writes sixteen bytes, as the SDK has it.
        done(unsafe { downstream::downstream_tls_ja3_md5(self.head, digest.as_mut_ptr(), &mut written) })?;
        Ok(digest)
    }

    /// Sets a header, in place of those of its name.
    pub(crate) fn set_header(self, name: &[u8], value: &[u8]) -> Answer<()> {
        // SAFETY: name and value live as long as the call.
        done(unsafe { sys::header_insert(self.head, name.as_ptr(), name.len(), value.as_ptr(), value.len()) })
    }

    /// Adds a header beside those of its name.
    pub(crate) fn add_header(self, name: &[u8], value: &[u8]) -> Answer<()> {
        // SAFETY: as above.
        done(unsafe { sys::header_append(self.head, name.as_ptr(), name.len(), value.as_ptr(), value.len()) })
    }

    pub(crate) fn remove_header(self, name: &[u8]) -> Answer<()> {
        // SAFETY: as above.
        done(unsafe { sys::header_remove(self.head, name.as_ptr(), name.len()) })
    }

    /// To the backend by HTTP/1.1, whatever the client speaks: the host refuses HTTP/2 there.
    pub(crate) fn use_http_1(self) -> Answer<()> {
        const HTTP_1_1: u32 = 2;
        // SAFETY: no memory is passed.
        done(unsafe { sys::version_set(self.head, HTTP_1_1) })
    }

    /// Past the host's cache, to the backend and back.
    pub(crate) fn pass_cache(self) -> Answer<()> {
        const PASS: u32 = 1;
        // SAFETY: no surrogate key is given.
        done(unsafe { sys::cache_override_v2_set(self.head, PASS, 0, 0, core::ptr::null(), 0) })
    }

    /// At most `most` bytes of the body's start; they stay in the body.
    pub(crate) fn body_prefix(self, most: usize) -> Answer<Vec<u8>> {
        use fastly_sys::fastly_http_body as body;
        let mut prefix = vec![0u8; most];
        let mut length = 0usize;
        while let Some(rest) = prefix.get_mut(length..).filter(|rest| !rest.is_empty()) {
            let mut read = 0usize;
            // SAFETY: the host writes into `rest`.
            let status = unsafe { body::read(self.body, rest.as_mut_ptr(), rest.len(), &mut read) };
            if status.is_err() || read == 0 {
                break;
            }
            length = length.saturating_add(read);
        }
        prefix.truncate(length);
        // The host takes a part at a time, and the last part must be put back first.
        let mut end = prefix.len();
        while end > 0 {
            let start = end.saturating_sub(PART);
            let part = prefix.get(start..end).unwrap_or_default();
            let mut written = 0usize;
            // SAFETY: the part lives as long as the call.
            done(unsafe { body::write(self.body, part.as_ptr(), part.len(), BodyWriteEnd::Front, &mut written) })?;
            end = start;
        }
        Ok(prefix)
    }

    /// To the backend, and wait for the answer's head.
    pub(crate) fn send(self, backend: &str) -> Answer<Response> {
        let mut detail = sys::SendErrorDetail::uninitialized_all();
        let mut response = Response { head: u32::MAX, body: u32::MAX };
        // SAFETY: all places live as long as the call.
        let status = unsafe {
            sys::send_v2(
                self.head,
                self.body,
                backend.as_ptr(),
                backend.len(),
                &mut detail,
                &mut response.head,
                &mut response.body,
            )
        };
        done(status).map(|()| response)
    }

    /// To the backend, and its answer to the client, without us.
    pub(crate) fn hand_over(self, backend: &str) -> Answer<()> {
        let mut pending = u32::MAX;
        // SAFETY: all places live as long as the call.
        done(unsafe { sys::send_async(self.head, self.body, backend.as_ptr(), backend.len(), &mut pending) })?;
        // SAFETY: the handle is the one that the host just gave.
        done(unsafe { fastly_sys::fastly_http_resp::send_downstream_pending(pending) })
    }
}

/// Bytes put back into a body at once.
const PART: usize = 8192;

/// Texts about the connection.
#[derive(Clone, Copy, Debug)]
pub(crate) enum Text {
    TlsProtocol,
    TlsCipher,
    Ja4,
    Http2,
}

/// Whether there is a backend of this name.
pub(crate) fn is_backend(name: &str) -> bool {
    let mut is_there = 0;
    // SAFETY: name and place live as long as the call.
    let status = unsafe { fastly_sys::fastly_backend::exists(name.as_ptr(), name.len(), &mut is_there) };
    status.is_ok() && is_there != 0
}

/// Where an address is, as the host's JSON.
pub(crate) fn geography(address: IpAddr, to: &mut Arena) -> Answer<Range<usize>> {
    let octets = match address {
        IpAddr::V4(v4) => v4.octets().to_vec(),
        IpAddr::V6(v6) => v6.octets().to_vec(),
    };
    // SAFETY: the octets live as long as the call; the host writes into the room that the arena offers.
    to.fill(|at, room, written| -> FastlyStatus {
        unsafe { fastly_sys::fastly_geo::lookup(octets.as_ptr(), octets.len(), at, room, written) }
    })
}
