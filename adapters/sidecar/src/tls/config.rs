//! Certificates: ours for clients, and whom to trust upstream.

use std::fmt;
use std::path::{Path, PathBuf};
use std::sync::{Arc, PoisonError, RwLock};

use tokio_rustls::rustls::pki_types::pem::PemObject;
use tokio_rustls::rustls::pki_types::{CertificateDer, PrivateKeyDer};
use tokio_rustls::rustls::{ClientConfig, RootCertStore, ServerConfig};

/// A listener's certificate, which may be read again.
pub struct Certificate {
    files: Option<(PathBuf, PathBuf)>,
    config: RwLock<Arc<ServerConfig>>,
}

impl Certificate {
    /// From PEM files: the chain, ours first, and the private key.
    ///
    /// # Errors
    /// Where a file cannot be read or they do not fit each other.
    pub fn from_files(chain: &Path, key: &Path) -> Result<Self, String> {
        let config = RwLock::new(read(chain, key)?);
        Ok(Certificate { files: Some((chain.to_owned(), key.to_owned())), config })
    }

    /// One made up for these names, for trying things out: no client trusts it.
    ///
    /// # Errors
    /// Where none can be made.
    pub fn throw_away(names: &[&str]) -> Result<Self, String> {
        let names: Vec<String> = names.iter().map(|name| (*name).to_owned()).collect();
        let made = rcgen::generate_simple_self_signed(names).map_err(|error| error.to_string())?;
        let key = PrivateKeyDer::try_from(made.signing_key.serialize_der()).map_err(str::to_owned)?;
        Ok(Certificate { files: None, config: RwLock::new(server(vec![made.cert.der().clone()], key)?) })
    }

    /// Reads the files again.
    ///
    /// # Errors
    /// As [`from_files`](Self::from_files); the certificate in use stays.
    pub fn reload(&self) -> Result<(), String> {
        if let Some((chain, key)) = &self.files {
            let config = read(chain, key)?;
            *self.config.write().unwrap_or_else(PoisonError::into_inner) = config;
        }
        Ok(())
    }

    pub(crate) fn config(&self) -> Arc<ServerConfig> {
        Arc::clone(&self.config.read().unwrap_or_else(PoisonError::into_inner))
    }
}

impl fmt::Debug for Certificate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Certificate").field("files", &self.files).finish_non_exhaustive()
    }
}

/// Whom to trust upstream: the machine's authorities, or those of one PEM file.
///
/// # Errors
/// Where none can be read.
pub fn upstream(authorities: Option<&Path>) -> Result<ClientConfig, String> {
    let mut roots = RootCertStore::empty();
    match authorities {
        Some(path) => {
            for certificate in certificates(path)? {
                roots.add(certificate).map_err(|error| format!("`{}`: {error}", path.display()))?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    if roots.is_empty() {
        return Err("no certificate authority is known; give the origin's as a PEM file".to_owned());
    }
    let builder = ClientConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?;
    Ok(builder.with_root_certificates(roots).with_no_client_auth())
}

fn read(chain: &Path, key: &Path) -> Result<Arc<ServerConfig>, String> {
    let certificates = certificates(chain)?;
    let private =
        PrivateKeyDer::from_pem_file(key).map_err(|error| format!("`{}`: no private key: {error}", key.display()))?;
    server(certificates, private).map_err(|error| format!("`{}` and `{}`: {error}", chain.display(), key.display()))
}

fn certificates(path: &Path) -> Result<Vec<CertificateDer<'static>>, String> {
    let fail = |error| format!("`{}`: no certificate: {error}", path.display());
    let found: Result<Vec<_>, _> = CertificateDer::pem_file_iter(path).map_err(fail)?.collect();
    let found = found.map_err(fail)?;
    if found.is_empty() { Err(format!("`{}` holds no certificate; give PEM", path.display())) } else { Ok(found) }
}

fn server(chain: Vec<CertificateDer<'static>>, key: PrivateKeyDer<'static>) -> Result<Arc<ServerConfig>, String> {
    let builder = ServerConfig::builder_with_provider(provider()).with_safe_default_protocol_versions();
    let builder = builder.map_err(|error| error.to_string())?.with_no_client_auth();
    let mut config = builder.with_single_cert(chain, key).map_err(|error| error.to_string())?;
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(Arc::new(config))
}

fn provider() -> Arc<tokio_rustls::rustls::crypto::CryptoProvider> {
    Arc::new(tokio_rustls::rustls::crypto::ring::default_provider())
}
