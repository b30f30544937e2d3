//! The answer sent in the origin's place, whole, in the form its caller reads.

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec;
use alloc::vec::Vec;

use super::Judged;
use crate::bytes;
use crate::facts::Fact;
use crate::policy::{Action, Block, Limited, RateLimit, Redirect, Refused, Tarpit};
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
    /// For the host's log: `weir_block{rule=<id>}`, by the action, without spaces.
    pub details: String,
}

/// PERMISSION_DENIED (gRPC's `codes`).
const PERMISSION_DENIED: u32 = 7;
/// RESOURCE_EXHAUSTED.
const RESOURCE_EXHAUSTED: u32 = 8;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Form {
    Grpc(&'static str),
    Json,
    Html,
    Text,
}

/// What a reply says, whatever its form.
struct Answer<'a> {
    status: u16,
    /// Names the kind of refusal to programs.
    code: &'static str,
    title: &'static str,
    message: Cow<'a, str>,
    location: Option<&'a str>,
    refused: Option<Refused<'a>>,
}

impl<'a> Answer<'a> {
    fn block(block: &'a Block) -> Self {
        let message = Cow::Borrowed(block.message.as_str());
        Answer { status: block.status, code: "blocked", title: "Blocked", message, location: None, refused: None }
    }

    fn redirect(redirect: &'a Redirect) -> Self {
        let location = redirect.location.as_str();
        let message = Cow::Owned(format!("go to {location}"));
        let (status, location) = (redirect.status, Some(location));
        Answer { status, code: "redirected", title: "Moved", message, location, refused: None }
    }
}

impl Judged<'_> {
    /// The answer to send: where the action is to block, limit (with `retry-after` of RFC 9110, `ratelimit-policy` and `ratelimit` of
    /// draft-ietf-httpapi-ratelimit-headers-10) or redirect, and where it is a tarpit for when the request is not, or no
    /// longer, held. `None` for a redirect to where the request goes already: it passes.
    pub fn reply(&self) -> Option<Reply> {
        let action = self.decision.action;
        let request = self.seen.request;
        let answer = match action {
            Action::Block(block) | Action::Tarpit(Tarpit { block, .. }) => Answer::block(block),
            Action::Limit(Limited { block, .. }) => {
                let (code, title, refused) = ("limited", "Too many requests", self.decision.refused);
                Answer { code, title, refused, ..Answer::block(block) }
            }
            Action::Redirect(redirect) if leads_to(&redirect.location, request) => return None,
            Action::Redirect(redirect) => Answer::redirect(redirect),
            Action::Allow | Action::Monitor | Action::Tag | Action::Route(_) => return None,
        };
        let receipt = self.receipt()?.to_string();
        let form = Form::of(request);
        let mut headers = vec![("cache-control", "no-store".to_string()), ("x-weir-receipt", receipt.clone())];
        let grpc_code = if answer.refused.is_some() { RESOURCE_EXHAUSTED } else { PERMISSION_DENIED };
        let (content_type, body) = match form {
            Form::Grpc(content_type) => {
                headers.push(("grpc-status", grpc_code.to_string()));
                headers.push(("grpc-message", percent(&format!("{} (receipt {receipt})", answer.message))));
                (content_type, String::new())
            }
            Form::Json => ("application/json", json(&answer, &receipt)),
            Form::Html => {
                headers.push(("content-security-policy", "default-src 'none'; style-src 'unsafe-inline'".to_string()));
                ("text/html; charset=utf-8", html(&answer, &receipt))
            }
            Form::Text => ("text/plain; charset=utf-8", format!("{}\nreceipt: {receipt}\n", answer.message)),
        };
        headers.push(("content-type", content_type.to_string()));
        headers.push(("x-content-type-options", "nosniff".to_string()));
        let grpc = matches!(form, Form::Grpc(_));
        if let Some(location) = answer.location.filter(|_| !grpc) {
            headers.push(("location", location.to_string()));
        }
        if let Some(refused) = answer.refused {
            let (RateLimit { id, requests, seconds, .. }, wait) = (refused.limit, refused.seconds());
            headers.push(("retry-after", wait.to_string()));
            headers.push(("ratelimit-policy", format!("\"{id}\";q={requests};w={seconds}")));
            headers.push(("ratelimit", format!("\"{id}\";r=0;t={wait}")));
        }
        Some(Reply {
            status: if grpc { 200 } else { answer.status },
            headers,
            body: if request.method == Method::Head { Vec::new() } else { body.into_bytes() },
            grpc_status: grpc.then_some(grpc_code),
            details: format!("weir_{}{{rule={}}}", action.as_str(), self.rule_id()),
        })
    }
}

/// Whether a request goes to `location`, whatever the queries.
fn leads_to(location: &str, request: &Request<'_>) -> bool {
    let local = location.strip_prefix("https://").or_else(|| location.strip_prefix("http://")).map(|rest| {
        let host = rest.split(['/', '?', '#']).next().unwrap_or_default();
        (host, rest.get(host.len()..).unwrap_or_default())
    });
    let (host, path) = local.map_or((None, location), |(host, path)| (Some(host), path));
    let path = path.split(['?', '#']).next().filter(|path| !path.is_empty()).unwrap_or("/");
    let asked = request.facts.path.split(|byte| *byte == b'?').next().unwrap_or_default();
    path.as_bytes() == asked && host.is_none_or(|host| host.as_bytes().eq_ignore_ascii_case(request.facts.authority))
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

fn json(answer: &Answer<'_>, receipt: &str) -> String {
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
    let Answer { code, message, .. } = answer;
    serde_json::to_string(&Body { error: Inner { code, message, receipt } }).unwrap_or_default()
}

fn html(answer: &Answer<'_>, receipt: &str) -> String {
    let title = answer.title;
    let message = answer.message.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    format!(
        "<!doctype html><html lang=\"en\"><meta charset=\"utf-8\"><title>{title}</title>\
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
