//! A request's way to the origin, and its answer's to the client.

use filter_core::facts::{Fact, Header, Outcome};

use crate::facts::RequestBytes;
use crate::hostcalls::Arena;
use crate::hostcalls::request::Request;
use crate::hostcalls::response::Response;
use crate::{fail_open, log};

/// Makes the request ready for the origin: without forged headers, with ours and the client's address.
/// Where `may_cache`, an untagged one may be answered from the host's cache.
pub(crate) fn prepare(request: Request, bytes: &RequestBytes, headers: &[(&'static str, String)], may_cache: bool) {
    let mut refused = None;
    if bytes.has_own() {
        for name in bytes.own_names() {
            refused = refused.or(request.remove_header(name).err());
        }
    }
    for (name, value) in headers {
        refused = refused.or(request.set_header(name.as_bytes(), value.as_bytes()).err());
    }
    if let Some(address) = bytes.address() {
        let address = address.to_string();
        // Origins behind Fastly read both. What the client said in the first is a lie, in the second a claim.
        refused = refused.or(request.set_header(b"fastly-client-ip", address.as_bytes()).err());
        refused = refused.or(request.add_header(b"x-forwarded-for", address.as_bytes()).err());
    }
    refused = refused.or(request.use_http_1().err());
    if !may_cache || !headers.is_empty() {
        refused = refused.or(request.pass_cache().err());
    }
    if let Some(refusal) = refused {
        log::say(&format!("a header of the request could not be changed: {refusal}"));
    }
}

/// Sends the request and hands its answer over without waiting for it.
pub(crate) fn hand_over(request: Request, backend: &str, is_grpc: bool) {
    match request.hand_over(backend) {
        Ok(()) => {}
        Err(refusal) => {
            log::say(&format!("backend `{backend}`: {refusal}"));
            answer_for_origin(is_grpc);
        }
    }
    fail_open::is_served();
}

/// Sends the request, shows its answer's head to `look`, and sends the answer on.
pub(crate) fn send(request: Request, backend: &str, is_grpc: bool, look: impl FnOnce(&Outcome<'_>)) {
    match request.send(backend) {
        Ok(response) => {
            fail_open::waits_for_response(response);
            with_outcome(response, look);
            send_on(response);
        }
        Err(refusal) => {
            log::say(&format!("backend `{backend}`: {refusal}"));
            look(&Outcome { status: Fact::Absent, ..Outcome::default() });
            answer_for_origin(is_grpc);
            fail_open::is_served();
        }
    }
}

/// Sends an answer to the client. Its body goes on without us.
pub(crate) fn send_on(response: Response) {
    if let Err(refusal) = response.send() {
        log::say(&format!("an answer could not be sent: {refusal}"));
    }
    fail_open::is_served();
}

/// Answers in the place of an origin that gave no answer.
pub(crate) fn answer_for_origin(is_grpc: bool) {
    const WHY: &str = "the origin gave no answer";
    let made = match is_grpc {
        // gRPC's UNAVAILABLE.
        true => {
            let headers = [("content-type", "application/grpc"), ("grpc-status", "14"), ("grpc-message", WHY)];
            Response::make(200, headers.into_iter(), b"")
        }
        false => {
            let headers = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")];
            Response::make(503, headers.into_iter(), format!("{WHY}\n").as_bytes())
        }
    };
    // Whatever is refused here, nothing is left to try.
    let _ = made.and_then(Response::send);
}

/// Whether a request is gRPC; grpc-web is an ordinary request.
pub(crate) fn is_grpc(bytes: &RequestBytes) -> bool {
    let kind = bytes.header(b"content-type").unwrap_or_default();
    kind.strip_prefix(b"application/grpc").is_some_and(|rest| matches!(rest.first(), None | Some(b'+' | b';')))
}

/// Lends what the core wants to know of an answer.
fn with_outcome(response: Response, look: impl FnOnce(&Outcome<'_>)) {
    const LOOKED_AT: [&str; 4] = ["set-cookie", "etag", "last-modified", "location"];
    let mut arena = Arena::default();
    let status = response.status();
    let length = response.header("content-length", &mut arena).ok();
    let values = LOOKED_AT.map(|name| response.header(name, &mut arena).ok().map(|value| (name, value)));
    let lines: Vec<Header<'_>> = values
        .iter()
        .flatten()
        .map(|(name, value)| Header { name: name.as_bytes(), value: arena.get(value) })
        .collect();
    let length = length.and_then(|range| core::str::from_utf8(arena.get(&range)).ok()?.parse().ok());
    look(&Outcome {
        status: status.map_or(Fact::Unknown, Fact::Present),
        size: length.map_or(Fact::Unknown, Fact::Present),
        headers: &lines,
        ..Outcome::default()
    });
}
