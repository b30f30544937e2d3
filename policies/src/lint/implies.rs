//! Whether one condition holds wherever another does, by their form. `true` is sure; `false` says nothing.

use filter_core::policy::wire::{AddressTest, ClaimTest, Condition, NamedTest, Range, Text};
use filter_core::request::Prefix;

/// Whether `b` is true wherever `a` is true.
pub(super) fn implies(a: &Condition, b: &Condition) -> bool {
    use Condition::*;
    if a == b || *b == Always || never(a) {
        return true;
    }
    match (a, b) {
        (Any(parts), _) => parts.iter().all(|part| implies(part, b)),
        (_, All(parts)) => parts.iter().all(|part| implies(a, part)),
        (All(parts), _) if parts.iter().any(|part| implies(part, b)) => true,
        (_, Any(parts)) => parts.iter().any(|part| implies(a, part)),
        (Score(a), Score(b)) => within(a, b),
        (Pillar(a), Pillar(b)) | (Count(a), Count(b)) => {
            a.name == b.name && within(&range(a.at_least, a.below), &range(b.at_least, b.below))
        }
        (Signal(a), Signal(b)) | (Endpoint(a), Endpoint(b)) | (Label(a), Label(b)) => subset(a, b),
        (Class(a), Class(b)) | (Kind(a), Kind(b)) | (Method(a), Method(b)) => subset(a, b),
        (Provenance(a), Provenance(b)) | (Country(a), Country(b)) | (Crawler(a), Crawler(b)) => subset(a, b),
        (Http(a), Http(b)) | (Tls(a), Tls(b)) => subset(a, b),
        (Asn(a), Asn(b)) => subset(a, b),
        (Host(a), Host(b)) | (Path(a), Path(b)) | (Query(a), Query(b)) => text(a, b),
        (Header(a), Header(b)) => {
            a.name == b.name && b.value.as_ref().is_none_or(|b| a.value.as_ref().is_some_and(|a| text(a, b)))
        }
        (Ja4(a), Ja4(b)) => text(&a.value, &b.value) && narrows(&a.by, &b.by),
        (Address(a), Address(b)) => address(a, b),
        (Claim(a), Claim(b)) => claim(a, b),
        (Named(a), Named(b)) => named(a, b),
        _ => false,
    }
}

/// Whether no request meets a condition.
pub(super) fn never(condition: &Condition) -> bool {
    use Condition::*;
    match condition {
        Any(parts) => parts.iter().all(never),
        All(parts) => parts.iter().any(never) || contradict(parts),
        Not(inner) => **inner == Always,
        Score(range) => is_empty(range),
        Pillar(test) | Count(test) => is_empty(&range(test.at_least, test.below)),
        Signal(words) | Class(words) | Kind(words) | Endpoint(words) | Label(words) | Method(words) => words.is_empty(),
        Provenance(words) | Country(words) | Crawler(words) | Http(words) | Tls(words) => words.is_empty(),
        Asn(numbers) => numbers.is_empty(),
        Claim(test) => test.major.as_ref().is_some_and(is_empty),
        _ => false,
    }
}

/// Whether two tests of one `all` cannot both hold: of what a request has one of, they name different ones.
fn contradict(parts: &[Condition]) -> bool {
    use Condition::*;
    let apart = |a: &Condition, b: &Condition| match (a, b) {
        (Class(a), Class(b)) | (Kind(a), Kind(b)) | (Method(a), Method(b)) | (Endpoint(a), Endpoint(b)) => {
            disjoint(a, b)
        }
        (Country(a), Country(b)) | (Crawler(a), Crawler(b)) | (Http(a), Http(b)) | (Tls(a), Tls(b)) => disjoint(a, b),
        (Provenance(a), Provenance(b)) => disjoint(a, b),
        (Asn(a), Asn(b)) => disjoint(a, b),
        (Score(a), Score(b)) => is_empty(&both(a, b)),
        (Pillar(a), Pillar(b)) => {
            a.name == b.name && is_empty(&both(&range(a.at_least, a.below), &range(b.at_least, b.below)))
        }
        (Host(Text::Is(a)), Host(Text::Is(b))) | (Path(Text::Is(a)), Path(Text::Is(b))) => a != b,
        (Path(Text::Is(a)), Path(Text::Prefix(b))) | (Path(Text::Prefix(b)), Path(Text::Is(a))) => {
            !a.starts_with(b.as_str())
        }
        (Path(Text::Prefix(a)), Path(Text::Prefix(b))) => !a.starts_with(b.as_str()) && !b.starts_with(a.as_str()),
        (Secure(a), Secure(b)) => a != b,
        (a, Not(b)) | (Not(b), a) => implies(a, b),
        _ => false,
    };
    let flat = flat(parts);
    flat.iter().enumerate().any(|(index, a)| flat.iter().skip(index.saturating_add(1)).any(|b| apart(a, b)))
}

/// The tests of nested `all`s, side by side.
fn flat(parts: &[Condition]) -> Vec<&Condition> {
    let inside = parts.iter().flat_map(|part| match part {
        Condition::All(parts) => flat(parts),
        other => vec![other],
    });
    inside.collect()
}

fn range(at_least: Option<u32>, below: Option<u32>) -> Range {
    Range { at_least, below }
}

fn is_empty(range: &Range) -> bool {
    let least = range.at_least.unwrap_or(0);
    range.below.is_some_and(|below| least >= below)
}

fn within(a: &Range, b: &Range) -> bool {
    a.at_least.unwrap_or(0) >= b.at_least.unwrap_or(0) && a.below.unwrap_or(u32::MAX) <= b.below.unwrap_or(u32::MAX)
}

fn both(a: &Range, b: &Range) -> Range {
    let below = [a.below, b.below].into_iter().flatten().min();
    range(a.at_least.max(b.at_least), below)
}

fn subset<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    a.iter().all(|one| b.contains(one))
}

fn disjoint<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    !a.iter().any(|one| b.contains(one))
}

/// Lists that may be left out, which then hold everything.
fn narrows<T: PartialEq>(a: &[T], b: &[T]) -> bool {
    b.is_empty() || (!a.is_empty() && subset(a, b))
}

fn text(a: &Text, b: &Text) -> bool {
    let holds = |word: &str| match b {
        Text::Is(is) => word == is,
        Text::OneOf(words) => words.iter().any(|one| one == word),
        Text::Prefix(start) => word.starts_with(start.as_str()),
        Text::Suffix(end) => word.ends_with(end.as_str()),
        Text::Contains(inner) => word.contains(inner.as_str()),
        Text::In(_) | Text::Glob(_) => false,
    };
    match (a, b) {
        _ if a == b => true,
        (Text::Is(word), _) => holds(word),
        (Text::OneOf(words), _) => words.iter().all(|word| holds(word)),
        (Text::Prefix(a), Text::Prefix(b)) => a.starts_with(b.as_str()),
        (Text::Suffix(a), Text::Suffix(b)) => a.ends_with(b.as_str()),
        (Text::Prefix(a) | Text::Suffix(a) | Text::Contains(a), Text::Contains(b)) => a.contains(b.as_str()),
        _ => false,
    }
}

/// An address meets a test in one of its blocks, lists or kinds.
fn address(a: &AddressTest, b: &AddressTest) -> bool {
    let parsed = |blocks: &[String]| blocks.iter().filter_map(|block| block.parse::<Prefix>().ok()).collect::<Vec<_>>();
    let (inner, outer) = (parsed(&a.blocks), parsed(&b.blocks));
    let inside = |block: &Prefix| outer.iter().any(|o| o.contains(block.address()) && o.length() <= block.length());
    a.provenance == b.provenance
        && inner.len() == a.blocks.len()
        && inner.iter().all(inside)
        && subset(&a.lists, &b.lists)
        && subset(&a.kinds, &b.kinds)
}

fn claim(a: &ClaimTest, b: &ClaimTest) -> bool {
    let major = match (&a.major, &b.major) {
        (_, None) => true,
        (Some(a), Some(b)) => within(a, b),
        (None, Some(_)) => false,
    };
    major && narrows(&a.family, &b.family) && narrows(&a.engine, &b.engine) && narrows(&a.platform, &b.platform)
}

fn named(a: &NamedTest, b: &NamedTest) -> bool {
    narrows(&a.name, &b.name) && narrows(&a.category, &b.category) && narrows(&a.operator, &b.operator)
}
