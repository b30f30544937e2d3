//! Inputs of several parts: fields with one byte between them, so that a mutation in one leaves the others alone.

/// Stands between fields; every other byte may occur in one.
const END: u8 = 0xFF;

/// Fields, one after the other; past the last one they are empty.
pub(crate) struct Fields<'a>(Option<&'a [u8]>);

impl<'a> Fields<'a> {
    pub(crate) fn of(data: &'a [u8]) -> Self {
        Fields(Some(data))
    }

    /// The next field; empty past the end.
    pub(crate) fn bytes(&mut self) -> &'a [u8] {
        self.next().unwrap_or_default()
    }

    /// The next field's first bytes as a number.
    pub(crate) fn number(&mut self) -> u64 {
        self.bytes().iter().take(8).rev().fold(0, |number, byte| number << 8 | u64::from(*byte))
    }

    /// The next field as text; bytes that are none are replaced.
    pub(crate) fn text(&mut self) -> String {
        String::from_utf8_lossy(self.bytes()).into_owned()
    }

    /// All that is left, separators included.
    pub(crate) fn rest(self) -> &'a [u8] {
        self.0.unwrap_or_default()
    }
}

impl<'a> Iterator for Fields<'a> {
    type Item = &'a [u8];

    fn next(&mut self) -> Option<&'a [u8]> {
        let data = self.0?;
        let end = data.iter().position(|byte| *byte == END);
        self.0 = end.map(|end| &data[end + 1..]);
        Some(&data[..end.unwrap_or(data.len())])
    }
}

/// Writes fields; the separator inside one is left out.
pub(crate) fn join<'a>(fields: impl IntoIterator<Item = &'a [u8]>) -> Vec<u8> {
    let clean = |field: &[u8]| field.iter().copied().filter(|byte| *byte != END).collect::<Vec<_>>();
    fields.into_iter().map(clean).collect::<Vec<_>>().join(&END)
}
