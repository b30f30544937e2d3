//! A bundle's first line written anew: serial, times, signature. The second stays byte for byte, and with it the id.

use std::fmt;

use filter_core::policy::{check_content, compact, seal as sign, wire};
use wire::Manifest;

use super::SigningKey;

/// The two lines, the first one read.
#[derive(Clone, Debug)]
pub struct Lines {
    /// What the first line says.
    pub manifest: Manifest,
    /// The second line, without its end.
    pub content: String,
}

/// What is to stand in the first line besides what was there.
#[derive(Clone, Debug, Default)]
pub struct Terms {
    /// Another serial.
    pub serial: Option<u64>,
    /// Not to be activated before, in milliseconds since the epoch.
    pub not_before: Option<u64>,
    /// Stale from then on, in milliseconds since the epoch.
    pub expires: Option<u64>,
}

impl Lines {
    /// Takes a bundle apart; what the lines mean is not looked at.
    ///
    /// # Errors
    /// Where the text is not two lines, or the first is no manifest.
    pub fn read(text: &str) -> Result<Self, SealError> {
        let (first, second) = text.trim_end().split_once('\n').ok_or(SealError("it is not two lines".into()))?;
        let manifest = serde_json::from_str(first).map_err(|error| SealError(format!("its first line: {error}")))?;
        Ok(Lines { manifest, content: second.to_owned() })
    }
}

/// Writes the bundle with a new first line, signed where there is a key. A signature that was there is gone.
///
/// # Errors
/// Where the times contradict each other, or there is a compact form and the content is none.
pub fn seal(lines: &Lines, terms: &Terms, key: Option<&SigningKey>) -> Result<String, SealError> {
    let old = &lines.manifest;
    // Made of the content, and not taken over: a signature would vouch for whatever stood there.
    let bincode = match &old.bincode {
        Some(_) => {
            let content = check_content(&lines.content).map_err(|problems| SealError(problems.to_string()))?;
            compact::write(&content).map(|form| compact::digest(&form))
        }
        None => None,
    };
    let manifest = Manifest {
        not_before: terms.not_before.or(old.not_before),
        expires: terms.expires.or(old.expires),
        bincode,
        ..Manifest::of(&lines.content, terms.serial.unwrap_or(old.serial))
    };
    if let (Some(from), Some(to)) = (manifest.not_before, manifest.expires)
        && from >= to
    {
        return Err(SealError("it would expire before it may begin; swap the times".into()));
    }
    let written = match key {
        Some(key) => sign(&manifest, &lines.content, &key.public(), |message| key.sign(message)),
        None => serde_json::to_string(&manifest).map(|first| format!("{first}\n{}\n", lines.content)),
    };
    written.map_err(|error| SealError(error.to_string()))
}

/// Why a bundle cannot be sealed.
#[derive(Debug)]
pub struct SealError(String);

impl fmt::Display for SealError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl std::error::Error for SealError {}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_compact_form_is_this_content_s_whatever_stood_there() {
        let text = std::str::from_utf8(crate::desk::DEFAULT).unwrap();
        let mut lines = Lines::read(text).unwrap();
        let own = lines.manifest.bincode.replace("0".repeat(64));
        let sealed = Lines::read(&seal(&lines, &Terms::default(), None).unwrap()).unwrap();
        assert_eq!(sealed.manifest.bincode, own);
        lines.manifest.bincode = None;
        assert_eq!(Lines::read(&seal(&lines, &Terms::default(), None).unwrap()).unwrap().manifest.bincode, None);
    }
}
