//! What rules cannot hold without, asked before them: most of many rules want another path or header than the request's, and each
//! of these is passed over in a nanosecond or two.
//!
//! A guard wants a start, an end or the whole of a text, by its hash, or a score. Another text with the same hash costs a look at the rule,
//! no more: a guard alone decides nothing.

#[cfg(test)]
mod tests;

use alloc::boxed::Box;
use alloc::vec::Vec;

use super::{Condition, Header, Text, host_of};
use crate::request::{HeaderName, Request};

/// Fewer rules are asked themselves.
const FEW: usize = 16;
/// Ends of texts that one bundle's guards look at. Rules that want others have no guard.
const ENDS: usize = 8;
/// Bytes from an end that are hashed.
const LONG: usize = 32;
/// Texts, one of which a guard wants. Rules that want more have no guard.
const CHOICES: usize = 2;
/// In place of a text's length: it may be any.
const ANY: u16 = u16::MAX;
/// In place of an end: nothing is wanted.
const NOTHING: Want = Want { end: u8::MAX, length: 0, whole: ANY, hash: 0 };
/// In place of an end: a score of at least `length`, below `whole`.
const SCORE: u8 = u8::MAX - 1;
/// What no request has.
const NEVER: Want = Want { end: 0, length: u8::MAX, whole: ANY, hash: 0 };

/// The guards of a bundle's rules.
#[derive(Debug)]
pub(crate) struct Guards {
    ends: Vec<End>,
    wants: Box<[[Want; CHOICES]]>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct End {
    subject: Subject,
    is_last: bool,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Subject {
    Path,
    Query,
    Host,
    Header(HeaderName),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
struct Want {
    /// Place in [`Guards::ends`].
    end: u8,
    /// Bytes hashed.
    length: u8,
    /// Of the whole text.
    whole: u16,
    hash: u32,
}

/// A request's texts, hashed.
pub(crate) struct Texts {
    ends: [Hashes; ENDS],
    score: u8,
}

#[derive(Clone, Copy)]
struct Hashes {
    /// Of the bytes up to each length; 0 beyond the text.
    up_to: [u32; LONG + 1],
    whole: u16,
}

impl Guards {
    /// The guards of these rules, in their order; `None` where there are few.
    pub(crate) fn new<'r>(rules: impl Iterator<Item = &'r Condition>) -> Option<Box<Self>> {
        let mut ends = Vec::new();
        let wants: Box<[_]> = rules.map(|rule| guard(rule, &mut ends)).collect();
        (wants.len() >= FEW).then(|| Box::new(Guards { ends, wants }))
    }

    /// What the guards are asked about.
    pub(crate) fn texts(&self, request: &Request<'_>, score: u8) -> Texts {
        let mut texts = Texts { ends: [Hashes { up_to: [0; LONG + 1], whole: 0 }; ENDS], score };
        for (end, hashes) in self.ends.iter().zip(&mut texts.ends) {
            let text = match end.subject {
                Subject::Path => request.path.normalised(),
                Subject::Query => request.path.query().unwrap_or_default(),
                Subject::Host => host_of(request.facts.authority),
                Subject::Header(name) => request.header(name).present().unwrap_or_default(),
            };
            hashes.fill(text, end);
        }
        texts
    }

    /// For each rule, whether it may hold.
    pub(crate) fn ask<'a>(&'a self, texts: &'a Texts) -> impl Iterator<Item = bool> + 'a {
        self.wants.iter().map(|wants| wants.iter().any(|want| texts.have(want)))
    }
}

impl Texts {
    fn have(&self, want: &Want) -> bool {
        let Some(text) = self.ends.get(usize::from(want.end)) else {
            return want.end != SCORE || (want.length <= self.score && u16::from(self.score) < want.whole);
        };
        text.up_to.get(usize::from(want.length)) == Some(&want.hash) && (want.whole == ANY || want.whole == text.whole)
    }
}

impl Hashes {
    fn fill(&mut self, text: &[u8], end: &End) {
        self.whole = u16::try_from(text.len()).unwrap_or(ANY);
        let mut hash = START;
        for (at, place) in self.up_to.iter_mut().enumerate().skip(1) {
            let Some(byte) = end.byte(text, at) else { return };
            hash = step(hash, byte);
            *place = hash | 1;
        }
    }
}

impl End {
    /// The `at`th byte from this end, the first being 1.
    fn byte(&self, text: &[u8], at: usize) -> Option<u8> {
        let at = if self.is_last { text.len().checked_sub(at)? } else { at.checked_sub(1)? };
        let byte = *text.get(at)?;
        Some(if self.subject == Subject::Host { byte.to_ascii_lowercase() } else { byte })
    }
}

/// FNV-1a's, 32 bits.
const START: u32 = 0x811C_9DC5;

fn step(hash: u32, byte: u8) -> u32 {
    (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
}

fn guard(rule: &Condition, ends: &mut Vec<End>) -> [Want; CHOICES] {
    let wanted = wanted(rule).unwrap_or_default();
    let mut wants = wanted.iter().map(|(end, want)| {
        let Some(end) = end else { return *want };
        let place = ends.iter().position(|other| other == end).or_else(|| {
            (ends.len() < ENDS).then(|| ends.push(*end))?;
            ends.len().checked_sub(1)
        });
        place.and_then(|place| u8::try_from(place).ok()).map_or(NOTHING, |place| Want { end: place, ..*want })
    });
    let first = wants.next().unwrap_or(NOTHING);
    [first, wants.next().unwrap_or(NEVER)]
}

/// Texts or scores, one of which a request has where the condition holds; `None`: it may hold for any.
fn wanted(condition: &Condition) -> Option<Vec<(Option<End>, Want)>> {
    let text = |subject, text: &Text| of_text(subject, text);
    match condition {
        // The one that most requests fail: the longest.
        Condition::All(parts) => {
            let specific = |(end, want): &(Option<End>, Want)| end.map_or(0, |_| want.length);
            parts.iter().filter_map(wanted).max_by_key(|texts| texts.iter().map(specific).min())
        }
        Condition::Any(parts) => {
            let parts: Option<Vec<_>> = parts.iter().map(wanted).collect();
            let texts: Vec<_> = parts?.into_iter().flatten().collect();
            (1..=CHOICES).contains(&texts.len()).then_some(texts)
        }
        Condition::Score(range) => {
            let (length, whole) = (u8::try_from(range.at_least).ok()?, u16::try_from(range.below).unwrap_or(ANY));
            Some(alloc::vec![(None, Want { end: SCORE, length, whole, hash: 0 })])
        }
        Condition::Host(test) => text(Subject::Host, test),
        Condition::Path(test) => text(Subject::Path, test),
        Condition::Query(test) => text(Subject::Query, test),
        Condition::Header(Header::Known(name), Some(test)) => text(Subject::Header(*name), test),
        _ => None,
    }
}

fn of_text(subject: Subject, test: &Text) -> Option<Vec<(Option<End>, Want)>> {
    let want = |part: &[u8], is_last, is_whole| {
        let end = End { subject, is_last };
        let length = part.len().min(LONG);
        let hash = (1..=length).filter_map(|at| end.byte(part, at)).fold(START, step) | 1;
        let whole = if is_whole { u16::try_from(part.len()).ok().filter(|length| *length != ANY)? } else { ANY };
        (length > 0).then_some((Some(end), Want { end: 0, length: u8::try_from(length).ok()?, whole, hash }))
    };
    match test {
        Text::OneOf(list) if list.len() <= CHOICES => list.iter().map(|item| want(item, false, true)).collect(),
        Text::Prefix(start) => Some(alloc::vec![want(start, false, false)?]),
        Text::Suffix(end) => Some(alloc::vec![want(end, true, false)?]),
        Text::Glob(parts) => {
            let (first, last) = (want(parts.first()?, false, false), want(parts.last()?, true, false));
            Some(alloc::vec![first.into_iter().chain(last).max_by_key(|(_, want)| want.length)?])
        }
        Text::OneOf(_) | Text::Contains(_) => None,
    }
}
