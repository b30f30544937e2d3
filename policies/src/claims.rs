//! Rules that let pass may not rest on what anybody can claim: they would let every impostor in.
//!
//! Each way to meet the condition must either ask for nothing that is claimed (a path, a method, a score) or also ask for
//! something that proves it (an address that somebody vouches for, a crawler's proof, a secret in a header).

use std::collections::BTreeMap;

use filter_core::policy::wire::{Condition, HeaderTest, Text};
use filter_core::request::HeaderName;

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

/// The policy's lists of texts.
type Lists = BTreeMap<String, Vec<String>>;

/// Whether some way to meet the condition rests on a claim alone.
pub(crate) fn rests_on_claim(condition: &Condition, lists: &Lists) -> bool {
    ground(condition, false, lists) == Ground::Claim
}

fn ground(condition: &Condition, is_negated: bool, lists: &Lists) -> Ground {
    match condition {
        Condition::Not(part) => ground(part, !is_negated, lists),
        Condition::All(parts) if is_negated => any(parts, true, lists),
        Condition::Any(parts) if is_negated => all(parts, true, lists),
        Condition::All(parts) => all(parts, false, lists),
        Condition::Any(parts) => any(parts, false, lists),
        Condition::Claim(_) | Condition::Named(_) | Condition::Ja4(_) => Ground::Claim,
        Condition::Header(test) if !is_negated && is_secret(test, lists) => Ground::Proof,
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
fn all(parts: &[Condition], is_negated: bool, lists: &Lists) -> Ground {
    let has = |wanted: Ground| parts.iter().any(|part| ground(part, is_negated, lists) == wanted);
    if has(Ground::Proof) {
        Ground::Proof
    } else if has(Ground::Claim) {
        Ground::Claim
    } else {
        Ground::Neither
    }
}

/// Any part may hold: each must stand on its own.
fn any(parts: &[Condition], is_negated: bool, lists: &Lists) -> Ground {
    let mut grounds = parts.iter().map(|part| ground(part, is_negated, lists));
    if grounds.clone().any(|ground| ground == Ground::Claim) {
        Ground::Claim
    } else if grounds.all(|ground| ground == Ground::Proof) {
        Ground::Proof
    } else {
        Ground::Neither
    }
}

/// Whether the header must have a value that could be a secret. Headers that browsers send are none, but for those that are made to
/// carry one: everybody can look up a program's user agent.
fn is_secret(test: &HeaderTest, lists: &Lists) -> bool {
    let is_known = HeaderName::parse(test.name.as_bytes())
        .is_some_and(|name| !matches!(name, HeaderName::Authorization | HeaderName::Cookie));
    let are_long = |values: &[String]| !values.is_empty() && values.iter().all(|value| value.len() >= SECRET);
    !is_known
        && match &test.value {
            Some(Text::Is(value)) => value.len() >= SECRET,
            Some(Text::OneOf(values)) => are_long(values),
            Some(Text::In(name)) => lists.get(name).is_some_and(|values| are_long(values)),
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
        let texts = |values: &[&str]| values.iter().map(|value| (*value).to_owned()).collect::<Vec<_>>();
        let lists = BTreeMap::from([
            ("secrets".to_owned(), texts(&["a-long-enough-secret", "another-long-one-too"])),
            ("mixed".to_owned(), texts(&["a-long-enough-secret", "v1"])),
            ("agents".to_owned(), texts(&["UptimeRobot/2.0 (http://www.uptimerobot.com/)"])),
        ]);
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
            ("request.headers['x-key'] in lists.secrets", false),
            ("request.headers['x-key'] in lists.mixed", true),
            ("request.headers['user-agent'] in lists.agents", true),
            ("request.headers['user-agent'] == 'UptimeRobot/2.0 (http://www.uptimerobot.com/)'", true),
            ("request.headers['authorization'] == 'Bearer a-long-enough-secret'", false),
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
            assert_eq!(rests_on_claim(&lowered.condition(), &lists), expected, "{when}");
        }
    }
}
