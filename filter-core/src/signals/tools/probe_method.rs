//! Methods that browsers and APIs do not use against a web origin, and scanners do.

use crate::facts::Fact;
use crate::request::{HttpVersion, Method, RequestKind};
use crate::signals::{Detail, Pillar, Scope, Seen, Signal};

/// See the module's text.
pub static SIGNAL: Signal = Signal {
    id: "probe_method",
    pillar: Pillar::Tools,
    scope: Scope::HeaderSet,
    weight: 4_500,
    #[cfg(any(test, feature = "catalogue"))]
    summary: "a method used for probing",
    #[cfg(any(test, feature = "catalogue"))]
    measured: "browsers 0 in 20139 requests, honeypot's browser claims 0 in 1851, recorded automation 0 in 1620 (2026-11)",
    detect,
    #[cfg(any(test, feature = "vectors"))]
    vectors: crate::signals::vectors::Vectors {
        fires: &[
            "TRACE https://shop.example/ HTTP/1.1
user-agent: curl/8.5.0
accept: */*",
            "DEBUG https://shop.example/ HTTP/1.1
user-agent: curl/8.5.0",
        ],
        silent: &["like chromium_form_post"],
    },
};

fn detect<'a>(seen: &Seen<'a>) -> Option<Detail<'a>> {
    let sent = seen.request.facts.method;
    let probes = match seen.request.method {
        Method::Trace | Method::Connect => true,
        Method::Other => {
            matches!(sent, b"TRACK" | b"DEBUG" | b"SEARCH" | b"INDEX" | b"PRI" | b"RPC_CONNECT" | b"ABC" | b"QUALYS")
                || !sent.iter().all(u8::is_ascii_uppercase)
        }
        _ => false,
    };
    // Extended CONNECT carries WebSockets over HTTP/2 (RFC 8441).
    let websocket =
        seen.request.kind == RequestKind::WebSocket || seen.request.version == Fact::Present(HttpVersion::V2);
    (probes && !(websocket && seen.request.method == Method::Connect)).then(|| Detail::new("method `{}`").with(sent))
}
