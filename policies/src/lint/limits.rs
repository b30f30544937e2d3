//! Limits that limit nobody, and those that callers get around.

use filter_core::policy::wire::{Action, Condition, Content, KeyPart, RateLimit};

use super::implies::implies;
use super::{Lint, Placed, any};
use crate::Code;

/// Requests a second of one key that no host serves: Envoy passes some 50,000 a core (2026-11).
const NO_LIMIT: u32 = 100_000;

/// Limits without a rule, beyond reach, or with a key of the callers' choice.
pub(super) fn lint(rules: &[Placed<'_>], content: &Content, found: &mut Vec<Lint>) {
    for (index, limit) in content.limits.iter().enumerate() {
        let place = format!("/limits/{index}");
        let by = |rule: &&Placed<'_>| matches!(rule.then, Action::Limit(by) if by.by == limit.id);
        let mut lint = |code, part: &str, message, remedy: &str| {
            found.push(Lint { code, place: format!("{place}{part}"), message, remedy: remedy.into() });
        };
        let id = &limit.id;
        let Some(rule) = rules.iter().find(by) else {
            let remedy = format!("give a rule `{{\"limit\": {{\"by\": \"{id}\"}}}}`, or remove it");
            lint(Code::LIMIT_NEVER, "", format!("no rule uses the limit `{id}`"), &remedy);
            continue;
        };
        let a_second = limit.requests.checked_div(limit.seconds).unwrap_or(0);
        if a_second >= NO_LIMIT {
            let message = format!("`{id}` lets {a_second} requests a second pass, which no host serves");
            lint(Code::LIMIT_NEVER, "/requests", message, "give fewer `requests`, or more `seconds`");
        }
        if let Some((part, remedy)) = limit.key.iter().find_map(|part| never_there(part, content)) {
            let message = format!("`{id}` counts by {part}, so it counts nobody");
            lint(Code::LIMIT_NEVER, "/key", message, remedy);
        }
        let earlier = content.limits.iter().filter(|other| other.id != *id && is_within(other, limit));
        let of = |other: &RateLimit| rules.iter().find(|rule| is_by(rule, other));
        let stricter = earlier.filter_map(of).find(|other| {
            other.is_enforced
                && rules
                    .iter()
                    .filter(|rule| is_by(rule, limit))
                    .all(|rule| is_before(rules, other, rule) && implies(rule.when, other.when))
        });
        if let Some(other) = stricter {
            let message = format!(
                "`{id}` never has too many: `{}` limits the same requests by the same key before, and lets fewer pass",
                other.id
            );
            lint(Code::LIMIT_NEVER, "/requests", message, "give fewer `requests`, another key, or remove it");
        }
        let is_unvouched = |part: &KeyPart| matches!(part, KeyPart::Address | KeyPart::Network);
        if limit.key.iter().any(is_unvouched) && needs_unverified(rule.when) {
            let message = format!("`{id}` counts by an address for which nobody vouches, so it counts nobody");
            let remedy = "count by a header or cookie, or set `client_address` on the host and drop the test of `client.provenance`";
            lint(Code::LIMIT_NEVER, "/key", message, remedy);
        }
        if rule.is_enforced && limit.key.iter().all(is_place) {
            let message = format!("one caller can use up `{id}` for all others");
            let remedy = "add `\"address\"` to the key, or give the rule `\"mode\": \"shadow\"`";
            lint(Code::LIMIT_SHARED, "/key", message, remedy);
        }
        if is_chosen(limit) {
            let message = format!("callers choose the key of `{id}`: whoever sends another each time is never limited");
            let remedy =
                "add `\"address\"`, `\"network\"` or `\"account\"` to the key, or another limit by one of them";
            let has_other = content.limits.iter().any(|other| {
                !is_chosen(other)
                    && rules.iter().any(|rule| matches!(rule.then, Action::Limit(by) if by.by == other.id))
            });
            if !has_other {
                lint(Code::LIMIT_CHOSEN, "/key", message, remedy);
            }
        }
    }
}

fn is_by(rule: &Placed<'_>, limit: &RateLimit) -> bool {
    matches!(rule.then, Action::Limit(by) if by.by == limit.id)
}

fn is_before(rules: &[Placed<'_>], one: &Placed<'_>, other: &Placed<'_>) -> bool {
    let place = |wanted: &Placed<'_>| rules.iter().position(|rule| rule.place == wanted.place);
    place(one) < place(other)
}

/// Whether what passes the one limit always passes the other: the same key, no more in any time, no more at once.
fn is_within(one: &RateLimit, other: &RateLimit) -> bool {
    let rate = |limit: &RateLimit, by: &RateLimit| u64::from(limit.requests).saturating_mul(u64::from(by.seconds));
    let burst = |limit: &RateLimit| limit.burst.unwrap_or(limit.requests);
    one.key == other.key && rate(one, other) <= rate(other, one) && burst(one) <= burst(other)
}

/// A part of a key that no request of this policy has, and the remedy.
fn never_there(part: &KeyPart, content: &Content) -> Option<(&'static str, &'static str)> {
    match part {
        KeyPart::Bot if content.names.is_empty() => {
            Some(("programs' names, and the policy has no name tables", "add `names`"))
        }
        KeyPart::Account if content.endpoints.iter().all(|endpoint| endpoint.body.is_none()) => {
            Some(("the account, and no endpoint finds one", "say `\"body\": \"inspect\"` at the endpoint that logs in"))
        }
        _ => None,
    }
}

/// The part says where a request goes, not who sends it.
fn is_place(part: &KeyPart) -> bool {
    matches!(part, KeyPart::Method | KeyPart::Path | KeyPart::Host | KeyPart::Endpoint)
}

/// Every part of the key can be another one in each request.
fn is_chosen(limit: &RateLimit) -> bool {
    let chosen =
        |part: &KeyPart| matches!(part, KeyPart::Client | KeyPart::Header(_) | KeyPart::Cookie(_) | KeyPart::Tool);
    limit.key.iter().any(chosen) && limit.key.iter().all(|part| chosen(part) || is_place(part))
}

/// The condition holds only where nobody vouches for the address.
fn needs_unverified(condition: &Condition) -> bool {
    let is = |test: &Condition| matches!(test, Condition::Provenance(words) if words.iter().all(|word| word == "unverified"));
    match condition {
        Condition::All(parts) => parts.iter().any(|part| !matches!(part, Condition::Not(_)) && any(part, &is)),
        other => is(other),
    }
}
