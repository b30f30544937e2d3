//! What a signal saw, readable and bounded, rendered only when somebody reads it.

use core::fmt;

use crate::limits;

/// One value quoted in a detail.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Value<'a> {
    /// Nothing.
    None,
    /// A fixed word.
    Text(&'static str),
    /// Bytes of the request or the bundle.
    Bytes(&'a [u8]),
    /// A number.
    Number(u32),
}

impl<'a> From<&'a [u8]> for Value<'a> {
    fn from(bytes: &'a [u8]) -> Self {
        Value::Bytes(bytes)
    }
}

impl From<u32> for Value<'_> {
    fn from(number: u32) -> Self {
        Value::Number(number)
    }
}

/// A sentence with up to three values in place of `{}`.
///
/// ```
/// use filter_core::signals::Detail;
/// let detail = Detail::new("claims Chrome {}, accept is `{}`").with(131).with(&b"*/*\xff"[..]);
/// assert_eq!(detail.to_string(), r"claims Chrome 131, accept is `*/*\xff`");
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Detail<'a> {
    template: &'static str,
    values: [Value<'a>; 3],
}

impl<'a> Detail<'a> {
    /// A sentence; each `{}` takes the next value.
    pub const fn new(template: &'static str) -> Self {
        Detail { template, values: [Value::None; 3] }
    }

    /// Gives the next value; a fourth is dropped.
    pub fn with(mut self, value: impl Into<Value<'a>>) -> Self {
        if let Some(slot) = self.values.iter_mut().find(|slot| **slot == Value::None) {
            *slot = value.into();
        }
        self
    }

    /// Gives the next value as a fixed word.
    pub fn word(self, word: &'static str) -> Self {
        self.with(Value::Text(word))
    }
}

impl fmt::Display for Detail<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let mut values = self.values.iter();
        for (index, part) in self.template.split("{}").enumerate() {
            if index > 0 {
                write_value(f, values.next().unwrap_or(&Value::None))?;
            }
            f.write_str(part)?;
        }
        Ok(())
    }
}

fn write_value(f: &mut fmt::Formatter<'_>, value: &Value<'_>) -> fmt::Result {
    match value {
        Value::None => Ok(()),
        Value::Text(text) => f.write_str(text),
        Value::Number(number) => write!(f, "{number}"),
        Value::Bytes(bytes) => {
            let shown = bytes.get(..limits::DETAIL).unwrap_or(bytes);
            write!(f, "{}", shown.escape_ascii())?;
            if shown.len() < bytes.len() { f.write_str("...") } else { Ok(()) }
        }
    }
}
