//! What a browser would call this request. Rules that hold for navigations must be silent on fetches, images and
//! preflights.

use super::{HeaderName, Headers};
use crate::bytes;
use crate::facts::Fact;

/// Request methods that some rule tells apart. Methods are case-sensitive (RFC 9110, 9.1).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the names are the methods")]
pub enum Method {
    Get,
    Head,
    Post,
    Put,
    Patch,
    Delete,
    Options,
    Connect,
    Trace,
    /// Any other token.
    Other,
}

impl Method {
    pub(crate) fn parse(method: &[u8]) -> Self {
        match method {
            b"GET" => Method::Get,
            b"HEAD" => Method::Head,
            b"POST" => Method::Post,
            b"PUT" => Method::Put,
            b"PATCH" => Method::Patch,
            b"DELETE" => Method::Delete,
            b"OPTIONS" => Method::Options,
            b"CONNECT" => Method::Connect,
            b"TRACE" => Method::Trace,
            _ => Method::Other,
        }
    }
}

/// The request's purpose, from Fetch Metadata where it was sent, else from method, path and content type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RequestKind {
    /// A page or frame is loaded.
    Navigation,
    /// A form is submitted as a navigation.
    FormPost,
    /// `fetch`, XMLHttpRequest, beacon or event stream.
    Fetch,
    /// Image, style, script, font, media, worker, manifest.
    Asset,
    /// CORS preflight.
    Preflight,
    /// WebSocket handshake.
    WebSocket,
    /// Nothing tells.
    Unknown,
}

impl RequestKind {
    /// The form used in policies and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            RequestKind::Navigation => "navigation",
            RequestKind::FormPost => "form_post",
            RequestKind::Fetch => "fetch",
            RequestKind::Asset => "asset",
            RequestKind::Preflight => "preflight",
            RequestKind::WebSocket => "websocket",
            RequestKind::Unknown => "unknown",
        }
    }

    pub(crate) fn classify(method: Method, headers: &Headers<'_>, path: &[u8]) -> Self {
        let has = |name| headers.get(name).is_present();
        if method == Method::Options && has(HeaderName::AccessControlRequestMethod) {
            return RequestKind::Preflight;
        }
        let mode = headers.get(HeaderName::SecFetchMode);
        if has(HeaderName::SecWebsocketKey) || mode == Fact::Present(b"websocket") {
            return RequestKind::WebSocket;
        }
        let form = headers.get(HeaderName::ContentType).present().is_some_and(is_form);
        match headers.get(HeaderName::SecFetchDest) {
            Fact::Present(b"document" | b"iframe" | b"frame" | b"embed" | b"object" | b"fencedframe") => {
                return if form && method == Method::Post { RequestKind::FormPost } else { RequestKind::Navigation };
            }
            Fact::Present(b"empty") => return RequestKind::Fetch,
            Fact::Present(_) => return RequestKind::Asset,
            // Without Fetch Metadata (plain transport) a prefetch still says so; it accepts pages and loads none.
            Fact::Absent | Fact::Unknown if has(HeaderName::SecPurpose) || has(HeaderName::Purpose) => {
                return RequestKind::Fetch;
            }
            Fact::Absent | Fact::Unknown => {}
        }
        let html =
            headers.get(HeaderName::Accept).present().is_some_and(|accept| bytes::contains(accept, b"text/html"));
        match method {
            Method::Get | Method::Head if is_asset_path(path) => RequestKind::Asset,
            Method::Get | Method::Head if html => RequestKind::Navigation,
            Method::Post if form && html => RequestKind::FormPost,
            Method::Post | Method::Put | Method::Patch | Method::Delete if !form => RequestKind::Fetch,
            _ => RequestKind::Unknown,
        }
    }
}

fn is_form(content_type: &[u8]) -> bool {
    let media_type = content_type.split(|b| *b == b';').next().unwrap_or(content_type).trim_ascii();
    media_type.eq_ignore_ascii_case(b"application/x-www-form-urlencoded")
        || media_type.eq_ignore_ascii_case(b"multipart/form-data")
        || media_type.eq_ignore_ascii_case(b"text/plain")
}

/// Extensions that pages embed; the ones that people also open (html, pdf, txt, json, xml) are left out.
pub(crate) fn is_asset_path(path: &[u8]) -> bool {
    let last = path.rsplit(|b| *b == b'/').next().unwrap_or(path);
    let Some(dot) = last.iter().rposition(|b| *b == b'.') else { return false };
    let Some(extension) = last.get(dot.saturating_add(1)..) else { return false };
    const ASSETS: [&[u8]; 22] = [
        b"css",
        b"js",
        b"mjs",
        b"png",
        b"jpg",
        b"jpeg",
        b"gif",
        b"webp",
        b"avif",
        b"svg",
        b"ico",
        b"bmp",
        b"woff",
        b"woff2",
        b"ttf",
        b"otf",
        b"eot",
        b"map",
        b"webmanifest",
        b"mp4",
        b"webm",
        b"mp3",
    ];
    extension.len() <= 11 && ASSETS.iter().any(|asset| extension.eq_ignore_ascii_case(asset))
}
