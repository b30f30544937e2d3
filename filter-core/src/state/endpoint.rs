//! One endpoint: host, method and template.

use super::client::seconds;
use super::sketches::{Distinct, Quantiles, Rates};
use super::{RecordKeys, StatusClass, Statuses, Visit};

record! {
    /// What is usual at one endpoint.
    Endpoint: 512 {
        /// Requests at four half-lives.
        rates: Rates,
        /// Answers of 401, 403 and failed logins, at four half-lives.
        failures: Rates,
        /// Distinct clients.
        clients: Distinct<32>,
        /// Milliseconds to the answer.
        latencies: Quantiles,
        /// Size of successful answers in 16 bytes.
        sizes: Quantiles,
        /// Milliseconds between a client's acts, the last of them here.
        pauses: Quantiles,
        /// Answers.
        statuses: Statuses,
        /// Zero: room for what later forms count.
        room: [u8; 12],
        /// When the first request came, in seconds since the epoch.
        begun: u32 = first,
    }
}

impl Endpoint {
    pub(super) fn visit(&mut self, visit: &Visit, keys: &RecordKeys, pause: Option<u64>) {
        self.rates.add(visit.at, 1);
        self.clients.add(keys.client);
        if let Some(pause) = pause {
            self.pauses.add(pause);
        }
        if self.begun == 0 {
            self.begun = seconds(visit.at);
        }
    }

    pub(super) fn settle(&mut self, visit: &Visit, status: u16, size: Option<u64>, took: Option<u64>) {
        self.statuses.add(status);
        match StatusClass::of(status) {
            StatusClass::Denied => self.failures.add(visit.at, 1),
            StatusClass::Success => size.into_iter().for_each(|size| self.sizes.add(size >> 4)),
            _ => {}
        }
        if let Some(took) = took {
            self.latencies.add(took);
        }
    }
}
