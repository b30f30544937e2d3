//! What is kept of a verdict for a candidate that judges when the client is served.

use super::shadow::{Before, Who, place, rule};
use super::{Engine, Verdict};
use crate::state::{Account, Address, Client, ClientDetail, Endpoint, Memory, Network, Site, Tool, Touched};

/// A verdict that borrows nothing: what was done, and what was remembered when it was. 2 KB.
#[derive(Clone, Debug)]
pub struct Witness {
    stamp: u64,
    rule: u16,
    endpoint: Option<u16>,
    touched: Option<Touched>,
    who: Who,
    now: u64,
    client: Option<Client>,
    detail: Option<ClientDetail>,
    address: Option<Address>,
    network: Option<Network>,
    tool: Option<Tool>,
    account: Option<Account>,
    of_endpoint: Option<Endpoint>,
    site: Option<Site>,
    /// The rest of it, without records.
    memory: Memory<'static>,
}

impl Witness {
    /// What the active engine did; `None`: it is another one.
    pub(super) fn before<'a>(&'a self, active: &'a Engine) -> Option<Before<'a>> {
        if self.stamp != active.stamp {
            return None;
        }
        let rule = rule(active, self.rule);
        Some(Before {
            active,
            action: rule.map_or(active.bundle.otherwise(), |rule| &rule.then),
            rule,
            endpoint: self.endpoint,
            touched: self.touched,
            memory: Memory {
                client: self.client.as_ref(),
                detail: self.detail.as_ref(),
                address: self.address.as_ref(),
                network: self.network.as_ref(),
                tool: self.tool.as_ref(),
                account: self.account.as_ref(),
                endpoint: self.of_endpoint.as_ref(),
                site: self.site.as_ref(),
                ..self.memory
            },
            who: self.who,
            now: self.now,
        })
    }
}

impl Verdict<'_> {
    /// What a candidate needs that judges later.
    pub fn witness(&self) -> Witness {
        let Memory { client, detail, address, network, tool, account, endpoint, site, .. } = self.memory;
        let Memory { visit, pause, network_key, endpoint_key, vouched, .. } = self.memory;
        Witness {
            stamp: self.engine.stamp,
            rule: place(self.engine, self.rule()),
            endpoint: self.place,
            touched: self.touched,
            who: Who::of(self),
            now: self.now,
            client: client.cloned(),
            detail: detail.cloned(),
            address: address.cloned(),
            network: network.cloned(),
            tool: tool.cloned(),
            account: account.cloned(),
            of_endpoint: endpoint.cloned(),
            site: site.cloned(),
            memory: Memory { visit, pause, network_key, endpoint_key, vouched, ..Memory::default() },
        }
    }
}
