//! The sidecar's reading of a stream beside hyper's: the same heads however the stream is cut, each of them bounded.

use weir_sidecar::tap::head::HEAD;
use weir_sidecar::tap::{Head, Heads, PREFACE};

use super::Target;
use crate::seeds;

pub(super) const HTTP1: Target =
    Target { name: "tap_http1", check: |data| check(data, Heads::http1), seeds: http1, rounds: 4000 };

pub(super) const HTTP2: Target =
    Target { name: "tap_http2", check: |data| check(data, Heads::http2), seeds: http2, rounds: 4000 };

fn http1() -> Vec<Vec<u8>> {
    let chunked: &[u8] = b"POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n5;a=b\r\nabcde\r\n0\r\nT: 1\r\n\r\nGET / HTTP/1.1\r\n\r\n";
    let mut all =
        vec![chunked.to_vec(), b"\r\nPUT /a HTTP/1.0\nContent-Length: 3\n\nxyzHEAD /b HTTP/1.1\r\n\r\n".to_vec()];
    all.extend(seeds::requests().iter().take(8).map(|request| {
        let mut bytes = [request.method.as_bytes(), b" ", request.path.as_bytes(), b" HTTP/1.1\r\n"].concat();
        for (name, value) in &request.headers {
            bytes.extend([name.as_bytes(), b": ", value.as_bytes(), b"\r\n"].concat());
        }
        [bytes, b"\r\n".to_vec()].concat()
    }));
    all
}

/// RFC 7541's three requests on one connection (appendix C.4), between other frames.
fn http2() -> Vec<Vec<u8>> {
    let frame = |kind: u8, flags: u8, stream: u8, payload: &[u8]| {
        [&[0, 0, u8::try_from(payload.len()).unwrap(), kind, flags, 0, 0, 0, stream], payload].concat()
    };
    let first = b"\x82\x86\x84\x41\x8c\xf1\xe3\xc2\xe5\xf2\x3a\x6b\xa0\xab\x90\xf4\xff";
    let second = b"\x82\x86\x84\xbe\x58\x86\xa8\xeb\x10\x64\x9c\xbf";
    let third = b"\x82\x87\x85\xbf\x40\x88\x25\xa8\x49\xe9\x5b\xa9\x7d\x7f\x89\x25\xa8\x49\xe9\x5b\xb8\xe8\xb4\xbf";
    let stream = [
        PREFACE.to_vec(),
        frame(4, 0, 0, b"\0\x01\0\x01\0\0"),
        frame(8, 0, 0, b"\0\xef\0\x01"),
        frame(2, 0, 3, b"\0\0\0\0\xc8"),
        frame(1, 4, 5, first),
        frame(0, 1, 5, b"body"),
        frame(1, 0x24, 7, &[&b"\x80\0\0\x03\x09"[..], second].concat()),
        frame(1, 0, 9, &third[..5]),
        frame(9, 4, 9, &third[5..]),
    ];
    vec![stream.concat(), stream[..5].concat()]
}

fn check(data: &[u8], start: fn() -> Heads) {
    let (at_once, cut) = (start(), start());
    at_once.feed(data);
    let size = data.first().map_or(1, |first| usize::from(first % 7) + 1);
    data.chunks(size).for_each(|piece| cut.feed(piece));
    assert_eq!(at_once.h2_fingerprint(), cut.h2_fingerprint());
    let heads = at_once.drain();
    assert_eq!(heads, cut.drain(), "in pieces of {size}");
    for head in &heads {
        bounded(head, data);
    }
}

fn bounded(head: &Head, data: &[u8]) {
    let lines: usize = head.lines().map(|line| line.name.len() + line.value.len()).sum();
    assert!(lines + head.method().len() + head.target().len() <= HEAD);
    assert!(head.lines().len() <= data.len() * 64, "a field takes a byte at least");
    assert!(head.pseudo_order().len() <= 4);
}
