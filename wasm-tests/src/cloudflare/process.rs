//! workerd as a child process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::kv::Kv;
use super::{Build, binary, built, files};

/// What a test chooses.
pub struct Options {
    /// Which Worker.
    pub build: Build,
    /// Where requests go.
    pub origin: SocketAddr,
    /// The KV namespace.
    pub kv: Arc<Kv>,
    /// The variable `WEIR_SETTINGS`; `None`: there is none.
    pub settings: Option<Value>,
    /// The variable `WEIR_CLOUDFLARE`.
    pub knobs: Value,
    /// The secret.
    pub secret: Option<String>,
    /// The variable `WEIR_SHARE` of each isolate, where there are several and shards between them. One isolate without shards where this is empty.
    pub isolates: Vec<Value>,
}

impl Options {
    /// An origin, a bundle, and the rest as an operator finds it.
    pub fn new(build: Build, origin: SocketAddr, bundle: &str) -> Self {
        let kv = Kv::start().unwrap_or_else(|error| panic!("{error:#}"));
        kv.put(bundle, true).unwrap_or_else(|error| panic!("{error:#}"));
        Options {
            build,
            origin,
            kv: Arc::new(kv),
            settings: Some(json!({ "poll": { "store": "WEIR", "key": "default" }, "allow_unsigned": true })),
            // A busy machine may take its time.
            knobs: json!({ "events": true, "memory": false, "wait_ms": 20_000 }),
            secret: Some("correct horse battery staple, thirty-two bytes".to_owned()),
            isolates: Vec::new(),
        }
    }

    fn write(&self, directory: &Path) -> Result<()> {
        let mut modules = String::new();
        for file in files(self.build)? {
            let kind = if file.extension().is_some_and(|kind| kind == "wasm") { "wasm" } else { "esModule" };
            let to = directory.join(&file);
            fs::create_dir_all(to.parent().unwrap_or(directory))?;
            fs::copy(built(self.build).join(&file), to)?;
            modules += &format!("(name = \"{0}\", {kind} = embed \"{0}\"),\n", file.display());
        }
        let settings = self.settings.as_ref().map(|value| ("WEIR_SETTINGS", "json", value.to_string()));
        let secret = self.secret.as_ref().map(|value| ("WEIR_SECRET", "text", value.clone()));
        let knobs = Some(("WEIR_CLOUDFLARE", "json", self.knobs.to_string()));
        let bindings: String = [settings, secret, knobs]
            .into_iter()
            .flatten()
            .map(|(name, kind, value)| format!("(name = \"{name}\", {kind} = {}),\n", Value::from(value)))
            .collect();
        let Options { origin, kv, isolates, .. } = self;
        let (mut services, mut sockets, mut workers) = (String::new(), String::new(), String::new());
        let alone = [Value::Null];
        for (number, share) in if isolates.is_empty() { &alone[..] } else { isolates }.iter().enumerate() {
            services += &format!("(name = \"worker{number}\", worker = .worker{number}),\n");
            sockets += &format!(
                r#"(name = "http{number}", address = "127.0.0.1:0", service = "worker{number}",
                    http = (cfBlobHeader = "{}", forwardedProtoHeader = "X-Forwarded-Proto")),
                "#,
                super::wire::BLOB
            );
            let shards = if share.is_null() { String::new() } else { format!("{}{}", shards(), variable(share)) };
            workers += &format!(
                r#"const worker{number} :Workerd.Worker = (
                  modules = [{modules}], compatibilityDate = "2026-11-01", globalOutbound = "origin",
                  bindings = [(name = "WEIR", kvNamespace = "kv"), {bindings} {shards}],
                );
                "#
            );
        }
        if let Some(share) = isolates.first() {
            for file in ["shard.mjs", "shard.wasm"] {
                fs::copy(built(Build::Shard).join(file), directory.join(file))?;
            }
            services += "(name = \"shards\", worker = .shards),\n";
            workers += &format!(
                r#"const shards :Workerd.Worker = (
                  modules = [(name = "shard.mjs", esModule = embed "shard.mjs"), (name = "shard.wasm", wasm = embed "shard.wasm")],
                  compatibilityDate = "2026-11-01", globalOutbound = "origin",
                  durableObjectNamespaces = [(className = "Shard", uniqueKey = "weir-shards")],
                  durableObjectStorage = (inMemory = void),
                  bindings = [{}{}],
                );
                "#,
                shards(),
                variable(share)
            );
        }
        let text = format!(
            r#"using Workerd = import "/workerd/workerd.capnp";
const config :Workerd.Config = (
  services = [
    {services}
    (name = "origin", external = (address = "{origin}", http = ())),
    (name = "kv", external = (address = "{kv}", http = ())),
  ],
  sockets = [{sockets}],
);
{workers}
"#,
            kv = kv.address,
        );
        Ok(fs::write(directory.join("config.capnp"), text)?)
    }
}

fn shards() -> &'static str {
    "(name = \"WEIR_SHARDS\", durableObjectNamespace = (className = \"Shard\", serviceName = \"shards\")),
     (name = \"WEIR_BOARD\", kvNamespace = \"kv\"),\n"
}

fn variable(share: &Value) -> String {
    format!("(name = \"WEIR_SHARE\", json = {}),\n", Value::from(share.to_string()))
}

/// What workerd wrote so far.
#[derive(Default)]
struct Output {
    events: Vec<String>,
    lines: Vec<String>,
}

/// A running workerd; ended when dropped.
pub struct Workerd {
    child: Child,
    _directory: tempfile::TempDir,
    output: Arc<Mutex<Output>>,
    /// Where it listens.
    pub address: SocketAddr,
    /// Where each isolate listens.
    pub addresses: Vec<SocketAddr>,
}

impl Workerd {
    /// Starts it, or returns `None` where there is none to start.
    pub fn start(options: &Options) -> Option<Self> {
        let binary = binary()?;
        Some(Self::run(&binary, options).unwrap_or_else(|error| panic!("{error:#}")))
    }

    fn run(binary: &Path, options: &Options) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("weir-workerd-").tempdir()?;
        options.write(directory.path())?;
        let mut child = Command::new(binary)
            .args(["serve", "--control-fd=1"])
            .arg(directory.path().join("config.capnp"))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start workerd")?;
        let output = Arc::default();
        keep(child.stdout.take().context("no output")?, &output);
        keep(child.stderr.take().context("no output")?, &output);
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut workerd = Workerd { child, _directory: directory, output, address: nowhere, addresses: Vec::new() };
        for number in 0..options.isolates.len().max(1) {
            let socket = format!("http{number}");
            let port = workerd.wait_for("its port", |workerd| {
                let lines = workerd.lines();
                let told = lines.iter().filter_map(|line| serde_json::from_str::<Value>(line).ok());
                told.filter(|told| told["event"] == "listen" && told["socket"] == socket.as_str())
                    .find_map(|told| u16::try_from(told["port"].as_u64()?).ok())
            })?;
            workerd.addresses.push(SocketAddr::from(([127, 0, 0, 1], port)));
        }
        workerd.address = workerd.addresses.first().copied().unwrap_or(nowhere);
        Ok(workerd)
    }

    /// All lines it wrote so far but for events.
    pub fn lines(&self) -> Vec<String> {
        self.output.lock().map(|output| output.lines.clone()).unwrap_or_default()
    }

    /// Event lines so far.
    pub fn events(&self) -> Vec<String> {
        self.output.lock().map(|output| output.events.clone()).unwrap_or_default()
    }

    /// Waits for the event of request number `index`, counted from 0.
    pub fn event(&self, index: usize) -> Result<String> {
        self.wait_for("an event", |workerd| workerd.output.lock().ok()?.events.get(index).cloned())
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits up to 20 seconds until `probe` finds something.
    pub fn wait_for<T>(&self, what: &str, probe: impl Fn(&Self) -> Option<T>) -> Result<T> {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(20) {
            if let Some(found) = probe(self) {
                return Ok(found);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        bail!("workerd did not come to {what}; it said:\n{}", self.lines().join("\n"))
    }
}

impl Drop for Workerd {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn keep(written: impl std::io::Read + Send + 'static, output: &Arc<Mutex<Output>>) {
    let output = Arc::clone(output);
    std::thread::spawn(move || {
        for line in BufReader::new(written).split(b'\n').map_while(Result::ok) {
            let line = String::from_utf8_lossy(&line).into_owned();
            let Ok(mut output) = output.lock() else { return };
            match line.starts_with("{\"id\":") {
                true => output.events.push(line),
                false => output.lines.push(line),
            }
        }
    });
}
