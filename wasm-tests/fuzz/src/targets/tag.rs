//! Signed tags: what the engine signs is believed, and nothing else is.

use filter_core::action::{SIGNATURE_HEADER, TagError, TagHeaders, verify_tag};
use hmac::{Hmac, KeyInit, Mac};
use sha2::Sha256;

use super::Target;
use crate::fields::Fields;
use crate::parts::{SECRET, ruled_engine, with_facts, written};
use crate::seeds;

pub(super) const TARGET: Target = Target {
    name: "tag",
    check,
    seeds: || {
        let mut seeds: Vec<_> = seeds::requests().iter().map(written).collect();
        seeds.push(format!("\u{0}t=1731000000000,v1={}", "0".repeat(64)).into_bytes());
        seeds
    },
    rounds: 1500,
};

fn check(data: &[u8]) {
    let key = Hmac::<Sha256>::new_from_slice(SECRET).unwrap().chain_update(b"weir-tag-1").finalize().into_bytes();
    let forged = Fields::of(data).text();
    with_facts(data, |facts, now| {
        let request = (facts.method, facts.authority, facts.path);
        let headers = ruled_engine().judge(facts, now).request_headers();
        let value = |name: &str| headers.iter().find(|(found, _)| *found == name).map(|(_, value)| value.as_str());
        let Some(score) = value("x-weir-score") else { return assert!(headers.is_empty()) };
        let [class, reasons, bundle] =
            ["x-weir-class", "x-weir-reasons", "x-weir-bundle"].map(|name| value(name).unwrap());
        let tags = TagHeaders { score, class, reasons, bundle };
        assert!(verify_tag(&key, request, &tags, &forged, now, u64::MAX).is_err());
        let Some(signature) = value(SIGNATURE_HEADER) else {
            return assert!([request.0, request.1, request.2].iter().any(|part| part.contains(&b'\n')));
        };
        assert_eq!(verify_tag(&key, request, &tags, signature, now, 0), Ok(()));
        assert_eq!(verify_tag(&key, request, &tags, signature, now ^ 1, 0), Err(TagError::Stale));
        let longer = [request.2, b"/"].concat();
        assert_eq!(verify_tag(&key, (request.0, request.1, &longer), &tags, signature, now, 0), Err(TagError::Wrong));
        let other = TagHeaders { score: if score == "0" { "1" } else { "0" }, ..tags };
        assert_eq!(verify_tag(&key, request, &other, signature, now, 0), Err(TagError::Wrong));
        assert!(verify_tag(&key, request, &tags, &signature.to_uppercase(), now, 0).is_err());
    });
}
