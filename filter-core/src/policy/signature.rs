//! Who vouches for a bundle: Ed25519 (RFC 8032) over the first line.
//!
//! What is signed is the first line as it stands, without its last member `signature`, in DSSE's pre-authentication
//! encoding: the bytes are checked as they came, nothing is written anew. The first line names the second by its SHA-256, so
//! both are vouched for. The form of the encoding: <https://github.com/secure-systems-lab/dsse/blob/v1.0.2/protocol.md>.

#[cfg(all(test, feature = "signatures"))]
mod tests;

use alloc::format;
use alloc::string::String;
use alloc::vec::Vec;
use core::fmt;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use sha2::{Digest, Sha256};

#[cfg(feature = "signatures")]
use super::problem::{Problem, Problems};
use super::wire::Manifest;
use crate::bytes;

/// What DSSE calls the payload's type: a signature made for another purpose is none here.
const TYPE: &str = "application/vnd.weir.manifest+json";

/// Stands before a key's base64 form.
const SCHEME: &str = "ed25519:";

/// A public key whose holder may sign bundles.
///
/// ```
/// use filter_core::policy::TrustedKey;
/// let key = TrustedKey::parse("ed25519:11qYAYKxCrfVS/7TyWQHOg7hcvPapiMlrwIaaPcHURo=").unwrap();
/// assert_eq!(key.id(), "21fe31dfa154a261");
/// ```
#[derive(Clone, PartialEq, Eq)]
pub struct TrustedKey([u8; 32]);

impl TrustedKey {
    /// From the key's 32 bytes. Whether they are a point of the curve shows when a signature is checked: with one that is
    /// none, none holds.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        TrustedKey(bytes)
    }

    /// Reads the form that `weir keygen` prints: `ed25519:` and base64.
    pub fn parse(text: &str) -> Option<Self> {
        let bytes = BASE64_STANDARD.decode(text.strip_prefix(SCHEME)?).ok()?;
        Some(TrustedKey(bytes.try_into().ok()?))
    }

    /// What a manifest calls it: the first 16 hexadecimal digits of its SHA-256.
    pub fn id(&self) -> String {
        bytes::hex(Sha256::digest(self.0).get(..8).unwrap_or_default())
    }

    /// The key itself.
    pub fn as_bytes(&self) -> &[u8; 32] {
        &self.0
    }
}

impl fmt::Display for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{SCHEME}{}", BASE64_STANDARD.encode(self.0))
    }
}

impl fmt::Debug for TrustedKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, f)
    }
}

/// Writes a signed bundle: two lines, each ended by a line feed. `sign` signs bytes with the secret half of `key`.
///
/// # Errors
/// When serde cannot write the manifest, which its type rules out.
pub fn seal(
    manifest: &Manifest,
    content_line: &str,
    key: &TrustedKey,
    sign: impl FnOnce(&[u8]) -> [u8; 64],
) -> Result<String, serde_json::Error> {
    let unsigned = Manifest { key: Some(key.id()), signature: None, ..manifest.clone() };
    let payload = serde_json::to_string(&unsigned)?;
    let signature = BASE64_STANDARD.encode(sign(&encoded(&payload)));
    let open = payload.strip_suffix('}').unwrap_or(&payload);
    Ok(format!("{open}{}\n{content_line}\n", tail(&signature)))
}

/// Checks the first line's signature and gives the id of the key that made it.
#[cfg(feature = "signatures")]
pub(super) fn check(line: &str, manifest: &Manifest, keys: &[TrustedKey]) -> Result<String, Problems> {
    let remedy = "sign it with a key this host trusts: `weir build --key FILE`";
    let (Some(id), Some(signature)) = (&manifest.key, &manifest.signature) else {
        return Err(Problem::new("/manifest/signature", "the bundle is not signed", remedy).into());
    };
    let Some(key) = keys.iter().find(|key| key.id() == *id) else {
        let known: Vec<String> = keys.iter().map(TrustedKey::id).collect();
        let message = format!("key `{}` is not trusted here; trusted: {}", id.escape_debug(), known.join(", "));
        return Err(Problem::new("/manifest/key", message, "sign it with one of those, or add the key").into());
    };
    let refused = || {
        let message = format!("the signature is not that of key `{}` over this line", id.escape_debug());
        Problems::from(Problem::new("/manifest/signature", message, "give what `weir build` wrote, unchanged"))
    };
    let open = line.strip_suffix(&tail(signature)).ok_or_else(refused)?;
    let bytes = BASE64_STANDARD.decode(signature).map_err(|_| refused())?;
    let signature = ed25519_compact::Signature::from_slice(&bytes).map_err(|_| refused())?;
    let message = encoded(&format!("{open}}}"));
    let key = ed25519_compact::PublicKey::new(*key.as_bytes());
    key.verify(message, &signature).map_err(|_| refused())?;
    Ok(id.clone())
}

/// How a signed first line ends. Exactly so: what is cut off before checking cannot hide anything.
fn tail(signature: &str) -> String {
    [",\"signature\":\"", signature, "\"}"].concat()
}

/// DSSE's encoding: both lengths stand before what they measure, so no two messages have the same bytes.
fn encoded(payload: &str) -> Vec<u8> {
    format!("DSSEv1 {} {TYPE} {} {payload}", TYPE.len(), payload.len()).into_bytes()
}
