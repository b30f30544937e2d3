//! Names and types of parameters, bounded.

use std::collections::BTreeMap;

use serde_json::Value;

/// Parameters kept of one operation, in the query and in the body each.
const KEPT: usize = 64;
/// Bytes of a name.
const NAME: usize = 64;
/// Levels of a JSON body that are named.
const DEPTH: usize = 3;

/// What a parameter's values looked like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Kind {
    /// No value.
    Empty,
    /// `true` or `false`.
    Boolean,
    /// Digits.
    Integer,
    /// A number with a fraction.
    Number,
    /// A UUID.
    Uuid,
    /// A day, with a time or not.
    Date,
    /// A mail address.
    Email,
    /// Any other text.
    String,
    /// A JSON list.
    Array,
    /// A JSON object.
    Object,
    /// JSON's null.
    Null,
}

impl Kind {
    /// Stable name.
    pub fn as_str(self) -> &'static str {
        match self {
            Kind::Empty => "empty",
            Kind::Boolean => "boolean",
            Kind::Integer => "integer",
            Kind::Number => "number",
            Kind::Uuid => "uuid",
            Kind::Date => "date",
            Kind::Email => "email",
            Kind::String => "string",
            Kind::Array => "array",
            Kind::Object => "object",
            Kind::Null => "null",
        }
    }

    fn of_text(text: &str) -> Kind {
        let bytes = text.as_bytes();
        let is = |pattern: &[u8]| {
            bytes.len() >= pattern.len()
                && bytes.iter().zip(pattern).all(|(byte, pattern)| match pattern {
                    b'0' => byte.is_ascii_digit(),
                    b'x' => byte.is_ascii_hexdigit(),
                    other => byte == other,
                })
        };
        let digits = text.strip_prefix('-').unwrap_or(text);
        match text {
            "" => Kind::Empty,
            "true" | "false" => Kind::Boolean,
            _ if !digits.is_empty() && digits.bytes().all(|byte| byte.is_ascii_digit()) => Kind::Integer,
            _ if digits.starts_with(|c: char| c.is_ascii_digit()) && text.parse::<f64>().is_ok() => Kind::Number,
            _ if bytes.len() == 36 && is(b"xxxxxxxx-xxxx-xxxx-xxxx-xxxxxxxxxxxx") => Kind::Uuid,
            _ if is(b"0000-00-00") && bytes.len() <= 35 => Kind::Date,
            _ if text.split_once('@').is_some_and(|(name, host)| !name.is_empty() && host.contains('.')) => Kind::Email,
            _ => Kind::String,
        }
    }
}

/// Parameters by name, each with how often a value was of which kind. Holds `KEPT` names; the rest is counted.
#[derive(Clone, Debug, Default)]
pub struct Parameters {
    /// By name.
    pub names: BTreeMap<String, BTreeMap<Kind, u64>>,
    /// Values of names that found no room.
    pub more: u64,
}

impl Parameters {
    /// Counts the pairs of a query or of a form.
    pub fn add_pairs(&mut self, pairs: &[u8]) {
        for pair in pairs.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()).take(KEPT) {
            let at = pair.iter().position(|byte| *byte == b'=').unwrap_or(pair.len());
            let (name, value) = pair.split_at_checked(at).unwrap_or((pair, b""));
            let value = decoded(value.strip_prefix(b"=").unwrap_or(value));
            self.add(&decoded(name), Kind::of_text(&value));
        }
    }

    /// Counts the members of a JSON body: `address.city`, `items[].id`. A body that was cut off tells nothing.
    pub fn add_json(&mut self, body: &[u8]) {
        if let Ok(value) = serde_json::from_slice::<Value>(body) {
            self.add_value("", &value, 0);
        }
    }

    fn add_value(&mut self, name: &str, value: &Value, depth: usize) {
        let kind = match value {
            Value::Null => Kind::Null,
            Value::Bool(_) => Kind::Boolean,
            Value::Number(number) if number.is_f64() => Kind::Number,
            Value::Number(_) => Kind::Integer,
            Value::String(text) => match Kind::of_text(text) {
                // The sender said that it is text.
                Kind::Integer | Kind::Number | Kind::Boolean | Kind::Empty => Kind::String,
                kind => kind,
            },
            Value::Array(_) => Kind::Array,
            Value::Object(_) => Kind::Object,
        };
        if !name.is_empty() {
            self.add(name, kind);
        }
        match value {
            Value::Object(members) if depth < DEPTH => {
                for (member, value) in members.iter().take(KEPT) {
                    let path = if name.is_empty() { member.clone() } else { format!("{name}.{member}") };
                    self.add_value(&path, value, depth.saturating_add(1));
                }
            }
            Value::Array(items) if depth < DEPTH => {
                if let Some(first @ Value::Object(_)) = items.first() {
                    self.add_value(&format!("{name}[]"), first, depth.saturating_add(1));
                }
            }
            _ => {}
        }
    }

    fn add(&mut self, name: &str, kind: Kind) {
        let name: String = name.chars().take(NAME).collect();
        self.count(name, kind, 1);
    }

    fn count(&mut self, name: String, kind: Kind, count: u64) {
        if !self.names.contains_key(&name) && self.names.len() >= KEPT {
            self.more = self.more.saturating_add(count);
            return;
        }
        let sum = self.names.entry(name).or_default().entry(kind).or_default();
        *sum = sum.saturating_add(count);
    }

    /// Adds what was seen elsewhere.
    pub fn merge(&mut self, other: Parameters) {
        self.more = self.more.saturating_add(other.more);
        for (name, kinds) in other.names {
            for (kind, count) in kinds {
                self.count(name.clone(), kind, count);
            }
        }
    }
}

fn decoded(text: &[u8]) -> String {
    let mut out = Vec::with_capacity(text.len());
    let mut rest = text;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match (byte, after) {
            (b'+', _) => out.push(b' '),
            (b'%', [high, low, tail @ ..]) => {
                let digits = [*high, *low];
                match std::str::from_utf8(&digits).ok().and_then(|digits| u8::from_str_radix(digits, 16).ok()) {
                    Some(value) => {
                        out.push(value);
                        rest = tail;
                    }
                    None => out.push(*byte),
                }
            }
            _ => out.push(*byte),
        }
    }
    String::from_utf8_lossy(&out).into_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn seen(parameters: &Parameters) -> Vec<(&str, &str)> {
        parameters.names.iter().map(|(name, kinds)| (name.as_str(), kinds.keys().next().unwrap().as_str())).collect()
    }

    #[test]
    fn queries_and_bodies() {
        let mut query = Parameters::default();
        query.add_pairs(
            b"page=2&q=red+shoes&on=2026-11-22&id%5B%5D=4a18d42f-0706-4ad0-b127-24078731fbed&flag&x=1.5&b=true",
        );
        let expected = [
            ("b", "boolean"),
            ("flag", "empty"),
            ("id[]", "uuid"),
            ("on", "date"),
            ("page", "integer"),
            ("q", "string"),
            ("x", "number"),
        ];
        assert_eq!(seen(&query), expected);
        let mut body = Parameters::default();
        body.add_json(br#"{"email":"a@b.example","age":7,"code":"7","items":[{"sku":"x"}],"home":{"city":null}}"#);
        let expected = [
            ("age", "integer"),
            ("code", "string"),
            ("email", "email"),
            ("home", "object"),
            ("home.city", "null"),
            ("items", "array"),
            ("items[]", "object"),
            ("items[].sku", "string"),
        ];
        assert_eq!(seen(&body), expected);
    }

    #[test]
    fn names_are_bounded() {
        let mut query = Parameters::default();
        (0..1000).for_each(|number| query.add_pairs(format!("p{number}=1").as_bytes()));
        assert_eq!((query.names.len(), query.more), (KEPT, 1000 - KEPT as u64));
    }
}
