//! The one door that bundles come in by: in two lines or in the compact form, with what both say.

use std::fmt;
use std::path::{Path, PathBuf};

use filter_core::policy::wire::{Content, Manifest};
use filter_core::policy::{Bundle, Problem, Problems, check_content, compact};

use super::Lines;

/// A bundle that a host would read, whoever signed it.
#[derive(Clone, Debug)]
pub struct Opened {
    /// The first line.
    pub manifest: Manifest,
    /// What the second line says, or the compact form in its place.
    pub content: Content,
    /// The two lines, also where it came in the compact form.
    pub text: String,
    /// It came in the compact form.
    pub is_compact: bool,
}

/// Reads a bundle in either form. Its first line vouches for both, so both are made of the content and compared with what it names.
///
/// # Errors
/// Everything that a host would refuse it for, but for its golden tests; and where the two forms would say different things.
pub fn open(bytes: &[u8]) -> Result<Opened, Problems> {
    let mut opened = open_one(bytes)?;
    let Opened { manifest, content, .. } = &opened;
    // The first line vouches for the form at hand: a host's reader said so.
    if opened.is_compact {
        let first = bytes.split(|byte| *byte == b'\n').next().unwrap_or_default();
        let second = serde_json::to_string(content).unwrap_or_default();
        if Manifest::of(&second, manifest.serial).id != manifest.id {
            return Err(differs("/manifest/id", "the two lines that it names say other things than this compact form"));
        }
        opened.text = format!("{}\n{second}\n", String::from_utf8_lossy(first).trim_end());
    } else if let Some(named) = &manifest.bincode
        && compact::write(content).is_none_or(|form| compact::digest(&form) != *named)
    {
        return Err(differs("/manifest/bincode", "the compact form that it names is not this content's"));
    }
    Ok(opened)
}

/// The same of a file.
///
/// # Errors
/// As [`open`], and where the file cannot be read.
pub fn open_file(path: &Path) -> Result<Opened, OpenError> {
    let bytes = std::fs::read(path).map_err(|error| OpenError::NotRead(path.to_owned(), error))?;
    open(&bytes).map_err(|problems| OpenError::Refused(path.to_owned(), problems))
}

/// The two lines that `bytes` are, or are the compact form of; what else they are is left as it is.
///
/// # Errors
/// Where it is a bundle in the compact form that [`open`] refuses, or no text.
pub fn text(bytes: Vec<u8>) -> Result<String, Problems> {
    if compact::is_one(&bytes) {
        return Ok(open(&bytes)?.text);
    }
    String::from_utf8(bytes).map_err(|error| {
        let at = error.utf8_error().valid_up_to();
        Problem::new(
            "",
            format!("byte {} is no text in UTF-8", at.saturating_add(1)),
            "give the file as it was written",
        )
        .into()
    })
}

fn open_one(bytes: &[u8]) -> Result<Opened, Problems> {
    Bundle::parse(bytes)?;
    let broken =
        || Problems::from(Problem::new("", "it cannot be taken apart", "give what `weir build` wrote, unchanged"));
    if compact::is_one(bytes) {
        let (first, second) = bytes.split_at(bytes.iter().position(|byte| *byte == b'\n').unwrap_or(bytes.len()));
        let manifest = serde_json::from_slice(first).map_err(|_| broken())?;
        let content = compact::read(second.get(1..).unwrap_or_default()).ok_or_else(broken)?;
        return Ok(Opened { manifest, content, text: String::new(), is_compact: true });
    }
    let text = std::str::from_utf8(bytes).map_err(|_| broken())?.to_owned();
    let Lines { manifest, content } = Lines::read(&text).map_err(|_| broken())?;
    Ok(Opened { manifest, content: check_content(&content)?, text, is_compact: false })
}

fn differs(place: &str, message: &str) -> Problems {
    Problem::new(place, message, "hosts would do one or the other; build it again with `weir build`").into()
}

/// Why a file is no bundle.
#[derive(Debug)]
pub enum OpenError {
    /// It cannot be read.
    NotRead(PathBuf, std::io::Error),
    /// It is refused, for all of this.
    Refused(PathBuf, Problems),
}

impl fmt::Display for OpenError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            OpenError::NotRead(path, error) => write!(f, "`{}` cannot be read: {error}", path.display()),
            OpenError::Refused(path, problems) => {
                write!(f, "`{}` is refused:", path.display())?;
                problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for OpenError {}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::bundle::pack;

    fn default() -> Opened {
        open(crate::desk::DEFAULT).unwrap()
    }

    #[test]
    fn both_forms_are_one_bundle() {
        let lines = default();
        assert!(!lines.is_compact && lines.text.as_bytes() == crate::desk::DEFAULT);
        for is_text in [false, true] {
            let packed = open(&pack(&lines, is_text).unwrap()).unwrap();
            assert!(packed.is_compact && packed.content == lines.content);
            assert!(packed.text == lines.text, "byte for byte");
        }
    }

    /// The first line of one bundle before the content of another, in the form that `is_compact` says.
    fn forged(is_compact: bool) -> Vec<u8> {
        let good = default();
        let mut other = good.content.clone();
        other.rules.clear();
        let form = compact::write(&other).unwrap();
        let manifest = Manifest { bincode: Some(compact::digest(&form)), ..good.manifest };
        let first = serde_json::to_string(&manifest).unwrap();
        if is_compact {
            return [first.as_bytes(), b"\n", &form].concat();
        }
        format!("{first}\n{}", good.text.split_once('\n').unwrap().1).into_bytes()
    }

    #[test]
    fn a_bundle_whose_forms_differ_is_refused_in_either() {
        for (is_compact, said) in [
            (
                false,
                "/manifest/bincode: the compact form that it names is not this content's; hosts would do one or the other; build it again with `weir build`",
            ),
            (
                true,
                "/manifest/id: the two lines that it names say other things than this compact form; hosts would do one or the other; build it again with `weir build`",
            ),
        ] {
            let bytes = forged(is_compact);
            assert!(Bundle::parse(&bytes).is_ok(), "a host has only the one");
            assert_eq!(open(&bytes).unwrap_err().to_string(), said);
        }
    }

    #[test]
    fn what_is_neither_is_told() {
        assert_eq!(
            text(b"ab\xff".to_vec()).unwrap_err().to_string(),
            "/: byte 3 is no text in UTF-8; give the file as it was written"
        );
        assert_eq!(text(b"{}".to_vec()).unwrap(), "{}");
        let cut = pack(&default(), false).unwrap();
        assert!(text(cut.get(..cut.len() - 1).unwrap().to_vec()).is_err());
    }
}
