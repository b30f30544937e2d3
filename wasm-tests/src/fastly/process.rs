//! Viceroy as a child process.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};
use serde_json::{Value, json};

use super::{Build, binary, built};
use crate::bundles;

/// What a test chooses.
pub struct Options {
    /// Which module.
    pub build: Build,
    /// Where requests go.
    pub origin: SocketAddr,
    /// The two lines; `None`: the KV Store is empty.
    pub bundle: Option<String>,
    /// More of the KV Store, by key.
    pub kv: std::collections::BTreeMap<String, String>,
    /// The KV Store has the bundle in its compact form alone; else in two lines alone.
    pub is_compact: bool,
    /// The item `settings`; `None`: there is none.
    pub settings: Option<Value>,
    /// The item `fastly`.
    pub knobs: Value,
    /// What the Secret Store holds.
    pub secret: Option<String>,
    /// More of the configuration, as TOML.
    pub more: String,
}

impl Options {
    /// An origin, a bundle, and the rest as an operator finds it.
    pub fn new(build: Build, origin: SocketAddr, bundle: &str) -> Self {
        Options {
            build,
            origin,
            bundle: Some(bundle.to_owned()),
            is_compact: true,
            kv: Default::default(),
            settings: Some(json!({ "poll": { "store": "weir", "key": "default" }, "allow_unsigned": true })),
            // On a busy machine the simulator counts waiting as CPU time.
            knobs: json!({ "events": "weir-events", "memory": false, "sandbox": { "cpu_ms": 1_000_000 } }),
            secret: Some("correct horse battery staple, thirty-two bytes".to_owned()),
            more: String::new(),
        }
    }

    fn write(&self, directory: &Path) -> Result<()> {
        let text = |value: &Value| Value::from(value.to_string()).to_string();
        let mut toml = String::from("manifest_version = 3\nname = \"weir\"\nlanguage = \"rust\"\n[local_server]\n");
        toml += &format!("[local_server.backends.origin]\nurl = \"http://{}\"\n", self.origin);
        toml +=
            "[local_server.config_stores.weir]\nformat = \"inline-toml\"\n[local_server.config_stores.weir.contents]\n";
        if let Some(settings) = &self.settings {
            toml += &format!("settings = {}\n", text(settings));
        }
        toml += &format!("fastly = {}\n", text(&self.knobs));
        if let Some(secret) = &self.secret {
            let secret = Value::from(secret.as_str());
            toml += &format!("[local_server.secret_stores]\nweir = [{{ key = \"secret\", data = {secret} }}]\n");
        }
        toml += "[local_server.kv_stores]\nweir = [\n";
        if let Some(bundle) = &self.bundle {
            for (key, bytes) in bundles::stored(bundle, self.is_compact)? {
                let path = directory.join(key.replace('/', "-"));
                fs::write(&path, bytes)?;
                toml += &format!("{{ key = \"{key}\", file = {} }},\n", Value::from(path.display().to_string()));
            }
        }
        for (key, value) in &self.kv {
            toml += &format!("{{ key = \"{key}\", data = {} }},\n", Value::from(value.as_str()));
        }
        toml += "]\n";
        toml += &self.more;
        Ok(fs::write(directory.join("fastly.toml"), toml)?)
    }
}

/// What Viceroy wrote so far.
#[derive(Default)]
struct Output {
    events: Vec<String>,
    lines: Vec<String>,
    /// Of each line how many events came before it.
    before: Vec<usize>,
}

/// A running Viceroy; ended when dropped.
pub struct Viceroy {
    child: Child,
    _directory: tempfile::TempDir,
    output: Arc<Mutex<Output>>,
    /// Where it listens.
    pub address: SocketAddr,
}

impl Viceroy {
    /// Starts it, or returns `None` where there is none to start.
    pub fn start(options: &Options) -> Option<Self> {
        let binary = binary()?;
        Some(Self::run(&binary, options).unwrap_or_else(|error| panic!("{error:#}")))
    }

    fn run(binary: &Path, options: &Options) -> Result<Self> {
        let directory = tempfile::Builder::new().prefix("weir-viceroy-").tempdir()?;
        options.write(directory.path())?;
        let mut child = Command::new(binary)
            .arg("-C")
            .arg(directory.path().join("fastly.toml"))
            .args(["--addr", "127.0.0.1:0", "-v"])
            .arg(built(options.build))
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .context("cannot start Viceroy")?;
        let output = Arc::default();
        keep(child.stdout.take().context("no output")?, &output);
        keep(child.stderr.take().context("no output")?, &output);
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut viceroy = Viceroy { child, _directory: directory, output, address: nowhere };
        viceroy.address = viceroy.wait_for("its address", |viceroy| {
            let lines = viceroy.lines();
            lines.iter().find_map(|line| line.split_once("Listening on http://")?.1.trim().parse().ok())
        })?;
        Ok(viceroy)
    }

    /// All lines it wrote so far but for events.
    pub fn lines(&self) -> Vec<String> {
        self.output.lock().map(|output| output.lines.clone()).unwrap_or_default()
    }

    /// Event lines so far.
    pub fn events(&self) -> Vec<String> {
        self.output.lock().map(|output| output.events.clone()).unwrap_or_default()
    }

    /// How many events came before the first line that contains this.
    pub fn events_before(&self, text: &str) -> Option<usize> {
        let output = self.output.lock().ok()?;
        let line = output.lines.iter().position(|line| line.contains(text))?;
        output.before.get(line).copied()
    }

    /// Waits for the event of request number `index`, counted from 0.
    pub fn event(&self, index: usize) -> Result<String> {
        self.wait_for("an event", |viceroy| viceroy.output.lock().ok()?.events.get(index).cloned())
    }

    /// Its process.
    pub fn id(&self) -> u32 {
        self.child.id()
    }

    /// Waits up to a minute until `probe` finds something.
    pub fn wait_for<T>(&self, what: &str, probe: impl Fn(&Self) -> Option<T>) -> Result<T> {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(60) {
            if let Some(found) = probe(self) {
                return Ok(found);
            }
            std::thread::sleep(Duration::from_millis(2));
        }
        bail!("Viceroy did not come to {what}; it said:\n{}", self.lines().join("\n"))
    }
}

impl Drop for Viceroy {
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
            match line.split_once("weir-events :: ") {
                Some((_, event)) => output.events.push(event.to_owned()),
                None => {
                    let count = output.events.len();
                    output.before.push(count);
                    output.lines.push(line);
                }
            }
        }
    });
}
