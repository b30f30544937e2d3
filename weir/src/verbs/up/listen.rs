//! Arguments that say where clients come in.

use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;

use anyhow::{anyhow, bail};
use weir_sidecar::connection::Entry;
use weir_sidecar::server::Listen;
use weir_sidecar::tls::config::Certificate;

#[derive(clap::Args)]
pub(super) struct ListenArgs {
    /// Address for plain HTTP; may be given more than once. Without any: 127.0.0.1:8080
    #[arg(long, short, value_name = "ADDRESS:PORT")]
    listen: Vec<SocketAddr>,
    /// Address for HTTPS; may be given more than once. The demo's: 127.0.0.1:8443
    #[arg(long, value_name = "ADDRESS:PORT")]
    tls_listen: Vec<SocketAddr>,
    /// Certificate chain (PEM), ours first
    #[arg(long, value_name = "FILE", requires = "tls_key")]
    tls_cert: Option<PathBuf>,
    /// Private key (PEM)
    #[arg(long, value_name = "FILE", requires = "tls_cert")]
    tls_key: Option<PathBuf>,
    /// Peers (address or block) that send the PROXY protocol, version 1 or 2, and must; may be given more than once
    #[arg(long, value_name = "BLOCK")]
    pub(super) proxy_protocol_from: Vec<String>,
}

impl ListenArgs {
    pub(super) fn load(&self, is_demo: bool) -> anyhow::Result<Vec<Listen>> {
        let from = self.prefixes()?;
        let mut plain = self.listen.clone();
        let mut secure = self.tls_listen.clone();
        if plain.is_empty() && secure.is_empty() {
            plain.push(SocketAddr::from(([127, 0, 0, 1], 8080)));
            if is_demo {
                secure.push(SocketAddr::from(([127, 0, 0, 1], 8443)));
            }
        }
        let certificate = match (&self.tls_cert, &self.tls_key) {
            _ if secure.is_empty() => None,
            (Some(chain), Some(key)) => Some(Certificate::from_files(chain, key).map_err(|why| anyhow!(why))?),
            _ if is_demo => Some(Certificate::throw_away(&["localhost", "127.0.0.1"]).map_err(|why| anyhow!(why))?),
            _ => bail!("`--tls-listen` needs a certificate; give `--tls-cert` and `--tls-key`"),
        };
        let certificate = certificate.map(Arc::new);
        let listen = |address: SocketAddr, certificate| Listen {
            address,
            entry: Entry { certificate, proxy_protocol_from: from.clone() },
        };
        let plain = plain.into_iter().map(|address| listen(address, None));
        let secure = secure.into_iter().map(|address| listen(address, certificate.clone()));
        Ok(plain.chain(secure).collect())
    }
}
