//! The answer to a blocked request, whole, in the form its caller reads.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::Judged;
use crate::bytes;
use crate::facts::Fact;
use crate::policy::{Action, Block};
use crate::request::{HeaderName, Method, Request, RequestKind};

/// An answer to send in the origin's place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Reply {
    /// HTTP status; 200 for gRPC, whose own status is in a header.
    pub status: u16,
    /// All headers but the length, gRPC's included.
    pub headers: Vec<(&'static str, String)>,
    /// Body; empty for gRPC and for HEAD.
    pub body: Vec<u8>,
    /// gRPC's status, where the caller speaks gRPC: for hosts that write its headers themselves.
    pub grpc_status: Option<u32>,
    /// For the host's log: `weir_block{rule=<id>}`, without spaces.
    pub details: String,
}

/// PERMISSION_DENIED (gRPC's `codes`).
const PERMISSION_DENIED: u32 = 7;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Grpc(&'static str),
    Json,
    Html,
    Text,
}

impl Judged<'_> {
    /// The answer to send, where the action is to block.
    pub fn reply(&self) -> Option<Reply> {
        let Action::Block(Block { status, message }) = self.decision.action else { return None };
        let receipt = self.receipt()?.to_string();
        let request = self.seen.request;
        let form = Form::of(request);
        let mut headers = vec![("cache-control", "no-store".to_string()), ("x-weir-receipt", receipt.clone())];
        let (content_type, body) = match form {
            Form::Grpc(content_type) => {
                headers.push(("grpc-status", PERMISSION_DENIED.to_string()));
                headers.push(("grpc-message", percent(&format!("{message} (receipt {receipt})"))));
                (content_type, String::new())
            }
            Form::Json => ("application/json", json(message, &receipt)),
            Form::Html => {
                headers.push(("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'".to_string()));
                ("text/html; charset=utf-8", html(message, &receipt))
            }
            Form::Text => ("text/plain; charset=utf-8", format!("{message}\nreceipt: {receipt}\n")),
        };
        headers.push(("content-type", content_type.to_string()));
        headers.push(("x-content-type-options", "nosniff".to_string()));
        let grpc = matches!(form, Form::Grpc(_));
        Some(Reply {
            status: if grpc { 200 } else { *status },
            headers,
            body: if request.method == Method::Head { Vec::new() } else { body.into_bytes() },
            grpc_status: grpc.then_some(PERMISSION_DENIED),
            details: format!("weir_block{{rule={}}}", self.rule_id()),
        })
    }
}

impl Form {
    /// A page only where a person will look at it: an API never gets HTML.
    fn of(request: &Request<'_>) -> Self {
        let value = |name| request.header(name).present().unwrap_or(b"");
        let content_type = value(HeaderName::ContentType);
        if bytes::contains_ignore_case(content_type.get(..20).unwrap_or(content_type), b"application/grpc-web") {
            return Form::Grpc("application/grpc-web");
        }
        if bytes::contains_ignore_case(content_type.get(..16).unwrap_or(content_type), b"application/grpc") {
            return Form::Grpc("application/grpc");
        }
        let accept = value(HeaderName::Accept);
        let html_at = bytes::find_ignore_case(accept, b"text/html");
        let json_at = bytes::find_ignore_case(accept, b"json");
        let prefers_html = html_at.is_some_and(|html| json_at.is_none_or(|json| html < json));
        let page = matches!(request.kind, RequestKind::Navigation | RequestKind::FormPost);
        let script = request.header(HeaderName::XRequestedWith).is_present()
            || matches!(request.header(HeaderName::SecFetchDest), Fact::Present(b"empty"));
        if page && prefers_html && !script {
            return Form::Html;
        }
        let sends_json = bytes::contains_ignore_case(content_type, b"json");
        if json_at.is_some() || sends_json || script || request.kind == RequestKind::Fetch {
            return Form::Json;
        }
        Form::Text
    }
}

fn json(message: &str, receipt: &str) -> String {
    #[derive(serde::Serialize)]
    struct Body<'a> {
        error: Inner<'a>,
    }
    #[derive(serde::Serialize)]
    struct Inner<'a> {
        code: &'static str,
        message: &'a str,
        receipt: &'a str,
    }
    serde_json::to_string(&Body { error: Inner { code: "blocked", message, receipt } }).unwrap_or_default()
}

fn html(message: &str, receipt: &str) -> String {
    let message = message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>Blocked</title>\
         <meta name=\"viewport\" content=\"width=device-width\">\
         <style>body{{font:1rem/1.5 system-ui,sans-serif;max-width:32rem;margin:15vh auto;padding:0 1rem}}</style>\
         <p>{message}</p><p>Receipt: <code>{receipt}</code></p></html>\n"
    )
}

/// gRPC's percent-encoding of messages: printable ASCII but `%` stays (gRPC over HTTP/2, "Responses").
fn percent(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for byte in text.bytes() {
        match byte {
            b' '..=b'~' if byte != b'%' => out.push(char::from(byte)),
            _ => out.push_str(&format!("%{byte:02X}")),
        }
    }
    out
}
