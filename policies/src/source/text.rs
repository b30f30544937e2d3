//! A source's text: comments made blank, and the places of texts inside its strings.

use std::ops::Range;
use std::path::Path;

use crate::code::Code;
use crate::diagnostic::{Diagnostic, Diagnostics};
use crate::locate;

/// A text with spaces in place of comments and last commas; as it is, where a comment has no end.
pub fn without_comments(text: &str) -> String {
    let mut plain = text.to_owned();
    if json_strip_comments::strip(&mut plain).is_ok() { plain } else { text.to_owned() }
}

/// One source file.
#[derive(Debug)]
pub(crate) struct Document {
    /// Its path, as it was given.
    pub(crate) file: String,
    /// Its text without comments and last commas: spaces stand in their place, so every byte is where its author put it.
    pub(crate) text: String,
}

impl Document {
    pub(crate) fn read(path: &Path) -> Result<Self, Diagnostics> {
        let file = path.display().to_string();
        let mut text = std::fs::read_to_string(path)
            .map_err(|error| Diagnostic::new(Code::NOT_READ, (&file, ""), 0..0, error.to_string(), "check the path"))?;
        let written = text.clone();
        let is_stripped = json_strip_comments::strip(&mut text).is_ok();
        let open = written.rfind("/*").filter(|open| written.get(*open..).is_some_and(|rest| !rest.contains("*/")));
        // What stands in a string is still there.
        let open = open.filter(|open| text.get(*open..).is_some_and(|rest| !rest.starts_with('/')));
        if !is_stripped || open.is_some() {
            let slash = open.or_else(|| text.find('/')).unwrap_or(0);
            let text = written;
            let message = "a comment that is none, or has no end";
            let remedy = "write `// to the end of the line` or `/* to here */`";
            return Err(Diagnostic::new(Code::NOT_JSON, (&file, &text), slash..text.len(), message, remedy).into());
        }
        Ok(Document { file, text })
    }

    /// Names and text, for diagnostics.
    pub(crate) fn place(&self) -> (&str, &str) {
        (&self.file, &self.text)
    }

    /// The string at a pointer.
    pub(crate) fn embedded(&self, pointer: &str) -> Embedded {
        let (span, _) = locate(&self.text, pointer);
        Embedded::new(self.text.get(span.clone()).unwrap_or_default(), span.start)
    }
}

/// Where the bytes of a JSON string's value stand in the document.
#[derive(Debug)]
pub(crate) struct Embedded {
    /// The document's byte for each byte of the value, and for its end.
    bytes: Vec<usize>,
}

impl Embedded {
    /// `raw` is the string with its quotes, which begins at `start`.
    fn new(raw: &str, start: usize) -> Self {
        let mut bytes = Vec::new();
        let inner = raw.get(1..raw.len().saturating_sub(1)).unwrap_or_default();
        let mut rest = inner.char_indices();
        while let Some((at, first)) = rest.next() {
            let mut width = first.len_utf8();
            if first == '\\' {
                let escape = rest.next().map_or(' ', |(_, escape)| escape);
                width = 1;
                if escape == 'u' {
                    let digits: String = rest.by_ref().take(4).map(|(_, digit)| digit).collect();
                    let unit = u32::from_str_radix(&digits, 16).unwrap_or(0);
                    // The second half of a pair adds nothing: the first stands for the whole character of four bytes.
                    width = match unit {
                        0..0x80 => 1,
                        0x80..0x800 => 2,
                        0xd800..0xdc00 => 4,
                        0xdc00..0xe000 => 0,
                        _ => 3,
                    };
                }
            }
            let place = start.saturating_add(1).saturating_add(at);
            bytes.extend((0..width).map(|more| if first == '\\' { place } else { place.saturating_add(more) }));
        }
        bytes.push(start.saturating_add(1).saturating_add(inner.len()));
        Embedded { bytes }
    }

    /// The document's bytes for some of the value's.
    pub(crate) fn span(&self, inner: Range<usize>) -> Range<usize> {
        let last = self.bytes.last().copied().unwrap_or(0);
        let place = |at: usize| self.bytes.get(at).copied().unwrap_or(last);
        let start = place(inner.start);
        start..place(inner.end).max(start)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn places_inside_a_string_survive_escapes() {
        let raw = r#""a\"b\u00e9\ud83d\ude00é\n\\z""#;
        let value: String = serde_json::from_str(raw).unwrap();
        let embedded = Embedded::new(raw, 100);
        for (mark, expected) in [("a", "a"), ("\"", "\\\""), ("b", "b"), ("é", "\\u00e9"), ("z", "z"), ("\\", "\\\\")]
        {
            let at = value.find(mark).unwrap();
            let span = embedded.span(at..at + mark.len());
            assert_eq!(raw.get(span.start - 100..span.end - 100), Some(expected));
        }
        let end = embedded.span(value.len()..value.len());
        assert_eq!(end, 100 + raw.len() - 1..100 + raw.len() - 1);
    }
}
