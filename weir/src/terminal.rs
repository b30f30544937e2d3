//! What others wrote, on a terminal: shown, never obeyed.
//!
//! Notes on a shelf, header values and paths of a log may hold control characters; a terminal would move its cursor, set its title or fill the
//! clipboard as they say. [`shown`] writes them out, for text from elsewhere. [`Clean`] is the second wall: it lets no control
//! sequence through but colours, whatever was forgotten before it.

use std::borrow::Cow;
use std::fmt::Write as _;
use std::io::{self, Write};

/// The text with control characters, and those that turn the direction of writing, as `\u001b`.
///
/// ```
/// assert_eq!(weir::terminal::shown("a\u{1b}[2Jb\nc"), "a\\u001b[2Jb\\u000ac");
/// ```
pub fn shown(text: &str) -> Cow<'_, str> {
    if !text.contains(is_told) {
        return Cow::Borrowed(text);
    }
    let mut out = String::with_capacity(text.len().saturating_add(16));
    text.chars().for_each(|c| push(&mut out, c));
    Cow::Owned(out)
}

/// Passes text on without what a terminal would obey: of control characters only line feeds, tabs and colours go through. What is
/// written out stays good JSON.
#[derive(Debug)]
pub struct Clean<W>(pub W);

impl<W: Write> Write for Clean<W> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        let text = String::from_utf8_lossy(bytes);
        if !text.contains(is_told) {
            self.0.write_all(bytes)?;
            return Ok(bytes.len());
        }
        let mut out = String::with_capacity(text.len().saturating_add(16));
        let mut rest = text.as_ref();
        while let Some(c) = rest.chars().next() {
            let length = match c {
                '\n' | '\t' => 1,
                '\r' if rest.starts_with("\r\n") => 1,
                _ => colour(rest),
            };
            let (taken, after) = rest.split_at_checked(length.max(c.len_utf8())).unwrap_or((rest, ""));
            if length > 0 {
                out.push_str(taken)
            } else {
                push(&mut out, c)
            }
            rest = after;
        }
        self.0.write_all(out.as_bytes())?;
        Ok(bytes.len())
    }

    fn flush(&mut self) -> io::Result<()> {
        self.0.flush()
    }
}

/// Bytes of a sequence that sets colour or weight, if the text begins with one (ECMA-48, SGR).
fn colour(text: &str) -> usize {
    let Some(parameters) = text.strip_prefix("\u{1b}[") else { return 0 };
    match parameters.find(|c: char| !c.is_ascii_digit() && c != ';') {
        Some(end) if parameters.get(end..).is_some_and(|rest| rest.starts_with('m')) => end.saturating_add(3),
        _ => 0,
    }
}

fn is_told(c: char) -> bool {
    // Unicode's marks and overrides of direction: what is read is not what is there.
    c.is_control() || matches!(c, '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

fn push(out: &mut String, c: char) {
    if is_told(c) {
        let _ = write!(out, "\\u{:04x}", u32::from(c));
    } else {
        out.push(c);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn colours_pass_and_nothing_else_does() {
        let clean = |text: &str| {
            let mut out = Clean(Vec::new());
            out.write_all(text.as_bytes()).unwrap();
            String::from_utf8(out.0).unwrap()
        };
        for same in ["plain\n", "\u{1b}[1m\u{1b}[31mred\u{1b}[0m\n", "a\tb\r\n", "Grüße \u{1f600}", ""] {
            assert_eq!(clean(same), same);
        }
        for (hostile, expected) in [
            ("\u{1b}]0;title\u{7}", "\\u001b]0;title\\u0007"),
            ("\u{1b}]52;c;AAAA\u{1b}\\", "\\u001b]52;c;AAAA\\u001b\\"),
            ("\u{1b}[2J\u{1b}[H", "\\u001b[2J\\u001b[H"),
            ("over\rwritten", "over\\u000dwritten"),
            ("\u{9b}2J \u{85} \u{7f}", "\\u009b2J \\u0085 \\u007f"),
            ("\u{202e}evil", "\\u202eevil"),
            ("\u{1b}[31", "\\u001b[31"),
            ("\u{1b}", "\\u001b"),
        ] {
            assert_eq!(clean(hostile), expected);
        }
        let json = serde_json::to_string("\u{9b}\u{1b}\u{202e}").unwrap();
        assert_eq!(serde_json::from_str::<String>(&clean(&json)).unwrap(), "\u{9b}\u{1b}\u{202e}");
    }
}
