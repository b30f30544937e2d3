//! Host settings, knobs and the secret, from the Worker's bindings.
//!
//! The variable `WEIR_SETTINGS` is the host settings as on every host, with `poll: {store, key}` naming the KV binding that holds the
//! bundle; `WEIR_CLOUDFLARE`, which may be missing, is what only this host has; the secret `WEIR_SECRET` is the tenant's.

use core::time::Duration;

use filter_core::policy::{BundleSource, CandidateSettings, Poll, Problem, Rollout, Settings};
use js_sys::{JSON, Reflect};
use serde::Deserialize;
use worker::Env;

const SETTINGS: &str = "WEIR_SETTINGS";
const KNOBS: &str = "WEIR_CLOUDFLARE";
const SECRET: &str = "WEIR_SECRET";

/// What only this host has.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub(crate) struct Knobs {
    /// Whether event lines are written to the Worker's log.
    pub(crate) events: bool,
    /// Whether those who came before are remembered, in the isolate.
    pub(crate) memory: bool,
    /// Milliseconds that an isolate's first requests wait for the bundle.
    wait_ms: u32,
}

impl Default for Knobs {
    fn default() -> Self {
        Knobs { events: false, memory: true, wait_ms: 200 }
    }
}

impl Knobs {
    /// How long a bundle is waited for.
    pub(crate) fn wait(&self) -> Duration {
        Duration::from_millis(u64::from(self.wait_ms))
    }
}

/// Where the bundle is.
#[derive(Clone, Debug)]
pub(crate) struct Place {
    /// KV binding.
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
pub(crate) fn knobs(env: &Env) -> Result<Knobs, String> {
    let Some(text) = variable(env, KNOBS) else { return Ok(Knobs::default()) };
    serde_json::from_str(&text).map_err(|error| format!("variable `{KNOBS}`: {error}"))
}

/// Reads the host settings. `Err`: everything that is wrong, one line each.
pub(crate) fn load(env: &Env) -> Result<Config, String> {
    let place = format!("variable `{SETTINGS}`");
    let text = variable(env, SETTINGS).ok_or(format!("{place}: missing; give the host settings as JSON"))?;
    let wrong = |problems: String| problems.lines().map(|line| format!("{place}: {line}\n")).collect::<String>();
    let mut settings = Settings::parse(text.as_bytes()).map_err(|problems| wrong(problems.to_string()))?;
    if let Some(secret) = variable(env, SECRET) {
        let keys = Settings::keys_of(secret.as_bytes());
        let wrong = |problem: Problem| format!("secret `{SECRET}`: {}; {}", problem.message, problem.remedy);
        settings.keys = Some(keys.map_err(wrong)?);
    }
    let place = place_of(std::mem::take(&mut settings.source))
        .ok_or_else(|| wrong("/poll: a bundle comes from a KV namespace here; give `store` and `key`".to_owned()))?;
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
        return Err(format!("/candidate/automatic: no isolate sees enough to promote by itself; {remedy}"));
    }
    let place = place_of(source);
    let place = place.ok_or("/candidate/poll: a candidate comes from a KV namespace here; give `store` and `key`")?;
    Ok((place, rollout))
}

/// A variable or a secret; one that was written as an object, as JSON.
fn variable(env: &Env, name: &str) -> Option<String> {
    let value = Reflect::get(env, &name.into()).ok().filter(|value| !value.is_undefined())?;
    value.as_string().or_else(|| JSON::stringify(&value).ok()?.as_string())
}
