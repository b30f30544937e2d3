//! The sidecar inside the test process: the same listeners, connections and core as `weir up`, on ports of its own.

pub mod wire;

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Mutex};
use std::thread::JoinHandle;
use std::time::Duration;

use anyhow::{Context, Result, anyhow};
use filter_core::facts::Facts;
use filter_core::policy::Settings;
use tokio::runtime::Runtime;
use tokio::sync::oneshot;
use weir_sidecar::connection::{Entry, Limits};
use weir_sidecar::events::Events;
use weir_sidecar::metrics::Metrics;
use weir_sidecar::origin::health::HealthConfig;
use weir_sidecar::origin::{Origin, OriginConfig, Target};
use weir_sidecar::proxy::{Ids, Probe, Proxy};
use weir_sidecar::run;
use weir_sidecar::server::{Listen, Server, ServerConfig};
use weir_sidecar::store::Store;
use weir_sidecar::tls::config::{Certificate, upstream};

/// What a test chooses.
pub struct Options {
    /// Where requests go.
    pub origin: String,
    /// Certificate and key of the TLS listener; `None`: made up.
    pub certificate: Option<(std::path::PathBuf, std::path::PathBuf)>,
    /// Authority of an https origin.
    pub origin_ca: Option<std::path::PathBuf>,
    /// The two lines; `None`: none is loaded.
    pub bundle: Option<String>,
    /// Host settings, as an operator writes them.
    pub settings: String,
    /// Peers that speak the PROXY protocol, on the plain listener.
    pub proxy_protocol_from: Vec<&'static str>,
    /// Times and numbers.
    pub limits: Limits,
    /// For the origin's answer.
    pub answer_timeout: Duration,
    /// Upgraded connections at once.
    pub tunnels: usize,
    /// Path of the health check.
    pub health_path: Option<String>,
    /// Other origins by name.
    pub routes: Vec<(String, SocketAddr)>,
    /// Called before each decision.
    pub probe: Option<Box<Probe>>,
}

impl Options {
    /// An origin on loopback, a bundle, and the rest as an operator finds it.
    pub fn new(origin: SocketAddr, bundle: &str) -> Self {
        Options {
            origin: format!("http://{origin}"),
            certificate: None,
            origin_ca: None,
            bundle: Some(bundle.to_owned()),
            settings: crate::bundles::settings(bundle),
            proxy_protocol_from: Vec::new(),
            limits: Limits::default(),
            answer_timeout: Duration::from_secs(60),
            tunnels: 64,
            health_path: None,
            routes: Vec::new(),
            probe: None,
        }
    }

    /// Calls `probe` before each decision.
    pub fn probe(mut self, probe: impl Fn(&Facts<'_>) + Send + Sync + 'static) -> Self {
        self.probe = Some(Box::new(probe));
        self
    }
}

/// A running sidecar; dropped, it stops.
pub struct Sidecar {
    /// Plain HTTP.
    pub plain: SocketAddr,
    /// HTTPS with a throw-away certificate.
    pub tls: SocketAddr,
    /// Metrics and readiness.
    pub admin: SocketAddr,
    /// What judges and passes on.
    pub proxy: Arc<Proxy>,
    runtime: Arc<Runtime>,
    events: Mutex<Receiver<String>>,
    stop: Mutex<Option<oneshot::Sender<()>>>,
    running: Mutex<Option<JoinHandle<usize>>>,
}

impl Sidecar {
    /// Starts it.
    pub fn start(options: Options) -> Result<Self> {
        let settings = Settings::parse(options.settings.as_bytes()).map_err(|problems| anyhow!("{problems}"))?;
        let metrics = Arc::new(Metrics::default());
        let names = options.routes.iter().map(|(name, _)| name.clone()).collect();
        let store = Arc::new(Store::new(settings, Arc::clone(&metrics)).with_routes(names));
        if let Some(bundle) = &options.bundle {
            store.offer(bundle.as_bytes()).map_err(|problems| anyhow!("{problems}"))?;
        }
        let runtime = Arc::new(run::runtime(Some(2))?);
        let origin_at = |url: &str| {
            let target = Target::parse(url, || upstream(options.origin_ca.as_deref())).map_err(|why| anyhow!(why))?;
            let (connect_timeout, answer_timeout) = (Duration::from_secs(5), options.answer_timeout);
            let (connections, tunnels, stall) = (64, options.tunnels, options.limits.stall);
            anyhow::Ok(Origin::new(OriginConfig {
                target,
                connect_timeout,
                answer_timeout,
                connections,
                tunnels,
                stall,
            }))
        };
        let origin = origin_at(&options.origin)?;
        let routes = options.routes.iter().map(|(name, at)| Ok((name.clone(), origin_at(&format!("http://{at}"))?)));
        let routes = routes.collect::<Result<_>>()?;
        let (lines, events) = channel();
        let events_to = Events::new(Lines { lines, part: Vec::new() }, Arc::clone(&metrics));
        let proxy = Arc::new(Proxy {
            store,
            origin,
            routes,
            tarpits: Arc::default(),
            metrics,
            events: Some(events_to),
            bypass: false,
            probe: options.probe,
            ids: Ids::new(),
        });
        let certificate = match &options.certificate {
            Some((chain, key)) => Certificate::from_files(chain, key),
            None => Certificate::throw_away(&["localhost"]),
        };
        let certificate = certificate.map_err(|why| anyhow!(why))?;
        let prefixes: Result<Vec<_>, _> = options.proxy_protocol_from.iter().map(|text| text.parse()).collect();
        let address = SocketAddr::from((Ipv4Addr::LOCALHOST, 0));
        let plain = Entry { certificate: None, proxy_protocol_from: prefixes.map_err(|error| anyhow!("{error}"))? };
        let secure = Entry { certificate: Some(Arc::new(certificate)), proxy_protocol_from: Vec::new() };
        let config = ServerConfig {
            listen: vec![Listen { address, entry: plain }, Listen { address, entry: secure }],
            admin: Some(address),
            proxy: Arc::clone(&proxy),
            limits: options.limits,
            health: HealthConfig { path: options.health_path, interval: Duration::from_millis(200) },
        };
        let server = runtime.block_on(Server::bind(config)).map_err(|why| anyhow!(why))?;
        let addresses = server.addresses();
        let [plain, tls] = *addresses.as_slice() else { return Err(anyhow!("not two listeners: {addresses:?}")) };
        let admin = server.admin_address().context("no admin listener")?;
        let (stop, stopped) = oneshot::channel();
        let on = Arc::clone(&runtime);
        let running = std::thread::spawn(move || {
            on.block_on(server.run(async {
                let _ = stopped.await;
            }))
        });
        Ok(Sidecar {
            plain,
            tls,
            admin,
            proxy,
            runtime,
            events: Mutex::new(events),
            stop: Mutex::new(Some(stop)),
            running: Mutex::new(Some(running)),
        })
    }

    /// The next event line.
    pub fn event(&self) -> Result<String> {
        let events = self.events.lock().map_err(|_| anyhow!("a test failed while it waited"))?;
        events.recv_timeout(Duration::from_secs(20)).context("no event came")
    }

    /// Whether an event waits.
    pub fn has_event(&self) -> bool {
        self.events.lock().is_ok_and(|events| events.recv_timeout(Duration::from_millis(100)).is_ok())
    }

    /// Where its tasks run.
    pub fn runtime(&self) -> &Runtime {
        &self.runtime
    }

    /// One metric's line, its name included.
    pub fn metric(&self, start: &str) -> Option<String> {
        self.proxy.metrics.text().lines().find(|line| line.starts_with(start)).map(str::to_owned)
    }

    /// Tells it to stop, without waiting.
    pub fn ask_to_stop(&self) {
        if let Some(stop) = self.stop.lock().ok().and_then(|mut stop| stop.take()) {
            let _ = stop.send(());
        }
    }

    /// Stops it and says how many connections were cut off.
    pub fn stop(&self) -> usize {
        self.ask_to_stop();
        let running = self.running.lock().ok().and_then(|mut running| running.take());
        running.and_then(|running| running.join().ok()).unwrap_or(0)
    }
}

impl Drop for Sidecar {
    fn drop(&mut self) {
        self.ask_to_stop();
    }
}

/// Lines as they are written.
struct Lines {
    lines: Sender<String>,
    part: Vec<u8>,
}

impl Write for Lines {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.part.extend_from_slice(bytes);
        while let Some(end) = self.part.iter().position(|byte| *byte == b'\n') {
            let line: Vec<u8> = self.part.drain(..=end).collect();
            let text = String::from_utf8_lossy(&line).trim_end().to_owned();
            // Nobody listens any longer: the test is over.
            let _ = self.lines.send(text);
        }
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}
