//! The PROXY protocol, versions 1 and 2 (HAProxy, doc/proxy-protocol.txt, 2020): who is behind a load balancer.
//!
//! Read only from peers that the listener trusts, and then required: a connection of theirs without it is closed, since
//! guessing would let clients behind them choose their address.

use core::net::{IpAddr, Ipv4Addr, Ipv6Addr};

const V2: &[u8] = b"\r\n\r\n\0\r\nQUIT\n";
/// Bytes of a version 1 line at most, its end included.
const V1: usize = 107;
/// Bytes of a version 2 header that are taken: addresses and what balancers add to them stay far below.
const LONGEST: usize = 4096;

/// How far the bytes reach.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Progress {
    /// The header is not whole yet.
    Incomplete,
    /// There is none, or it is malformed.
    Malformed,
    /// It has so many bytes; the client's address, `None` where the balancer speaks for itself.
    Whole(usize, Option<IpAddr>),
}

/// Reads the header at the start of a stream.
///
/// ```
/// use weir_sidecar::proxy_protocol::{Progress, read};
/// let line = b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 443\r\nGET /";
/// assert_eq!(read(line), Progress::Whole(44, Some("203.0.113.7".parse().unwrap())));
/// assert_eq!(read(b"GET / HTTP/1.1\r\n"), Progress::Malformed);
/// ```
pub fn read(stream: &[u8]) -> Progress {
    let is_start = |start: &[u8]| stream.starts_with(start) || start.starts_with(stream);
    if is_start(V2) {
        return v2(stream);
    }
    if !is_start(b"PROXY ") {
        return Progress::Malformed;
    }
    let line = stream.get(..V1.min(stream.len())).unwrap_or_default();
    match line.windows(2).position(|pair| pair == b"\r\n") {
        Some(end) => v1(line.get(..end).unwrap_or_default())
            .map_or(Progress::Malformed, |address| Progress::Whole(end.saturating_add(2), address)),
        None if line.len() >= V1 => Progress::Malformed,
        None => Progress::Incomplete,
    }
}

/// `Some(None)`: an address that the balancer does not know.
fn v1(line: &[u8]) -> Option<Option<IpAddr>> {
    let mut words = core::str::from_utf8(line).ok()?.split(' ').skip(1);
    let family = words.next()?;
    if family == "UNKNOWN" {
        return Some(None);
    }
    let (source, destination): (IpAddr, IpAddr) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let _ports: (u16, u16) = (words.next()?.parse().ok()?, words.next()?.parse().ok()?);
    let is_v4 = match family {
        "TCP4" => true,
        "TCP6" => false,
        _ => return None,
    };
    let fits = source.is_ipv4() == is_v4 && destination.is_ipv4() == is_v4 && words.next().is_none();
    fits.then_some(Some(source))
}

fn v2(stream: &[u8]) -> Progress {
    let Some((header, rest)) = stream.split_at_checked(16) else { return Progress::Incomplete };
    let [.., command, family, high, low] = header else { return Progress::Malformed };
    let length = usize::from(u16::from_be_bytes([*high, *low]));
    if length > LONGEST {
        return Progress::Malformed;
    }
    let Some(body) = rest.get(..length) else { return Progress::Incomplete };
    let address = match (command, family.wrapping_shr(4)) {
        // The balancer's own connection, to see whether we are there.
        (0x20, _) => Some(None),
        (0x21, 1) if length >= 12 => body.first_chunk::<4>().map(|bytes| Some(IpAddr::V4(Ipv4Addr::from(*bytes)))),
        (0x21, 2) if length >= 36 => body.first_chunk::<16>().map(|bytes| Some(IpAddr::V6(Ipv6Addr::from(*bytes)))),
        (0x21, 0 | 3) => Some(None),
        _ => None,
    };
    address.map_or(Progress::Malformed, |address| Progress::Whole(length.saturating_add(16), address))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn v2_header(command: u8, family: u8, body: &[u8]) -> Vec<u8> {
        let length = u16::try_from(body.len()).unwrap().to_be_bytes();
        [V2, &[command, family], &length, body].concat()
    }

    #[test]
    fn both_versions_name_the_client() {
        let v6 = [&[0x20, 0x01, 0x0d, 0xb8][..], &[0; 11], &[9], &[0; 16], &[1, 2, 3, 4]].concat();
        let cases: [(Vec<u8>, Option<&str>); 7] = [
            (b"PROXY TCP4 203.0.113.7 192.0.2.1 1 2\r\n".to_vec(), Some("203.0.113.7")),
            (b"PROXY TCP6 2001:db8::9 2001:db8::1 1 2\r\n".to_vec(), Some("2001:db8::9")),
            (b"PROXY UNKNOWN whatever\r\n".to_vec(), None),
            (v2_header(0x21, 0x11, &[203, 0, 113, 7, 192, 0, 2, 1, 0, 1, 0, 2, 3, 0, 1, 9]), Some("203.0.113.7")),
            (v2_header(0x21, 0x21, &v6), Some("2001:db8::9")),
            (v2_header(0x20, 0x00, &[]), None),
            (v2_header(0x21, 0x31, &[0; 216]), None),
        ];
        for (header, address) in cases {
            let address = address.map(|text| text.parse().unwrap());
            let stream = [header.clone(), b"GET / HTTP/1.1".to_vec()].concat();
            assert_eq!(read(&stream), Progress::Whole(header.len(), address));
            for end in 0..header.len() {
                assert_eq!(read(&stream[..end]), Progress::Incomplete, "{}", stream[..end].escape_ascii());
            }
        }
    }

    #[test]
    fn anything_else_is_refused() {
        let cases = [
            b"PROXY TCP4 2001:db8::9 2001:db8::1 1 2\r\n".to_vec(),
            b"PROXY TCP4 203.0.113.7 192.0.2.1 1 99999\r\n".to_vec(),
            b"PROXY TCP4 203.0.113.7 192.0.2.1 1\r\n".to_vec(),
            [b"PROXY UNKNOWN ".to_vec(), vec![b'x'; V1]].concat(),
            v2_header(0x21, 0x11, &[1, 2, 3]),
            v2_header(0x11, 0x11, &[0; 12]),
            v2_header(0x21, 0x11, &[0; LONGEST + 1]),
            b"GET /".to_vec(),
        ];
        for stream in cases {
            assert_eq!(read(&stream), Progress::Malformed, "{}", stream.escape_ascii());
        }
    }
}
