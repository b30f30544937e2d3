//! ClientHellos: what the first bytes say is not taken back by later ones, and JA4 has its form.

use filter_core::fingerprint::Ja4;
use weir_sidecar::tls::hello::{ClientHello, LONGEST, Progress};
use weir_sidecar::tls::ja4::ja4;

use super::Target;

pub(super) const TARGET: Target = Target { name: "client_hello", check, seeds, rounds: 4000 };

/// One of a browser's form in one record, in three, and without extensions.
fn seeds() -> Vec<Vec<u8>> {
    let list16 = |bytes: &[u8]| [&u16::try_from(bytes.len()).unwrap().to_be_bytes()[..], bytes].concat();
    let extension = |kind: u16, content: &[u8]| [&kind.to_be_bytes()[..], &list16(content)].concat();
    let extensions = [
        extension(0x2a2a, &[]),
        extension(0, b"\0\x0c\0\0\x09shop.test"),
        extension(16, b"\0\x0c\x02h2\x08http/1.1"),
        extension(43, &[6, 0x3a, 0x3a, 3, 4, 3, 3]),
        extension(13, &[0, 4, 4, 3, 8, 4]),
    ]
    .concat();
    let start = [&[3, 3][..], &[7; 32], &[0], &list16(&[0x1a, 0x1a, 0x13, 1, 0xc0, 0x2b]), &[1, 0]].concat();
    let message = |body: &[u8]| [&[1, 0][..], &u16::try_from(body.len()).unwrap().to_be_bytes(), body].concat();
    let record = |part: &[u8]| [&[22, 3, 1][..], &list16(part)].concat();
    let whole = message(&[&start[..], &list16(&extensions)].concat());
    let pieces: Vec<Vec<u8>> = whole.chunks(whole.len() / 3 + 1).map(record).collect();
    vec![record(&whole), pieces.concat(), record(&message(&start))]
}

fn check(data: &[u8]) {
    let all = ClientHello::read(data);
    assert!(data.len() < LONGEST || all != Progress::Incomplete);
    for end in (0..data.len().min(LONGEST)).step_by(data.len() / 50 + 1) {
        let part = ClientHello::read(&data[..end]);
        assert!(part == Progress::Incomplete || part == all, "{part:?}, then {all:?}");
    }
    if let Progress::Whole(hello) = all {
        let value = ja4(&hello);
        let parsed = Ja4::parse(value.as_bytes()).unwrap_or_else(|| panic!("`{value}` is no JA4"));
        assert_eq!(parsed.offers_tls_1_3(), value.starts_with("t13"));
    }
}
