//! One network: an autonomous system, or the addresses around one.

use super::client::seconds;
use super::sketches::{Distinct, Rates};
use super::{Logins, RecordKeys, Statuses, Visit};

record! {
    /// What comes from one network.
    Network: 192 {
        /// Requests at four half-lives.
        rates: Rates,
        /// Its logins.
        logins: Logins,
        /// Distinct addresses.
        addresses: Distinct<32>,
        /// Distinct tools.
        tools: Distinct<8>,
        /// Answers.
        statuses: Statuses,
        /// When the first request came, in seconds since the epoch.
        begun: u32 = first,
    }
}

impl Network {
    pub(super) fn visit(&mut self, visit: &Visit, keys: &RecordKeys) {
        self.rates.add(visit.at, 1);
        self.addresses.add(keys.address);
        self.tools.add(keys.tool);
        if self.begun == 0 {
            self.begun = seconds(visit.at);
        }
    }

    pub(super) fn settle(&mut self, status: u16) {
        self.statuses.add(status);
    }
}
