//! Rules that let pass may not rest on what anybody can claim: they would let every impostor in.
//!
//! Each way to meet the condition must either ask for nothing that is claimed (a path, a method, a score) or also ask for
//! something that proves it (an address that somebody vouches for, a crawler's proof, a secret in a header).

use filter_core::policy::wire::{Condition, HeaderTest, Text};

/// A header's exact value that is at least this long may be a secret: as long as a host's own secret must be.
const SECRET: usize = 16;

/// What a condition rests on.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Ground {
    /// Something that the client cannot choose.
    Proof,
    /// What the client says of itself, and nothing else.
    Claim,
    /// What is asked for, not by whom.
    Neither,
}

/// Whether some way to meet the condition rests on a claim alone.
pub(crate) fn rests_on_claim(condition: &Condition) -> bool {
    ground(condition, false) == Ground::Claim
}

fn ground(condition: &Condition, is_negated: bool) -> Ground {
    match condition {
        Condition::Not(part) => ground(part, !is_negated),
        Condition::All(parts) if is_negated => any(parts, true),
        Condition::Any(parts) if is_negated => all(parts, true),
        Condition::All(parts) => all(parts, false),
        Condition::Any(parts) => any(parts, false),
        Condition::Claim(_) | Condition::Named(_) | Condition::Ja4(_) => Ground::Claim,
        Condition::Header(test) if !is_negated && is_secret(test) => Ground::Proof,
        Condition::Header(_) => Ground::Claim,
        _ if is_negated => Ground::Neither,
        Condition::Crawler(words) if words.iter().all(|word| word == "verified") => Ground::Proof,
        Condition::Crawler(_) => Ground::Claim,
        Condition::Class(words) if words.iter().all(|word| word == "good_bot") => Ground::Proof,
        // An unverified one is refused for itself.
        Condition::Address(_) | Condition::Asn(_) => Ground::Proof,
        _ => Ground::Neither,
    }
}

/// Every part holds: one proof is enough.
fn all(parts: &[Condition], is_negated: bool) -> Ground {
    let has = |wanted: Ground| parts.iter().any(|part| ground(part, is_negated) == wanted);
    if has(Ground::Proof) {
        Ground::Proof
    } else if has(Ground::Claim) {
        Ground::Claim
    } else {
        Ground::Neither
    }
}

/// Any part may hold: each must stand on its own.
fn any(parts: &[Condition], is_negated: bool) -> Ground {
    let mut grounds = parts.iter().map(|part| ground(part, is_negated));
    if grounds.clone().any(|ground| ground == Ground::Claim) {
        Ground::Claim
    } else if grounds.all(|ground| ground == Ground::Proof) {
        Ground::Proof
    } else {
        Ground::Neither
    }
}

fn is_secret(test: &HeaderTest) -> bool {
    match &test.value {
        Some(Text::Is(value)) => value.len() >= SECRET,
        Some(Text::OneOf(values)) => values.iter().all(|value| value.len() >= SECRET),
        Some(Text::In(_)) => true,
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use super::*;
    use crate::cel::{Scope, compile};

    #[test]
    fn each_way_through_needs_its_own_proof() {
        let lists = BTreeMap::new();
        let scope = Scope { endpoints: &[], lists: &lists, networks: &[], names: &[] };
        for (when, expected) in [
            ("request.path == '/healthz'", false),
            ("claim.family == 'chrome'", true),
            ("claim.family != 'chrome'", true),
            ("request.headers['user-agent'].contains('Partner/')", true),
            ("'x-internal' in request.headers", true),
            ("request.headers['x-key'] == 'short'", true),
            ("request.headers['x-key'] == 'a-long-enough-secret'", false),
            ("request.headers['x-key'] != 'a-long-enough-secret'", true),
            ("bot.category == 'monitor' && client.address.inside('192.0.2.0/24')", false),
            ("bot.category == 'monitor' && request.path == '/healthz'", true),
            ("bot.category == 'monitor' && !client.address.inside('192.0.2.0/24')", true),
            ("bot.category == 'monitor' || client.address.inside('192.0.2.0/24')", true),
            ("bot.proof == 'verified'", false),
            ("bot.proof in ['verified', 'unverifiable']", true),
            ("!(bot.named || client.asn == 1)", true),
            ("!(bot.named && client.asn == 1)", true),
            ("client.asn == 64500 && (bot.named || tls.ja4.startsWith('t13'))", false),
            ("class == 'good_bot' && bot.category == 'search_engine'", false),
            ("score < 10 && request.method == 'GET'", false),
        ] {
            let lowered = compile(when, &scope).unwrap_or_else(|faults| panic!("{when}: {faults:?}"));
            assert_eq!(rests_on_claim(&lowered.condition()), expected, "{when}");
        }
    }
}
