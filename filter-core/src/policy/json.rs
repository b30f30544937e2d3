//! The door: JSON text into wire types, with every problem's place.
//!
//! serde stops at the first thing it cannot read. Here a document is opened member by member and item by item, so that
//! one bad rule hides no other; inside an item serde's position is turned into a path of names.

mod place;

use alloc::borrow::Cow;
use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;
use core::fmt;

use serde::Deserialize;
use serde::de::{MapAccess, Visitor};
use serde_json::value::RawValue;

use super::problem::{Position, Problem};
use crate::limits;

/// One text being read, and what is wrong with it so far.
#[derive(Debug)]
pub struct Door<'t> {
    text: &'t str,
    /// What is wrong so far.
    pub problems: Vec<Problem>,
}

impl<'t> Door<'t> {
    /// Begins with a text of which nothing is read yet.
    pub fn new(text: &'t str) -> Self {
        Door { text, problems: Vec::new() }
    }

    /// Reads a part of the text as one value; `place` is the part's own.
    pub fn read<T: Deserialize<'t>>(&mut self, part: &'t str, place: &str) -> Option<T> {
        match serde_json::from_str(part) {
            Ok(value) => Some(value),
            Err(error) => {
                self.refuse(part, place, &error);
                None
            }
        }
    }

    /// Opens an object whose members are `known`; unknown and repeated ones are problems.
    pub fn object(&mut self, part: &'t str, place: &str, known: &[&str]) -> Option<Members<'t>> {
        let members: Members<'t> = self.read(part, place)?;
        for (name, value) in members.repeated() {
            self.problem(place, &name, value, "stands twice", "keep one of them");
        }
        for (name, value) in members.0.iter().filter(|(name, _)| !known.contains(&name.as_ref())) {
            self.problem(place, name, value, &format!("unknown member `{name}`"), &one_of(known));
        }
        Some(members)
    }

    /// Opens an object with names of the author's choice; repeated ones are problems.
    pub fn map(&mut self, part: &'t str, place: &str) -> Members<'t> {
        let Some(members) = self.read::<Members<'t>>(part, place) else { return Members::default() };
        for (name, value) in members.repeated() {
            self.problem(place, &name, value, "stands twice", "keep one of them");
        }
        members
    }

    /// Reads an array item by item, at most `limit`. Items that cannot be read are left out, with their problem; the
    /// others keep their place.
    pub fn items<T: Deserialize<'t>>(&mut self, part: &'t str, place: &str, limit: usize) -> Vec<(String, T)> {
        let items: Vec<&'t RawValue> = self.read(part, place).unwrap_or_default();
        if items.len() > limit {
            let message = format!("{} items", items.len());
            self.problems.push(Problem::new(place, message, format!("at most {limit} are allowed")));
            return Vec::new();
        }
        let places = items.iter().enumerate().map(|(index, item)| (format!("{place}/{index}"), *item));
        places.filter_map(|(place, item)| self.read(item.get(), &place).map(|value| (place, value))).collect()
    }

    fn problem(&mut self, place: &str, name: &str, value: &'t RawValue, message: &str, remedy: &str) {
        let position = Some(self.position(value.get(), 0));
        let place = format!("{place}/{}", place::escape(name));
        self.problems.push(Problem { place, position, message: message.to_string(), remedy: remedy.to_string() });
    }

    fn refuse(&mut self, part: &'t str, place: &str, error: &serde_json::Error) {
        let offset = place::offset(part, error.line(), error.column());
        let place = format!("{place}{}", place::pointer(part, offset));
        let (message, remedy) = plain(error);
        self.problems.push(Problem { place, position: Some(self.position(part, offset)), message, remedy });
    }

    /// Where a part's byte lies in the whole text.
    fn position(&self, part: &str, offset: usize) -> Position {
        let start = part.as_ptr().addr().saturating_sub(self.text.as_ptr().addr());
        let before = self.text.as_bytes().get(..start.saturating_add(offset)).unwrap_or(self.text.as_bytes());
        let line = before.iter().filter(|b| **b == b'\n').count().saturating_add(1);
        let column = before.iter().rev().take_while(|b| **b != b'\n').count().max(1);
        Position { line, column }
    }
}

/// An object's members in the order of the text, values unread.
#[derive(Debug, Default)]
pub struct Members<'t>(pub Vec<(Cow<'t, str>, &'t RawValue)>);

impl<'t> Members<'t> {
    /// A member's text.
    pub fn get(&self, name: &str) -> Option<&'t str> {
        self.0.iter().find(|(other, _)| other == name).map(|(_, value)| value.get())
    }

    fn repeated(&self) -> Vec<(String, &'t RawValue)> {
        let mut names: Vec<&str> = self.0.iter().map(|(name, _)| name.as_ref()).collect();
        crate::order::sort(&mut names);
        let twice = names.windows(2).filter_map(|pair| if let [a, b] = pair { (a == b).then_some(*a) } else { None });
        let mut twice: Vec<&str> = twice.collect();
        twice.dedup();
        let last = |name: &str| self.0.iter().rfind(|(other, _)| other == name).map(|(_, value)| *value);
        twice.into_iter().filter_map(|name| Some((name.to_string(), last(name)?))).collect()
    }
}

impl<'de> Deserialize<'de> for Members<'de> {
    fn deserialize<D: serde::Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Collect;
        impl<'de> Visitor<'de> for Collect {
            type Value = Members<'de>;

            fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                f.write_str("an object")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
                let mut members = Vec::new();
                while let Some(name) = map.next_key::<Name<'de>>()? {
                    members.push((name.0, map.next_value()?));
                }
                Ok(Members(members))
            }
        }
        deserializer.deserialize_map(Collect)
    }
}

/// A member's name, borrowed where it holds no escapes.
#[derive(Deserialize)]
struct Name<'t>(#[serde(borrow)] Cow<'t, str>);

/// `expected `a`, `b` or `c``
pub(crate) fn one_of(names: &[&str]) -> String {
    let mut text = String::from("expected ");
    for (index, name) in names.iter().enumerate() {
        let joint = match index {
            0 => "",
            _ if index.saturating_add(1) == names.len() => " or ",
            _ => ", ",
        };
        text.push_str(joint);
        text.push_str(&format!("`{name}`"));
    }
    text
}

/// serde's message without position and type names, and what was expected as the remedy.
fn plain(error: &serde_json::Error) -> (String, String) {
    let whole = error.to_string();
    let text = whole.rfind(" at line ").and_then(|at| whole.get(..at)).unwrap_or(&whole);
    if text == "expected value" {
        // serde_json's word for broken text, and for a number where a word or an object should be.
        return ("no value that fits here".to_string(), "mend the text here".to_string());
    }
    if text == "recursion limit exceeded" {
        let remedy = format!("at most {} levels of conditions are allowed", limits::CONDITION_DEPTH);
        return ("nested too deeply".to_string(), remedy);
    }
    if error.is_syntax() || error.is_eof() {
        return (format!("not JSON: {}", text.to_ascii_lowercase()), "mend the text here".to_string());
    }
    if text.starts_with("missing field") {
        return (text.replacen("missing field", "missing member", 1), "add it".to_string());
    }
    if text.ends_with(", expected newtype variant") {
        return ("the word stands alone".to_string(), "give it a value, as in `{\"block\":{}}`".to_string());
    }
    if text.ends_with(", expected unit") {
        return ("the word takes no value".to_string(), "write it alone, as in `\"allow\"`".to_string());
    }
    let (message, expected) = text.split_once(", expected ").unwrap_or((text, ""));
    let message = message.replacen("unknown field", "unknown member", 1).replacen("unknown variant", "unknown word", 1);
    let expected = match expected.split_whitespace().next() {
        Some("struct" | "a") if expected.contains("map") || expected.starts_with("struct") => "an object",
        Some("a") if expected.contains("sequence") => "an array",
        Some("enum" | "variant") => "one of the words, or an object with one member",
        Some("u8") => "a whole number from 0 to 255",
        Some("u16") => "a whole number from 0 to 65535",
        Some("u32" | "u64") => "a whole number, not negative",
        Some("i32") => "a whole number",
        _ => expected,
    };
    (message, if expected.is_empty() { String::new() } else { format!("expected {expected}") })
}
