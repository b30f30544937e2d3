//! The wire form of header maps: a count, two lengths a pair, then names and values, each ended by NUL.
//!
//! Reading borrows from the host's one buffer: no allocation a header. A buffer that is not what it says ends the walk.

/// Walks the pairs of a map in wire form.
pub(crate) fn read(wire: &[u8]) -> Pairs<'_> {
    let none = Pairs { lengths: &[], bytes: &[] };
    let Some((count, rest)) = wire.split_first_chunk::<4>() else { return none };
    let count = usize::try_from(u32::from_le_bytes(*count)).unwrap_or(0);
    match count.checked_mul(8).and_then(|lengths| rest.split_at_checked(lengths)) {
        Some((lengths, bytes)) => Pairs { lengths: lengths.as_chunks().0, bytes },
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
    /// Of a name and its value.
    lengths: &'a [[u8; 8]],
    bytes: &'a [u8],
}

impl<'a> Pairs<'a> {
    /// How many there are, at most.
    pub(crate) fn len(&self) -> usize {
        self.lengths.len()
    }
}

impl<'a> Iterator for Pairs<'a> {
    type Item = (&'a [u8], &'a [u8]);

    #[inline(always)] // twenty times a request
    fn next(&mut self) -> Option<Self::Item> {
        let (lengths, rest) = self.lengths.split_first()?;
        let lengths = u64::from_le_bytes(*lengths);
        let (name, value) = (lengths as u32, lengths.wrapping_shr(32) as u32);
        let (name, bytes) = self.bytes.split_at_checked(usize::try_from(name).ok()?)?;
        let (value, bytes) = bytes.get(1..)?.split_at_checked(usize::try_from(value).ok()?)?;
        (self.lengths, self.bytes) = (rest, bytes.get(1..)?);
        Some((name, value))
    }
}
