//! How a shelf lies in a key-value store at an edge: as the hosts there read it, and what is needed to go back.
//!
//! ```text
//! NAME               what hosts poll: the first line of the newest bundle
//! content/ID         each bundle's second line, by the id that the first line gives
//! compact/DIGEST     the same in its compact form, by the digest that the first line gives, for hosts that load that
//! manifest/SHA256    each bundle's first line, by the SHA-256 of the whole
//! NAME.history       one line a bundle, oldest first
//! ```

use std::fmt::Write as _;

use super::cloudflare::Cloudflare;
use super::fastly::Fastly;
use super::place::{Item, Tag};
use super::{ShelfError, sha256};
use crate::bundle::{Lines, open, pack};

/// A store of one of the vendors.
#[derive(Debug)]
pub enum Kv {
    /// Fastly's.
    Fastly(Fastly),
    /// Cloudflare's.
    Cloudflare(Cloudflare),
}

impl Kv {
    /// `fastly:STORE_ID` or `cloudflare:ACCOUNT_ID/NAMESPACE_ID`; `None`: something else. `variable` reads the environment.
    pub(super) fn parse(given: &str, variable: &dyn Fn(&str) -> Option<String>) -> Option<Result<Self, ShelfError>> {
        let (vendor, rest) = given.split_once(':')?;
        match vendor {
            "fastly" => Some(Fastly::new(rest, variable).map(Kv::Fastly)),
            "cloudflare" => Some(Cloudflare::new(rest, variable).map(Kv::Cloudflare)),
            _ => None,
        }
    }

    pub(super) fn get(&self, name: &str, item: Item<'_>) -> Result<Option<(Vec<u8>, Tag)>, ShelfError> {
        match item {
            Item::Log => self.read(&log(name)?),
            Item::Pointer => {
                let Some((first, tag)) = self.read(checked(name)?)? else { return Ok(None) };
                Ok(Some((self.whole(name, &first)?, tag)))
            }
            Item::Blob(sum) => {
                let key = format!("manifest/{sum}");
                let Some((first, tag)) = self.read(&key)? else { return Ok(None) };
                let mut whole = self.whole(&key, &first)?;
                // Cut by hand, a bundle may lack its last line feed.
                if sha256(&whole) != *sum {
                    whole.pop();
                }
                Ok(Some((whole, tag)))
            }
        }
    }

    pub(super) fn put(
        &self,
        name: &str,
        item: Item<'_>,
        bytes: &[u8],
        only_if: Option<&Tag>,
    ) -> Result<(), ShelfError> {
        if let Item::Log = item {
            return self.write(&log(name)?, bytes, only_if);
        }
        let text = String::from_utf8_lossy(bytes);
        let Lines { manifest, .. } = Lines::read(&text)?;
        let (first, second) = text.trim_end().split_once('\n').unwrap_or_default();
        match item {
            Item::Blob(sum) => {
                self.write(&format!("content/{}", manifest.id), second.as_bytes(), only_if)?;
                // A form that this version does not make is left to who built it: hosts have the other one.
                let packed = open(bytes).ok().and_then(|opened| pack(&opened, false).ok());
                if let (Some(digest), Some(packed)) = (&manifest.bincode, packed)
                    && let Some((_, form)) = packed.split_at_checked(first.len().saturating_add(1))
                {
                    self.write(&format!("compact/{digest}"), form, only_if)?;
                }
                self.write(&format!("manifest/{sum}"), first.as_bytes(), only_if)
            }
            Item::Pointer | Item::Log => self.write(checked(name)?, first.as_bytes(), only_if),
        }
    }

    /// Both lines of the bundle that begins so.
    fn whole(&self, key: &str, first: &[u8]) -> Result<Vec<u8>, ShelfError> {
        #[derive(serde::Deserialize)]
        struct Named {
            id: String,
        }
        let named: Named = serde_json::from_slice(first).map_err(|error| ShelfError::odd(key, &error.to_string()))?;
        // It becomes part of a URL.
        if named.id.len() != 64 || !named.id.bytes().all(|digit| digit.is_ascii_hexdigit()) {
            return Err(ShelfError::odd(key, "its `id` is no id"));
        }
        let content = format!("content/{}", named.id);
        let (second, _) =
            self.read(&content)?.ok_or_else(|| ShelfError::odd(key, &format!("its `{content}` is gone")))?;
        Ok([first.trim_ascii_end(), b"\n", second.trim_ascii_end(), b"\n"].concat())
    }

    fn read(&self, key: &str) -> Result<Option<(Vec<u8>, Tag)>, ShelfError> {
        match self {
            Kv::Fastly(store) => store.get(key),
            Kv::Cloudflare(store) => store.get(key),
        }
    }

    fn write(&self, key: &str, bytes: &[u8], only_if: Option<&Tag>) -> Result<(), ShelfError> {
        match self {
            Kv::Fastly(store) => store.put(key, bytes, only_if),
            Kv::Cloudflare(store) => store.put(key, bytes, only_if),
        }
    }
}

fn log(name: &str) -> Result<String, ShelfError> {
    Ok(format!("{}.history", checked(name)?))
}

/// A name that is no other key's, and that both vendors take.
fn checked(name: &str) -> Result<&str, ShelfError> {
    let is_fine = |byte: u8| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte);
    if name.is_empty() || name.len() > 200 || name.starts_with('.') || !name.bytes().all(is_fine) {
        let why = format!("`{name}` is no name for a bundle there; use letters, digits, `-`, `_` and `.`");
        return Err(ShelfError::Place(why));
    }
    Ok(name)
}

/// A key as one segment of a URL's path.
pub(super) fn encoded(key: &str) -> String {
    key.bytes().fold(String::new(), |mut out, byte| {
        if byte.is_ascii_alphanumeric() || b"-_.~".contains(&byte) {
            out.push(char::from(byte));
        } else {
            let _ = write!(out, "%{byte:02X}");
        }
        out
    })
}

pub(super) fn changed(key: &str) -> ShelfError {
    ShelfError::Place(format!("somebody else changed `{key}` meanwhile; look at `weir history` and try again"))
}
