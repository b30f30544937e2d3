//! One account, by the keyed hash of its login name.

use super::client::seconds;
use super::sketches::{Distinct, Rates, Scale};
use super::{LoginResult, RecordKeys, Visit};

record! {
    /// Who tries one account, from where, and with what success.
    Account: 128 {
        /// Requests that named it, at four half-lives.
        rates: Rates,
        /// Failed logins, at four half-lives.
        failures: Rates,
        /// Distinct clients.
        clients: Distinct<8>,
        /// Distinct addresses.
        addresses: Distinct<8>,
        /// Distinct networks.
        networks: Distinct<8>,
        /// Distinct tools.
        tools: Distinct<8>,
        /// Distinct clients whose logins failed, since no login failed for the better part of a day.
        failed_from: Distinct<8>,
        /// Networks from which logins passed, 16 bits of each, the last one first.
        homes: [u16; 2] = own,
        /// When it was first named, in seconds since the epoch.
        begun: u32 = first,
    }
}

/// What is to be told about an account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Alarm {
    /// Logins failed from more clients than a forgetful owner has. Told once an attack.
    UnderAttack,
    /// A login passed on an account under attack, from a network from which none had passed.
    TakenOver,
}

impl Alarm {
    /// The form used in events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Alarm::UnderAttack => "account_under_attack",
            Alarm::TakenOver => "account_taken_over",
        }
    }
}

/// Clients from which logins fail lately that make an attack: browser, app and tablet of an owner and of those who share the account are fewer.
const ATTACKERS: u32 = 6;

impl Account {
    /// Clients from which logins failed lately, where they are more than owners have.
    pub fn attackers(&self, now: u64) -> Option<u32> {
        let count = self.failed_from.count();
        (count >= ATTACKERS && self.failures.count(Scale::Hours, now) > 0).then_some(count)
    }

    /// Logins passed from this network before.
    pub fn is_home(&self, network: u64) -> bool {
        self.homes.contains(&home(network))
    }

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

    pub(super) fn settle(&mut self, visit: &Visit, keys: &RecordKeys, result: LoginResult) -> Option<Alarm> {
        let attackers = self.attackers(visit.at);
        if result == LoginResult::Failed {
            if self.failures.count(Scale::Hours, visit.at) == 0 {
                self.failed_from = Distinct::default();
            }
            self.failures.add(visit.at, 1);
            self.failed_from.add(keys.client);
            return (attackers.is_none() && self.attackers(visit.at).is_some()).then_some(Alarm::UnderAttack);
        }
        let is_home = self.is_home(keys.network);
        if !is_home {
            let [last, _] = self.homes;
            self.homes = [home(keys.network), last];
        }
        (attackers.is_some() && !is_home).then_some(Alarm::TakenOver)
    }
}

/// 0 is none.
fn home(network: u64) -> u16 {
    ((network >> 48) as u16).max(1)
}
