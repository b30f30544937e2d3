//! Moments at which a policy may say something else than now: the ends of all times and windows in its conditions.

use std::collections::BTreeSet;

use filter_core::policy::wire::{Condition, Range};

use super::Placed;

/// Moments that are tried: enough for a schedule of a dozen windows and a few rules that expire.
const MOST: usize = 48;

const MINUTE: u64 = 60_000;

/// Minutes of a week.
const WEEK: u64 = 7 * 24 * 60;

/// Now, and every moment from now on at which a rule of the policy begins or ceases to be asked, the next ones first. Between two of them
/// nothing changes.
pub(super) fn moments(rules: &[Placed<'_>], now: u64) -> Vec<u64> {
    let mut times = BTreeSet::from([now]);
    let mut windows = BTreeSet::new();
    for rule in rules {
        walk(rule.when, &mut |condition| match condition {
            Condition::Time(range) => times.extend(ends(range).map(|second| u64::from(second).saturating_mul(1000))),
            Condition::Week(range) => windows.extend(ends(range).map(u64::from)),
            _ => {}
        });
    }
    // A window may lie within what a rule has left until it expires: the week after each of its ends.
    let starts: Vec<u64> = times.iter().copied().filter(|time| *time >= now).collect();
    let mut all: BTreeSet<u64> = starts.iter().copied().collect();
    for start in starts {
        let minute = start / MINUTE;
        // The epoch was a Thursday; minutes count from Monday.
        let of_week = minute.saturating_add(3 * 24 * 60).checked_rem(WEEK).unwrap_or(0);
        all.extend(windows.iter().map(|window| {
            let wait = window.saturating_add(WEEK).saturating_sub(of_week).checked_rem(WEEK).unwrap_or(0);
            minute.saturating_add(wait).saturating_mul(MINUTE).max(start)
        }));
    }
    all.into_iter().take(MOST).collect()
}

/// Where a range begins, and what comes after it.
fn ends(range: &Range) -> impl Iterator<Item = u32> {
    [range.at_least, range.below].into_iter().flatten()
}

/// Looks at a condition and all inside it.
pub(super) fn walk(condition: &Condition, look: &mut impl FnMut(&Condition)) {
    look(condition);
    match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().for_each(|part| walk(part, look)),
        Condition::Not(inner) => walk(inner, look),
        _ => {}
    }
}

/// The same, about all clients and not a share of them: whom a share hits is chance, and somebody it hits.
pub(super) fn of_everybody(condition: &mut Condition) {
    match condition {
        Condition::Share(_) => *condition = Condition::Always,
        Condition::All(parts) | Condition::Any(parts) => parts.iter_mut().for_each(of_everybody),
        Condition::Not(inner) => of_everybody(inner),
        _ => {}
    }
}
