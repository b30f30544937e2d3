//! Tests on one text.

use alloc::boxed::Box;
use alloc::sync::Arc;
use alloc::vec::Vec;

use crate::bytes;
use crate::limits;

/// Texts in ascending order, shared by the rules that name them.
pub(crate) type List = Arc<[Box<[u8]>]>;

/// A test on bytes; nothing is assumed about their encoding.
#[derive(Clone, Debug)]
pub(crate) enum Text {
    OneOf(List),
    Prefix(Box<[u8]>),
    Suffix(Box<[u8]>),
    Contains(Box<[u8]>),
    /// What stands between the stars of a pattern.
    Glob(Box<[Box<[u8]>]>),
}

/// Whether ASCII case counts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Case {
    Exact,
    /// The policy's side is in lower case.
    Ignored,
}

/// A list ready for searching.
pub(crate) fn list(texts: impl IntoIterator<Item = alloc::string::String>) -> List {
    let mut items: Vec<Box<[u8]>> = texts.into_iter().map(|text| text.into_bytes().into_boxed_slice()).collect();
    crate::order::sort(&mut items);
    items.dedup();
    items.into()
}

impl Text {
    /// A text in which each `*` stands for any bytes.
    pub(crate) fn pattern(text: &str) -> Self {
        let parts: Box<[Box<[u8]>]> = text.split('*').map(|part| part.as_bytes().into()).collect();
        if parts.len() < 2 { Text::OneOf(list([text.into()])) } else { Text::Glob(parts) }
    }

    pub(crate) fn matches(&self, value: &[u8], case: Case) -> bool {
        let same = |a: &[u8], b: &[u8]| match case {
            Case::Exact => a == b,
            Case::Ignored => a.eq_ignore_ascii_case(b),
        };
        let starts = |start: &[u8]| value.get(..start.len()).is_some_and(|part| same(part, start));
        let ends = |end: &[u8]| {
            let at = value.len().checked_sub(end.len());
            at.and_then(|at| value.get(at..)).is_some_and(|part| same(part, end))
        };
        match self {
            Text::OneOf(list) => {
                let folded = |b: &u8| if case == Case::Ignored { b.to_ascii_lowercase() } else { *b };
                list.binary_search_by(|item| item.iter().copied().cmp(value.iter().map(folded))).is_ok()
            }
            Text::Prefix(start) => starts(start),
            Text::Suffix(end) => ends(end),
            Text::Contains(part) => {
                // Bounded: this is the one test whose cost grows with both sides.
                let seen = value.get(..limits::HEADER_VALUE).unwrap_or(value);
                match case {
                    Case::Exact => bytes::contains(seen, part),
                    Case::Ignored => bytes::contains_ignore_case(seen, part),
                }
            }
            Text::Glob(parts) => {
                let [first, middle @ .., last] = &**parts else { return false };
                let inner = first.len()..value.len().saturating_sub(last.len());
                let Some(mut rest) = value.get(inner) else { return false };
                // Each part where it first fits: a later place could only leave less for the rest.
                starts(first)
                    && ends(last)
                    && middle.iter().all(|part| {
                        let seen = rest.get(..limits::HEADER_VALUE).unwrap_or(rest);
                        let found = match case {
                            Case::Exact => bytes::find(seen, part),
                            Case::Ignored => bytes::find_ignore_case(seen, part),
                        };
                        let found = if part.is_empty() { Some(0) } else { found };
                        let after = found.map(|at| at.saturating_add(part.len()));
                        rest = after.and_then(|after| rest.get(after..)).unwrap_or_default();
                        after.is_some()
                    })
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bytes::host_of;

    #[test]
    fn tests_on_texts() {
        let bytes = |text: &str| text.as_bytes().to_vec().into_boxed_slice();
        let one_of = Text::OneOf(list(["b", "a", "shop.example"].map(Into::into)));
        let prefix = Text::Prefix(bytes("/api/"));
        let suffix = Text::Suffix(bytes(".php"));
        let contains = Text::Contains(bytes("admin"));
        let glob = |pattern: &str| Text::Glob(pattern.split('*').map(bytes).collect());
        let (one, two, wide) = (glob("xy*yx"), glob("/api/*/x*.json"), glob("**b**"));
        let cases: [(&Text, &str, Case, bool); 25] = [
            (&one, "xyyx", Case::Exact, true),
            (&one, "xyXyx", Case::Exact, true),
            (&one, "xyx", Case::Exact, false),
            (&one, "XYxYX", Case::Ignored, true),
            (&two, "/api/v1/xy.json", Case::Exact, true),
            (&two, "/api//x.json", Case::Exact, true),
            (&two, "/api/x.json", Case::Exact, false),
            (&two, "/api/v1/x.jso", Case::Exact, false),
            (&two, "/api/v1/x/x.json/X.json", Case::Exact, true),
            (&wide, "b", Case::Exact, true),
            (&wide, "", Case::Exact, false),
            (&wide, "aBc", Case::Ignored, true),
            (&one_of, "a", Case::Exact, true),
            (&one_of, "A", Case::Exact, false),
            (&one_of, "Shop.Example", Case::Ignored, true),
            (&one_of, "", Case::Ignored, false),
            (&prefix, "/api/x", Case::Exact, true),
            (&prefix, "/api", Case::Exact, false),
            (&suffix, "/x.php", Case::Exact, true),
            (&suffix, "/x.PHP", Case::Exact, false),
            (&suffix, "/x.PHP", Case::Ignored, true),
            (&suffix, "hp", Case::Exact, false),
            (&contains, "/wp-admin/x", Case::Exact, true),
            (&contains, "/ADMIN", Case::Ignored, true),
            (&contains, "/adm", Case::Exact, false),
        ];
        for (test, value, case, expected) in cases {
            assert_eq!(test.matches(value.as_bytes(), case), expected, "{test:?} on {value}");
        }
    }

    #[test]
    fn hosts() {
        let cases = [
            ("shop.example", "shop.example"),
            ("shop.example:8443", "shop.example"),
            ("shop.example.:80", "shop.example"),
            ("[2001:db8::1]:443", "[2001:db8::1]"),
            ("user@shop.example", "shop.example"),
            ("", ""),
        ];
        for (authority, host) in cases {
            assert_eq!(host_of(authority.as_bytes()), host.as_bytes(), "{authority}");
        }
    }
}
