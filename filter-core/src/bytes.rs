//! Small searches over bytes from outside, none of which can panic.

/// Finds `needle`, ASCII case ignored. `needle` is lower case.
pub(crate) fn find_ignore_case(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, rest) = needle.split_first()?;
    let mut from = 0usize;
    while let Some(tail) = haystack.get(from..) {
        let at = tail.iter().position(|b| b.to_ascii_lowercase() == *first)?;
        let start = from.saturating_add(at);
        let after = haystack.get(start.saturating_add(1)..)?;
        if after.len() < rest.len() {
            return None;
        }
        if after.get(..rest.len()).is_some_and(|slice| slice.eq_ignore_ascii_case(rest)) {
            return Some(start);
        }
        from = start.saturating_add(1);
    }
    None
}

/// Whether `needle` (lower case) occurs, ASCII case ignored.
pub(crate) fn contains_ignore_case(haystack: &[u8], needle: &[u8]) -> bool {
    find_ignore_case(haystack, needle).is_some()
}

/// Finds `needle` exactly.
pub(crate) fn find(haystack: &[u8], needle: &[u8]) -> Option<usize> {
    let (first, _) = needle.split_first()?;
    let last = haystack.len().checked_sub(needle.len())?;
    let mut from = 0usize;
    while from <= last {
        let at = memchr::memchr(*first, haystack.get(from..=last)?)?;
        let start = from.saturating_add(at);
        if haystack.get(start..).is_some_and(|tail| tail.starts_with(needle)) {
            return Some(start);
        }
        from = start.saturating_add(1);
    }
    None
}

/// Whether `needle` occurs exactly.
pub(crate) fn contains(haystack: &[u8], needle: &[u8]) -> bool {
    find(haystack, needle).is_some()
}

/// The items of a comma-separated header value, white space and empty items removed.
pub(crate) fn list_items(value: &[u8]) -> impl DoubleEndedIterator<Item = &[u8]> {
    value.split(|b| *b == b',').map(<[u8]>::trim_ascii).filter(|item| !item.is_empty())
}

/// The number at the start of `text` and what follows it.
pub(crate) fn leading_number(text: &[u8]) -> Option<(u32, &[u8])> {
    let digits = text.iter().take_while(|b| b.is_ascii_digit()).count();
    let number = text.get(..digits)?;
    if number.is_empty() {
        return None;
    }
    let value = number.iter().fold(0u32, |n, b| n.saturating_mul(10).saturating_add(u32::from(b.wrapping_sub(b'0'))));
    // Below the bound that a condition without one has.
    Some((value.min(u32::MAX.wrapping_sub(1)), text.get(digits..)?))
}

/// Whether a header name, in any case, is one of those that only we may set.
#[inline]
pub(crate) fn is_own_header(name: &[u8]) -> bool {
    matches!(name.first(), Some(b'x' | b'X')) && has_own_prefix(name)
}

fn has_own_prefix(name: &[u8]) -> bool {
    // Origins behind CGI, WSGI and the like read `_` as `-`.
    let same = |(a, b): (&u8, &u8)| a.eq_ignore_ascii_case(b) || (*a == b'_' && *b == b'-');
    name.get(..7).is_some_and(|start| start.iter().zip(b"x-weir-").all(same))
}

/// The authority without port, user part and trailing dot.
pub(crate) fn host_of(authority: &[u8]) -> &[u8] {
    let host = authority.rsplit(|b| *b == b'@').next().unwrap_or(authority);
    let end = match host.iter().rposition(|b| *b == b']') {
        Some(bracket) => bracket.saturating_add(1),
        None => host.iter().position(|b| *b == b':').unwrap_or(host.len()),
    };
    let host = host.get(..end).unwrap_or(host);
    host.strip_suffix(b".").unwrap_or(host)
}

/// Lower-case hexadecimal digits.
pub(crate) fn hex(bytes: &[u8]) -> alloc::string::String {
    let digit = |value: u8| char::from_digit(u32::from(value), 16).unwrap_or('0');
    bytes.iter().flat_map(|b| [digit(b.wrapping_shr(4)), digit(b & 15)]).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn searches_agree_with_windows() {
        let cases: [(&[u8], &[u8]); 8] = [
            (b"HeadlessChrome/1", b"chrome"),
            (b"abc", b"abcd"),
            (b"", b"a"),
            (b"aab", b"ab"),
            (b"aaab", b"aab"),
            (b"\xff\xfe", b"\xfe"),
            (b"abcabd", b"abd"),
            (b"x", b""),
        ];
        for (hay, needle) in cases {
            let lower = hay.to_ascii_lowercase();
            let naive = |h: &[u8]| !needle.is_empty() && h.windows(needle.len()).any(|w| w == needle);
            assert_eq!(contains_ignore_case(hay, needle), naive(&lower), "{hay:?} {needle:?}");
            assert_eq!(contains(hay, needle), naive(hay), "{hay:?} {needle:?}");
        }
    }

    #[test]
    fn own_headers_in_any_spelling() {
        for name in [&b"x-weir-score"[..], b"X-Weir-Class", b"x_weir_score", b"X-WEIR_x"] {
            assert!(is_own_header(name), "{name:?}");
        }
        assert!(!is_own_header(b"x-weird") && !is_own_header(b"x-weir"));
    }

    #[test]
    fn numbers_saturate() {
        assert_eq!(leading_number(b"131.0"), Some((131, &b".0"[..])));
        assert_eq!(leading_number(b"99999999999"), Some((u32::MAX - 1, &b""[..])));
        assert_eq!(leading_number(b".1"), None);
    }
}
