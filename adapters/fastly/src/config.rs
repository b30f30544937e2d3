//! Host settings and knobs from the Config Store `weir`, the secret from the Secret Store `weir`.
//!
//! The item `settings` is the host settings as on every host, with `poll: {store, key}` for the KV Store that holds the
//! bundle; the item `fastly`, which may be missing, is what only this host has.

use fastly::ConfigStore;
use fastly::secret_store::SecretStore;
use filter_core::keys::Keys;
use filter_core::policy::{BundleSource, CandidateSettings, Poll, Problem, Rollout, Settings};
use serde::Deserialize;

/// Name of the Config Store and of the Secret Store.
const STORE: &str = "weir";
/// Backend where the configuration names none.
pub(crate) const BACKEND: &str = "origin";

/// What only this host has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Knobs {
    /// Where requests go.
    pub(crate) backend: String,
    /// Log endpoint for event lines; `null`: none are written.
    pub(crate) events: Option<String>,
    /// Whether those who came before are remembered, in the cache of the point of presence.
    pub(crate) memory: bool,
    /// KV Store by which points of presence tell each other what they saw; `null`: they do not. Needs memory and a secret.
    pub(crate) share: Option<String>,
    /// Milliseconds that an answer of the KV Store is waited for, where a bundle is to be had. The last good one serves on after that.
    pub(crate) kv_wait_ms: u32,
    /// Whether untagged requests may be answered from the host's cache.
    pub(crate) cache: bool,
    /// When a sandbox ends.
    pub(crate) sandbox: Sandbox,
}

/// When a sandbox ends: at the first of these, looked at after each request.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Sandbox {
    /// Requests.
    pub(crate) requests: u32,
    /// Milliseconds of CPU time. The platform ends an execution at 50; whether each request of a reused sandbox gets that
    /// anew is not documented (2026-11), so the sandbox ends well before.
    pub(crate) cpu_ms: u64,
    /// Seconds since its start. The platform ends an execution at 120.
    pub(crate) seconds: u64,
    /// Milliseconds that it waits for another request.
    pub(crate) wait_ms: u64,
    /// MiB of memory. The platform ends an execution at 128.
    pub(crate) memory_mib: u32,
}

impl Default for Knobs {
    fn default() -> Self {
        Knobs {
            backend: BACKEND.to_owned(),
            events: None,
            memory: true,
            share: None,
            kv_wait_ms: 1000,
            cache: false,
            sandbox: Sandbox::default(),
        }
    }
}

impl Default for Sandbox {
    fn default() -> Self {
        Sandbox { requests: 1000, cpu_ms: 40, seconds: 100, wait_ms: 10_000, memory_mib: 96 }
    }
}

/// Where the bundle is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// KV Store.
    pub(crate) store: String,
    /// Key of the bundle's first line.
    pub(crate) key: String,
    /// Seconds between two looks.
    pub(crate) interval: u32,
}

/// Everything that was configured.
#[derive(Debug)]
pub(crate) struct Config {
    pub(crate) settings: Settings,
    pub(crate) place: Place,
    pub(crate) candidate: Option<(Place, Rollout)>,
}

/// Reads the knobs. `Err`: what is wrong with them, and the defaults hold.
pub(crate) fn knobs() -> Result<Knobs, String> {
    let Some(text) = item("fastly")? else { return Ok(Knobs::default()) };
    serde_json::from_str(&text).map_err(|error| format!("config store `{STORE}`, item `fastly`: {error}"))
}

/// Reads the host settings. `Err`: everything that is wrong, one line each.
pub(crate) fn load() -> Result<Config, String> {
    let place = format!("config store `{STORE}`, item `settings`");
    let text = item("settings")?.ok_or(format!("{place}: missing; give the host settings as JSON"))?;
    let wrong = |problems: String| problems.lines().map(|line| format!("{place}: {line}\n")).collect::<String>();
    let mut settings = Settings::parse(text.as_bytes()).map_err(|problems| wrong(problems.to_string()))?;
    if let Some(keys) = keys()? {
        settings.keys = Some(keys);
    }
    let place = place_of(std::mem::take(&mut settings.source))
        .ok_or_else(|| wrong("/poll: a bundle comes from a KV Store here; give `store` and `key`".to_owned()))?;
    let candidate = settings.candidate.take().map(candidate).transpose().map_err(wrong)?;
    Ok(Config { settings, place, candidate })
}

fn place_of(source: BundleSource) -> Option<Place> {
    let BundleSource::Poll { poll: Poll { store, key, interval, .. }, .. } = source else { return None };
    Some(Place { store: store?, key: key?, interval })
}

fn candidate(CandidateSettings { source, rollout }: CandidateSettings) -> Result<(Place, Rollout), String> {
    if rollout.automatic {
        let remedy = "take it out, and ask `weir shadow decide` with the log";
        return Err(format!("/candidate/automatic: no sandbox sees enough to promote by itself; {remedy}"));
    }
    let place = place_of(source);
    let place = place.ok_or("/candidate/poll: a candidate comes from a KV Store here; give `store` and `key`")?;
    Ok((place, rollout))
}

fn item(name: &str) -> Result<Option<String>, String> {
    let store = ConfigStore::try_open(STORE).map_err(|error| format!("config store `{STORE}`: {error}; link one"))?;
    store.try_get(name).map_err(|error| format!("config store `{STORE}`, item `{name}`: {error}"))
}

/// The keys of the secret; `None`: there is no such store, or nothing in it.
fn keys() -> Result<Option<Keys>, String> {
    let Ok(store) = SecretStore::open(STORE) else { return Ok(None) };
    let Ok(Some(secret)) = store.try_get("secret") else { return Ok(None) };
    let secret = secret.try_plaintext().map_err(|error| format!("secret store `{STORE}`: {error}"))?;
    let wrong = |problem: Problem| format!("secret store `{STORE}`, `secret`: {}; {}", problem.message, problem.remedy);
    Settings::keys_of(&secret).map(Some).map_err(wrong)
}
