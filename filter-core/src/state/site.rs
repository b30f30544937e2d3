//! One site: a host name.

use super::client::seconds;
use super::sketches::{Distinct, Moments, Rates};
use super::{Act, Client, RecordKeys, StatusClass, Statuses, Visit};
use crate::state::statuses::bump;

record! {
    /// What is usual on a site as a whole.
    Site: 256 {
        /// Requests at four half-lives.
        rates: Rates,
        /// Answers of 401, 403 and failed logins, at four half-lives.
        failures: Rates,
        /// Distinct clients.
        clients: Distinct<32>,
        /// Distinct addresses.
        addresses: Distinct<32>,
        /// Requests a minute: mean and spread of the last 64 minutes that had any.
        minutes: Moments,
        /// Requests in the minute that goes on.
        minute: u32,
        /// Which minute since the epoch that is.
        since: u32,
        /// New clients in that minute.
        newcomers: u32,
        /// New clients a minute, likewise.
        arrivals: Moments,
        /// Answers.
        statuses: Statuses,
        /// Requests by [`Act`]; when one reaches 255 all are halved.
        acts: [u8; Act::COUNT],
        /// Zero: room for what later forms count.
        room: [u8; 35],
        /// When the first request came, in seconds since the epoch.
        begun: u32,
    }
}

impl Site {
    /// Counts a request. `client` is its client's record, with the request counted.
    pub(super) fn visit(&mut self, visit: &Visit, keys: &RecordKeys, client: Option<&Client>) {
        let minute = seconds(visit.at) / 60;
        if minute > self.since || self.since.saturating_sub(minute) > 60 {
            if self.since != 0 {
                self.minutes.add(u16::try_from(self.minute).unwrap_or(u16::MAX));
                self.arrivals.add(u16::try_from(self.newcomers).unwrap_or(u16::MAX));
            }
            (self.since, self.minute, self.newcomers) = (minute, 0, 0);
        }
        self.minute = self.minute.saturating_add(1);
        if client.is_some_and(|client| client.requests() == 1) {
            self.newcomers = self.newcomers.saturating_add(1);
        }
        self.rates.add(visit.at, 1);
        self.clients.add(keys.client);
        self.addresses.add(keys.address);
        bump(&mut self.acts, visit.act as usize);
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
