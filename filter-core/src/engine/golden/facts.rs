//! A test's request as facts.

use crate::facts::{Fact, Facts, HeaderOrder, Ja4By, Provenance, TlsVersion};

/// Where facts that are plain bytes lie.
type Field = for<'f, 't> fn(&'f mut Facts<'t>) -> &'f mut Fact<&'t [u8]>;

const TEXTS: [(&str, Field); 10] = [
    ("scheme", |facts| &mut facts.scheme),
    ("version", |facts| &mut facts.version),
    ("pseudo_order", |facts| &mut facts.pseudo_order),
    ("body", |facts| &mut facts.body),
    ("h2", |facts| &mut facts.h2_fingerprint),
    ("organisation", |facts| &mut facts.client.organisation),
    ("country", |facts| &mut facts.client.country),
    ("ja4", |facts| &mut facts.tls.ja4),
    ("ja3", |facts| &mut facts.tls.ja3),
    ("cipher", |facts| &mut facts.tls.cipher),
];

/// Sets one fact; `None` where there is no such fact, or it has no such value.
#[inline(never)]
pub(super) fn set<'t>(facts: &mut Facts<'t>, name: &str, value: Option<&'t str>) -> Option<()> {
    let bytes = value.map(str::as_bytes);
    let fact = bytes.map_or(Fact::Absent, Fact::Present);
    if let Some((_, field)) = TEXTS.iter().find(|(text, _)| *text == name) {
        *field(facts) = fact;
        return Some(());
    }
    match name {
        "method" => facts.method = bytes?,
        "authority" => facts.authority = bytes?,
        "path" => facts.path = bytes?,
        "tls" => {
            facts.tls.version = match bytes {
                Some(bytes) => Fact::Present(TlsVersion::parse(bytes)?),
                None => Fact::Absent,
            }
        }
        "asn" => {
            facts.client.asn = match value {
                Some(value) => Fact::Present(value.parse().ok()?),
                None => Fact::Absent,
            }
        }
        "address" => {
            facts.client.address = match value {
                Some(value) => Fact::Present(value.parse().ok()?),
                None => Fact::Absent,
            }
        }
        "provenance" => {
            let all = [Provenance::Peer, Provenance::Hop, Provenance::Cdn, Provenance::Unverified];
            facts.client.provenance = *all.iter().find(|one| Some(one.as_str()) == value)?;
        }
        "header_order" => {
            facts.header_order = match value? {
                "lost" => HeaderOrder::Lost,
                "kept" => HeaderOrder::Kept,
                "original" => HeaderOrder::Original,
                _ => return None,
            }
        }
        "ja4_by" => {
            facts.tls.ja4_by = match value? {
                "spec" => Ja4By::Spec,
                "envoy" => Ja4By::Envoy,
                _ => return None,
            }
        }
        _ => return None,
    }
    Some(())
}
