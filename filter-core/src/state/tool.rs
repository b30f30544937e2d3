//! One tool, wherever it runs.

use super::client::seconds;
use super::sketches::{Distinct, Rates};
use super::statuses::bump;
use super::{Act, Logins, RecordKeys, Statuses, Visit};

record! {
    /// What one tool does from all its addresses. Popular browsers are tools too: judge shares, not sums.
    Tool: 256 {
        /// Requests at four half-lives.
        rates: Rates,
        /// Its logins.
        logins: Logins,
        /// Distinct addresses.
        addresses: Distinct<32>,
        /// Distinct networks.
        networks: Distinct<16>,
        /// Distinct paths of acts.
        paths: Distinct<8>,
        /// Answers.
        statuses: Statuses,
        /// Requests by [`Act`]; when one reaches 255 all are halved.
        acts: [u8; Act::COUNT],
        /// Zero: room for what later forms count.
        room: [u8; 27],
        /// When the first request came, in seconds since the epoch.
        begun: u32 = first,
    }
}

impl Tool {
    pub(super) fn visit(&mut self, visit: &Visit, keys: &RecordKeys) {
        self.rates.add(visit.at, 1);
        self.addresses.add(keys.address);
        self.networks.add(keys.network);
        if visit.is_act() {
            self.paths.add(visit.path);
        }
        bump(&mut self.acts, visit.act as usize);
        if self.begun == 0 {
            self.begun = seconds(visit.at);
        }
    }

    pub(super) fn settle(&mut self, status: u16) {
        self.statuses.add(status);
    }
}
