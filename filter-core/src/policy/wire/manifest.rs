//! The first line: what the second is, and who vouches for it.

use alloc::string::String;

use serde::{Deserialize, Serialize};
use sha2::{Digest, Sha256};

use super::Content;
use crate::policy::compact;

/// The format this code reads and writes.
pub const FORMAT: u32 = 1;

/// A bundle's first line.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Manifest {
    /// Format of both lines.
    pub format: u32,
    /// SHA-256 of the second line's bytes, 64 lower-case hexadecimal digits.
    pub id: String,
    /// Grows with every bundle; a host never goes back.
    pub serial: u64,
    /// Not to be activated before this time, in milliseconds since the epoch.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub not_before: Option<u64>,
    /// Stale after this time, in milliseconds since the epoch. A stale bundle keeps serving.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires: Option<u64>,
    /// SHA-512/256 of the content's [compact](crate::policy::compact) form, 64 lower-case hexadecimal digits, for hosts that load that one.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub bincode: Option<String>,
    /// Id of the key that signed.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub key: Option<String>,
    /// Signature over the other fields.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

impl Manifest {
    /// An unsigned manifest for a content line.
    pub fn of(content_line: &str, serial: u64) -> Self {
        Manifest {
            format: FORMAT,
            id: content_id(content_line.as_bytes()),
            serial,
            not_before: None,
            expires: None,
            bincode: None,
            key: None,
            signature: None,
        }
    }
}

/// A content line's id.
pub(crate) fn content_id(line: &[u8]) -> String {
    crate::bytes::hex(&Sha256::digest(line))
}

/// Writes an unsigned bundle: two lines, each ended by a line feed.
///
/// # Errors
/// When serde cannot write the content, which its types rule out.
pub fn write(content: &Content, serial: u64) -> Result<String, serde_json::Error> {
    let line = serde_json::to_string(content)?;
    let bincode = compact::write(content).map(|bytes| compact::digest(&bytes));
    let mut text = serde_json::to_string(&Manifest { bincode, ..Manifest::of(&line, serial) })?;
    text.push('\n');
    text.push_str(&line);
    text.push('\n');
    Ok(text)
}
