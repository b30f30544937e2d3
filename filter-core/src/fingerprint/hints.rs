//! User-agent client hints (`sec-ch-ua`, W3C UA-CH), parsed without copying.

use crate::facts::Fact;
use crate::request::{HeaderName, Headers};

/// Brands looked at; Chromium sends three, embedders at most four.
const BRANDS: usize = 6;

/// One brand of the list, such as `"Google Chrome";v="131"`.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Brand<'a> {
    /// Name between quotes.
    pub name: &'a [u8],
    /// Version between quotes.
    pub version: &'a [u8],
}

/// The low-entropy hints that Chromium sends with every request in a secure context.
#[derive(Clone, Copy, Debug)]
pub struct ClientHints<'a> {
    /// `sec-ch-ua` as sent.
    pub list: Fact<&'a [u8]>,
    /// `sec-ch-ua-mobile`: `?1` or `?0`.
    pub mobile: Fact<bool>,
    /// `sec-ch-ua-platform` without quotes.
    pub platform: Fact<&'a [u8]>,
    brands: [Brand<'a>; BRANDS],
    count: u8,
    /// `sec-ch-ua` was sent and is no list of brands.
    pub malformed: bool,
}

/// The hints' headers as they came, not looked into yet.
#[derive(Clone, Copy, Debug)]
pub(super) struct SentHints<'a> {
    list: Fact<&'a [u8]>,
    mobile: Fact<&'a [u8]>,
    platform: Fact<&'a [u8]>,
}

impl<'a> SentHints<'a> {
    pub(super) fn of(headers: &Headers<'a>) -> Self {
        SentHints {
            list: headers.get(HeaderName::SecChUa),
            mobile: headers.get(HeaderName::SecChUaMobile),
            platform: headers.get(HeaderName::SecChUaPlatform),
        }
    }
}

impl<'a> ClientHints<'a> {
    pub(super) fn read(sent: SentHints<'a>) -> Self {
        let list = sent.list;
        let mut hints = ClientHints {
            list,
            mobile: match sent.mobile {
                Fact::Present(b"?1") => Fact::Present(true),
                Fact::Present(b"?0") => Fact::Present(false),
                Fact::Absent => Fact::Absent,
                _ => Fact::Unknown,
            },
            platform: sent.platform.map(unquote),
            brands: [Brand::default(); BRANDS],
            count: 0,
            malformed: false,
        };
        if let Fact::Present(text) = list {
            hints.malformed = hints.parse(text).is_none();
        }
        hints
    }

    /// The brands in the order sent.
    pub fn brands(&self) -> &[Brand<'a>] {
        self.brands.get(..usize::from(self.count)).unwrap_or(&[])
    }

    /// The version given for a brand.
    pub fn brand(&self, name: &[u8]) -> Option<Brand<'a>> {
        self.brands().iter().copied().find(|brand| brand.name == name)
    }

    /// `"name";v="1", ...`: brand names hold any character but the quote, separators included.
    fn parse(&mut self, mut text: &'a [u8]) -> Option<()> {
        loop {
            let (name, rest) = quoted(text.trim_ascii_start())?;
            let (version, rest) = quoted(rest.strip_prefix(b";v=")?)?;
            let slot = self.brands.get_mut(usize::from(self.count))?;
            *slot = Brand { name, version };
            self.count = self.count.saturating_add(1);
            match rest.trim_ascii_start().split_first() {
                None => return Some(()),
                Some((b',', after)) => text = after,
                Some(_) => return None,
            }
        }
    }
}

fn quoted(text: &[u8]) -> Option<(&[u8], &[u8])> {
    let inner = text.strip_prefix(b"\"")?;
    let end = inner.iter().position(|b| *b == b'"')?;
    Some((inner.get(..end)?, inner.get(end.saturating_add(1)..)?))
}

fn unquote(text: &[u8]) -> &[u8] {
    quoted(text).map_or(text, |(inner, _)| inner)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Facts, Header};

    #[test]
    fn brands_with_separators_in_their_names() {
        let headers = [
            Header {
                name: b"sec-ch-ua",
                value: br#"" Not A;Brand";v="99", "Chromium";v="100", "Google Chrome";v="100""#,
            },
            Header { name: b"sec-ch-ua-mobile", value: b"?0" },
            Header { name: b"sec-ch-ua-platform", value: b"\"Windows\"" },
        ];
        let facts = Facts { headers: &headers, ..Facts::default() };
        let hints = ClientHints::read(SentHints::of(&Headers::new(&facts)));
        assert_eq!(hints.brands().len(), 3);
        assert_eq!(hints.brand(b"Chromium").unwrap().version, b"100");
        assert_eq!(hints.platform, Fact::Present(&b"Windows"[..]));
        assert_eq!(hints.mobile, Fact::Present(false));
        assert!(!hints.malformed);
    }

    #[test]
    fn nonsense_is_marked() {
        for text in [&b"Chrome"[..], b"\"a", b"\"a\";v=1", b"", b"\"a\";v=\"1\",", b"\"a\";v=\"1\" x"] {
            let headers = [Header { name: b"sec-ch-ua", value: text }];
            let facts = Facts { headers: &headers, ..Facts::default() };
            assert!(ClientHints::read(SentHints::of(&Headers::new(&facts))).malformed, "{text:?}");
        }
    }
}
