//! Conditions in the form that is evaluated.

mod compile;
mod guard;
mod measure;
mod moment;
#[cfg(test)]
mod tests;
mod text;
mod words;

pub(crate) use crate::bytes::host_of;
pub(crate) use compile::Scope;
pub(crate) use guard::Guards;
pub(crate) use text::{Case, List, Text, list};
pub(crate) use words::{Proof, Word};

use alloc::boxed::Box;
use alloc::string::String;

use self::measure::Measure;
use self::words::Words;
use crate::facts::{Fact, Provenance};
use crate::fingerprint::Claim;
use crate::request::{HeaderName, Prefix};
use crate::score::Score;
use crate::signals::infrastructure::NetworkKind;
use crate::signals::{Evidence, Pillar, Seen, SignalId};

/// A checked condition: every name is resolved, depth and size are bounded.
#[derive(Debug)]
pub(crate) enum Condition {
    Always,
    All(Box<[Condition]>),
    Any(Box<[Condition]>),
    Not(Box<Condition>),
    Score(Range),
    Pillar(Pillar, Range),
    Signal(Box<[SignalId]>),
    Class(Words),
    Kind(Words),
    /// Places in the bundle's endpoint table; labels are resolved to these too.
    Endpoint(Box<[u16]>),
    Method(Text),
    Host(Text),
    Path(Text),
    Query(Text),
    Header(Header, Option<Text>),
    Address(Address),
    Provenance(Words),
    Asn(Box<[u32]>),
    Country(Text),
    Claim {
        family: Words,
        engine: Words,
        platform: Words,
        major: Option<Range>,
    },
    Named {
        names: Box<[String]>,
        operators: Box<[String]>,
        category: Words,
    },
    Crawler(Words),
    Http(Words),
    Tls(Words),
    Ja4(Text, Words),
    Secure(bool),
    Time(Range),
    Week(Range),
    /// The hash of the share's name.
    Share(u32, Range),
    Count(Measure, Range),
}

/// `at_least <= n < below`
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Range {
    pub(crate) at_least: u32,
    pub(crate) below: u32,
}

/// A header by the quickest way to it.
#[derive(Debug)]
pub(crate) enum Header {
    Known(HeaderName),
    Other(Box<[u8]>),
}

/// Where an address lies, and where it must have come from.
#[derive(Debug)]
pub(crate) struct Address {
    pub(crate) blocks: Box<[Prefix]>,
    /// Bits of network lists.
    pub(crate) lists: u64,
    pub(crate) kinds: Box<[NetworkKind]>,
    pub(crate) provenance: Words,
}

/// What conditions are asked about.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Asked<'a> {
    pub(crate) seen: Seen<'a>,
    pub(crate) evidence: Evidence,
    pub(crate) score: &'a Score,
    /// Place of the request's endpoint in the bundle's table.
    pub(crate) endpoint: Option<u16>,
    /// What the path is about: unknown to rules that let pass, where servers could read it otherwise.
    pub(crate) knows_path: bool,
}

impl Range {
    fn has(self, number: u32) -> bool {
        self.at_least <= number && number < self.below
    }
}

impl Condition {
    /// Whether it holds; `None` where a fact it needs is unknown (Kleene's logic).
    pub(crate) fn holds(&self, asked: &Asked<'_>) -> Option<bool> {
        let request = asked.seen.request;
        let fingerprint = asked.seen.fingerprint;
        match self {
            Condition::Always => Some(true),
            Condition::All(parts) => every(parts, asked, true),
            Condition::Any(parts) => every(parts, asked, false),
            Condition::Not(part) => part.holds(asked).map(|holds| !holds),
            Condition::Score(range) => Some(range.has(asked.score.value.into())),
            Condition::Pillar(pillar, range) => Some(range.has(asked.score.pillar(*pillar).into())),
            Condition::Signal(signals) => Some(signals.iter().any(|signal| asked.evidence.has(*signal))),
            Condition::Class(words) => Some(words.has(asked.score.class)),
            Condition::Kind(words) => Some(words.has(request.kind)),
            Condition::Endpoint(places) => {
                asked.knows_path.then(|| asked.endpoint.is_some_and(|place| places.contains(&place)))
            }
            Condition::Method(text) => Some(text.matches(request.facts.method, Case::Exact)),
            Condition::Host(text) => Some(text.matches(host_of(request.facts.authority), Case::Ignored)),
            Condition::Path(text) => asked.knows_path.then(|| text.matches(request.path.normalised(), Case::Exact)),
            Condition::Query(text) => Some(text.matches(request.path.query().unwrap_or_default(), Case::Exact)),
            Condition::Header(header, test) => {
                let value = match header {
                    Header::Known(name) => request.header(*name),
                    Header::Other(name) => request.headers.by_text(name),
                };
                value.known().map(|value| match test {
                    Some(test) => test.matches(value.unwrap_or_default(), Case::Exact),
                    None => value.is_some(),
                })
            }
            Condition::Address(address) => address.holds(asked),
            Condition::Provenance(words) => {
                request.client.address.is_present().then(|| words.has(request.client.provenance))
            }
            Condition::Asn(numbers) => {
                let asn = vouched(asked, asked.seen.origin.asn(request), request.facts.client.asn.is_absent())?;
                Some(asn.is_some_and(|asn| numbers.binary_search(&asn).is_ok()))
            }
            Condition::Country(text) => {
                let client = &request.facts.client;
                let country = vouched(asked, asked.seen.origin.country(request), client.country.is_absent())?;
                Some(country.is_some_and(|code| text.matches(&code, Case::Exact)))
            }
            Condition::Claim { family, engine, platform, major } => {
                request.header(HeaderName::UserAgent).known()?;
                Some(claims(&fingerprint.claim, *family, *engine, *platform, *major))
            }
            Condition::Named { names, operators, category } => {
                request.header(HeaderName::UserAgent).known()?;
                let Some(named) = fingerprint.named else { return Some(false) };
                let by_name = names.is_empty() || names.contains(&named.name);
                let by_operator =
                    operators.is_empty() || named.operator.as_ref().is_some_and(|o| operators.contains(o));
                Some(by_name && by_operator && (category.is_empty() || category.has(named.category)))
            }
            Condition::Crawler(words) => {
                request.header(HeaderName::UserAgent).known()?;
                Some(Proof::of(asked.seen.origin.crawler).is_some_and(|proof| words.has(proof)))
            }
            Condition::Http(words) => is_one(request.version, *words),
            Condition::Tls(words) => is_one(request.tls().version, *words),
            Condition::Ja4(text, by) => {
                let tls = request.tls();
                let ja4 = tls.ja4.known()?;
                let comparable = by.is_empty() || by.has(tls.ja4_by) || ja4.is_none();
                comparable.then(|| text.matches(ja4.unwrap_or_default(), Case::Exact))
            }
            Condition::Time(range) => Some(range.has(moment::second(asked.seen.now))),
            Condition::Week(range) => Some(range.has(moment::minute_of_week(asked.seen.now))),
            Condition::Share(name, range) => {
                let client = &request.client;
                let address = client.address.present().filter(|_| client.provenance != Provenance::Unverified)?;
                Some(range.has(moment::part_of(*name, address)))
            }
            Condition::Count(measure, range) => measure.of(asked).map(|count| range.has(count)),
            Condition::Secure(wanted) => request.secure.known().map(|secure| secure.unwrap_or(false) == *wanted),
        }
    }
}

impl Address {
    fn holds(&self, asked: &Asked<'_>) -> Option<bool> {
        let client = &asked.seen.request.client;
        let address = client.address.present()?;
        if !self.provenance.has(client.provenance) {
            return None;
        }
        let origin = asked.seen.origin;
        let inside = origin.is_member(self.lists)
            || self.kinds.iter().any(|kind| match kind {
                // People behind a relay and crawlers in their own ranges are in nobody's list.
                NetworkKind::Hosting
                | NetworkKind::Vpn
                | NetworkKind::Tor
                | NetworkKind::Proxy
                | NetworkKind::Reputation => origin.telling(*kind).is_some(),
                NetworkKind::Relay | NetworkKind::Cdn | NetworkKind::Crawler | NetworkKind::Custom => {
                    origin.list_of(*kind).is_some()
                }
            })
            || self.blocks.iter().any(|block| block.contains(address));
        Some(inside)
    }
}

/// All of the parts (`wanted`) or any of them (not `wanted`): the first that decides ends it.
fn every(parts: &[Condition], asked: &Asked<'_>, wanted: bool) -> Option<bool> {
    let mut known = true;
    for part in parts {
        match part.holds(asked) {
            Some(holds) if holds != wanted => return Some(!wanted),
            Some(_) => {}
            None => known = false,
        }
    }
    known.then_some(wanted)
}

/// Something about the client's address: unknown where nobody vouches for that.
fn vouched<T>(asked: &Asked<'_>, value: Option<T>, absent: bool) -> Option<Option<T>> {
    let sure = asked.seen.request.client.provenance != Provenance::Unverified;
    (sure && (value.is_some() || absent)).then_some(value)
}

fn is_one<T: Word>(fact: Fact<T>, words: Words) -> Option<bool> {
    fact.known().map(|value| value.is_some_and(|value| words.has(value)))
}

fn claims(claim: &Claim<'_>, family: Words, engine: Words, platform: Words, major: Option<Range>) -> bool {
    (family.is_empty() || family.has(claim.family))
        && (engine.is_empty() || engine.has(claim.engine))
        && (platform.is_empty() || platform.has(claim.platform))
        && major.is_none_or(|range| claim.major.is_some_and(|major| range.has(major)))
}
