//! The made-up brand in Chromium's brand list, and what it tells of the version.
//!
//! Chromium adds a brand that nobody has (GREASE) so that sites do not match lists literally. Its punctuation, its
//! version and the order of the brands are functions of the major version
//! (components/embedder_support/user_agent_utils.cc, the scheme since 2022; 131, 147 and 156 checked against
//! recordings).

use super::{Brand, ClientHints};

const CHARACTERS: [u8; 11] = *b" (:-./);=?_";
const VERSIONS: [&[u8]; 3] = [b"8", b"99", b"24"];
/// Places of the made-up brand, Chromium and the product's own, by the major version.
const ORDERS: [[usize; 3]; 6] = [[0, 1, 2], [0, 2, 1], [1, 0, 2], [1, 2, 0], [2, 0, 1], [2, 1, 0]];
const ORDERS_OF_TWO: [[usize; 2]; 2] = [[0, 1], [1, 0]];
/// Products whose lists follow Chromium's order; other embedders order as they like.
const FOLLOWERS: [&[u8]; 3] = [b"Google Chrome", b"Microsoft Edge", b"Brave"];
/// The scheme is older, but versions before this mix it with the one it replaced.
const SINCE: u32 = 110;

impl<'a> ClientHints<'a> {
    /// Whether the list is what Chromium `major` makes; `None` for versions and products that follow no known scheme.
    pub fn fits_version(&self, major: u32) -> Option<bool> {
        let brands = self.brands();
        let order: &[usize] = match brands.len() {
            2 => ORDERS_OF_TWO.get(place(major, 2)?)?,
            3 if FOLLOWERS.iter().any(|name| self.brand(name).is_some()) => ORDERS.get(place(major, 6)?)?,
            _ => return None,
        };
        let at = |role: usize| order.get(role).and_then(|index| brands.get(*index));
        let pair = [*CHARACTERS.get(place(major, 11)?)?, *CHARACTERS.get(place(major.checked_add(1)?, 11)?)?];
        let made_up = at(0)?;
        let fits = punctuation(made_up) == Some(pair)
            && made_up.version == *VERSIONS.get(place(major, 3)?)?
            && at(1)?.name == b"Chromium";
        (major >= SINCE).then_some(fits)
    }

    /// Whether any version of the scheme could have made the made-up brand.
    pub fn has_made_up_brand(&self) -> bool {
        let possible = |pair: [u8; 2]| CHARACTERS.windows(2).any(|window| window == pair) || pair == [b'_', b' '];
        self.brands().iter().filter_map(punctuation).any(possible)
    }
}

/// The two characters of `Not?A?Brand`.
fn punctuation(brand: &Brand<'_>) -> Option<[u8; 2]> {
    match brand.name {
        [b'N', b'o', b't', first, b'A', second, rest @ ..] if rest == b"Brand" => Some([*first, *second]),
        _ => None,
    }
}

fn place(major: u32, of: u32) -> Option<usize> {
    usize::try_from(major.checked_rem(of)?).ok()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{Facts, Header};
    use crate::fingerprint::hints::SentHints;
    use crate::request::Headers;

    fn check(list: &str, major: u32) -> (Option<bool>, bool) {
        let headers = [Header { name: b"sec-ch-ua", value: list.as_bytes() }];
        let facts = Facts { headers: &headers, ..Facts::default() };
        let hints = ClientHints::read(SentHints::of(&Headers::new(&facts)));
        (hints.fits_version(major), hints.has_made_up_brand())
    }

    #[test]
    fn recorded_lists() {
        let fits = (Some(true), true);
        assert_eq!(check(r#""Not:A-Brand";v="8", "Chromium";v="156""#, 156), fits);
        assert_eq!(check(r#""Google Chrome";v="131", "Chromium";v="131", "Not_A Brand";v="24""#, 131), fits);
        assert_eq!(check(r#""Google Chrome";v="147", "Not.A/Brand";v="8", "Chromium";v="147""#, 147), fits);
        assert_eq!(check(r#""Chromium";v="146", "Not-A.Brand";v="24", "Brave";v="146""#, 146), fits);
        // An embedder with its own order.
        assert_eq!(check(r#""Not-A.Brand";v="24", "Chromium";v="146", "DuckDuckGo";v="146""#, 146), (None, true));
    }

    #[test]
    fn copied_and_invented_lists() {
        assert_eq!(
            check(r#""Chromium";v="156", "Google Chrome";v="156", "Not_A Brand";v="24""#, 156),
            (Some(false), true)
        );
        assert_eq!(
            check(r#"" Not A;Brand";v="99", "Chromium";v="156", "Google Chrome";v="156""#, 156),
            (Some(false), false)
        );
        assert!(!check(r#""Chrome";v="156", "Chromium";v="156""#, 156).1);
        assert_eq!(check("nonsense", 156), (None, false));
    }
}
