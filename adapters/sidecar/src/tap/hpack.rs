//! HPACK (RFC 7541), read only: names and values in the client's order, pseudo headers too.
//!
//! hyper's own decoder keeps neither the pseudo headers' order nor the place of a repeated name. Both read the same bytes
//! under the same table size, so this one knows what hyper's knows, and in which order it came.

use std::collections::VecDeque;

use super::huffman;

/// The static table (appendix A).
#[rustfmt::skip]
const STATIC: [(&str, &str); 61] = [
    (":authority", ""), (":method", "GET"), (":method", "POST"), (":path", "/"), (":path", "/index.html"),
    (":scheme", "http"), (":scheme", "https"), (":status", "200"), (":status", "204"), (":status", "206"),
    (":status", "304"), (":status", "400"), (":status", "404"), (":status", "500"), ("accept-charset", ""),
    ("accept-encoding", "gzip, deflate"), ("accept-language", ""), ("accept-ranges", ""), ("accept", ""),
    ("access-control-allow-origin", ""), ("age", ""), ("allow", ""), ("authorization", ""), ("cache-control", ""),
    ("content-disposition", ""), ("content-encoding", ""), ("content-language", ""), ("content-length", ""),
    ("content-location", ""), ("content-range", ""), ("content-type", ""), ("cookie", ""), ("date", ""),
    ("etag", ""), ("expect", ""), ("expires", ""), ("from", ""), ("host", ""), ("if-match", ""),
    ("if-modified-since", ""), ("if-none-match", ""), ("if-range", ""), ("if-unmodified-since", ""),
    ("last-modified", ""), ("link", ""), ("location", ""), ("max-forwards", ""), ("proxy-authenticate", ""),
    ("proxy-authorization", ""), ("range", ""), ("referer", ""), ("refresh", ""), ("retry-after", ""),
    ("server", ""), ("set-cookie", ""), ("strict-transport-security", ""), ("transfer-encoding", ""),
    ("user-agent", ""), ("vary", ""), ("via", ""), ("www-authenticate", ""),
];

/// Bytes of the dynamic table: what HTTP/2 has before a SETTINGS frame says otherwise, and ours never does.
const TABLE: usize = 4096;
/// What an entry counts beside its text (section 4.1).
const ENTRY: usize = 32;

/// One connection's table.
#[derive(Debug)]
pub(super) struct Decoder {
    entries: VecDeque<(Vec<u8>, Vec<u8>)>,
    size: usize,
    capacity: usize,
}

impl Default for Decoder {
    fn default() -> Self {
        Decoder { entries: VecDeque::new(), size: 0, capacity: TABLE }
    }
}

impl Decoder {
    /// Reads one header block and hands each field on. `None`: it is malformed, and the connection lost. A text has at most
    /// `most` bytes.
    pub(super) fn read(&mut self, block: &[u8], most: usize, mut field: impl FnMut(&[u8], &[u8])) -> Option<()> {
        let mut left = block;
        while let Some(first) = left.first().copied() {
            if first & 0x80 != 0 {
                let index = integer(&mut left, 7)?;
                let (name, value) = self.entry(index)?;
                field(name, value);
            } else if first & 0xe0 == 0x20 {
                let capacity = integer(&mut left, 5)?;
                self.capacity = Some(capacity).filter(|capacity| *capacity <= TABLE)?;
                self.shrink(0);
            } else {
                let is_kept = first & 0x40 != 0;
                let index = integer(&mut left, if is_kept { 6 } else { 4 })?;
                let name = if index == 0 { text(&mut left, most)? } else { self.entry(index)?.0.to_vec() };
                let value = text(&mut left, most)?;
                field(&name, &value);
                if is_kept {
                    self.keep(name, value);
                }
            }
        }
        Some(())
    }

    fn entry(&self, index: usize) -> Option<(&[u8], &[u8])> {
        let place = index.checked_sub(1)?;
        if let Some((name, value)) = STATIC.get(place) {
            return Some((name.as_bytes(), value.as_bytes()));
        }
        let (name, value) = self.entries.get(place.checked_sub(STATIC.len())?)?;
        Some((name, value))
    }

    fn keep(&mut self, name: Vec<u8>, value: Vec<u8>) {
        let size = name.len().saturating_add(value.len()).saturating_add(ENTRY);
        self.shrink(size);
        if size <= self.capacity {
            self.size = self.size.saturating_add(size);
            self.entries.push_front((name, value));
        }
    }

    /// Makes room for `wanted` bytes.
    fn shrink(&mut self, wanted: usize) {
        while self.size.saturating_add(wanted) > self.capacity {
            let Some((name, value)) = self.entries.pop_back() else { return };
            self.size = self.size.saturating_sub(name.len().saturating_add(value.len()).saturating_add(ENTRY));
        }
    }
}

/// An integer with a prefix of so many bits (section 5.1); four more bytes at most.
fn integer(left: &mut &[u8], prefix: u32) -> Option<usize> {
    let (first, mut rest) = left.split_first()?;
    let mask = 0xffu8.wrapping_shr(8u32.wrapping_sub(prefix));
    let mut value = usize::from(first & mask);
    if value == usize::from(mask) {
        for shift in [0u32, 7, 14, 21] {
            let (byte, after) = rest.split_first()?;
            rest = after;
            value = value.checked_add(usize::from(byte & 0x7f).wrapping_shl(shift))?;
            if byte & 0x80 == 0 {
                *left = rest;
                return Some(value);
            }
        }
        return None;
    }
    *left = rest;
    Some(value)
}

fn text(left: &mut &[u8], most: usize) -> Option<Vec<u8>> {
    let is_coded = left.first()? & 0x80 != 0;
    let length = integer(left, 7)?;
    let (raw, rest) = left.split_at_checked(length)?;
    *left = rest;
    if !is_coded {
        return (raw.len() <= most).then(|| raw.to_vec());
    }
    let mut out = Vec::with_capacity(raw.len().saturating_mul(3) / 2);
    huffman::decode(raw, &mut out, most)?;
    Some(out)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn hex(text: &str) -> Vec<u8> {
        let digits: String = text.split_whitespace().collect();
        (0..digits.len() / 2).map(|at| u8::from_str_radix(&digits[at * 2..at * 2 + 2], 16).unwrap()).collect()
    }

    fn read(decoder: &mut Decoder, block: &str) -> Option<String> {
        let mut out = String::new();
        let show = String::from_utf8_lossy;
        decoder.read(&hex(block), 1000, |name, value| out.push_str(&format!("{}={};", show(name), show(value))))?;
        Some(out)
    }

    /// RFC 7541, appendix C.4: three requests on one connection.
    #[test]
    fn as_in_the_rfc() {
        let mut decoder = Decoder::default();
        let first = "8286 8441 8cf1 e3c2 e5f2 3a6b a0ab 90f4 ff";
        let common = ":method=GET;:scheme=http;:path=/;:authority=www.example.com;";
        assert_eq!(read(&mut decoder, first).as_deref(), Some(common));
        let second = "8286 84be 5886 a8eb 1064 9cbf";
        assert_eq!(read(&mut decoder, second), Some(format!("{common}cache-control=no-cache;")));
        let third = "828785bf 408825a849e95ba97d7f 8925a849e95bb8e8b4bf";
        let all = ":method=GET;:scheme=https;:path=/index.html;:authority=www.example.com;custom-key=custom-value;";
        assert_eq!(read(&mut decoder, third).as_deref(), Some(all));
        assert_eq!(decoder.size, 164);
    }

    #[test]
    fn the_table_stays_within_its_size() {
        let mut decoder = Decoder::default();
        for number in 0..1000u32 {
            let name = format!("name-{number}").into_bytes();
            decoder.keep(name, vec![b'x'; 100]);
            assert!(decoder.size <= TABLE);
        }
        decoder.keep(b"huge".to_vec(), vec![0; TABLE]);
        assert_eq!((decoder.size, decoder.entries.len()), (0, 0), "too large an entry empties the table");
    }

    #[test]
    fn what_is_malformed_ends_the_reading() {
        for block in ["80", "ff ff ff ff ff 7f", "3f e2 1f", "00 81", "be"] {
            assert_eq!(read(&mut Decoder::default(), block), None, "{block}");
        }
    }
}
