//! What memory holds, as numbers that conditions compare.

use super::Asked;
use crate::signals::Seen;
use crate::state::Tally;
use crate::state::sketches::{Rates, Scale};

/// One such number by its name: `client.requests_1m`, `address.clients`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Measure {
    who: Who,
    what: What,
}

/// Whose record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Who {
    Client,
    Address,
    Network,
    Tool,
    Account,
    Endpoint,
    Site,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum What {
    /// Requests lately: one half-life ago counts half.
    Requests(Scale),
    /// Failures lately, likewise: an endpoint's answers of 401 and 403, an account's failed logins.
    Failures(Scale),
    /// Logins that failed; of network, tool and site in the last 30 to 60 minutes.
    FailedLogins,
    /// Distinct accounts on which they failed.
    FailedAccounts,
    /// Distinct ones since the record began.
    Clients,
    Addresses,
    Networks,
    Tools,
    Paths,
    Endpoints,
    /// Distinct paths that were answered as missing.
    Missing,
}

impl Measure {
    /// Reads a name; `None` where no record holds such a number.
    pub(super) fn parse(name: &str) -> Option<Self> {
        let (who, what) = name.split_once('.')?;
        let who = match who {
            "client" => Who::Client,
            "address" => Who::Address,
            "network" => Who::Network,
            "tool" => Who::Tool,
            "account" => Who::Account,
            "endpoint" => Who::Endpoint,
            "site" => Who::Site,
            _ => return None,
        };
        let what = match what {
            "clients" => What::Clients,
            "addresses" => What::Addresses,
            "networks" => What::Networks,
            "tools" => What::Tools,
            "failed_logins" => What::FailedLogins,
            "failed_accounts" => What::FailedAccounts,
            "paths" => What::Paths,
            "endpoints" => What::Endpoints,
            "missing" => What::Missing,
            rate => {
                let (what, scale) = rate.split_once('_')?;
                let scale = scale_of(scale)?;
                match what {
                    "requests" => What::Requests(scale),
                    "failures" => What::Failures(scale),
                    _ => return None,
                }
            }
        };
        Some(Measure { who, what }).filter(|measure| measure.is_kept())
    }

    fn is_kept(self) -> bool {
        use Who::{Account, Address, Client, Endpoint, Network, Site, Tool};
        match self.what {
            What::Requests(_) => true,
            What::Failures(_) => matches!(self.who, Account | Endpoint),
            What::FailedLogins | What::FailedAccounts => matches!(self.who, Client | Address | Network | Tool | Site),
            What::Clients => matches!(self.who, Address | Account | Endpoint | Site),
            What::Addresses => matches!(self.who, Client | Network | Tool | Account | Site),
            What::Networks => matches!(self.who, Tool | Account),
            What::Tools => matches!(self.who, Address | Network | Account),
            What::Paths => matches!(self.who, Client | Tool),
            What::Endpoints | What::Missing => self.who == Client,
        }
    }

    /// The number; `None` where it is not remembered, and where nobody vouches for the address that names the record.
    pub(super) fn of(self, asked: &Asked<'_>) -> Option<u32> {
        let seen = &asked.seen;
        let vouched = seen.memory.vouched;
        let is_vouched = match self.who {
            Who::Client => vouched.client,
            Who::Address | Who::Network => vouched.address,
            Who::Tool | Who::Account | Who::Endpoint | Who::Site => true,
        };
        if !is_vouched {
            return None;
        }
        match self.what {
            What::Requests(scale) => Some(self.requests(seen)?.count(scale, seen.now)),
            What::Failures(scale) => Some(self.failures(seen)?.count(scale, seen.now)),
            What::FailedLogins => Some(self.logins(seen)?.failed),
            What::FailedAccounts => Some(self.logins(seen)?.accounts),
            _ => self.distinct(seen),
        }
    }

    fn requests<'s>(self, seen: &Seen<'s>) -> Option<&'s Rates> {
        let memory = seen.memory;
        Some(match self.who {
            Who::Client => &memory.client?.rates,
            Who::Address => &memory.address?.rates,
            Who::Network => &memory.network?.rates,
            Who::Tool => &memory.tool?.rates,
            Who::Account => &memory.account?.rates,
            Who::Endpoint => &memory.endpoint?.rates,
            Who::Site => &memory.site?.rates,
        })
    }

    fn failures<'s>(self, seen: &Seen<'s>) -> Option<&'s Rates> {
        match self.who {
            Who::Account => seen.memory.account.map(|record| &record.failures),
            Who::Endpoint => seen.memory.endpoint.map(|record| &record.failures),
            _ => None,
        }
    }

    fn logins(self, seen: &Seen<'_>) -> Option<Tally> {
        let memory = seen.memory;
        Some(match self.who {
            Who::Client => memory.detail?.logins.counts(),
            Who::Address => memory.address?.logins.counts(),
            Who::Network => memory.network?.logins.counts(seen.now),
            Who::Tool => memory.tool?.logins.counts(seen.now),
            Who::Site => memory.site?.logins.counts(seen.now),
            Who::Account | Who::Endpoint => return None,
        })
    }

    fn distinct(self, seen: &Seen<'_>) -> Option<u32> {
        let memory = seen.memory;
        Some(match (self.who, self.what) {
            (Who::Client, What::Addresses) => memory.detail?.addresses.count(),
            (Who::Client, What::Paths) => memory.detail?.paths.count(),
            (Who::Client, What::Endpoints) => memory.detail?.endpoints.count(),
            (Who::Client, What::Missing) => memory.detail?.missing.count(),
            (Who::Address, What::Clients) => memory.address?.clients.count(),
            (Who::Address, What::Tools) => memory.address?.tools.count(),
            (Who::Network, What::Addresses) => memory.network?.addresses.count(),
            (Who::Network, What::Tools) => memory.network?.tools.count(),
            (Who::Tool, What::Addresses) => memory.tool?.addresses.count(),
            (Who::Tool, What::Networks) => memory.tool?.networks.count(),
            (Who::Tool, What::Paths) => memory.tool?.paths.count(),
            (Who::Account, What::Clients) => memory.account?.clients.count(),
            (Who::Account, What::Addresses) => memory.account?.addresses.count(),
            (Who::Account, What::Networks) => memory.account?.networks.count(),
            (Who::Account, What::Tools) => memory.account?.tools.count(),
            (Who::Endpoint, What::Clients) => memory.endpoint?.clients.count(),
            (Who::Site, What::Clients) => memory.site?.clients.count(),
            (Who::Site, What::Addresses) => memory.site?.addresses.count(),
            _ => return None,
        })
    }
}

/// A half-life by its name in policies, rounded: 4.096 s, 65.5 s, 17.5 min, 4.66 h.
fn scale_of(name: &str) -> Option<Scale> {
    Some(match name {
        "4s" => Scale::Seconds,
        "1m" => Scale::Minute,
        "17m" => Scale::Quarter,
        "5h" => Scale::Hours,
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::state::{Account, Address, Client, ClientDetail, Endpoint, Memory, Network, Site, Tool};

    #[test]
    fn every_number_that_has_a_name_is_there() {
        let (client, detail, address, network) = (Client::EMPTY, ClientDetail::EMPTY, Address::EMPTY, Network::EMPTY);
        let (tool, account, endpoint, site) = (Tool::EMPTY, Account::EMPTY, Endpoint::EMPTY, Site::EMPTY);
        let memory = Memory {
            client: Some(&client),
            detail: Some(&detail),
            address: Some(&address),
            network: Some(&network),
            tool: Some(&tool),
            account: Some(&account),
            endpoint: Some(&endpoint),
            site: Some(&site),
            ..Memory::default()
        };
        let whats = [
            "requests_4s",
            "requests_1m",
            "requests_17m",
            "requests_5h",
            "failures_4s",
            "failures_1m",
            "failures_17m",
            "failures_5h",
            "clients",
            "addresses",
            "networks",
            "tools",
            "failed_logins",
            "failed_accounts",
            "paths",
            "endpoints",
            "missing",
        ];
        let mut known = 0;
        crate::signals::vectors::Sample::parse("like chromium_navigation").unwrap().with(|facts| {
            let request = crate::request::Request::new(facts, &Default::default());
            let names = crate::fingerprint::Names::default();
            let fingerprint = crate::fingerprint::Fingerprint::new(&request, &names);
            let networks = crate::signals::infrastructure::Networks::default();
            let origin = crate::signals::infrastructure::Origin::new(&request, &fingerprint, &networks);
            let seen = Seen { request: &request, fingerprint: &fingerprint, origin: &origin, memory: &memory, now: 0 };
            for who in ["client", "address", "network", "tool", "account", "endpoint", "site"] {
                for what in whats {
                    let name = alloc::format!("{who}.{what}");
                    let Some(measure) = Measure::parse(&name) else { continue };
                    known += 1;
                    let found = match measure.what {
                        What::Requests(_) => measure.requests(&seen).is_some(),
                        What::Failures(_) => measure.failures(&seen).is_some(),
                        What::FailedLogins | What::FailedAccounts => measure.logins(&seen).is_some(),
                        _ => measure.distinct(&seen).is_some(),
                    };
                    assert!(found, "{name}");
                }
            }
        });
        assert_eq!(known, 7 * 4 + 2 * 4 + 5 * 2 + 18);
        for name in ["client", "client.", "client.requests", "client.requests_2m", "site.paths", "user.requests_1m", ""]
        {
            assert_eq!(Measure::parse(name), None, "{name}");
        }
    }
}
