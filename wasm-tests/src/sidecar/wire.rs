//! A recorded request as the bytes that its client sent, after TLS: order, case and HTTP/2 settings as recorded.

use filter_core::facts::Fact;
use weir::trace::{Request, Text};

/// A request on a connection of its own.
pub struct Wire {
    /// All that the client sends.
    pub bytes: Vec<u8>,
    /// As HTTP/2.
    pub is_http2: bool,
    /// A recording may have only the start of a body, or none of it: then the request does not end.
    pub is_whole: bool,
}

/// The request's bytes. `None`: the recording does not say which HTTP it was.
pub fn of(request: &Request) -> Option<Wire> {
    let Fact::Present(version) = &request.version else { return None };
    let is_length = |(name, _): &&(Text, Text)| name.as_bytes().eq_ignore_ascii_case(b"content-length");
    let declared = request.headers.iter().find(is_length).map(|(_, value)| String::from_utf8_lossy(value.as_bytes()));
    let body = present(&request.body).map_or(0, Vec::len);
    let is_whole = declared.is_none_or(|declared| declared == body.to_string());
    let (bytes, is_http2) = match version.as_bytes() {
        b"2" => (http2(request, is_whole), true),
        b"1.1" | b"1.0" => (http1(request, version.as_bytes()), false),
        _ => return None,
    };
    Some(Wire { bytes, is_http2, is_whole })
}

fn http1(request: &Request, version: &[u8]) -> Vec<u8> {
    let mut out = [request.method.as_bytes(), b" ", request.path.as_bytes(), b" HTTP/", version, b"\r\n"].concat();
    for (name, value) in &request.headers {
        out.extend([name.as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
    }
    out.extend(b"\r\n");
    out.extend(present(&request.body).map_or(&[][..], Vec::as_slice));
    out
}

/// What a client sends first where the recording does not say: nothing but the preface and an empty SETTINGS frame.
pub const BARE: &str = "|00|0|";

fn http2(request: &Request, is_whole: bool) -> Vec<u8> {
    let mut out = b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n".to_vec();
    let bare = Text::from(BARE);
    let text = String::from_utf8_lossy(present(&request.h2_fingerprint).unwrap_or(&bare).as_bytes()).into_owned();
    let mut parts = text.split('|');
    let mut settings = Vec::new();
    for item in parts.next().unwrap_or_default().split(';').filter(|item| !item.is_empty()) {
        let (id, value) = item.split_once(':').unwrap_or((item, "0"));
        settings.extend(number::<u16>(id).to_be_bytes());
        settings.extend(number::<u32>(value).to_be_bytes());
    }
    out.extend(frame(4, 0, 0, &settings));
    if let Some(window) = parts.next().filter(|window| *window != "00") {
        out.extend(frame(8, 0, 0, &number::<u32>(window).to_be_bytes()));
    }
    let mut last_stream = 1;
    for item in parts.next().unwrap_or_default().split(',').filter(|item| *item != "0" && !item.is_empty()) {
        let fields: Vec<&str> = item.split(':').collect();
        let [stream, exclusive, parent, weight] = *fields.as_slice() else { continue };
        let parent = number::<u32>(parent) | if exclusive == "1" { 1 << 31 } else { 0 };
        let weight = u8::try_from(number::<u16>(weight).saturating_sub(1)).unwrap_or(u8::MAX);
        last_stream = number::<u32>(stream) + 2;
        out.extend(frame(2, 0, number(stream), &[&parent.to_be_bytes()[..], &[weight]].concat()));
    }
    let body = present(&request.body).map_or(&[][..], Vec::as_slice);
    let end_stream = u8::from(is_whole && body.is_empty());
    let block = block(request);
    let mut pieces = block.chunks(16_000).peekable();
    let mut kind = 1;
    while let Some(piece) = pieces.next() {
        let end_headers = if pieces.peek().is_none() { 4 } else { 0 };
        let flags = end_headers | if kind == 1 { end_stream } else { 0 };
        out.extend(frame(kind, flags, last_stream, piece));
        kind = 9;
    }
    if !body.is_empty() {
        out.extend(frame(0, u8::from(is_whole), last_stream, body));
    }
    out
}

/// The fields in plain text, none of them indexed.
fn block(request: &Request) -> Vec<u8> {
    let mut block = Vec::new();
    let usual = Text::from("mpsa");
    for letter in present(&request.pseudo_order).unwrap_or(&usual).as_bytes() {
        let scheme = Text::from("https");
        let (name, value) = match letter {
            b'm' => (":method", &request.method),
            b'p' => (":path", &request.path),
            b's' => (":scheme", present(&request.scheme).unwrap_or(&scheme)),
            _ => (":authority", &request.authority),
        };
        block.extend(field(name.as_bytes(), value.as_bytes()));
    }
    for (name, value) in &request.headers {
        block.extend(field(name.as_bytes(), value.as_bytes()));
    }
    block
}

fn field(name: &[u8], value: &[u8]) -> Vec<u8> {
    [&[0], &length(name.len())[..], name, &length(value.len())[..], value].concat()
}

/// An integer with a prefix of seven bits (RFC 7541, 5.1).
fn length(value: usize) -> Vec<u8> {
    if value < 127 {
        return vec![value as u8];
    }
    let (mut out, mut rest) = (vec![127], value - 127);
    while rest >= 128 {
        out.push((rest % 128) as u8 | 128);
        rest /= 128;
    }
    out.push(rest as u8);
    out
}

fn frame(kind: u8, flags: u8, stream: u32, payload: &[u8]) -> Vec<u8> {
    let length = (payload.len() as u32).to_be_bytes();
    [&length[1..], &[kind, flags], &stream.to_be_bytes(), payload].concat()
}

fn number<T: std::str::FromStr + Default>(text: &str) -> T {
    text.parse().unwrap_or_default()
}

fn present<T>(fact: &Fact<T>) -> Option<&T> {
    match fact {
        Fact::Present(value) => Some(value),
        Fact::Unknown | Fact::Absent => None,
    }
}
