//! Listeners, and everything that runs beside them, from start to drained.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;

use tokio::net::TcpListener;
use tokio::sync::{Semaphore, watch};
use tokio::task::JoinSet;
use tokio::time::{sleep, timeout};

use crate::admin::{self, Status};
use crate::connection::{self, Entry, Limits};
use crate::metrics::Open;
use crate::origin::health::{self, HealthConfig};
use crate::proxy::Proxy;

/// Where to listen, and as what.
#[derive(Debug)]
pub struct Listen {
    /// Address and port; port 0 takes a free one.
    pub address: SocketAddr,
    /// What happens before HTTP begins.
    pub entry: Entry,
}

/// What a server is made of.
pub struct ServerConfig {
    /// Where clients come in.
    pub listen: Vec<Listen>,
    /// Where metrics and readiness are asked for; `None`: nowhere.
    pub admin: Option<SocketAddr>,
    /// What requests are judged with and passed to.
    pub proxy: Arc<Proxy>,
    /// Times and numbers.
    pub limits: Limits,
    /// How the origin's health is asked for.
    pub health: HealthConfig,
}

/// Listening, not yet serving.
pub struct Server {
    listeners: Vec<(TcpListener, Arc<Entry>)>,
    admin: Option<TcpListener>,
    proxy: Arc<Proxy>,
    limits: Arc<Limits>,
    health: HealthConfig,
}

impl Server {
    /// Takes all ports.
    ///
    /// # Errors
    /// Where one cannot be had, which.
    pub async fn bind(config: ServerConfig) -> Result<Self, String> {
        let mut listeners = Vec::new();
        for listen in config.listen {
            listeners.push((bind(listen.address).await?, Arc::new(listen.entry)));
        }
        let admin = match config.admin {
            Some(address) => Some(bind(address).await?),
            None => None,
        };
        let limits = Arc::new(config.limits);
        Ok(Server { listeners, admin, proxy: config.proxy, limits, health: config.health })
    }

    /// Where clients come in, in the order given.
    pub fn addresses(&self) -> Vec<SocketAddr> {
        self.listeners.iter().filter_map(|(listener, _)| listener.local_addr().ok()).collect()
    }

    /// Where metrics are.
    pub fn admin_address(&self) -> Option<SocketAddr> {
        self.admin.as_ref().and_then(|listener| listener.local_addr().ok())
    }

    /// Serves until `stop` ends, then until what runs is answered, or the time to drain is over. How many connections
    /// were cut off.
    pub async fn run(self, stop: impl Future<Output = ()>) -> usize {
        let (stopping, is_stopping) = watch::channel(false);
        let slots = Arc::new(Semaphore::new(self.limits.connections));
        let status = Arc::new(Status { origin_up: AtomicBool::new(false), stopping: AtomicBool::new(false) });
        let mut beside = JoinSet::new();
        let (origin, metrics) = (Arc::clone(&self.proxy.origin), Arc::clone(&self.proxy.metrics));
        beside.spawn({
            let status = Arc::clone(&status);
            async move { health::watch(origin, self.health, &status.origin_up, metrics).await }
        });
        if let Some(listener) = self.admin {
            beside.spawn(admin::serve(listener, Arc::clone(&self.proxy), Arc::clone(&status)));
        }
        let mut accepting = JoinSet::new();
        for (listener, entry) in self.listeners {
            let accept = Accept {
                proxy: Arc::clone(&self.proxy),
                entry,
                limits: Arc::clone(&self.limits),
                slots: Arc::clone(&slots),
                stopping: is_stopping.clone(),
            };
            accepting.spawn(accept.run(listener));
        }
        stop.await;
        status.stopping.store(true, std::sync::atomic::Ordering::Relaxed);
        // Nobody is accepted any longer: ports are free for whoever comes next.
        accepting.shutdown().await;
        let _ = stopping.send(true);
        let all = u32::try_from(self.limits.connections).unwrap_or(u32::MAX);
        let _ = timeout(self.limits.drain, slots.acquire_many(all)).await;
        self.limits.connections.saturating_sub(slots.available_permits())
    }
}

async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address)
        .await
        .map_err(|error| format!("cannot listen on {address}: {error}; give another address or port"))
}

struct Accept {
    proxy: Arc<Proxy>,
    entry: Arc<Entry>,
    limits: Arc<Limits>,
    slots: Arc<Semaphore>,
    stopping: watch::Receiver<bool>,
}

impl Accept {
    async fn run(self, listener: TcpListener) {
        loop {
            // Beyond the limit clients wait in the kernel's queue.
            let Ok(slot) = Arc::clone(&self.slots).acquire_owned().await else { return };
            let socket = match listener.accept().await {
                Ok((socket, _)) => socket,
                Err(error) => {
                    refused(&error).await;
                    continue;
                }
            };
            let metrics = Arc::clone(&self.proxy.metrics);
            let serving = connection::serve(
                Arc::clone(&self.proxy),
                socket,
                Arc::clone(&self.entry),
                Arc::clone(&self.limits),
                self.stopping.clone(),
            );
            tokio::spawn(async move {
                // Dropped also where the task panics.
                let _slot = slot;
                let _open = Open::new(&metrics.connections);
                if let Err(why) = serving.await {
                    metrics.refused(why);
                }
            });
        }
    }
}

/// Out of file descriptors, most likely: waiting frees some.
async fn refused(error: &io::Error) {
    if !matches!(error.kind(), io::ErrorKind::ConnectionAborted | io::ErrorKind::ConnectionReset) {
        eprintln!("weir: a connection cannot be taken: {error}");
        sleep(Duration::from_millis(100)).await;
    }
}
