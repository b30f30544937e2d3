//! One account, by the keyed hash of its login name.

use super::client::seconds;
use super::sketches::{Distinct, Rates};
use super::{RecordKeys, StatusClass, Statuses, Visit};

record! {
    /// Who tries one account, from where, and with what success.
    Account: 128 {
        /// Requests that named it, at four half-lives.
        rates: Rates,
        /// Answers of 401, 403 and failed logins, at four half-lives.
        failures: Rates,
        /// Distinct clients.
        clients: Distinct<8>,
        /// Distinct addresses.
        addresses: Distinct<8>,
        /// Distinct networks.
        networks: Distinct<8>,
        /// Distinct tools.
        tools: Distinct<8>,
        /// Answers.
        statuses: Statuses,
        /// Zero: room for what later forms count.
        room: [u8; 12],
        /// When it was first named, in seconds since the epoch.
        begun: u32 = first,
    }
}

impl Account {
    pub(super) fn visit(&mut self, visit: &Visit, keys: &RecordKeys) {
        self.rates.add(visit.at, 1);
        self.clients.add(keys.client);
        self.addresses.add(keys.address);
        self.networks.add(keys.network);
        self.tools.add(keys.tool);
        if self.begun == 0 {
            self.begun = seconds(visit.at);
        }
    }

    pub(super) fn settle(&mut self, visit: &Visit, status: u16) {
        self.statuses.add(status);
        if StatusClass::of(status) == StatusClass::Denied {
            self.failures.add(visit.at, 1);
        }
    }
}
