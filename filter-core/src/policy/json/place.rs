//! From a byte's offset to the path of names that leads there.

use alloc::format;
use alloc::string::{String, ToString};
use alloc::vec::Vec;

/// Deeper levels are not named; serde_json reads no deeper ones.
const DEPTH: usize = 128;

enum Level<'t> {
    Object { name: Option<&'t str>, at_name: bool },
    Array(usize),
}

/// The byte offset of serde's line and column, both from 1; column 0 stands before the line's first byte.
pub(super) fn offset(text: &str, line: usize, column: usize) -> usize {
    let before: usize =
        text.split_inclusive('\n').take(line.saturating_sub(1)).map(str::len).fold(0, usize::saturating_add);
    before.saturating_add(column).min(text.len())
}

/// The innermost value or name that was being read when the first `offset` bytes had been: `/rules/3/when/score`.
pub(super) fn pointer(text: &str, offset: usize) -> String {
    let mut levels: Vec<Level<'_>> = Vec::new();
    let bytes = text.as_bytes();
    let mut at = 0usize;
    while let Some(byte) = bytes.get(at).filter(|_| at < offset) {
        let start = at.saturating_add(1);
        at = start;
        match byte {
            b'"' => {
                let end = string_end(bytes, start).min(offset.max(start));
                if let Some(Level::Object { name, at_name: true }) = levels.last_mut() {
                    *name = text.get(start..end);
                }
                at = end.saturating_add(1);
            }
            b'{' if levels.len() < DEPTH => levels.push(Level::Object { name: None, at_name: true }),
            b'[' if levels.len() < DEPTH => levels.push(Level::Array(0)),
            b'}' | b']' => {
                levels.pop();
            }
            b':' => {
                if let Some(Level::Object { at_name, .. }) = levels.last_mut() {
                    *at_name = false;
                }
            }
            b',' => match levels.last_mut() {
                Some(Level::Object { name, at_name }) => (*name, *at_name) = (None, true),
                Some(Level::Array(index)) => *index = index.saturating_add(1),
                None => {}
            },
            _ => {}
        }
    }
    let mut path = String::new();
    for level in &levels {
        match level {
            Level::Object { name: Some(name), .. } => path.push_str(&format!("/{}", escape(name))),
            Level::Object { name: None, .. } => {}
            Level::Array(index) => path.push_str(&format!("/{index}")),
        }
    }
    path
}

/// A name in a path (RFC 6901, 3).
pub(super) fn escape(name: &str) -> String {
    if name.contains(['~', '/']) { name.replace('~', "~0").replace('/', "~1") } else { name.to_string() }
}

/// The offset of the quote that ends a string whose first byte is at `start`.
fn string_end(bytes: &[u8], start: usize) -> usize {
    let mut at = start;
    loop {
        match bytes.get(at) {
            None | Some(b'"') => return at,
            Some(b'\\') => at = at.saturating_add(2),
            Some(_) => at = at.saturating_add(1),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths() {
        let text = r#"{"a":[{"b":1},{"c/d":"x,{\"","e":[[2,3]]}],"f":{}}"#;
        let cases = [
            ("1}", "/a/0/b"),
            ("}],\"f", "/a/1/e"),
            ("3]]", "/a/1/e/0/1"),
            ("\"x,", "/a/1/c~1d"),
            (",\"e\"", "/a/1/c~1d"),
            ("{}}", "/f"),
        ];
        for (mark, expected) in cases {
            assert_eq!(pointer(text, text.find(mark).unwrap()), expected, "before {mark}");
        }
        assert_eq!(pointer(text, text.len()), "");
        assert_eq!(offset("ab\ncd\n", 2, 1), 4);
    }

    proptest::proptest!(
        #[test]
        fn any_text_has_a_place(text in "[\\[\\]{}:,\"\\\\aé]{0,40}", offset in 0usize..50) {
            pointer(&text, offset);
        }
    );
}
