//! Envoy as a child process.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::Value;

use super::{Config, binary};
use crate::client;

/// A running Envoy; ended when dropped.
pub struct Envoy {
    child: Child,
    directory: tempfile::TempDir,
    admin: SocketAddr,
    /// Address of the plain listener.
    pub plain: SocketAddr,
    /// Address of the TLS listener.
    pub tls: SocketAddr,
}

impl Envoy {
    /// Starts Envoy, or returns `None` where there is none to start.
    pub fn start(config: &Config, workers: u32) -> Option<Self> {
        Self::start_in(directory().unwrap_or_else(|error| panic!("{error:#}")), config, workers)
    }

    /// The same, with the directory made before, so that files can be in it.
    pub fn start_in(directory: tempfile::TempDir, config: &Config, workers: u32) -> Option<Self> {
        let text = config.text(directory.path());
        Self::start_text(directory, &text, workers)
    }

    /// The same with the bootstrap's text; its listeners must be called `plain` and `tls`.
    pub fn start_text(directory: tempfile::TempDir, bootstrap: &str, workers: u32) -> Option<Self> {
        let binary = binary()?;
        Some(Self::run(&binary, bootstrap, directory, workers).unwrap_or_else(|error| panic!("{error:#}")))
    }

    fn run(binary: &Path, bootstrap: &str, directory: tempfile::TempDir, workers: u32) -> Result<Self> {
        let path = directory.path();
        write_certificate(path)?;
        fs::write(path.join("envoy.json"), bootstrap)?;
        let child = Command::new(binary)
            .args(["--disable-hot-restart", "--log-level", "warning", "--component-log-level", "wasm:info"])
            .args(["--concurrency", &workers.to_string()])
            .arg("-c")
            .arg(path.join("envoy.json"))
            .arg("--admin-address-path")
            .arg(path.join("admin"))
            .stdout(Stdio::null())
            .stderr(fs::File::create(path.join("log"))?)
            .spawn()
            .context("cannot start Envoy")?;
        let nowhere = SocketAddr::from(([127, 0, 0, 1], 0));
        let mut envoy = Envoy { child, directory, admin: nowhere, plain: nowhere, tls: nowhere };
        envoy.admin = envoy
            .wait_for("its admin address", |envoy| fs::read_to_string(envoy.path("admin")).ok()?.trim().parse().ok())?;
        envoy.wait_for("readiness", |envoy| (envoy.admin("GET", "/ready").ok()?.0 == 200).then_some(()))?;
        let listeners: Value = serde_json::from_str(&envoy.admin("GET", "/listeners?format=json")?.1)?;
        for listener in listeners["listener_statuses"].as_array().into_iter().flatten() {
            let port = listener["local_address"]["socket_address"]["port_value"].as_u64().unwrap_or(0);
            let address = SocketAddr::from(([127, 0, 0, 1], port as u16));
            match listener["name"].as_str() {
                Some("plain") => envoy.plain = address,
                Some("tls") => envoy.tls = address,
                _ => {}
            }
        }
        ensure!(envoy.plain.port() != 0 && envoy.tls.port() != 0, "no listeners: {listeners}");
        Ok(envoy)
    }

    /// A file in Envoy's directory.
    pub fn path(&self, name: &str) -> PathBuf {
        self.directory.path().join(name)
    }

    /// Everything logged so far.
    pub fn log(&self) -> String {
        fs::read_to_string(self.path("log")).unwrap_or_default()
    }

    /// Access log lines with `text`, waited for until there are `count` (they are written about once a second).
    pub fn access_log(&self, text: &str, count: usize) -> Result<Vec<String>> {
        self.admin("POST", "/reopen_logs")?;
        self.wait_for("access log lines", |envoy| {
            let lines = fs::read_to_string(envoy.path("access.log")).unwrap_or_default();
            let found: Vec<String> = lines.lines().filter(|line| line.contains(text)).map(str::to_owned).collect();
            (found.len() >= count).then_some(found)
        })
    }

    /// Asks the admin interface: status and body.
    pub fn admin(&self, method: &str, path: &str) -> Result<(u16, String)> {
        let answer = client::send(self.admin, &client::request(method, path, &[("host", b"admin")], b""))?;
        Ok((answer.status, String::from_utf8_lossy(&answer.body).into_owned()))
    }

    /// A counter or gauge by its name; 0 where there is none yet.
    pub fn stat(&self, name: &str) -> Result<u64> {
        let (_, text) = self.admin("GET", "/stats")?;
        let line = text.lines().find_map(|line| line.strip_prefix(name)?.strip_prefix(": "));
        Ok(line.and_then(|value| value.parse().ok()).unwrap_or(0))
    }

    /// Resident memory in KiB.
    pub fn resident(&self) -> Result<u64> {
        let status = fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix("VmRSS:")).context("no VmRSS")?;
        line.trim().trim_end_matches(" kB").parse().context("VmRSS is no number")
    }

    /// Waits up to 20 seconds until `probe` finds something.
    pub fn wait_for<T>(&self, what: &str, probe: impl Fn(&Self) -> Option<T>) -> Result<T> {
        let started = Instant::now();
        while started.elapsed() < Duration::from_secs(20) {
            if let Some(found) = probe(self) {
                return Ok(found);
            }
            std::thread::sleep(Duration::from_millis(20));
        }
        bail!("Envoy did not come to {what}; its log:\n{}", self.log())
    }
}

impl Drop for Envoy {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Runs `envoy --mode validate` on a configuration: whether it is accepted, and what was said.
pub fn validate(config: &Config) -> Option<(bool, String)> {
    let directory = directory().unwrap_or_else(|error| panic!("{error:#}"));
    let file = directory.path().join("envoy.json");
    let written =
        write_certificate(directory.path()).and_then(|()| Ok(fs::write(&file, config.text(directory.path()))?));
    written.unwrap_or_else(|error| panic!("{error:#}"));
    validate_file(&file)
}

/// The same for a configuration file; paths in it are seen from its directory.
pub fn validate_file(file: &Path) -> Option<(bool, String)> {
    let mut command = Command::new(binary()?);
    command.args(["--mode", "validate", "--disable-hot-restart", "-c"]).arg(file);
    command.current_dir(file.parent().unwrap_or(Path::new(".")));
    let done = command.output().unwrap_or_else(|error| panic!("cannot start Envoy: {error}"));
    Some((done.status.success(), String::from_utf8_lossy(&done.stderr).into_owned()))
}

/// A directory for one Envoy.
pub fn directory() -> Result<tempfile::TempDir> {
    tempfile::Builder::new().prefix("weir-envoy-").tempdir().context("cannot make a directory")
}

/// Writes a throw-away certificate; made once a test process.
pub fn write_certificate(directory: &Path) -> Result<()> {
    static MADE: std::sync::OnceLock<(String, String)> = std::sync::OnceLock::new();
    let (certificate, key) = MADE.get_or_init(|| {
        let made = rcgen::generate_simple_self_signed(["localhost".to_owned(), "shop.example".to_owned()]);
        made.map(|made| (made.cert.pem(), made.signing_key.serialize_pem())).unwrap_or_default()
    });
    fs::write(directory.join("cert.pem"), certificate)?;
    fs::write(directory.join("key.pem"), key)?;
    Ok(())
}
