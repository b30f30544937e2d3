//! A bundle in its compact form, for hosts that load often or may not stop for long.

use std::fmt;

use filter_core::policy::{Problems, check_content, compact};

use super::{Lines, SealError};

/// The first line as it stands, and after it the compact form of what the second says: as bytes, or in base64 where only text can
/// travel.
///
/// # Errors
/// Where the text is no bundle, or its first line does not vouch for the form that this version writes.
pub fn pack(text: &str, is_text: bool) -> Result<Vec<u8>, PackError> {
    let Lines { manifest, content } = Lines::read(text)?;
    let form = compact::write(&check_content(&content)?).ok_or(PackError::NotVouched("its tables cannot be read"))?;
    match &manifest.bincode {
        None => return Err(PackError::NotVouched("its first line names no compact form")),
        Some(digest) if *digest != compact::digest(&form) => {
            return Err(PackError::NotVouched("its first line names another one than this version of weir makes"));
        }
        Some(_) => {}
    }
    let first = text.split_once('\n').map_or(text, |(first, _)| first).trim_end();
    let mut bytes = [first.as_bytes(), b"\n"].concat();
    if is_text {
        bytes.extend_from_slice(compact::text(&form).as_bytes());
        bytes.push(b'\n');
    } else {
        bytes.extend_from_slice(&form);
    }
    Ok(bytes)
}

/// Why a bundle cannot be packed.
#[derive(Debug)]
pub enum PackError {
    /// It is none.
    NoBundle(SealError),
    /// Its content is wrong.
    Content(Problems),
    /// Hosts would not take it, for this reason.
    NotVouched(&'static str),
}

impl From<SealError> for PackError {
    fn from(error: SealError) -> Self {
        PackError::NoBundle(error)
    }
}

impl From<Problems> for PackError {
    fn from(problems: Problems) -> Self {
        PackError::Content(problems)
    }
}

impl fmt::Display for PackError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            PackError::NoBundle(error) => error.fmt(f),
            PackError::Content(problems) => problems.fmt(f),
            PackError::NotVouched(why) => write!(f, "{why}; build it again with `weir build`"),
        }
    }
}

impl std::error::Error for PackError {}

#[cfg(test)]
mod tests {
    use filter_core::policy::Bundle;
    use filter_core::policy::wire::Manifest;

    use super::*;

    #[test]
    fn the_default_bundle_is_the_same_packed() {
        let text = std::str::from_utf8(crate::desk::DEFAULT).unwrap();
        let expected = Bundle::parse(text.as_bytes()).unwrap();
        for is_text in [false, true] {
            let packed = Bundle::parse(&pack(text, is_text).unwrap()).unwrap();
            assert_eq!(format!("{packed:?}"), format!("{expected:?}"));
        }
    }

    #[test]
    fn what_no_host_would_take_is_not_packed() {
        let line = r#"{"otherwise":"allow"}"#;
        let bundle = |bincode: Option<&str>| {
            let manifest = Manifest { bincode: bincode.map(str::to_owned), ..Manifest::of(line, 1) };
            format!("{}\n{line}\n", serde_json::to_string(&manifest).unwrap())
        };
        for (text, expected) in [
            (bundle(None), "its first line names no compact form; build it again with `weir build`"),
            (bundle(Some("00")), "its first line names another one than this version of weir makes; build it again"),
            ("{}".to_owned(), "it is not two lines"),
            (bundle(None).replace("allow", "deny"), "/otherwise (line 1, column 19): unknown word `deny`"),
        ] {
            let refused = pack(&text, false).unwrap_err().to_string();
            assert!(refused.starts_with(expected), "{refused}");
        }
    }
}
