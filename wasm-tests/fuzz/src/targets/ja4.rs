//! JA4: the parts are pieces of what was given.

use filter_core::fingerprint::{Engine, Ja4};

use super::Target;
use crate::seeds;

pub(super) const TARGET: Target = Target {
    name: "ja4",
    check,
    seeds: || {
        let given = seeds::requests()
            .iter()
            .filter_map(|request| request.facts().facts().tls.ja4.present().map(<[u8]>::to_vec));
        let mut all: Vec<_> = given.collect();
        all.dedup();
        all
    },
    rounds: 4000,
};

fn check(data: &[u8]) {
    let Some(ja4) = Ja4::parse(data) else { return };
    assert_eq!(data.len(), 36);
    assert_eq!((ja4.transport, ja4.version, ja4.alpn), (data[0], &data[1..3], &data[8..10]));
    assert_eq!((ja4.ciphers, ja4.extensions), (&data[11..23], &data[24..36]));
    assert_eq!(ja4.offers_tls_1_3(), ja4.version == b"13");
    if let Some(engine) = ja4.engine().filter(|_| ja4.transport == b't') {
        let by_extensions = engine == Engine::Gecko;
        assert!(by_extensions || ja4.fits(engine), "it fits the engine it is known from");
    }
}
