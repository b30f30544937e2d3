//! Headers by name, in one pass, without copying.

mod name;

pub use name::HeaderName;

use alloc::vec::Vec;

use crate::facts::{Fact, Facts, Header};
use crate::limits;

/// Marks a name that was not seen.
const NONE: u8 = u8::MAX;

/// An index over the facts' header lines.
///
/// At most [`limits::HEADERS`] lines are looked at. Where there are more, names are looked for among the first [`limits::HEADERS_SEARCHED`]
/// of them; one that is not found among these when there are still more is unknown.
#[derive(Debug)]
pub struct Headers<'a> {
    lines: &'a [Header<'a>],
    known: Option<&'a [&'a [u8]]>,
    index: HeaderIndex,
    /// First values of known names that are beyond the lines looked at; empty as a rule, and no memory is asked for then.
    beyond: Vec<(HeaderName, &'a [u8])>,
}

/// Where which names stand: the same for all requests whose lines have the same names.
#[derive(Clone, Copy, Debug)]
pub(crate) struct HeaderIndex {
    /// Position of a name's first line.
    first: [u8; HeaderName::COUNT],
    /// Known names in the order they came, each once.
    order: [u8; HeaderName::COUNT],
    ordered: u8,
    /// One bit a name that came more than once.
    repeated: u128,
    truncated: bool,
}

impl HeaderIndex {
    #[inline(never)] // seldom where header sets are kept
    pub(crate) fn new(facts: &Facts<'_>) -> Self {
        let mut index = HeaderIndex {
            first: [NONE; HeaderName::COUNT],
            order: [NONE; HeaderName::COUNT],
            ordered: 0,
            repeated: 0,
            truncated: facts.headers.len() > limits::HEADERS,
        };
        for (position, line) in facts.headers.iter().take(limits::HEADERS).enumerate() {
            if let Some(name) = HeaderName::parse(line.name) {
                index.add(name, u8::try_from(position).unwrap_or(NONE));
            }
        }
        index
    }

    fn add(&mut self, name: HeaderName, position: u8) {
        let Some(first) = self.first.get_mut(name as usize) else { return };
        if *first != NONE {
            self.repeated |= name.bit();
            return;
        }
        *first = position;
        if let Some(slot) = self.order.get_mut(usize::from(self.ordered)) {
            *slot = name as u8;
            self.ordered = self.ordered.saturating_add(1);
        }
    }
}

impl<'a> Headers<'a> {
    pub(crate) fn new(facts: &Facts<'a>) -> Self {
        Self::indexed(facts, HeaderIndex::new(facts))
    }

    /// With the index of lines that have the same names.
    pub(crate) fn indexed(facts: &Facts<'a>, index: HeaderIndex) -> Self {
        let mut headers = Headers { lines: facts.headers, known: facts.headers_known, index, beyond: Vec::new() };
        if headers.index.truncated {
            headers.search();
        }
        headers
    }

    #[cold]
    fn search(&mut self) {
        for line in self.searched().iter().skip(limits::HEADERS) {
            let Some(name) = HeaderName::parse(line.name) else { continue };
            let is_seen = |(other, _): &(HeaderName, _)| *other == name;
            let position = self.index.first.get(name as usize).copied();
            if position.is_some_and(|position| position != NONE) || self.beyond.iter().any(is_seen) {
                self.index.repeated |= name.bit();
            } else {
                self.beyond.push((name, line.value));
            }
        }
    }

    /// The index.
    pub(crate) fn index(&self) -> HeaderIndex {
        self.index
    }

    /// The first value of `name`.
    pub fn get(&self, name: HeaderName) -> Fact<&'a [u8]> {
        let position = self.index.first.get(name as usize).copied().unwrap_or(NONE);
        match self.lines.get(usize::from(position)) {
            Some(line) if position != NONE => Fact::Present(line.value),
            _ if self.index.truncated => self.get_beyond(name),
            _ if !self.speaks_for(name) => Fact::Unknown,
            _ => Fact::Absent,
        }
    }

    #[cold]
    fn get_beyond(&self, name: HeaderName) -> Fact<&'a [u8]> {
        match self.beyond.iter().find(|(other, _)| *other == name) {
            Some((_, value)) => Fact::Present(value),
            None if self.is_cut_off() || !self.speaks_for(name) => Fact::Unknown,
            None => Fact::Absent,
        }
    }

    /// Whether `name` came more than once.
    pub fn is_repeated(&self, name: HeaderName) -> bool {
        self.index.repeated & name.bit() != 0
    }

    /// Names that came more than once.
    pub fn repeated(&self) -> impl Iterator<Item = HeaderName> + '_ {
        HeaderName::all().filter(|name| self.is_repeated(*name))
    }

    /// Known names in the order the host shows, each at its first place.
    pub fn order(&self) -> impl DoubleEndedIterator<Item = HeaderName> + '_ {
        self.index.order.iter().take(usize::from(self.index.ordered)).filter_map(|index| HeaderName::from_index(*index))
    }

    /// The place of `name` among the known names.
    pub fn place(&self, name: HeaderName) -> Option<usize> {
        self.order().position(|other| other == name)
    }

    /// The first two of `expected` that came the other way round: what came first, and what it should have followed.
    /// Names that did not come are passed over.
    pub fn first_inversion(&self, expected: &[HeaderName]) -> Option<(HeaderName, HeaderName)> {
        let mut previous: Option<(u8, HeaderName)> = None;
        for name in expected {
            let place = self.index.first.get(*name as usize).copied().filter(|place| *place != NONE);
            match (place, previous) {
                (Some(place), Some((before, other))) if place < before => return Some((*name, other)),
                (Some(place), _) => previous = Some((place, *name)),
                (None, _) => {}
            }
        }
        None
    }

    /// All lines looked at.
    pub fn lines(&self) -> &'a [Header<'a>] {
        self.lines.get(..limits::HEADERS).unwrap_or(self.lines)
    }

    /// All lines among which names are looked for.
    fn searched(&self) -> &'a [Header<'a>] {
        self.lines.get(..limits::HEADERS_SEARCHED).unwrap_or(self.lines)
    }

    /// More lines came than names are looked for among.
    fn is_cut_off(&self) -> bool {
        self.lines.len() > limits::HEADERS_SEARCHED
    }

    /// More lines came than are looked at.
    pub fn is_truncated(&self) -> bool {
        self.index.truncated
    }

    /// Every value of any header by its lower-case name; for names outside [`HeaderName`], as policy writes them.
    pub fn by_text(&self, name: &[u8]) -> Fact<&'a [u8]> {
        match self.searched().iter().find(|line| line.name.eq_ignore_ascii_case(name)) {
            Some(line) => Fact::Present(line.value),
            None if self.is_cut_off() || self.known.is_some_and(|known| !known.contains(&name)) => Fact::Unknown,
            None => Fact::Absent,
        }
    }

    fn speaks_for(&self, name: HeaderName) -> bool {
        self.known.is_none_or(|known| known.contains(&name.as_bytes()))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use alloc::format;
    use alloc::string::String;

    #[test]
    fn names_are_found_beyond_the_lines_that_are_looked_at() {
        let pads: Vec<String> = (0..limits::HEADERS_SEARCHED).map(|line| format!("x-pad-{line}")).collect();
        let agent = Header { name: b"user-agent", value: b"curl/8.5.0" };
        for (before, expected) in [
            (0, Fact::Present(&b"curl/8.5.0"[..])),
            (limits::HEADERS, Fact::Present(b"curl/8.5.0")),
            (limits::HEADERS_SEARCHED - 1, Fact::Present(b"curl/8.5.0")),
            (limits::HEADERS_SEARCHED, Fact::Unknown),
        ] {
            let pads = pads.iter().take(before).map(|name| Header { name: name.as_bytes(), value: b"" });
            let lines: Vec<Header<'_>> = pads.chain([agent]).collect();
            let headers = Headers::new(&Facts { headers: &lines, ..Facts::default() });
            assert_eq!(headers.get(HeaderName::UserAgent), expected, "behind {before}");
            assert_eq!(headers.by_text(b"user-agent"), expected, "behind {before}");
            let missing = if before < limits::HEADERS_SEARCHED { Fact::Absent } else { Fact::Unknown };
            assert_eq!(headers.get(HeaderName::Accept), missing, "behind {before}");
            assert!(!headers.is_repeated(HeaderName::UserAgent));
            let twice: Vec<Header<'_>> = [agent].into_iter().chain(lines.iter().copied()).collect();
            let headers = Headers::new(&Facts { headers: &twice, ..Facts::default() });
            assert_eq!(headers.is_repeated(HeaderName::UserAgent), twice.len() <= limits::HEADERS_SEARCHED);
        }
    }
}
