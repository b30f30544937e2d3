//! A request as it stands on the wire in HTTP/1, or written that way by hand.
//!
//! The target may be a whole URL (`GET https://shop.example/ HTTP/2`): it then gives scheme and authority.

use anyhow::{Result, bail};
use filter_core::facts::{Fact, HeaderOrder};

use crate::trace::{Request, Text};

/// `GET /path HTTP/1.1`
pub(super) fn is_request_line(line: &[u8]) -> bool {
    split_line(line).is_some()
}

/// Reads the whole request.
pub(super) fn parse(bytes: &[u8]) -> Result<Request> {
    let (head, body) = split_head(bytes.trim_ascii_start());
    let mut lines = head.split(|byte| *byte == b'\n').map(|line| line.strip_suffix(b"\r").unwrap_or(line));
    let Some((method, target, version)) = lines.next().and_then(split_line) else {
        bail!("the first line is not like `GET /path HTTP/1.1`");
    };
    let mut headers = Vec::new();
    for (line, number) in lines.zip(2u32..) {
        let Some(colon) = line.iter().skip(1).position(|byte| *byte == b':') else {
            bail!("line {number} is no header: `{}` has no colon", line.escape_ascii());
        };
        let (name, value) = line.split_at_checked(colon.saturating_add(1)).unwrap_or_default();
        headers.push((Text::from(name), Text::from(value.get(1..).unwrap_or_default().trim_ascii())));
    }
    let is_h1 = version.starts_with('1');
    let (scheme, authority, path) = split_target(target);
    let host = headers.iter().find(|(name, _)| name.as_bytes().eq_ignore_ascii_case(b"host"));
    let authority = authority.map(Text::from).or_else(|| host.map(|(_, value)| value.clone())).unwrap_or_default();
    Ok(Request {
        id: "raw".to_owned(),
        method: Text::from(method),
        scheme: scheme.map_or(Fact::Unknown, |scheme| Fact::Present(Text::from(scheme))),
        authority,
        path: rooted(path),
        version: Fact::Present(Text::from(version)),
        headers,
        header_order: if is_h1 { HeaderOrder::Original } else { HeaderOrder::Kept },
        body: if body.is_empty() { Fact::Unknown } else { Fact::Present(body.to_vec()) },
        ..Request::default()
    })
}

fn split_line(line: &[u8]) -> Option<(&[u8], &[u8], &'static str)> {
    let mut words = line.trim_ascii_end().split(|byte| *byte == b' ');
    let (method, target, protocol) = (words.next()?, words.next()?, words.next()?);
    let is_token = |byte: &u8| byte.is_ascii_alphanumeric() || *byte == b'-' || *byte == b'_';
    let version = match protocol {
        b"HTTP/1.0" => "1.0",
        b"HTTP/1.1" => "1.1",
        b"HTTP/2" | b"HTTP/2.0" => "2",
        b"HTTP/3" | b"HTTP/3.0" => "3",
        _ => return None,
    };
    let is_line = words.next().is_none() && !method.is_empty() && method.iter().all(is_token) && !target.is_empty();
    is_line.then_some((method, target, version))
}

/// Head without its last line end, and what follows the empty line.
fn split_head(bytes: &[u8]) -> (&[u8], &[u8]) {
    for end in [&b"\r\n\r\n"[..], b"\n\n"] {
        if let Some(at) = bytes.windows(end.len()).position(|window| window == end) {
            let body = bytes.get(at.saturating_add(end.len())..).unwrap_or_default();
            return (bytes.get(..at).unwrap_or(bytes), body);
        }
    }
    (bytes.trim_ascii_end(), b"")
}

/// `https://shop.example?x` asks for `/?x`.
pub(super) fn rooted(path: &[u8]) -> Text {
    if path.starts_with(b"?") { Text([b"/", path].concat()) } else { Text::from(path) }
}

/// Scheme, authority and path of a target; only a whole URL has the first two.
pub(super) fn split_target(target: &[u8]) -> (Option<&[u8]>, Option<&[u8]>, &[u8]) {
    let Some(at) = target.windows(3).position(|window| window == b"://") else { return (None, None, target) };
    let scheme = target.get(..at).unwrap_or_default();
    let rest = target.get(at.saturating_add(3)..).unwrap_or_default();
    if target.starts_with(b"/") {
        return (None, None, target);
    }
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or((rest, b""));
    let path = path.split(|byte| *byte == b'#').next().unwrap_or_default();
    (Some(scheme), Some(authority), if path.is_empty() { b"/" } else { path })
}
