//! A KV namespace as workerd asks for it: `GET /KEY?urlencoded=true` over HTTP, and `PUT`. It holds a bundle, and fails as it is told to.

use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

use anyhow::Result;

use crate::bundles;
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
    values: BTreeMap<String, Vec<u8>>,
    fault: Fault,
    reads: usize,
    writes: Vec<(String, Instant)>,
}

impl Kv {
    /// An empty one.
    pub fn start() -> Result<Self> {
        let state = Arc::new(Mutex::new(State::default()));
        let shared = Arc::clone(&state);
        let origin = Origin::with(move |start, _, body| {
            let key = start.split(' ').nth(1).unwrap_or_default();
            let key = key.split('?').next().unwrap_or_default().trim_start_matches('/').replace("%2F", "/");
            let (fault, value) = {
                let mut state = shared.lock().unwrap_or_else(PoisonError::into_inner);
                match start.starts_with("PUT ") {
                    true if state.fault == Fault::None => {
                        state.writes.push((key.clone(), Instant::now()));
                        state.values.insert(key.clone(), body.to_vec());
                    }
                    true => {}
                    false => state.reads += 1,
                }
                (state.fault, state.values.get(&key).cloned())
            };
            if let Fault::Slow(time) = fault {
                std::thread::sleep(time);
            }
            let (status, body) = match (fault, value) {
                (Fault::Status(status), _) => (status, Vec::new()),
                (_, Some(value)) => (200, value),
                (_, None) => (404, Vec::new()),
            };
            Answer { status, headers: Vec::new(), body }
        })?;
        Ok(Kv { address: origin.address, state })
    }

    /// Puts a bundle there: its first line under `default`, and its content in the compact form alone, or in its second line alone.
    ///
    /// # Errors
    /// Where the text is no bundle.
    pub fn put(&self, bundle: &str, is_compact: bool) -> Result<()> {
        let items = bundles::stored(bundle, is_compact)?;
        self.state.lock().unwrap_or_else(PoisonError::into_inner).values.extend(items);
        Ok(())
    }

    /// Holds these values, by key, and nothing else.
    pub fn hold(&self, values: BTreeMap<String, Vec<u8>>) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).values = values;
    }

    /// From now on it fails so.
    pub fn fail(&self, fault: Fault) {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).fault = fault;
    }

    /// When what was written.
    pub fn writes(&self) -> Vec<(String, Instant)> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).writes.clone()
    }

    /// How often it was read.
    pub fn reads(&self) -> usize {
        self.state.lock().unwrap_or_else(PoisonError::into_inner).reads
    }
}
