//! Keys in files: the secret one as PEM (PKCS #8, as `openssl genpkey -algorithm ed25519` writes it), the public one as the
//! line that host settings list under `trusted_keys`.

use std::fmt;
use std::io;
use std::path::{Path, PathBuf};

use ed25519_compact::{KeyPair, Seed};
use filter_core::policy::TrustedKey;

use crate::files;

/// A key that signs. It is never shown: not by `Debug`, not in messages.
pub struct SigningKey(KeyPair);

impl SigningKey {
    /// A new one, from the operating system's randomness.
    pub fn generate() -> Self {
        SigningKey(KeyPair::from_seed(Seed::generate()))
    }

    /// Reads a key file.
    ///
    /// # Errors
    /// Where it cannot be read, is no Ed25519 key, or others than its owner may read it.
    pub fn read(path: &Path) -> Result<Self, KeyError> {
        let fail = |why| KeyError { path: path.to_owned(), why };
        let text = std::fs::read_to_string(path).map_err(|error| fail(Why::File(error)))?;
        if is_open(path) {
            return Err(fail(Why::Open));
        }
        // A file of keygen's holds the secret part first; PEM readers want it alone.
        let end = "-----END PRIVATE KEY-----";
        let secret = text.find(end).and_then(|at| text.get(..at.saturating_add(end.len())));
        let pair = secret.and_then(|secret| KeyPair::from_pem(secret).ok());
        pair.map(SigningKey).ok_or_else(|| fail(Why::NoKey))
    }

    /// Writes the key to `NAME.key`, readable by its owner alone, and its public half to `NAME.pub`. Neither may be there.
    ///
    /// # Errors
    /// Where a file is there already or cannot be written.
    pub fn write(&self, name: &Path) -> Result<[PathBuf; 2], KeyError> {
        let [secret, public] = ["key", "pub"].map(|ending| files::beside(name, ending));
        let failed = |path: &Path| {
            let path = path.to_owned();
            move |error| KeyError { path, why: Why::File(error) }
        };
        if public.exists() {
            return Err(failed(&public)(io::ErrorKind::AlreadyExists.into()));
        }
        files::create_private(&secret, self.0.sk.to_pem().as_bytes()).map_err(failed(&secret))?;
        files::replace(&public, format!("{}\n", self.public()).as_bytes()).map_err(failed(&public))?;
        Ok([secret, public])
    }

    /// The public half.
    pub fn public(&self) -> TrustedKey {
        TrustedKey::from_bytes(*self.0.pk)
    }

    /// Signs bytes.
    pub fn sign(&self, message: &[u8]) -> [u8; 64] {
        *self.0.sk.sign(message, None)
    }
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "SigningKey({})", self.public().id())
    }
}

/// A public key given as its line, or as the file that holds it.
///
/// # Errors
/// Where it is neither.
pub fn read_public(given: &str) -> Result<TrustedKey, KeyError> {
    if let Some(key) = TrustedKey::parse(given) {
        return Ok(key);
    }
    let fail = |why| KeyError { path: PathBuf::from(given), why };
    let text = std::fs::read_to_string(given).map_err(|error| fail(Why::File(error)))?;
    TrustedKey::parse(text.trim()).ok_or_else(|| fail(Why::NoPublicKey))
}

/// Whether others than its owner may read a file.
fn is_open(path: &Path) -> bool {
    #[cfg(unix)]
    {
        let mode = std::fs::metadata(path).map(|meta| std::os::unix::fs::PermissionsExt::mode(&meta.permissions()));
        mode.is_ok_and(|mode| mode & 0o077 != 0)
    }
    #[cfg(not(unix))]
    {
        let _ = path;
        false
    }
}

/// Why there is no key.
#[derive(Debug)]
pub struct KeyError {
    path: PathBuf,
    why: Why,
}

#[derive(Debug)]
enum Why {
    File(io::Error),
    Open,
    NoKey,
    NoPublicKey,
}

impl fmt::Display for KeyError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let path = self.path.display();
        match &self.why {
            Why::File(error) if error.kind() == io::ErrorKind::AlreadyExists => {
                write!(f, "`{path}` is there already; keys are not overwritten: choose another name")
            }
            Why::File(error) => write!(f, "key `{path}`: {error}"),
            Why::Open if self.path.extension().is_some_and(|extension| extension == "pub") => {
                write!(f, "`{path}` is the public half; give the key itself, NAME.key")
            }
            Why::Open => write!(f, "key `{path}` may be read by others; chmod 600 it, and think about who has read it"),
            Why::NoKey => {
                write!(f, "`{path}` holds no Ed25519 key in PEM; make one with `weir keygen` or `openssl genpkey`")
            }
            Why::NoPublicKey => write!(f, "`{path}` holds no line that starts with `ed25519:`; give NAME.pub"),
        }
    }
}

impl std::error::Error for KeyError {}
