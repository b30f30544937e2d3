//! `weir up`: a proxy that protects an origin.

mod candidate;
mod hub;
mod listen;
mod settings;

use std::collections::BTreeMap;
use std::fs::OpenOptions;
use std::io::{self, Write};
use std::net::SocketAddr;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow};
use filter_core::request::Prefix;
use weir_sidecar::connection::Limits;
use weir_sidecar::events::Events;
use weir_sidecar::metrics::Metrics;
use weir_sidecar::origin::health::HealthConfig;
use weir_sidecar::origin::{Origin, OriginConfig, Target};
use weir_sidecar::proxy::{Ids, Proxy};
use weir_sidecar::run;
use weir_sidecar::server::{Server, ServerConfig};
use weir_sidecar::store::Store;
use weir_sidecar::{demo, tls};

use super::Exit;

/// Protect an origin: a reverse proxy that judges each request
///
/// Without an origin a demo shop on loopback is protected, by plain HTTP and by HTTPS with a throw-away certificate. Bodies
/// stream through; WebSocket and gRPC pass. SIGHUP reads bundle and certificate again, SIGTERM drains and ends.
#[derive(clap::Args)]
#[command(after_help = AFTER)]
pub(super) struct Args {
    /// Where requests go: http://HOST:PORT or https://HOST:PORT; without it a built-in demo
    #[arg(long, short, value_name = "URL")]
    origin: Option<String>,
    /// Another origin by the name that rules route to
    #[arg(long, value_name = "NAME=URL")]
    route: Vec<String>,
    #[command(flatten)]
    listen: listen::ListenArgs,
    #[command(flatten)]
    judge: settings::JudgeArgs,
    /// Address for /metrics, /ready, /live and /shadow; without it none, but with the demo 127.0.0.1:9464
    #[arg(long, value_name = "ADDRESS:PORT")]
    admin: Option<SocketAddr>,
    /// Where event lines go (NDJSON); `-` is standard output
    #[arg(long, value_name = "FILE", default_value = "-")]
    events: PathBuf,
    /// Authorities (PEM) to trust at an https origin, in place of the machine's
    #[arg(long, value_name = "FILE")]
    origin_ca: Option<PathBuf>,
    /// Path that answers 200 to 399 while the origin is well; without it a connection is enough
    #[arg(long, value_name = "PATH")]
    health_path: Option<String>,
    /// Seconds to connect to the origin
    #[arg(long, value_name = "SECONDS", default_value_t = 5, value_parser = seconds())]
    connect_timeout: u64,
    /// Seconds until the origin's answer begins, once the request has gone out
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = seconds())]
    answer_timeout: u64,
    /// Seconds without a byte after which a connection is closed, WebSocket included
    #[arg(long, value_name = "SECONDS", default_value_t = 300, value_parser = seconds())]
    idle_timeout: u64,
    /// Seconds after which an answer of which the client takes nothing more, or less than 500 bytes a second, is dropped, or an
    /// upload given up that brings less
    #[arg(long, value_name = "SECONDS", default_value_t = 60, value_parser = seconds())]
    stall_timeout: u64,
    /// Seconds that running requests have when the proxy is told to stop
    #[arg(long, value_name = "SECONDS", default_value_t = 30, value_parser = seconds())]
    drain_timeout: u64,
    /// Clients' connections at once
    #[arg(long, value_name = "NUMBER", default_value_t = 10_000, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    connections: u32,
    /// Requests of one client's connection at the origin at once; more wait. Trusted proxies have no such limit
    #[arg(long, value_name = "NUMBER", default_value_t = 32, value_parser = clap::value_parser!(u32).range(1..=100_000))]
    client_requests: u32,
    /// Connections to the origin at once
    #[arg(long, value_name = "NUMBER", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    origin_connections: u32,
    /// WebSocket connections at once, beside those; more get 503
    #[arg(long, value_name = "NUMBER", default_value_t = 1024, value_parser = clap::value_parser!(u32).range(0..=1_000_000))]
    tunnels: u32,
    /// Threads that serve; without it one a processor
    #[arg(long, value_name = "NUMBER", value_parser = clap::value_parser!(u16).range(1..=1024))]
    threads: Option<u16>,
    #[command(flatten)]
    candidate: candidate::CandidateArgs,
    #[command(flatten)]
    hub: hub::HubArgs,
    /// Pass everything unjudged: to measure what judging costs, or in an emergency
    #[arg(long)]
    bypass: bool,
}

const AFTER: &str = "\
Examples:
  weir up
  weir up --origin http://127.0.0.1:3000
  weir up --origin http://127.0.0.1:3000 --listen 0.0.0.0:80 --tls-listen 0.0.0.0:443 --tls-cert chain.pem --tls-key key.pem
  weir up --origin http://127.0.0.1:3000 --bundle bundle.json --settings settings.json --admin 127.0.0.1:9464
  weir up --origin http://127.0.0.1:3000 --bundle bundle.json --candidate next.json --rollout rollout.json --admin 127.0.0.1:9464
  weir up --origin http://127.0.0.1:3000 --settings settings.json --hub http://hub:9466 --hub-token-file token";

fn seconds() -> clap::builder::RangedU64ValueParser {
    clap::value_parser!(u64).range(1..=86_400)
}

pub(super) fn run(args: Args) -> anyhow::Result<Exit> {
    let mut judge = args.judge.load(args.origin.is_none())?;
    let share = args.hub.load(args.judge.has_settings())?;
    let candidate = args.candidate.load(judge.settings.candidate.take())?;
    let metrics = Arc::new(Metrics::default());
    let routes = args.routes()?;
    let names = routes.keys().cloned().collect();
    let store = Arc::new(Store::new(judge.settings, Arc::clone(&metrics)).with_routes(names));
    if let Some(bundle) = &judge.bundle {
        store.offer(bundle).map_err(|problems| anyhow!("`{}` is refused:\n{problems}", judge.place))?;
    }
    let limits = Limits {
        connections: usize::try_from(args.connections)?,
        idle: Duration::from_secs(args.idle_timeout),
        drain: Duration::from_secs(args.drain_timeout),
        stall: Duration::from_secs(args.stall_timeout),
        requests: usize::try_from(args.client_requests)?,
        ..Limits::default()
    };
    let events = open(&args.events)?;
    let runtime = run::runtime(args.threads.map(usize::from)).context("no threads can be had")?;
    let ended = runtime.block_on(async {
        let is_demo = args.origin.is_none();
        let url = match &args.origin {
            Some(url) => url.clone(),
            None => format!("http://{}", demo::start().await?),
        };
        let origin = args.origin(&url)?;
        if let Some(share) = share {
            share.start(Arc::clone(&store));
        }
        let (memory, _) = store.remembered();
        let events = Some(Events::new(events, Arc::clone(&metrics)));
        let (bypass, tarpits) = (args.bypass, Arc::default());
        let proxy = Proxy { store, origin, routes, tarpits, metrics, events, bypass, probe: None, ids: Ids::new() };
        let config = ServerConfig {
            listen: args.listen.load(is_demo)?,
            admin: args.admin.or(is_demo.then_some(SocketAddr::from(([127, 0, 0, 1], 9464)))),
            proxy: Arc::new(proxy),
            limits,
            health: HealthConfig { path: args.health_path.clone(), ..HealthConfig::default() },
        };
        let is_tls: Vec<bool> = config.listen.iter().map(|listen| listen.entry.certificate.is_some()).collect();
        let hello = |server: &Server| say(server, &is_tls, &url, is_demo, memory);
        run::until_signalled(config, judge.source, candidate, hello).await.map_err(|why| anyhow!(why))
    })?;
    if ended.cut_off > 0 {
        anstream::eprintln!("weir: {} connections were cut off after {} s", ended.cut_off, args.drain_timeout);
    }
    Ok(Exit::Fine)
}

impl Args {
    fn origin(&self, url: &str) -> anyhow::Result<Arc<Origin>> {
        let target =
            Target::parse(url, || tls::config::upstream(self.origin_ca.as_deref())).map_err(|why| anyhow!(why))?;
        Ok(Origin::new(OriginConfig {
            target,
            connect_timeout: Duration::from_secs(self.connect_timeout),
            answer_timeout: Duration::from_secs(self.answer_timeout),
            connections: usize::try_from(self.origin_connections)?,
            tunnels: usize::try_from(self.tunnels)?,
            stall: Duration::from_secs(self.stall_timeout),
        }))
    }

    /// Other origins by name.
    fn routes(&self) -> anyhow::Result<BTreeMap<String, Arc<Origin>>> {
        let one = |text: &String| {
            let (name, url) = text.split_once('=').with_context(|| format!("`{text}` is no route; give `NAME=URL`"))?;
            Ok((name.to_owned(), self.origin(url)?))
        };
        self.route.iter().map(one).collect()
    }
}

fn open(path: &std::path::Path) -> anyhow::Result<Box<dyn Write + Send>> {
    if path.as_os_str() == "-" {
        return Ok(Box::new(io::stdout()));
    }
    let file = OpenOptions::new().create(true).append(true).open(path);
    Ok(Box::new(file.with_context(|| format!("`{}` cannot be written", path.display()))?))
}

/// Says what runs, and how to try it.
fn say(server: &Server, is_tls: &[bool], origin: &str, is_demo: bool, memory: usize) {
    let scheme = |is_tls: &bool| if *is_tls { "https" } else { "http" };
    let addresses = server.addresses();
    let shown = is_tls.iter().zip(&addresses).map(|(is_tls, address)| format!("{}://{address}", scheme(is_tls)));
    let shown: Vec<String> = shown.collect();
    let what = if is_demo { "the demo shop" } else { origin };
    anstream::eprintln!("weir: {what} is protected at {}", shown.join(" and "));
    let tenths = memory.saturating_mul(10) / (1 << 20);
    anstream::eprintln!("weir: memory takes {}.{} MiB and does not grow", tenths / 10, tenths % 10);
    if let Some(admin) = server.admin_address() {
        anstream::eprintln!("weir: metrics at http://{admin}/metrics, readiness at http://{admin}/ready");
    }
    if !is_demo {
        return;
    }
    let plain = shown.first().map_or("", String::as_str);
    let secure = shown.iter().find(|url| url.starts_with("https")).map_or(plain, String::as_str);
    anstream::eprintln!(
        "
Try it in another terminal; each request gives one line here:
  curl {plain}/headers                     a tool that says what it is
  curl -A 'Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36' \\
       {plain}/headers                     the same tool, posing as a browser
  curl -k {secure}/headers                over TLS, where its handshake tells too
or open {secure}/ in a browser (its certificate is made up for this run).

Then protect your own: weir up --origin http://127.0.0.1:3000
"
    );
}

impl listen::ListenArgs {
    fn prefixes(&self) -> anyhow::Result<Vec<Prefix>> {
        let parse =
            |text: &String| text.parse::<Prefix>().map_err(|error| anyhow!("`{}`: {error}", text.escape_debug()));
        self.proxy_protocol_from.iter().map(parse).collect()
    }
}
