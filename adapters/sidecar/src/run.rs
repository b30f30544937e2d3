//! The whole proxy as one blocking call, with signals: what a program's `main` needs.

use std::sync::Arc;

use tokio::runtime;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::mpsc;
use tokio::task::JoinHandle;
use tokio_rustls::rustls::crypto::ring;

use crate::candidate;
use crate::reload::{self, Source};
use crate::server::{Server, ServerConfig};
use crate::tls::config::Certificate;

/// How a run ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Ended {
    /// Connections whose requests were cut off, since draining took too long.
    pub cut_off: usize,
}

/// Makes a runtime with so many threads; `None`: one a processor.
///
/// # Errors
/// Where the system gives none.
pub fn runtime(threads: Option<usize>) -> std::io::Result<runtime::Runtime> {
    let mut builder = runtime::Builder::new_multi_thread();
    if let Some(threads) = threads {
        builder.worker_threads(threads.max(1));
    }
    builder.enable_all().build()
}

/// Serves until SIGTERM or SIGINT, then drains. SIGHUP asks for the bundle and reads certificates again. A candidate, where
/// one is given, is tried beside it. `started` is told
/// when all ports are taken.
///
/// # Errors
/// Where a port or a signal cannot be had.
pub async fn until_signalled(
    config: ServerConfig,
    source: Source,
    candidate: Option<candidate::Source>,
    started: impl FnOnce(&Server),
) -> Result<Ended, String> {
    let certificates: Vec<Arc<Certificate>> =
        config.listen.iter().filter_map(|listen| listen.entry.certificate.clone()).collect();
    let store = Arc::clone(&config.proxy.store);
    let events = config.proxy.events.clone();
    let server = Server::bind(config).await?;
    let fail = |error| format!("signals cannot be watched: {error}");
    let mut hangup = signal(SignalKind::hangup()).map_err(fail)?;
    let mut terminate = signal(SignalKind::terminate()).map_err(fail)?;
    let mut interrupt = signal(SignalKind::interrupt()).map_err(fail)?;
    started(&server);
    let (ask, at_once) = mpsc::channel(1);
    let trying = candidate.map(|source| tokio::spawn(candidate::watch(Arc::clone(&store), source, events)));
    let watching = tokio::spawn(reload::watch(store, source, at_once));
    let reloading = tokio::spawn(async move {
        while hangup.recv().await.is_some() {
            // One that waits is enough.
            let _ = ask.try_send(());
            for certificate in &certificates {
                if let Err(why) = certificate.reload() {
                    eprintln!("weir: the certificate in use stays: {why}");
                }
            }
        }
    });
    let cut_off = server
        .run(async {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = interrupt.recv() => {}
            }
            eprintln!("weir: stopping; requests that run are answered first");
        })
        .await;
    reloading.abort();
    watching.abort();
    trying.inspect(JoinHandle::abort);
    Ok(Ended { cut_off })
}

/// A secret for one run, where none is given.
///
/// # Errors
/// Where the system gives no randomness.
pub fn random_secret() -> Result<[u8; 32], String> {
    let mut secret = [0; 32];
    let random = ring::default_provider().secure_random;
    random.fill(&mut secret).map_err(|_| "the system gives no randomness".to_owned())?;
    Ok(secret)
}
