//! A KV namespace as workerd asks for it: `GET /KEY?urlencoded=true` over HTTP. It holds a bundle, and fails as it is told to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use anyhow::{Context, Result};
use serde_json::Value;

use crate::client::Answer;
use crate::origin::Origin;

/// What goes wrong.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Fault {
    /// Nothing.
    #[default]
    None,
    /// Each read is answered with this status.
    Status(u16),
    /// Each read takes so long.
    Slow(Duration),
}

/// The namespace.
pub struct Kv {
    /// Where it listens.
    pub address: SocketAddr,
    state: Arc<Mutex<State>>,
}

#[derive(Default)]
struct State {
    values: BTreeMap<String, String>,
    fault: Fault,
    reads: usize,
}

impl Kv {
    /// An empty one.
    pub fn start() -> Result<Self> {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let origin = Origin::with(move |start, _, _| {
            let key = start.split(' ').nth(1).unwrap_or_default();
            let key = key.split('?').next().unwrap_or_default().trim_start_matches('/').replace("%2F", "/");
            let (fault, value) = {
                let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
                state.reads += 1;
                (state.fault, state.values.get(&key).cloned())
            };
            if let Fault::Slow(time) = fault {
                std::thread::sleep(time);
            }
            let (status, body) = match (fault, value) {
                (Fault::Status(status), _) => (status, String::new()),
                (_, Some(value)) => (200, value),
                (_, None) => (404, String::new()),
            };
            Answer { status, headers: Vec::new(), body: body.into_bytes() }
        })?;
        Ok(Kv { address: origin.address, state })
    }

    /// Puts a bundle there: its first line under `default`, its second under `content/` and its id.
    ///
    /// # Errors
    /// Where the text is no bundle.
    pub fn put(&self, bundle: &str) -> Result<()> {
        let (pointer, content) = bundle.trim_end().split_once('\n').context("a bundle is two lines")?;
        let manifest: Value = serde_json::from_str(pointer)?;
        let id = manifest["id"].as_str().context("a manifest without an id")?;
        let mut state = self.state.lock().unwrap_or_else(PoisonError::into_inner);
        state.values.insert(format!("content/{id}"), content.to_owned());
        state.values.insert("default".to_owned(), pointer.to_owned());
        Ok(())
    }

    /// Holds these values, by key, and nothing else.
    pub fn hold(&self, values: BTreeMap<String, String>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).values = values;
    }

    /// From now on it fails so.
    pub fn fail(&self, fault: Fault) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).fault = fault;
    }

    /// How often it was read.
    pub fn reads(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).reads
    }
}
