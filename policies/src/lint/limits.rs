//! Limits that limit nobody, and those that callers get around.

use filter_core::policy::wire::{Action, Condition, Content, KeyPart, RateLimit};

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
