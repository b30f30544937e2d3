//! The wire form of header maps: a count, two lengths a pair, then names and values, each ended by NUL.
//!
//! Reading borrows from the host's one buffer: no allocation a header. A buffer that is not what it says ends the walk.

/// Walks the pairs of a map in wire form.
pub(crate) fn read(wire: &[u8]) -> Pairs<'_> {
    let none = Pairs { lengths: &[], bytes: &[] };
    let Some((count, rest)) = wire.split_first_chunk::<4>() else { return none };
    let count = usize::try_from(u32::from_le_bytes(*count)).unwrap_or(0);
    match count.checked_mul(8).and_then(|lengths| rest.split_at_checked(lengths)) {
        Some((lengths, bytes)) => Pairs { lengths, bytes },
        None => none,
    }
}

/// Writes pairs in wire form; `None` where they do not fit the form's 32-bit lengths.
pub(crate) fn write<'a>(pairs: impl ExactSizeIterator<Item = (&'a [u8], &'a [u8])> + Clone) -> Option<Vec<u8>> {
    let mut wire = Vec::new();
    wire.extend_from_slice(&u32::try_from(pairs.len()).ok()?.to_le_bytes());
    for (name, value) in pairs.clone() {
        wire.extend_from_slice(&u32::try_from(name.len()).ok()?.to_le_bytes());
        wire.extend_from_slice(&u32::try_from(value.len()).ok()?.to_le_bytes());
    }
    for (name, value) in pairs {
        for part in [name, value] {
            wire.extend_from_slice(part);
            wire.push(0);
        }
    }
    Some(wire)
}

/// Names and values, in the order of the map.
pub(crate) struct Pairs<'a> {
    lengths: &'a [u8],
    bytes: &'a [u8],
}

impl<'a> Pairs<'a> {
    /// How many there are, at most.
    pub(crate) fn len(&self) -> usize {
        self.lengths.len().checked_div(8).unwrap_or(0)
    }

    fn part(&mut self) -> Option<&'a [u8]> {
        let (length, lengths) = self.lengths.split_first_chunk::<4>()?;
        let length = usize::try_from(u32::from_le_bytes(*length)).ok()?;
        let (part, rest) = self.bytes.split_at_checked(length)?;
        self.lengths = lengths;
        self.bytes = rest.get(1..)?;
        Some(part)
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    fn next(&mut self) -> Option<Self::Item> {
        Some((self.part()?, self.part()?))
    }
}
