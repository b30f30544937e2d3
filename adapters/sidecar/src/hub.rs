//! A hub: where nodes leave what they saw and get what all others did, in one request. It remembers nothing for longer than a node is heard.
//!
//! `POST /snapshots` with a node's snapshot (at most 256 KiB) answers the snapshots of the other nodes with the same secret, merged
//! into one. `GET /live` answers while it runs, `GET /metrics` says how many nodes are heard. With a [`Redis`] several hubs are one: each tells
//! it what came here and hears what came to the others. Keys in snapshots are keyed hashes: a hub does not learn who they are of.

mod redis;

use std::collections::BTreeMap;
use std::convert::Infallible;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use filter_core::limits::{SNAPSHOT, SNAPSHOT_EXPIRY, SNAPSHOT_NODES};
use filter_core::state::Limits;
use filter_core::sync::{Node, Peers, Refused, Seed};
use http_body_util::{BodyExt, Limited};
use hyper::body::Incoming;
use hyper::header::{AUTHORIZATION, CONTENT_TYPE, HeaderValue};
use hyper::server::conn::http1;
use hyper::service::service_fn;
use hyper::{Method, Request, Response, StatusCode};
use hyper_util::rt::{TokioIo, TokioTimer};
use sha2::{Digest, Sha256};
use tokio::net::TcpListener;
use tokio::sync::Semaphore;
use tokio::time::{sleep, timeout};

pub use self::redis::Redis;
use crate::body::Body;
use crate::clock;
use crate::run::random_secret;

/// Path of the exchange.
pub(crate) const PATH: &str = "/snapshots";
/// Connections at once: one a node, and as many again while they reconnect.
const CONNECTIONS: usize = 2 * SNAPSHOT_NODES;
/// How long a connection may last without a request, and a request may take.
const LONGEST: Duration = Duration::from_secs(60);
/// Secrets that one hub serves: production, staging, and others.
const SECRETS: usize = 16;
/// Records that are weighed against each other while snapshots are merged: 5 MiB, for as long as an answer takes to make.
const MERGED: Limits = Limits {
    clients: 16_384,
    details: 4_096,
    addresses: 8_192,
    networks: 2_048,
    tools: 1_024,
    accounts: 8_192,
    endpoints: 512,
    sites: 64,
    ..Limits::NONE
};

/// What nodes said lately.
#[derive(Debug)]
pub struct Hub {
    /// SHA-256 of the token that nodes must show.
    token: Option<[u8; 32]>,
    fleets: Mutex<BTreeMap<u64, Fleet>>,
    shared: redis::Health,
}

/// Nodes with the same secret.
#[derive(Debug)]
struct Fleet {
    hub: Node,
    peers: Peers,
    /// When a node was here last: those that others tell of are not.
    here: BTreeMap<u64, u64>,
    /// Of each node the epoch that Redis has.
    stored: BTreeMap<u64, u64>,
}

impl Fleet {
    fn new(seed: Seed) -> Self {
        let peers = Peers::new(seed, SNAPSHOT_NODES);
        Fleet { hub: Node::new(random_number(), seed), peers, here: BTreeMap::new(), stored: BTreeMap::new() }
    }

    fn expire(&mut self, now: u64) {
        self.peers.expire(now);
        self.here.retain(|_, at| *at >= now.saturating_sub(SNAPSHOT_EXPIRY));
        self.stored.retain(|node, _| self.peers.snapshot(*node).is_some());
    }
}

impl Hub {
    /// Nobody said anything yet. Without a `token` anybody who can connect may say and hear everything.
    pub fn new(token: Option<&str>) -> Self {
        let token = token.map(|token| Sha256::digest(token.as_bytes()).into());
        Hub { token, fleets: Mutex::default(), shared: redis::Health::default() }
    }

    /// Takes a node's snapshot and gives what the others say.
    fn exchange(&self, snapshot: &[u8], now: u64) -> Result<Vec<u8>, Refused> {
        let seed = Seed::in_snapshot(snapshot)?;
        let mut fleets = self.fleets(now);
        if !fleets.contains_key(&seed.number()) && fleets.len() >= SECRETS {
            return Err(Refused::OtherSecret);
        }
        let Fleet { hub, peers, here, .. } = fleets.entry(seed.number()).or_insert_with(|| Fleet::new(seed));
        let node = peers.add(snapshot, now)?;
        here.insert(node, now);
        Ok(peers.merged(hub, node, &MERGED, now, SNAPSHOT))
    }

    /// Fleets with a node that was here lately.
    fn fleets(&self, now: u64) -> MutexGuard<'_, BTreeMap<u64, Fleet>> {
        let mut fleets = self.fleets.lock().unwrap_or_else(PoisonError::into_inner);
        fleets.values_mut().for_each(|fleet| fleet.expire(now));
        fleets.retain(|_, fleet| !fleet.here.is_empty());
        fleets
    }

    /// For Prometheus.
    fn metrics(&self, now: u64) -> String {
        let nodes =
            self.fleets(now).values().fold(0, |sum: usize, fleet| sum.saturating_add(fleet.peers.nodes().count()));
        let shared = self.shared.metrics();
        format!(
            "# TYPE weir_hub_nodes gauge\n# HELP weir_hub_nodes Nodes that are heard, here or by other hubs.\nweir_hub_nodes {nodes}\n{shared}# EOF\n"
        )
    }

    fn admits(&self, given: Option<&HeaderValue>) -> bool {
        let Some(token) = &self.token else { return true };
        let given = given.and_then(|value| value.as_bytes().strip_prefix(b"Bearer "));
        // Of hashes it may be seen how much of them is the same.
        given.is_some_and(|given| Sha256::digest(given).as_slice() == token)
    }
}

/// A number that no other node has.
pub(crate) fn random_number() -> u64 {
    let secret = random_secret().unwrap_or_default();
    let mixed = secret.first_chunk::<8>().copied().map_or(0, u64::from_le_bytes);
    // A system without randomness has a clock.
    if mixed == 0 { clock::milliseconds() } else { mixed }
}

/// Takes a port.
///
/// # Errors
/// Where it cannot be had.
pub async fn bind(address: SocketAddr) -> Result<TcpListener, String> {
    TcpListener::bind(address).await.map_err(|error| format!("`{address}` cannot be listened on: {error}"))
}

/// Serves until the task is dropped, and shares by `redis` with other hubs.
pub async fn serve(listener: TcpListener, hub: Arc<Hub>, redis: Option<Redis>) {
    if let Some(redis) = redis {
        let hub = Arc::clone(&hub);
        tokio::spawn(async move { redis.share(&hub).await });
    }
    let slots = Arc::new(Semaphore::new(CONNECTIONS));
    loop {
        let Ok(slot) = Arc::clone(&slots).acquire_owned().await else { return };
        let Ok((socket, _)) = listener.accept().await else {
            sleep(Duration::from_millis(100)).await;
            continue;
        };
        let hub = Arc::clone(&hub);
        let service = service_fn(move |request| {
            let hub = Arc::clone(&hub);
            async move { Ok::<_, Infallible>(answer(request, &hub).await) }
        });
        tokio::spawn(async move {
            let mut server = http1::Builder::new();
            server.timer(TokioTimer::new()).header_read_timeout(LONGEST);
            let _ = server.serve_connection(TokioIo::new(socket), service).await;
            drop(slot);
        });
    }
}

async fn answer(request: Request<Incoming>, hub: &Hub) -> Response<Body> {
    match (request.method(), request.uri().path()) {
        (&Method::GET, "/live") => text(StatusCode::OK, "alive"),
        (&Method::GET, "/metrics") => metrics(hub.metrics(clock::milliseconds())),
        (&Method::POST, PATH) if !hub.admits(request.headers().get(AUTHORIZATION)) => {
            text(StatusCode::UNAUTHORIZED, "show the hub's token: `authorization: Bearer TOKEN`")
        }
        (&Method::POST, PATH) => {
            let body = timeout(LONGEST, Limited::new(request.into_body(), SNAPSHOT).collect()).await;
            let Ok(Ok(body)) = body else {
                return text(StatusCode::BAD_REQUEST, "the snapshot did not come, or is too long");
            };
            match hub.exchange(&body.to_bytes(), clock::milliseconds()) {
                Ok(others) => {
                    let mut response = Response::new(Body::of(others));
                    let kind = HeaderValue::from_static("application/octet-stream");
                    response.headers_mut().insert(CONTENT_TYPE, kind);
                    response
                }
                Err(why) => text(StatusCode::UNPROCESSABLE_ENTITY, &why.to_string()),
            }
        }
        _ => text(StatusCode::NOT_FOUND, "ask for POST /snapshots, GET /live or GET /metrics"),
    }
}

fn metrics(text: String) -> Response<Body> {
    let mut response = Response::new(Body::of(text));
    let kind = HeaderValue::from_static("application/openmetrics-text; version=1.0.0; charset=utf-8");
    response.headers_mut().insert(CONTENT_TYPE, kind);
    response
}

fn text(status: StatusCode, text: &str) -> Response<Body> {
    let mut response = Response::new(Body::of(format!("{text}\n")));
    *response.status_mut() = status;
    response.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static("text/plain; charset=utf-8"));
    response
}
