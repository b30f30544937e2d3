//! PROXY protocol headers: what the first bytes say is not taken back by later ones, and no more is taken than is there.

use weir_sidecar::proxy_protocol::{Progress, read};

use super::Target;
use crate::seeds;

pub(super) const TARGET: Target = Target {
    name: "proxy_protocol",
    check,
    seeds: || {
        let mut all = seeds::texts(&[
            "PROXY TCP4 203.0.113.7 192.0.2.1 51234 443\r\nGET / HTTP/1.1\r\n",
            "PROXY TCP6 2001:db8::9 2001:db8::1 1 2\r\n",
            "PROXY UNKNOWN\r\n",
        ]);
        all.push(b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x07\xc0\0\x02\x01\0\x01\0\x02GET /".to_vec());
        all.push(b"\r\n\r\n\0\r\nQUIT\n\x20\0\0\0".to_vec());
        all
    },
    rounds: 4000,
};

fn check(data: &[u8]) {
    let all = read(data);
    for end in 0..data.len().min(300) {
        let part = read(&data[..end]);
        assert!(part == Progress::Incomplete || part == all, "{part:?}, then {all:?}");
    }
    if let Progress::Whole(length, _) = all {
        assert!(length <= data.len());
        assert_eq!(read(&data[..length]), all, "what follows says nothing");
    }
}
