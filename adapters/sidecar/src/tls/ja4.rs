//! JA4 of a ClientHello, by its published definition (FoxIO, BSD-3-Clause, technical_details/JA4.md, 2024).
//!
//! `t13d1516h2_8daaf6152771_e5627efa2ab1`: transport, version, server name or not, numbers of ciphers and extensions, first
//! protocol; then two digests of what is sorted, so that clients who shuffle keep one value. GREASE values do not count.

use std::fmt::Write;

use sha2::{Digest, Sha256};

use super::hello::ClientHello;

const SERVER_NAME: u16 = 0x0000;
const ALPN: u16 = 0x0010;
/// What stands for the digest of nothing.
const NOTHING: &str = "000000000000";

/// The fingerprint, 36 bytes.
pub fn ja4(hello: &ClientHello) -> String {
    let ciphers: Vec<u16> = hello.ciphers.iter().copied().filter(|item| !is_grease(*item)).collect();
    let extensions: Vec<u16> = hello.extensions.iter().copied().filter(|item| !is_grease(*item)).collect();
    let algorithms: Vec<u16> = hello.signature_algorithms.iter().copied().filter(|item| !is_grease(*item)).collect();
    let name = if hello.has_server_name { 'd' } else { 'i' };
    let (first, last) = protocol(hello.alpn.as_deref());
    let (version, ciphers_count, count) = (version(hello), ciphers.len().min(99), extensions.len().min(99));
    let cipher_digest = digest(&sorted(ciphers), &[]);
    let hashed = extensions.into_iter().filter(|kind| !matches!(*kind, SERVER_NAME | ALPN)).collect();
    let extension_digest = digest(&sorted(hashed), &algorithms);
    format!("t{version}{name}{ciphers_count:02}{count:02}{first}{last}_{cipher_digest}_{extension_digest}")
}

/// Reserved values that clients send to keep servers tolerant (RFC 8701).
fn is_grease(value: u16) -> bool {
    let [high, low] = value.to_be_bytes();
    high == low && low & 0x0f == 0x0a
}

fn version(hello: &ClientHello) -> &'static str {
    let offered = hello.versions.iter().copied().filter(|version| !is_grease(*version)).max();
    match offered.unwrap_or(hello.legacy_version) {
        0x0304 => "13",
        0x0303 => "12",
        0x0302 => "11",
        0x0301 => "10",
        0x0300 => "s3",
        0x0002 => "s2",
        _ => "00",
    }
}

/// First and last letter of the first protocol; hexadecimal digits where those are no letters or digits.
fn protocol(name: Option<&[u8]>) -> (char, char) {
    let Some((first, last)) = name.and_then(|name| Some((*name.first()?, *name.last()?))) else { return ('0', '0') };
    if first.is_ascii_alphanumeric() && last.is_ascii_alphanumeric() {
        return (char::from(first), char::from(last));
    }
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    (digit(first.wrapping_shr(4)), digit(last & 0x0f))
}

fn sorted(mut items: Vec<u16>) -> Vec<u16> {
    items.sort_unstable();
    items
}

/// The first 12 digits of SHA-256 over four digits an item, by commas; `after` follows an underscore, unsorted.
fn digest(items: &[u16], after: &[u16]) -> String {
    if items.is_empty() && after.is_empty() {
        return NOTHING.to_owned();
    }
    let mut text = list(items);
    if !after.is_empty() {
        text.push('_');
        text.push_str(&list(after));
    }
    let mut out = String::with_capacity(12);
    for byte in Sha256::digest(text.as_bytes()).iter().take(6) {
        // Writing to a string does not fail.
        let _ = write!(out, "{byte:02x}");
    }
    out
}

fn list(items: &[u16]) -> String {
    let words: Vec<String> = items.iter().map(|item| format!("{item:04x}")).collect();
    words.join(",")
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The definition's own worked example: Chrome over TCP (JA4.md, "Example").
    #[test]
    fn as_published() {
        let words = |text: &str| text.split(',').map(|word| u16::from_str_radix(word, 16).unwrap()).collect::<Vec<_>>();
        let mut hello = ClientHello {
            legacy_version: 0x0303,
            ciphers: words("3a3a,1301,1302,1303,c02b,c02f,c02c,c030,cca9,cca8,c013,c014,009c,009d,002f,0035"),
            extensions: words(
                "dada,001b,0000,0033,0010,4469,0017,002d,000d,0005,0023,0012,002b,ff01,000b,000a,0015,9a9a",
            ),
            versions: words("7a7a,0304,0303"),
            signature_algorithms: words("0403,0804,0401,0503,0805,0501,0806,0601"),
            alpn: Some(b"h2".to_vec()),
            has_server_name: true,
        };
        assert_eq!(ja4(&hello), "t13d1516h2_8daaf6152771_e5627efa2ab1");
        hello.signature_algorithms.insert(0, 0x6a6a);
        assert_eq!(ja4(&hello), "t13d1516h2_8daaf6152771_e5627efa2ab1", "GREASE among the algorithms");
    }

    #[test]
    fn what_is_missing_has_a_form_too() {
        let bare = ClientHello { legacy_version: 0x0301, ciphers: vec![0x0035], ..ClientHello::default() };
        let value = ja4(&bare);
        assert!(value.starts_with("t10i010000_"), "{value}");
        assert!(value.ends_with("_000000000000"), "{value}");
        let alpn = |name: &[u8]| ja4(&ClientHello { alpn: Some(name.to_vec()), ..bare.clone() })[8..10].to_owned();
        assert_eq!((alpn(b"http/1.1"), alpn(b"h"), alpn(b"\xab")), ("h1".into(), "hh".into(), "ab".into()));
        assert_eq!((alpn(b"\x20\x61\x3f"), alpn(b"\xab\xcd")), ("2f".into(), "ad".into()));
    }
}
