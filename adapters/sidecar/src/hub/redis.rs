//! Several hubs as one: each tells a Redis what its nodes said and hears what nodes said elsewhere.
//!
//! A node's snapshot lies under `weir:VERSION:SECRET:NODE` for as long as the node is heard, and `weir:VERSION:SECRET:nodes` is the list of
//! them by epoch; `SECRET` is a hash of the fleet's secret. A hub never asks Redis while a node waits: a task of its own does, once a
//! second, so a Redis that is slow, full or gone costs nothing but what nodes of other hubs saw. What it holds is not trusted: it is read up to the
//! longest snapshot, and [`Peers::add`](filter_core::sync::Peers::add) checks it as if a node had said it here; what else lies there is passed over.

use std::fmt::Write;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

use filter_core::limits::{SNAPSHOT, SNAPSHOT_AHEAD, SNAPSHOT_EXPIRY, SNAPSHOT_NODES};
use filter_core::sync::{self, VERSION};
use redis::aio::MultiplexedConnection;
use redis::{
    AsyncCommands, AsyncConnectionConfig, Client, ErrorKind, IntoConnectionInfo, RedisError, RedisResult, Value,
};
use tokio::time::sleep;

use super::Hub;
use crate::clock;

/// Between two rounds. What a node says at one hub is known at another after two of these at most.
const EVERY: Duration = Duration::from_secs(1);
/// For a connection, and for each answer.
const WAIT: Duration = Duration::from_secs(2);

/// Where hubs meet.
pub struct Redis {
    client: Client,
    /// Without user and password.
    name: String,
}

/// How it is with Redis.
#[derive(Debug, Default)]
pub(super) struct Health {
    is_used: AtomicBool,
    is_up: AtomicBool,
    failures: AtomicU64,
}

impl Redis {
    /// The server at `redis://[USER[:PASSWORD]@]HOST[:PORT][/DATABASE]` or `unix:///PATH`; nothing is connected yet. `password` is for those who do not want
    /// one in the URL.
    ///
    /// # Errors
    /// Where it is no such URL. What is wrong is said without the URL, which may hold a password.
    pub fn new(url: &str, password: Option<&str>) -> Result<Self, String> {
        let told = |error: RedisError| format!("{error}; give redis://HOST:PORT, TLS is not spoken");
        let mut info = url.into_connection_info().map_err(told)?;
        if let Some(password) = password {
            let settings = info.redis_settings().clone().set_password(password);
            info = info.set_redis_settings(settings);
        }
        let name = info.addr().to_string();
        Ok(Redis { client: Client::open(info).map_err(told)?, name })
    }

    /// Shares until the task is dropped.
    pub(super) async fn share(self, hub: &Hub) {
        hub.shared.is_used.store(true, Ordering::Relaxed);
        let (mut connection, mut said) = (None, None);
        loop {
            match self.round(hub, &mut connection).await {
                Ok(()) => {
                    hub.shared.is_up.store(true, Ordering::Relaxed);
                    if said.take().is_some() {
                        eprintln!("weir: Redis at {} answers again", self.name);
                    }
                }
                Err(error) => {
                    connection = None;
                    hub.shared.is_up.store(false, Ordering::Relaxed);
                    hub.shared.failures.fetch_add(1, Ordering::Relaxed);
                    let why = error.to_string();
                    if said.as_ref() != Some(&why) {
                        let name = &self.name;
                        eprintln!(
                            "weir: nodes of other hubs are not heard, this hub goes on with its own: Redis at {name}: {why}"
                        );
                        said = Some(why);
                    }
                }
            }
            sleep(EVERY).await;
        }
    }

    async fn round(&self, hub: &Hub, connection: &mut Option<MultiplexedConnection>) -> RedisResult<()> {
        if connection.is_none() {
            let config =
                AsyncConnectionConfig::new().set_connection_timeout(Some(WAIT)).set_response_timeout(Some(WAIT));
            *connection = Some(self.client.get_multiplexed_async_connection_with_config(&config).await?);
        }
        let Some(redis) = connection else { return Ok(()) };
        let seeds: Vec<u64> = hub.fleets(clock::milliseconds()).keys().copied().collect();
        if seeds.is_empty() {
            return redis.ping().await;
        }
        // What is wrong with one fleet's keys, or with writing, stops nothing else; a connection that is gone does.
        let mut first = Ok(());
        for seed in seeds {
            for asked in [tidy(redis, seed).await, tell(redis, hub, seed).await, hear(redis, hub, seed).await] {
                match asked {
                    Err(error) if !is_answer(&error) => return Err(error),
                    asked => first = first.and(asked),
                }
            }
        }
        first
    }
}

/// Whether Redis said so: the connection is as good as before.
fn is_answer(error: &RedisError) -> bool {
    matches!(error.kind(), ErrorKind::Server(_) | ErrorKind::Extension)
}

/// Strikes off who is heard no longer, and who would be for ever.
async fn tidy(redis: &mut MultiplexedConnection, seed: u64) -> RedisResult<()> {
    let (list, now) = (list(seed), clock::milliseconds());
    let (oldest, newest) = (now.saturating_sub(SNAPSHOT_EXPIRY), now.saturating_add(SNAPSHOT_AHEAD));
    redis.zrembyscore::<_, _, _, ()>(&list, "-inf", oldest).await?;
    redis.zrembyscore(&list, format!("({newest}"), "+inf").await
}

/// Writes what Redis does not have, one snapshot at a time: it holds up to 256 KiB.
async fn tell(redis: &mut MultiplexedConnection, hub: &Hub, seed: u64) -> RedisResult<()> {
    let nodes: Vec<u64> = {
        let fleets = hub.fleets(clock::milliseconds());
        fleets.get(&seed).map(|fleet| fleet.peers.nodes().collect()).unwrap_or_default()
    };
    for node in nodes {
        let Some((epoch, snapshot)) = news_of(hub, seed, node) else { continue };
        let list = list(seed);
        let mut both = redis::pipe();
        both.cmd("SET").arg(slot(seed, node)).arg(&snapshot).arg("PX").arg(SNAPSHOT_EXPIRY).ignore();
        both.cmd("ZADD").arg(&list).arg("GT").arg(epoch).arg(node).ignore();
        both.cmd("PEXPIRE").arg(&list).arg(SNAPSHOT_EXPIRY).ignore();
        both.query_async::<()>(redis).await?;
        stored(hub, seed, node, epoch);
    }
    Ok(())
}

/// Reads what others wrote since, one snapshot at a time.
async fn hear(redis: &mut MultiplexedConnection, hub: &Hub, seed: u64) -> RedisResult<()> {
    let last = isize::try_from(SNAPSHOT_NODES).unwrap_or(isize::MAX).saturating_sub(1);
    let nodes: Vec<(Value, Value)> = redis.zrevrange_withscores(list(seed), 0, last).await?;
    let number = |value| redis::from_redis_value::<u64>(value).ok();
    for (node, epoch) in nodes.into_iter().filter_map(|(node, epoch)| number(node).zip(number(epoch))) {
        let is_known = {
            let fleets = hub.fleets(clock::milliseconds());
            let Some(fleet) = fleets.get(&seed) else { return Ok(()) };
            let held = fleet.peers.snapshot(node).and_then(|held| sync::node_of(held).ok());
            held.is_some_and(|(_, known)| known >= epoch)
        };
        if is_known {
            continue;
        }
        // One byte more than there may be, so that what is too long is refused as such.
        let most = isize::try_from(SNAPSHOT).unwrap_or(isize::MAX);
        let snapshot: Vec<u8> = match redis.getrange(slot(seed, node), 0, most).await {
            // Of another type: none.
            Err(error) if is_answer(&error) => continue,
            read => read?,
        };
        let Ok((whose, epoch)) = sync::node_of(&snapshot) else { continue };
        let now = clock::milliseconds();
        if whose == node
            && let Some(fleet) = hub.fleets(now).get_mut(&seed)
            && fleet.peers.add(&snapshot, now).is_ok()
        {
            fleet.stored.insert(node, epoch);
        }
    }
    Ok(())
}

/// A node's snapshot with its epoch, if Redis does not have it.
fn news_of(hub: &Hub, seed: u64, node: u64) -> Option<(u64, Vec<u8>)> {
    let fleets = hub.fleets(clock::milliseconds());
    let fleet = fleets.get(&seed)?;
    let snapshot = fleet.peers.snapshot(node)?;
    let (_, epoch) = sync::node_of(snapshot).ok()?;
    (fleet.stored.get(&node).is_none_or(|stored| *stored < epoch)).then(|| (epoch, snapshot.to_vec()))
}

fn stored(hub: &Hub, seed: u64, node: u64, epoch: u64) {
    if let Some(fleet) = hub.fleets(clock::milliseconds()).get_mut(&seed) {
        fleet.stored.insert(node, epoch);
    }
}

fn slot(seed: u64, node: u64) -> String {
    format!("weir:{VERSION}:{seed:016x}:{node:016x}")
}

fn list(seed: u64) -> String {
    format!("weir:{VERSION}:{seed:016x}:nodes")
}

impl Health {
    /// For Prometheus; nothing where no Redis is used.
    pub(super) fn metrics(&self) -> String {
        let mut text = String::new();
        if self.is_used.load(Ordering::Relaxed) {
            let up = u8::from(self.is_up.load(Ordering::Relaxed));
            let failures = self.failures.load(Ordering::Relaxed);
            let _ = write!(
                text,
                "# TYPE weir_hub_redis_up gauge\n# HELP weir_hub_redis_up Whether Redis answered the last time.\nweir_hub_redis_up {up}\n\
                 # TYPE weir_hub_redis_failures counter\n# HELP weir_hub_redis_failures Times that it did not.\nweir_hub_redis_failures_total {failures}\n"
            );
        }
        text
    }
}

#[allow(clippy::missing_fields_in_debug, reason = "the client holds the password")]
impl std::fmt::Debug for Redis {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Redis").field("name", &self.name).finish()
    }
}
