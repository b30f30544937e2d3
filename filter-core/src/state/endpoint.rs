//! One endpoint: host, method and template.

use super::client::seconds;
use super::sketches::{Distinct, Quantiles, Rates};
use super::{LoginResult, RecordKeys, StatusClass, Statuses, Usual, Visit};

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
        /// Acts of people right after another one here: how often they stay.
        again: Usual,
        /// What people try here, and how often it is refused.
        refused: Usual,
        /// Zero: room for what later forms count.
        room: [u8; 4],
        /// When the first request came, in seconds since the epoch.
        begun: u32 = first,
    }
}

/// Of 1,000 tries of a program that guesses, those that are refused.
const GUESSING: u32 = 800;

impl Endpoint {
    /// An endpoint whose people stay at one act of twenty, and are refused at one try of twenty.
    #[cfg(any(test, feature = "vectors"))]
    pub(crate) fn known() -> Self {
        let mut endpoint = Endpoint::EMPTY;
        for number in 0..100 {
            endpoint.again.add(number % 20 == 0);
            endpoint.refused.add(number % 20 == 0);
        }
        endpoint
    }

    /// Counts a request. `again` says whether the client's act before was here too, where it shows what is usual.
    pub(super) fn visit(&mut self, visit: &Visit, keys: &RecordKeys, pause: Option<u64>, again: Option<bool>) {
        self.rates.add(visit.at, 1);
        self.clients.add(keys.client);
        if let Some(pause) = pause {
            self.pauses.add(pause);
        }
        if let Some(again) = again {
            self.again.add(again);
        }
        if self.begun == 0 {
            self.begun = seconds(visit.at);
        }
    }

    /// What came of a try says so much for a program that guesses, in milli-nats; `None` until it is known what is usual here.
    pub(super) fn doubt(&self, result: LoginResult) -> Option<i32> {
        self.refused.unlike_one(result == LoginResult::Failed, GUESSING)
    }

    /// Counts what came of a try that shows what is usual.
    pub(super) fn settle_try(&mut self, result: LoginResult) {
        self.refused.add(result == LoginResult::Failed);
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
