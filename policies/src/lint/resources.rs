//! Lists that are old or unused, and what the conditions may cost.

use filter_core::policy::wire::{Condition, Content, Text};

use super::{Context, Lint, Placed, any};
use crate::Code;

/// Days after which a list counts as old. Crawlers' operators change their ranges a few times a year; networks for hire
/// change hands in months.
const OLD_DAYS: u64 = 180;

/// Most that all conditions together may cost: a thousandth of what a page takes to be served.
const BUDGET_NANOSECONDS: u64 = 100_000;

/// Old and unused lists, and the cost of all conditions.
pub(super) fn lint(rules: &[Placed<'_>], content: &Content, context: &Context, found: &mut Vec<Lint>) {
    let age = |date: Option<&str>| Some((context.now / 86_400_000).saturating_sub(days_of(date?)?));
    let is_stale = |name: &str| {
        let known = context.ages.get(name).filter(|_| context.now > 0)?;
        let days = age(known.date.as_deref())?;
        (days > u64::from(known.stale_days)).then_some((days, known.stale_days))
    };
    for (name, (days, stale)) in context.ages.keys().filter_map(|name| Some((name, is_stale(name)?))) {
        let list = content.networks.lists.iter().position(|list| list.name == *name);
        let filter = content.breached.iter().position(|entry| entry.name == *name);
        let place = match (list, filter) {
            (Some(index), _) => format!("/networks/lists/{index}"),
            (_, Some(index)) => format!("/breached/{index}"),
            _ => "/networks".to_owned(),
        };
        let message = format!("the feed `{name}` is {days} days old, and stale after {stale}");
        let verb = if filter.is_some() { "weir feed passwords" } else { "weir feed update" };
        found.push(Lint { code: Code::STALE_FEED, place, message, remedy: format!("run `{verb}`, and build again") });
    }
    for (index, list) in content.networks.lists.iter().enumerate().filter(|(_, list)| is_stale(&list.name).is_none()) {
        let days = age(list.date.as_deref());
        let is_used = |test: &Condition| match test {
            Condition::Address(test) => test.lists.contains(&list.name) || test.kinds.contains(&list.kind),
            Condition::Crawler(_) => list.kind == "crawler",
            _ => false,
        };
        let Some(rule) = rules.iter().find(|rule| rule.blocks() && any(rule.when, &is_used)) else { continue };
        let message = match days {
            None => format!("`{}` blocks by network list `{}`, which has no date", rule.id, list.name),
            Some(days) if context.now > 0 && days > OLD_DAYS => {
                format!("`{}` blocks by network list `{}`, which is {days} days old", rule.id, list.name)
            }
            Some(_) => continue,
        };
        let place = format!("/networks/lists/{index}");
        found.push(Lint {
            code: Code::STALE,
            place,
            message,
            remedy: "fetch it again, or give the rule `\"mode\": \"shadow\"`".into(),
        });
    }
    // The signal `mail_disposable` reads it.
    for name in content.lists.keys().filter(|name| *name != "disposable_mail") {
        let is_used = |test: &Condition| texts(test).any(|text| matches!(text, Text::In(list) if list == name));
        if !rules.iter().any(|rule| any(rule.when, &is_used)) {
            let message = format!("no rule uses the list `{name}`");
            let remedy = format!("say `x in lists.{name}` in a rule, or remove it");
            found.push(Lint { code: Code::UNUSED, place: format!("/lists/{name}"), message, remedy });
        }
    }
    let costs = rules.iter().map(|rule| (rule, cost(rule.when)));
    let total = costs.clone().fold(0u64, |sum, (_, cost)| sum.saturating_add(cost));
    if total > BUDGET_NANOSECONDS
        && let Some((dearest, most)) = costs.max_by_key(|(_, cost)| *cost)
    {
        let message = format!(
            "a request may cost {} us in conditions, {} us of it in `{}`",
            total / 1000,
            most / 1000,
            dearest.id
        );
        let remedy =
            format!("at most {} us; look for `contains` over long values, and use lists", BUDGET_NANOSECONDS / 1000);
        found.push(dearest.lint(Code::COST, "/when", message, remedy));
    }
}

/// Nanoseconds at worst, measured natively (2026-11) and rounded up: a test 20, a list item 2, a search 1 a byte of the
/// longest value that is looked at.
pub fn cost(condition: &Condition) -> u64 {
    let of_texts = texts(condition).fold(0u64, |sum, text| {
        let one = match text {
            Text::Contains(_) => u64::try_from(filter_core::limits::HEADER_VALUE).unwrap_or(u64::MAX),
            Text::OneOf(words) => u64::try_from(words.len()).unwrap_or(u64::MAX).saturating_mul(2),
            Text::In(_) => 200,
            _ => 20,
        };
        sum.saturating_add(one)
    });
    let inner: u64 = match condition {
        Condition::All(parts) | Condition::Any(parts) => parts.iter().map(cost).fold(0, u64::saturating_add),
        Condition::Not(inner) => cost(inner),
        Condition::Address(test) => u64::try_from(test.blocks.len()).unwrap_or(u64::MAX).saturating_mul(2),
        _ => 0,
    };
    inner.saturating_add(of_texts).saturating_add(20)
}

/// The texts of one test, not of those inside it.
fn texts(test: &Condition) -> impl Iterator<Item = &Text> {
    let text = match test {
        Condition::Host(text) | Condition::Path(text) | Condition::Query(text) => Some(text),
        Condition::Header(test) => test.value.as_ref(),
        Condition::Ja4(test) => Some(&test.value),
        _ => None,
    };
    text.into_iter()
}

/// Days since the epoch of `2026-11-21` or, by its first day, `2026-11`.
fn days_of(date: &str) -> Option<u64> {
    let whole = if date.matches('-').count() == 1 { format!("{date}-01") } else { date.to_owned() };
    let day: jiff::civil::Date = whole.parse().ok()?;
    let seconds = day.to_zoned(jiff::tz::TimeZone::UTC).ok()?.timestamp().as_second();
    u64::try_from(seconds).ok()?.checked_div(86_400)
}
