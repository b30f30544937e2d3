//! Rules that no request reaches.

use filter_core::policy::wire::{Action, Condition};

use super::implies::{implies, never};
use super::{Lint, Placed, any};
use crate::Code;

/// Rules whose condition no request meets, or whose requests an earlier enforced rule takes.
pub(super) fn lint(rules: &[Placed<'_>], found: &mut Vec<Lint>) {
    for (index, rule) in rules.iter().enumerate() {
        if never(rule.when) {
            let message = format!("no request meets the condition of `{}`", rule.id);
            found.push(rule.lint(
                Code::DEAD,
                "/when",
                message,
                "two of its tests exclude each other; mend or remove it",
            ));
            continue;
        }
        let takes = |earlier: &&Placed<'_>| {
            earlier.is_enforced && !is_limit(earlier) && implies(rule.when, earlier.when) && !passes_by(earlier, rule)
        };
        let Some(earlier) = rules.iter().take(index).find(takes) else { continue };
        if *earlier.when == Condition::Always {
            let message = format!("every request meets `{}` before `{}` is asked", earlier.id, rule.id);
            found.push(rule.lint(Code::UNREACHABLE, "/when", message, "move it up, or remove it"));
        } else {
            let message = format!("whatever meets `{}` meets `{}` first", rule.id, earlier.id);
            let remedy = format!("move it above `{}`, narrow that one, or remove this", earlier.id);
            found.push(rule.lint(Code::SHADOWED, "/when", message, remedy));
        }
    }
}

/// A limit lets most requests go on to the next rule.
fn is_limit(rule: &Placed<'_>) -> bool {
    matches!(rule.then, Action::Limit(_))
}

/// Allow rules do not know paths that servers may read in two ways: such a request gets past one, and then meets the rule.
fn passes_by(earlier: &Placed<'_>, rule: &Placed<'_>) -> bool {
    use Condition::{Endpoint, Label, Path, Query};
    earlier.is_allow
        && !rule.is_allow
        && any(earlier.when, &|test| matches!(test, Path(_) | Query(_) | Endpoint(_) | Label(_)))
}
