//! What a host could not see of a request.

use filter_core::facts::{Fact, Facts};

/// Facts that are unknown, in the words of the documentation. Signals that need them were silent.
pub fn unseen(facts: &Facts<'_>) -> Vec<&'static str> {
    let tls = &facts.tls;
    let client = &facts.client;
    let is_h1 = matches!(facts.version, Fact::Present(version) if version.starts_with(b"1"));
    let checks = [
        (is_unknown(&facts.version), "protocol version"),
        (is_unknown(&facts.scheme) && is_unknown(&tls.version), "whether the connection was encrypted"),
        (facts.headers_known.is_some(), "all but a few headers"),
        (!facts.header_order.is_known(), "header order"),
        (is_unknown(&facts.pseudo_order) && !is_h1, "pseudo-header order"),
        (is_unknown(&tls.version), "TLS version"),
        (is_unknown(&tls.ja4), "JA4"),
        (is_unknown(&facts.h2_fingerprint) && !is_h1, "HTTP/2 settings"),
        (is_unknown(&client.address), "client address"),
        (is_unknown(&client.asn), "autonomous system"),
        (is_unknown(&client.country), "country"),
        (is_unknown(&facts.body), "body"),
    ];
    checks.into_iter().filter(|(is_unseen, _)| *is_unseen).map(|(_, name)| name).collect()
}

fn is_unknown<T>(fact: &Fact<T>) -> bool {
    matches!(fact, Fact::Unknown)
}
