//! Combined log lines: `address ident user [time] "request" status bytes "referer" "user agent"`, and what follows.
//!
//! Only these two headers are known. A logged `-` is a header that was not sent: servers write both alike.

use std::net::IpAddr;

use filter_core::facts::{Fact, HeaderOrder, Provenance};

use super::{Logged, Problem, answer, stamp};
use crate::trace::{Client, Request, Text};

/// Reads one line.
pub(super) fn parse(line: &[u8], provenance: Option<Provenance>) -> Result<Logged, Problem> {
    let (head, rest) = split(line, b" [").ok_or_else(|| Problem::malformed("there is no `[time]`"))?;
    let (time, rest) = split(rest, b"] ").ok_or_else(|| Problem::malformed("`[time]` is not closed"))?;
    let time = std::str::from_utf8(time).ok().and_then(stamp::of_combined);
    let time = time.ok_or_else(|| Problem::malformed("the time is not like `17/May/2015:10:05:03 +0000`"))?;
    let (asked, rest) = quoted(rest).ok_or_else(|| Problem::malformed("the request is not in quotes"))?;
    // Status and size, then the two headers; the Common form ends before them.
    let mut numbers = rest.trim_ascii_start().splitn(3, |byte| *byte == b' ').map(number);
    let (status, size) = (numbers.next().flatten(), numbers.next().flatten());
    let answer = answer(time, status.and_then(|status| u16::try_from(status).ok()), size);
    let logged = logged(head, rest);
    // The two headers; the Common form ends before them.
    let mut headers = Vec::new();
    let mut known = Vec::new();
    let mut rest = rest;
    for name in ["referer", "user-agent"] {
        let Some((value, after)) = rest.iter().position(|byte| *byte == b'"').and_then(|at| quoted(rest.get(at..)?))
        else {
            break;
        };
        rest = after;
        known.push(Text::from(name));
        if value != b"-" {
            headers.push((Text::from(name), Text(value)));
        }
    }
    let (address, authority) = address(head);
    let (method, path, version) = request_line(&asked)?;
    let request = Request {
        t: time,
        method: Text::from(method),
        authority: Text::from(authority),
        path: Text::from(path),
        version,
        headers,
        headers_known: Some(known),
        header_order: HeaderOrder::Lost,
        client: Client { address, provenance: provenance.unwrap_or(Provenance::Peer), ..Client::default() },
        logged,
        ..Request::default()
    };
    Ok((request, answer))
}

fn number(text: &[u8]) -> Option<u64> {
    std::str::from_utf8(text).ok()?.parse().ok()
}

/// Status and size stand after the request; the user is the last word before the time.
fn logged(head: &[u8], rest: &[u8]) -> crate::trace::Logged {
    let mut words = rest.split(|byte| *byte == b' ').filter(|word| !word.is_empty());
    let number = |word: Option<&[u8]>| std::str::from_utf8(word?).ok()?.parse::<u64>().ok();
    let status =
        number(words.next()).and_then(|status| u16::try_from(status).ok()).filter(|status| (100..600).contains(status));
    // Apache writes `-` where nothing was sent.
    let bytes = words.next().map(|word| number(Some(word)).unwrap_or(0));
    let user = head.rsplit(|byte| *byte == b' ').next().map(|user| user != b"-" && !user.is_empty());
    crate::trace::Logged { status, bytes: bytes.filter(|_| status.is_some()), latency: None, user }
}

/// The address is the first word; a virtual host may stand before it. A server that looks names up writes no address.
fn address(head: &[u8]) -> (Fact<IpAddr>, &[u8]) {
    let mut words = head.split(|byte| *byte == b' ');
    let parse = |word: Option<&[u8]>| std::str::from_utf8(word?).ok()?.parse::<IpAddr>().ok();
    let first = words.next().unwrap_or_default();
    if let Some(address) = parse(Some(first)) {
        return (Fact::Present(address), b"");
    }
    match parse(words.next()) {
        Some(address) => (Fact::Present(address), first),
        None => (Fact::Unknown, b""),
    }
}

/// Method, path, version.
type Asked<'l> = (&'l [u8], &'l [u8], Fact<Text>);

/// Method, path and version of `GET / HTTP/1.1`; the path may hold spaces, HTTP/0.9 has no version.
fn request_line(line: &[u8]) -> Result<Asked<'_>, Problem> {
    let unreadable = || Problem::unreadable("the server read no request line");
    let (method, rest) = split(line, b" ").ok_or_else(unreadable)?;
    if method.is_empty() || !method.iter().all(|byte| byte.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(byte))
    {
        return Err(unreadable());
    }
    let end = rest.iter().rposition(|byte| *byte == b' ');
    let (path, version) = match end.and_then(|end| Some((rest.get(..end)?, rest.get(end.checked_add(1)?..)?))) {
        Some((path, version)) if version.starts_with(b"HTTP/") => (path, version_of(version)),
        _ => (rest, Fact::Unknown),
    };
    Ok((method, path, version))
}

/// `HTTP/2.0` and `HTTP/2` alike are `2`.
pub(super) fn version_of(protocol: &[u8]) -> Fact<Text> {
    match protocol {
        b"HTTP/1.0" => Fact::Present(Text::from("1.0")),
        b"HTTP/1.1" => Fact::Present(Text::from("1.1")),
        b"HTTP/2" | b"HTTP/2.0" => Fact::Present(Text::from("2")),
        b"HTTP/3" | b"HTTP/3.0" => Fact::Present(Text::from("3")),
        _ => Fact::Unknown,
    }
}

fn split<'a>(text: &'a [u8], by: &[u8]) -> Option<(&'a [u8], &'a [u8])> {
    let at = text.windows(by.len()).position(|window| window == by)?;
    Some((text.get(..at)?, text.get(at.checked_add(by.len())?..)?))
}

/// The text in quotes at the start, unescaped, and what follows it.
fn quoted(text: &[u8]) -> Option<(Vec<u8>, &[u8])> {
    let text = text.strip_prefix(b"\"")?;
    let mut is_escaped = false;
    let end = text.iter().position(|byte| {
        let ends = *byte == b'"' && !is_escaped;
        is_escaped = *byte == b'\\' && !is_escaped;
        ends
    })?;
    Some((unescape(text.get(..end)?), text.get(end.checked_add(1)?..)?))
}

/// Undoes Apache's and nginx's escapes: `\"`, `\\`, `\n`, `\t`, `\r`, `\xhh`. Others stay as they are.
fn unescape(text: &[u8]) -> Vec<u8> {
    if !text.contains(&b'\\') {
        return text.to_vec();
    }
    let mut plain = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        let escaped = match (byte, after) {
            (b'\\', [b'x', high, low, ..]) => hex(*high, *low).map(|byte| (byte, 3)),
            (b'\\', [sign @ (b'"' | b'\\'), ..]) => Some((*sign, 1)),
            (b'\\', [b'n', ..]) => Some((b'\n', 1)),
            (b'\\', [b't', ..]) => Some((b'\t', 1)),
            (b'\\', [b'r', ..]) => Some((b'\r', 1)),
            _ => None,
        };
        let (byte, length) = escaped.unwrap_or((*byte, 0));
        plain.push(byte);
        rest = rest.get(length..).unwrap_or_default();
    }
    plain
}

fn hex(high: u8, low: u8) -> Option<u8> {
    let digits = [high, low];
    u8::from_str_radix(std::str::from_utf8(&digits).ok()?, 16).ok().filter(|_| high != b'+')
}
