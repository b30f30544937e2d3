//! The engine as it is set up at a desk: a bundle from a file, host settings from a file or none.

use std::fmt;
use std::path::{Path, PathBuf};

use crate::check::Kind;
use filter_core::engine::Engine;
use filter_core::keys::{DESK_SECRET, Keys};
use filter_core::policy::{Bundle, BundleSource, Problems, Settings};
use filter_core::state::Tables;

/// The default bundle, so that the program does something useful as it is.
pub const DEFAULT: &[u8] = include_bytes!("../../policies/bundles/default.json");

const DEFAULT_NAME: &str = "the default bundle";

/// Loads what decides.
///
/// Without a bundle, the one in the settings decides, else the default bundle built into this program. Without settings the
/// desk trusts nobody in front, takes unsigned bundles, and its secret is a public one: ids in events can be compared with each
/// other, not with a host's, and hide nothing from those who know this program.
///
/// # Errors
/// Where a file cannot be read, or is refused: then with all that is wrong.
pub fn load(bundle: Option<&Path>, settings: Option<&Path>) -> Result<Engine, LoadError> {
    let (settings, given_by) = match settings {
        Some(path) => (refusing(path, Settings::parse(&read(path)?))?, Some(path)),
        None => {
            let keys = Some(Keys::derive(DESK_SECRET));
            (Settings { allow_unsigned: true, keys, ..Settings::default() }, None)
        }
    };
    let inline = match &settings.source {
        BundleSource::Inline(text) => Some(text.as_bytes().to_vec()),
        BundleSource::Poll { start, .. } => start.as_ref().map(|text| text.as_bytes().to_vec()),
        BundleSource::Given => None,
    };
    let (place, text) = match (bundle, inline, given_by) {
        (Some(path), _, _) => (path.to_owned(), read(path)?),
        (None, Some(text), Some(path)) => (path.to_owned(), text),
        (None, _, _) => (PathBuf::from(DEFAULT_NAME), DEFAULT.to_vec()),
    };
    if is_source(&text) {
        return Err(LoadError::Source(place));
    }
    let bundle = refusing(&place, Bundle::trusted(&text, &settings.trusted_keys))?;
    refusing(&place, Engine::new(bundle, &settings))
}

/// Takes a bundle as a host would that trusts whoever signed it: read, checked, and its golden tests run.
///
/// # Errors
/// Everything that a host would refuse it for, and where its two forms would say different things.
pub fn take(text: &[u8]) -> Result<Engine, Problems> {
    crate::bundle::open(text)?;
    let keys = Some(Keys::derive(DESK_SECRET));
    let settings = Settings { allow_unsigned: true, keys, ..Settings::default() };
    Engine::tested::<Tables>(Bundle::parse(text)?, &settings)
}

fn read(path: &Path) -> Result<Vec<u8>, LoadError> {
    std::fs::read(path).map_err(|error| LoadError::NotRead { path: path.to_owned(), error })
}

/// A policy's source in place of the bundle that it makes.
fn is_source(text: &[u8]) -> bool {
    std::str::from_utf8(text).is_ok_and(|text| Kind::detect(text) == Some(Kind::Policy))
}

fn refusing<T>(path: &Path, result: Result<T, Problems>) -> Result<T, LoadError> {
    result.map_err(|problems| LoadError::Refused { path: path.to_owned(), problems })
}

/// Why there is no engine.
#[derive(Debug)]
pub enum LoadError {
    /// The file cannot be read.
    NotRead {
        /// Which file.
        path: PathBuf,
        /// Why.
        error: std::io::Error,
    },
    /// The file is a policy's source.
    Source(PathBuf),
    /// The file is wrong.
    Refused {
        /// Which file.
        path: PathBuf,
        /// Everything that is wrong with it.
        problems: Problems,
    },
}

impl fmt::Display for LoadError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LoadError::NotRead { path, error } => write!(f, "`{}` cannot be read: {error}", path.display()),
            LoadError::Source(path) => {
                let path = path.display();
                write!(
                    f,
                    "`{path}` is a policy's source; build its bundle first: weir build {path} --output bundle.json"
                )
            }
            LoadError::Refused { path, problems } => {
                write!(f, "`{}` is refused:", path.display())?;
                problems.iter().try_for_each(|problem| write!(f, "\n  {problem}"))
            }
        }
    }
}

impl std::error::Error for LoadError {}
