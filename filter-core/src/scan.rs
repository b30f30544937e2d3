//! Values in JSON and forms, found without building anything. A scanner, not a parser: what is no JSON gives odd fields or none.
//! Buffers are zeroed: bodies hold secrets.

use zeroize::Zeroize;

/// How a value is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Coding {
    /// As it is.
    Plain,
    /// With `%` escapes, and `+` for spaces.
    Form,
    /// With JSON's escapes.
    Json,
}

/// A value with its name.
pub(crate) struct Value<'v> {
    /// JSON pointer (RFC 6901); empty where there is none, or it is longer than 256 bytes.
    pub(crate) path: &'v [u8],
    /// Its own name, decoded; empty where that is longer than 96 bytes.
    pub(crate) name: &'v [u8],
    /// As written: of a string what stands between the quotes, else a number or a word.
    pub(crate) raw: &'v [u8],
    pub(crate) coding: Coding,
}

/// Depth of objects and arrays. Requests that log in have three or four.
const DEPTH: usize = 16;

/// Bytes of a JSON pointer.
const PATH: usize = 256;

/// Bytes of a name.
pub(crate) const NAME: usize = 96;

/// Where the scanner is.
struct Place {
    path: [u8; PATH],
    length: usize,
    /// The pointer was longer than there is room for: it fits nothing.
    is_lost: bool,
    /// Length of the pointer to each open container.
    bases: [usize; DEPTH],
    /// In arrays the element's number; objects have none.
    indices: [Option<u32>; DEPTH],
    depth: usize,
    /// The current member's name.
    name: [u8; NAME],
    name_length: usize,
}

/// Every string, number and word of a JSON text, to depth 16, in its order. What is cut off is no value.
pub(crate) fn json(body: &[u8], each: &mut dyn FnMut(&Value<'_>)) {
    let mut place = Place {
        path: [0; PATH],
        length: 0,
        is_lost: false,
        bases: [0; DEPTH],
        indices: [None; DEPTH],
        depth: 0,
        name: [0; NAME],
        name_length: 0,
    };
    let mut rest = body;
    let mut is_name = false;
    while let Some((byte, after)) = rest.split_first() {
        rest = after;
        match byte {
            b'{' | b'[' => {
                if !place.open(*byte == b'[') {
                    return;
                }
                is_name = *byte == b'{';
            }
            b'}' | b']' => place.close(),
            b':' => is_name = false,
            b',' => is_name = place.next(),
            b'"' => {
                let Some(end) = string_end(rest) else { return };
                let text = rest.get(..end).unwrap_or_default();
                rest = rest.get(end.saturating_add(1)..).unwrap_or_default();
                if is_name {
                    place.set_name(text);
                } else {
                    place.show(text, Coding::Json, each);
                }
            }
            b'-' | b'0'..=b'9' | b'a'..=b'z' => {
                let length = after.iter().take_while(|byte| is_word(**byte)).count();
                if length == after.len() {
                    return;
                }
                let start = body.len().saturating_sub(after.len()).saturating_sub(1);
                let end = start.saturating_add(1).saturating_add(length);
                place.show(body.get(start..end).unwrap_or_default(), Coding::Plain, each);
                rest = after.get(length..).unwrap_or_default();
            }
            _ => {}
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || matches!(byte, b'.' | b'+' | b'-')
}

/// Where a string ends that began before `text`.
fn string_end(text: &[u8]) -> Option<usize> {
    let mut from = 0usize;
    loop {
        let at = from.saturating_add(memchr::memchr2(b'"', b'\\', text.get(from..)?)?);
        if text.get(at) == Some(&b'"') {
            return Some(at);
        }
        from = at.saturating_add(2);
    }
}

impl Place {
    /// `false` where it gets too deep.
    fn open(&mut self, is_array: bool) -> bool {
        let (Some(base), Some(index)) = (self.bases.get_mut(self.depth), self.indices.get_mut(self.depth)) else {
            return false;
        };
        (*base, *index) = (self.length, is_array.then_some(0));
        self.depth = self.depth.saturating_add(1);
        self.point();
        true
    }

    fn close(&mut self) {
        self.depth = self.depth.saturating_sub(1);
        self.length = self.bases.get(self.depth).copied().unwrap_or(0);
    }

    /// After a comma; whether a name follows.
    fn next(&mut self) -> bool {
        let index = self.depth.checked_sub(1).and_then(|top| self.indices.get_mut(top));
        match index {
            Some(Some(index)) => {
                *index = index.saturating_add(1);
                self.point();
                false
            }
            _ => true,
        }
    }

    fn set_name(&mut self, raw: &[u8]) {
        self.name_length = decode_into(raw, Coding::Json, &mut self.name).unwrap_or(0);
        self.back();
        self.push(b'/');
        for at in 0..self.name_length {
            match self.name.get(at).copied().unwrap_or(0) {
                b'~' => [b'~', b'0'].into_iter().for_each(|byte| self.push(byte)),
                b'/' => [b'~', b'1'].into_iter().for_each(|byte| self.push(byte)),
                byte => self.push(byte),
            }
        }
    }

    /// The pointer to the array's current element; of an object's nothing yet.
    fn point(&mut self) {
        self.back();
        let Some(Some(index)) = self.depth.checked_sub(1).and_then(|top| self.indices.get(top)).copied() else {
            return;
        };
        self.push(b'/');
        let mut unit = 1u32;
        while unit.saturating_mul(10) <= index {
            unit = unit.saturating_mul(10);
        }
        while unit > 0 {
            let digit = index.checked_div(unit).and_then(|rest| rest.checked_rem(10)).unwrap_or(0);
            self.push(b'0'.wrapping_add(u8::try_from(digit).unwrap_or(0)));
            unit /= 10;
        }
    }

    fn back(&mut self) {
        self.length = self.depth.checked_sub(1).and_then(|top| self.bases.get(top)).copied().unwrap_or(0);
        self.is_lost = false;
    }

    fn push(&mut self, byte: u8) {
        match self.path.get_mut(self.length) {
            Some(slot) => {
                *slot = byte;
                self.length = self.length.saturating_add(1);
            }
            None => self.is_lost = true,
        }
    }

    fn show(&self, raw: &[u8], coding: Coding, each: &mut dyn FnMut(&Value<'_>)) {
        let path = self.path.get(..self.length).filter(|_| !self.is_lost).unwrap_or_default();
        each(&Value { path, name: self.name.get(..self.name_length).unwrap_or_default(), raw, coding });
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        self.path.zeroize();
        self.name.zeroize();
    }
}

/// Decodes into a buffer; `None` where that is too short.
pub(crate) fn decode_into(raw: &[u8], coding: Coding, buffer: &mut [u8]) -> Option<usize> {
    let (mut length, mut fits) = (0usize, true);
    decode(raw, coding, &mut |byte| match buffer.get_mut(length) {
        Some(slot) => {
            *slot = byte;
            length = length.saturating_add(1);
        }
        None => fits = false,
    });
    fits.then_some(length)
}

/// Decodes byte by byte; broken escapes stay as they are.
pub(crate) fn decode(raw: &[u8], coding: Coding, push: &mut dyn FnMut(u8)) {
    let mut bytes = raw.iter().copied();
    while let Some(byte) = bytes.next() {
        match (byte, coding) {
            (b'+', Coding::Form) => push(b' '),
            (b'%', Coding::Form) => {
                let mut ahead = bytes.clone();
                match (ahead.next().and_then(digit), ahead.next().and_then(digit)) {
                    (Some(high), Some(low)) => {
                        push(high.wrapping_shl(4) | low);
                        bytes = ahead;
                    }
                    _ => push(b'%'),
                }
            }
            (b'\\', Coding::Json) => unescape(&mut bytes, push),
            _ => push(byte),
        }
    }
}

/// What follows a backslash in JSON; broken escapes stay as they are.
fn unescape(bytes: &mut core::iter::Copied<core::slice::Iter<'_, u8>>, push: &mut dyn FnMut(u8)) {
    let Some(byte) = bytes.next() else { return };
    push(match byte {
        b'n' => b'\n',
        b't' => b'\t',
        b'r' => b'\r',
        b'b' => 8,
        b'f' => 12,
        b'u' => {
            let mut code = unit(bytes);
            if code.is_some_and(|code| (0xd800..0xdc00).contains(&code)) {
                let mut ahead = bytes.clone();
                if ahead.next() == Some(b'\\')
                    && ahead.next() == Some(b'u')
                    && let Some(low) = unit(&mut ahead).filter(|low| (0xdc00..0xe000).contains(low))
                {
                    *bytes = ahead;
                    code = code
                        .map(|high| (high & 0x3ff).wrapping_shl(10).wrapping_add(low & 0x3ff).wrapping_add(0x1_0000));
                }
            }
            let text = code.and_then(char::from_u32).unwrap_or(char::REPLACEMENT_CHARACTER);
            let mut utf8 = [0u8; 4];
            text.encode_utf8(&mut utf8).bytes().for_each(push);
            return;
        }
        other => other,
    });
}

/// Four hexadecimal digits.
fn unit(bytes: &mut core::iter::Copied<core::slice::Iter<'_, u8>>) -> Option<u32> {
    (0..4).try_fold(0u32, |code, _| Some(code.wrapping_shl(4) | u32::from(digit(bytes.next()?)?)))
}

fn digit(byte: u8) -> Option<u8> {
    char::from(byte).to_digit(16).and_then(|digit| u8::try_from(digit).ok())
}

#[cfg(test)]
mod tests {
    use alloc::format;
    use alloc::string::String;
    use alloc::vec::Vec;

    use proptest::prelude::*;

    use super::*;

    fn values(text: &str) -> Vec<String> {
        let mut found = Vec::new();
        json(text.as_bytes(), &mut |value| {
            let mut decoded = Vec::new();
            decode(value.raw, value.coding, &mut |byte| decoded.push(byte));
            found.push(format!("{} {}", String::from_utf8_lossy(value.path), String::from_utf8_lossy(&decoded)));
        });
        found
    }

    #[test]
    fn values_have_pointers() {
        let text = r#" {"a":"x", "b":{"c/d":[1,{"e":"\u00fc\ud83d\ude00\n"},-2.5e3],"f":true},"g":null,"a":"last"}"#;
        let expected = [
            "/a x",
            "/b/c~1d/0 1",
            "/b/c~1d/1/e \u{fc}\u{1f600}\n",
            "/b/c~1d/2 -2.5e3",
            "/b/f true",
            "/g null",
            "/a last",
        ];
        assert_eq!(values(text), expected);
        assert_eq!(values(r#"[["a"],"b"]"#), ["/0/0 a", "/1 b"]);
        assert_eq!(values(r#"{"a":"cut"#), [""; 0]);
        assert_eq!(values(r#"{"a":12"#), [""; 0], "more digits may follow");
    }

    #[test]
    fn forms_are_decoded() {
        let mut buffer = [0u8; 16];
        let length = decode_into(b"a%40b+c%zz%4", Coding::Form, &mut buffer).unwrap();
        assert_eq!(&buffer[..length], b"a@b c%zz%4");
        assert_eq!(decode_into(b"abc", Coding::Plain, &mut [0; 2]), None);
    }

    /// Values of serde_json's tree in its own order, as pointers; what is deeper than the scanner goes is left out.
    fn walk(value: &serde_json::Value, path: &str, found: &mut Vec<String>) {
        match value {
            serde_json::Value::Object(members) => {
                for (name, value) in members {
                    walk(value, &format!("{path}/{}", name.replace('~', "~0").replace('/', "~1")), found);
                }
            }
            serde_json::Value::Array(items) => {
                items.iter().enumerate().for_each(|(at, item)| walk(item, &format!("{path}/{at}"), found));
            }
            serde_json::Value::String(text) => found.push(format!("{path} {text}")),
            other => found.push(format!("{path} {other}")),
        }
    }

    fn tree() -> impl Strategy<Value = serde_json::Value> {
        let leaf = prop_oneof![
            any::<bool>().prop_map(serde_json::Value::from),
            any::<i64>().prop_map(serde_json::Value::from),
            "\\PC{0,12}".prop_map(serde_json::Value::from),
            Just(serde_json::Value::Null),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(serde_json::Value::from),
                prop::collection::btree_map("[a-z~/\"\\\\]{1,6}", inner, 0..4)
                    .prop_map(|members| serde_json::Value::Object(members.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn it_finds_what_a_parser_finds(tree in prop::collection::vec(tree(), 0..4)) {
            let tree = serde_json::Value::from(tree);
            let mut expected = Vec::new();
            walk(&tree, "", &mut expected);
            prop_assert_eq!(values(&serde_json::to_string(&tree).unwrap()), expected);
        }

        #[test]
        fn any_bytes_are_bearable(bytes in prop::collection::vec(any::<u8>(), 0..300)) {
            json(&bytes, &mut |value| assert!(value.path.len() <= PATH && value.name.len() <= NAME));
        }
    }
}
