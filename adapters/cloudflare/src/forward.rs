//! A request's way to the origin: without forged headers, with ours.

use wasm_bindgen::JsValue;
use wasm_bindgen::prelude::wasm_bindgen;
use web_sys::{Request, Response};

use crate::act;
use crate::facts::Head;

/// The request as the origin gets it; as it came where nothing is to be changed, so that the host copies nothing.
pub(crate) fn prepare(
    request: &Request,
    head: &Head<'_>,
    headers: &[(&'static str, String)],
) -> Result<Request, JsValue> {
    if head.own.is_empty() && headers.is_empty() {
        // Not its method of that name, which splits the body.
        return Ok(Clone::clone(request));
    }
    let changed = Request::new_with_request(request)?;
    let lines = changed.headers();
    for name in &head.own {
        lines.delete(name)?;
    }
    for (name, value) in headers {
        lines.set(name, value)?;
    }
    Ok(changed)
}

/// The answer in the place of an origin that gave none.
#[wasm_bindgen]
pub fn answer_for_origin(content_type: &str) -> Result<Response, JsValue> {
    const WHY: &str = "the origin gave no answer";
    if is_grpc(content_type) {
        // gRPC's UNAVAILABLE.
        let headers = [("content-type", "application/grpc"), ("grpc-status", "14"), ("grpc-message", WHY)];
        return act::response(200, headers.into_iter(), b"");
    }
    let headers = [("content-type", "text/plain; charset=utf-8"), ("cache-control", "no-store")];
    act::response(503, headers.into_iter(), format!("{WHY}\n").as_bytes())
}

/// Whether a request is gRPC; grpc-web is an ordinary request.
fn is_grpc(kind: &str) -> bool {
    kind.strip_prefix("application/grpc")
        .is_some_and(|rest| matches!(rest.as_bytes().first(), None | Some(b'+' | b';')))
}
