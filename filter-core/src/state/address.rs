//! One address, whoever is behind it.

use super::client::seconds;
use super::sketches::{Distinct, Rates};
use super::statuses::bump;
use super::{Act, RecordKeys, Statuses, Trials, Visit};

record! {
    /// What comes from one address: an IPv4 address, or an IPv6 /64.
    Address: 128 {
        /// Requests at four half-lives.
        rates: Rates,
        /// Distinct clients.
        clients: Distinct<16>,
        /// Distinct tools.
        tools: Distinct<8>,
        /// Its logins.
        logins: Trials,
        /// Answers.
        statuses: Statuses,
        /// Requests by [`Act`]; when one reaches 255 all are halved.
        acts: [u8; Act::COUNT],
        /// Zero: room for what later forms count.
        room: [u8; 7],
        /// When the first request came, in seconds since the epoch.
        begun: u32 = first,
    }
}

/// Clients of one address that may show what is usual: names are free, addresses are not.
const TEACHERS: u32 = 16;

impl Address {
    /// So many come from here that none of them shows what is usual.
    pub(super) fn is_crowded(&self) -> bool {
        self.clients.count() > TEACHERS
    }

    pub(super) fn visit(&mut self, visit: &Visit, keys: &RecordKeys) {
        self.rates.add(visit.at, 1);
        self.clients.add(keys.client);
        self.tools.add(keys.tool);
        bump(&mut self.acts, visit.act as usize);
        if self.begun == 0 {
            self.begun = seconds(visit.at);
        }
    }

    pub(super) fn settle(&mut self, status: u16) {
        self.statuses.add(status);
    }
}
