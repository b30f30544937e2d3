//! Passwords, and pairs of name and password, that are known from breaches: filters over their SHA-1, as feeds bring them.

use alloc::vec::Vec;

use super::fuse::Fuse;
use super::secret::Secret;
use super::{name, sha1};

/// What a filter holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum BreachedKind {
    /// Passwords, whoever used them.
    Passwords,
    /// Names with their passwords.
    Pairs,
}

impl BreachedKind {
    /// The form used in bundles and feeds.
    pub const fn as_str(self) -> &'static str {
        match self {
            BreachedKind::Passwords => "passwords",
            BreachedKind::Pairs => "pairs",
        }
    }

    /// Reads [`as_str`](Self::as_str)'s form.
    pub fn parse(word: &str) -> Option<Self> {
        [BreachedKind::Passwords, BreachedKind::Pairs].into_iter().find(|kind| kind.as_str() == word)
    }
}

/// All filters of a bundle.
#[derive(Clone, Debug, Default)]
pub struct Breached(Vec<(BreachedKind, Fuse)>);

impl Breached {
    /// Adds a filter.
    pub fn push(&mut self, kind: BreachedKind, filter: Fuse) {
        self.0.push((kind, filter));
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    /// Whether a password is in a list of passwords.
    pub(super) fn has_password(&self, password: &[u8]) -> bool {
        self.has(BreachedKind::Passwords, || password_key(password))
    }

    /// Whether a name in its normal form and a password are a pair in a list of pairs.
    pub(super) fn has_pair(&self, normal: &[u8], password: &[u8]) -> bool {
        self.has(BreachedKind::Pairs, || pair_of_normal(normal, password))
    }

    /// Hashes nothing where there is nothing to look it up in. The key, unlike the ids that leave this module, could be tried out: it
    /// goes no further than here.
    fn has(&self, kind: BreachedKind, key: impl FnOnce() -> u64) -> bool {
        let mut filters = self.0.iter().filter(|(held, _)| *held == kind).map(|(_, filter)| filter).peekable();
        if filters.peek().is_none() {
            return false;
        }
        let key = key();
        filters.any(|filter| filter.contains(key))
    }
}

/// A password as filters know it: the first 64 bits of its SHA-1, which are the first 16 digits in the lists of Pwned Passwords.
///
/// ```
/// assert_eq!(filter_core::fingerprint::credentials::password_key(b"password"), 0x5BAA_61E4_C9B9_3F3F);
/// ```
pub fn password_key(password: &[u8]) -> u64 {
    sha1::start(&[password])
}

/// A pair as filters know it: the first 64 bits of the SHA-1 of the name in its normal form, a zero byte, and the password. `None` for no
/// name, no password, or a name too long for one.
///
/// ```
/// use filter_core::fingerprint::credentials::pair_key;
/// assert_eq!(pair_key(b" Ann.Lee+shop@GMail.com", b"x"), pair_key(b"annlee@gmail.com", b"x"));
/// assert_eq!(pair_key(b"ann", b""), None);
/// ```
pub fn pair_key(login_name: &[u8], password: &[u8]) -> Option<u64> {
    let mut normal = Secret::new();
    name::normalise(login_name, &mut normal);
    let normal = normal.whole().filter(|name| !name.is_empty() && !password.is_empty())?;
    Some(pair_of_normal(normal, password))
}

fn pair_of_normal(normal: &[u8], password: &[u8]) -> u64 {
    sha1::start(&[normal, &[0], password])
}
