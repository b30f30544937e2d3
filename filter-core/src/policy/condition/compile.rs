//! From conditions as written to conditions that can be evaluated: names are resolved, sizes bounded.

mod operands;

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;

use super::measure::Measure;
use super::words::{Proof, Word, Words};
use super::{Condition, List, Range, moment};
use crate::facts::{Ja4By, Provenance, TlsVersion};
use crate::fingerprint::{Category, Engine, Family, Names, Platform};
use crate::limits;
use crate::policy::json::one_of;
use crate::policy::problem::{Problem, Quoted};
use crate::policy::{Endpoint, RateLimit, wire};
use crate::request::{HttpVersion, RequestKind};
use crate::score::Class;
use crate::signals::infrastructure::Networks;
use crate::signals::{Pillar, SIGNALS, SignalId};

/// What a condition's names can refer to, and what is wrong so far.
pub(crate) struct Scope<'b> {
    pub(crate) names: &'b Names,
    pub(crate) networks: &'b Networks,
    pub(crate) endpoints: &'b [Endpoint],
    pub(crate) lists: &'b BTreeMap<String, List>,
    pub(crate) rate_limits: &'b [RateLimit],
    pub(crate) problems: Vec<Problem>,
    /// Tests compiled so far, over all conditions.
    pub(crate) nodes: usize,
    /// Places that ask for an unverified address; the rule's action decides whether it may.
    pub(crate) unverified: Vec<String>,
}

impl Scope<'_> {
    /// Compiles one condition. After a problem the result is of no use, and the bundle is refused.
    pub(crate) fn condition(&mut self, condition: wire::Condition, place: &str, depth: usize) -> Condition {
        if !self.spend(1, place) {
            return Condition::Always;
        }
        if depth > limits::CONDITION_DEPTH {
            self.wrong(place, "nested too deeply", format!("at most {} levels are allowed", limits::CONDITION_DEPTH));
            return Condition::Always;
        }
        match condition {
            wire::Condition::Always => Condition::Always,
            wire::Condition::All(parts) => Condition::All(self.parts(parts, &format!("{place}/all"), depth)),
            wire::Condition::Any(parts) => Condition::Any(self.parts(parts, &format!("{place}/any"), depth)),
            wire::Condition::Not(part) => {
                let inner = self.condition(*part, &format!("{place}/not"), depth.saturating_add(1));
                Condition::Not(Box::new(inner))
            }
            wire::Condition::Score(range) => {
                Condition::Score(self.range(range.at_least, range.below, &format!("{place}/score"), 100))
            }
            wire::Condition::Pillar(test) => {
                let place = format!("{place}/pillar");
                let pillar = self.word::<Pillar>(&test.name, &format!("{place}/name")).unwrap_or(Pillar::Tools);
                Condition::Pillar(pillar, self.range(test.at_least, test.below, &place, 100))
            }
            wire::Condition::Signal(ids) => Condition::Signal(self.signals(ids, &format!("{place}/signal"))),
            wire::Condition::Class(words) => Condition::Class(self.words::<Class>(words, &format!("{place}/class"))),
            wire::Condition::Kind(words) => Condition::Kind(self.words::<RequestKind>(words, &format!("{place}/kind"))),
            wire::Condition::Endpoint(ids) => {
                let place = format!("{place}/endpoint");
                Condition::Endpoint(self.endpoints(ids, &place, "endpoint", |endpoint, id| endpoint.id == *id))
            }
            wire::Condition::Label(labels) => {
                let place = format!("{place}/label");
                let has = |endpoint: &Endpoint, label: &String| endpoint.label.as_ref() == Some(label);
                Condition::Endpoint(self.endpoints(labels, &place, "endpoint with the label", has))
            }
            wire::Condition::Method(methods) => Condition::Method(self.methods(methods, &format!("{place}/method"))),
            wire::Condition::Host(text) => Condition::Host(self.host(text, &format!("{place}/host"))),
            wire::Condition::Path(text) => Condition::Path(self.path(text, &format!("{place}/path"))),
            wire::Condition::Query(text) => Condition::Query(self.text(text, &format!("{place}/query"))),
            wire::Condition::Header(test) => self.header(test, &format!("{place}/header")),
            wire::Condition::Address(test) => self.address(test, &format!("{place}/address")),
            wire::Condition::Provenance(words) => {
                Condition::Provenance(self.words::<Provenance>(words, &format!("{place}/provenance")))
            }
            wire::Condition::Asn(mut numbers) => {
                self.count(numbers.len(), &format!("{place}/asn"));
                crate::order::sort(&mut numbers);
                Condition::Asn(numbers.into())
            }
            wire::Condition::Country(codes) => Condition::Country(self.countries(codes, &format!("{place}/country"))),
            wire::Condition::Claim(test) => self.claim(test, &format!("{place}/claim")),
            wire::Condition::Named(test) => self.named(test, &format!("{place}/named")),
            wire::Condition::Crawler(words) => {
                Condition::Crawler(self.words::<Proof>(words, &format!("{place}/crawler")))
            }
            wire::Condition::Http(words) => Condition::Http(self.words::<HttpVersion>(words, &format!("{place}/http"))),
            wire::Condition::Tls(words) => Condition::Tls(self.words::<TlsVersion>(words, &format!("{place}/tls"))),
            wire::Condition::Ja4(test) => {
                let place = format!("{place}/ja4");
                let by = self.optional::<Ja4By>(test.by, &format!("{place}/by"));
                Condition::Ja4(self.text(test.value, &format!("{place}/value")), by)
            }
            wire::Condition::Secure(wanted) => Condition::Secure(wanted),
            wire::Condition::Time(range) => {
                Condition::Time(self.range(range.at_least, range.below, &format!("{place}/time"), u32::MAX))
            }
            wire::Condition::Week(range) => {
                let last = moment::WEEK.saturating_sub(1);
                Condition::Week(self.range(range.at_least, range.below, &format!("{place}/week"), last))
            }
            wire::Condition::Count(test) => {
                let place = format!("{place}/count");
                let range = self.range(test.at_least, test.below, &place, u32::MAX);
                match Measure::parse(&test.name) {
                    Some(measure) => Condition::Count(measure, range),
                    None => {
                        let message = format!("nothing is counted as `{}`", Quoted(&test.name));
                        self.wrong(&format!("{place}/name"), message, "give one such as `client.requests_1m`");
                        Condition::Always
                    }
                }
            }
            wire::Condition::Share(test) => {
                let last = moment::PARTS.saturating_sub(1);
                let range = self.range(test.at_least, test.below, &format!("{place}/share"), last);
                Condition::Share(moment::fnv1a(test.name.as_bytes()), range)
            }
        }
    }

    /// Counts tests against what a bundle may have; said once where they are too many.
    fn spend(&mut self, count: usize, place: &str) -> bool {
        let before = self.nodes;
        self.nodes = before.saturating_add(count);
        let fits = self.nodes <= limits::CONDITION_NODES;
        if !fits && before <= limits::CONDITION_NODES {
            let remedy = format!(
                "at most {} in all rules together, a `contains` counting {}; merge tests into lists",
                limits::CONDITION_NODES,
                limits::CONTAINS_NODES
            );
            self.wrong(place, "too many tests", remedy);
        }
        fits
    }

    fn parts(&mut self, parts: Vec<wire::Condition>, place: &str, depth: usize) -> Box<[Condition]> {
        self.count(parts.len(), place);
        let inner = depth.saturating_add(1);
        parts.into_iter().enumerate().map(|(i, part)| self.condition(part, &format!("{place}/{i}"), inner)).collect()
    }

    fn range(&mut self, at_least: Option<u32>, below: Option<u32>, place: &str, most: u32) -> Range {
        let range = Range { at_least: at_least.unwrap_or(0), below: below.unwrap_or(u32::MAX) };
        if at_least.is_none() && below.is_none() {
            self.wrong(place, "no bound is given", "give `at_least`, `below` or both");
        } else if range.at_least >= range.below {
            let message = format!("no number is at least {} and below {}", range.at_least, range.below);
            self.wrong(place, message, "swap the bounds");
        } else if at_least.is_some_and(|bound| bound > most) {
            self.wrong(&format!("{place}/at_least"), "can never be reached", format!("at most {most}"));
        }
        range
    }

    fn signals(&mut self, ids: Vec<String>, place: &str) -> Box<[SignalId]> {
        self.count(ids.len(), place);
        let mut found = Vec::new();
        for (index, id) in ids.iter().enumerate() {
            match SignalId::parse(id) {
                Some(signal) => found.push(signal),
                None => {
                    let known: Vec<&str> = SIGNALS.iter().map(|signal| signal.id).collect();
                    self.wrong(&format!("{place}/{index}"), format!("no signal is called `{id}`"), one_of(&known));
                }
            }
        }
        found.into()
    }

    fn endpoints(
        &mut self,
        names: Vec<String>,
        place: &str,
        what: &str,
        has: impl Fn(&Endpoint, &String) -> bool,
    ) -> Box<[u16]> {
        self.count(names.len(), place);
        let mut places = Vec::new();
        for (index, name) in names.iter().enumerate() {
            let all = self.endpoints.iter().zip(0u16..).filter(|(endpoint, _)| has(endpoint, name));
            let before = places.len();
            places.extend(all.map(|(_, place)| place));
            if places.len() == before {
                let message = format!("there is no {what} `{name}`");
                self.wrong(&format!("{place}/{index}"), message, "describe it under `endpoints`");
            }
        }
        places.into()
    }

    fn claim(&mut self, test: wire::ClaimTest, place: &str) -> Condition {
        if test == wire::ClaimTest::default() {
            self.wrong(place, "nothing to look for", "give `family`, `engine`, `platform` or `major`");
        }
        Condition::Claim {
            family: self.optional::<Family>(test.family, &format!("{place}/family")),
            engine: self.optional::<Engine>(test.engine, &format!("{place}/engine")),
            platform: self.optional::<Platform>(test.platform, &format!("{place}/platform")),
            major: test.major.map(|r| self.range(r.at_least, r.below, &format!("{place}/major"), u32::MAX)),
        }
    }

    fn named(&mut self, test: wire::NamedTest, place: &str) -> Condition {
        let category = self.optional::<Category>(test.category, &format!("{place}/category"));
        for (index, name) in test.name.iter().enumerate() {
            if !self.names.entries().iter().any(|entry| entry.name == *name) {
                let message = format!("the name table has no `{name}`");
                self.wrong(&format!("{place}/name/{index}"), message, "add it under `names`");
            }
        }
        for (index, operator) in test.operator.iter().enumerate() {
            if !self.names.entries().iter().any(|entry| entry.operator.as_ref() == Some(operator)) {
                let message = format!("the name table has no operator `{operator}`");
                self.wrong(&format!("{place}/operator/{index}"), message, "add it under `names`");
            }
        }
        Condition::Named { names: test.name.into(), operators: test.operator.into(), category }
    }

    fn word<T: Word>(&mut self, text: &str, place: &str) -> Option<T> {
        T::ALL.get(self.place_of(T::NAMES, text, place)?).copied()
    }

    fn place_of(&mut self, names: &[&str], text: &str, place: &str) -> Option<usize> {
        let found = names.iter().position(|name| *name == text);
        if found.is_none() {
            self.wrong(place, format!("unknown word `{text}`"), one_of(names));
        }
        found
    }

    /// At least one word.
    fn words<T: Word>(&mut self, words: Vec<String>, place: &str) -> Words {
        self.count(words.len(), place);
        self.bits(T::NAMES, words, place)
    }

    /// No words: no demand.
    fn optional<T: Word>(&mut self, words: Vec<String>, place: &str) -> Words {
        self.bits(T::NAMES, words, place)
    }

    fn bits(&mut self, names: &[&str], words: Vec<String>, place: &str) -> Words {
        let mut bits = 0u32;
        for (index, word) in words.iter().enumerate() {
            let found = self.place_of(names, word, &format!("{place}/{index}"));
            bits |= found.map_or(0, |found| 1u32.wrapping_shl(u32::try_from(found).unwrap_or(0)));
        }
        Words(bits)
    }

    fn count(&mut self, count: usize, place: &str) {
        if count == 0 {
            self.wrong(place, "the list is empty", "give at least one, or leave the test out");
        } else if count > limits::CONDITION_ITEMS {
            let remedy = format!("at most {} are allowed; move them to a named list", limits::CONDITION_ITEMS);
            self.wrong(place, format!("{count} items"), remedy);
        }
    }
}
