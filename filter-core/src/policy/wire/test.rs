//! Golden tests as a bundle carries them: lines of text by the test's name.
//!
//! A test is one or more requests of any clients in the order of time, judged by its bundle and nothing else. A single one is
//! judged on its own, but for a login that is looked into; several, with `then` between them, are remembered from one to the next.
//!
//! | line | |
//! |---|---|
//! | `@name: value` | a fact; without `: value` one that is absent. Those that no line sets are unknown |
//! | `name: value` | a header, in their order; all that are not there are absent |
//! | `<name: value` | a header of the answer; `<:status: 404` is its status, `<:body: text` its body's beginning, `<:size: 99` the body's bytes. Answers count where requests are remembered |
//! | `=name: value` | an expectation |
//! | `then` | the next request, with the facts of the one before, and its headers unless there are others |
//!
//! Facts: `method`, `scheme`, `authority`, `path`, `version`, `pseudo_order`, `header_order`, `headers_known` (names separated by
//! spaces), `body`, `address`, `provenance`, `asn`, `organisation`, `country`, `tls`, `ja4`, `ja4_by`, `ja3`, `cipher`, `h2`. And of one
//! request alone: `after`, milliseconds since the one before, of the first one since the epoch; `times`, how often it is sent,
//! `every` milliseconds apart (else `after`), where `{n}` in its path is the number from 1 and expectations are about the last; `headers` without a value: none;
//! `new`: nothing but what follows is known, headers neither.
//!
//! Expectations: `action`, `rule` (`otherwise` where none acts), `class`, `endpoint` (`none` where there is none), `status`,
//! `score_at_least`, `score_at_most`; any number of `signal`, `no_signal`, `shadow`, `no_shadow`.

use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;

/// Tests by name, each a list of lines.
// The form that lists of texts have: no host needs more code to read it.
pub type Tests = BTreeMap<String, Vec<String>>;

/// A line of a test by what it is about, with name and value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the table above says it")]
pub enum TestLine<'t> {
    Fact(&'t str, Option<&'t str>),
    Header(&'t str, &'t str),
    Answer(&'t str, &'t str),
    Expect(&'t str, &'t str),
    Then,
}

impl<'t> TestLine<'t> {
    /// Reads a line; anything is one.
    pub fn read(line: &'t str) -> Self {
        let mut from = line.chars();
        let kind = from.next();
        let rest = if matches!(kind, Some('@' | '<' | '=')) { from.as_str() } else { line };
        let (name, value) = match rest.split_once(": ") {
            Some((name, value)) => (name, Some(value)),
            None => (rest, None),
        };
        let text = value.unwrap_or_default();
        match kind {
            Some('@') => TestLine::Fact(name, value),
            Some('<') => TestLine::Answer(name, text),
            Some('=') => TestLine::Expect(name, text),
            _ if line == "then" => TestLine::Then,
            _ => TestLine::Header(name, text),
        }
    }
}

/// How many requests a test sends, repeated ones counted.
pub(crate) fn requests(lines: &[String]) -> u32 {
    let mut sum = 1u32;
    for line in lines {
        if line == "then" {
            sum = sum.saturating_add(1);
        } else if let Some(times) = line.strip_prefix("@times: ") {
            sum = sum.saturating_add(times.parse().unwrap_or(u32::MAX)).saturating_sub(1);
        }
    }
    sum
}
