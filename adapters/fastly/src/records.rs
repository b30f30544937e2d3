//! Records in the cache of the point of presence: read as the plan says, written back when the answer has left.
//!
//! The cache is lossy, and two sandboxes that count in the same record at once lose one count (6 of 200 in a measurement):
//! behind scores that is harmless. A client and its detail are one entry.

use core::time::Duration;

use filter_core::state::{
    Account, Address, Client, ClientDetail, Endpoint, FORM, Limits, Network, RecordKeys, Records, Site, Tables, Tool,
};

use crate::hostcalls::Arena;
use crate::hostcalls::cache::{self, Lookup};

/// How long a record is kept after its last request.
const KEEP: Duration = Duration::from_secs(86_400);

/// The records of one request. Kinds that nothing names, or for which the bundle has no room, are not held.
#[derive(Debug)]
pub(crate) struct Held {
    keys: RecordKeys,
    /// Evidence asks for the detail; settled when the records are read, so that verdict and answer see the same.
    wants_detail: bool,
    client: Option<Client>,
    detail: Option<ClientDetail>,
    address: Option<Address>,
    network: Option<Network>,
    tool: Option<Tool>,
    account: Option<Account>,
    endpoint: Option<Endpoint>,
    site: Option<Site>,
}

impl Held {
    /// Reads what there is; whatever the cache refuses is empty. All are asked for before the first is waited for.
    pub(crate) fn load(keys: &RecordKeys, limits: &Limits) -> Self {
        let kinds = [
            ("client", keys.client, limits.clients),
            ("address", keys.address, limits.addresses),
            ("network", keys.network, limits.networks),
            ("tool", keys.tool, limits.tools),
            ("account", keys.account, limits.accounts),
            ("endpoint", keys.endpoint, limits.endpoints),
            ("site", keys.site, limits.sites),
        ];
        let asked = kinds
            .map(|(kind, key, room)| (key != 0 && room != 0).then(|| Lookup::start(name(kind, key).as_bytes()).ok()));
        let mut arena = Arena::default();
        let mut found = asked.map(|asked| {
            asked.map(|lookup| {
                arena.clear();
                let range = lookup.and_then(|lookup| lookup.metadata(&mut arena).ok().flatten());
                range.map(|range| arena.get(&range).to_vec()).unwrap_or_default()
            })
        });
        let [client, address, network, tool, account, endpoint, site] = &mut found;
        let detail = client.as_ref().filter(|_| limits.details != 0);
        let detail = detail.map(|bytes| bytes.get(Client::SIZE..).unwrap_or_default());
        let client = client.as_deref().map(Client::from_bytes);
        Held {
            keys: *keys,
            wants_detail: client.as_ref().is_some_and(Client::wants_detail),
            detail: detail.map(ClientDetail::from_bytes),
            client,
            address: address.as_deref().map(Address::from_bytes),
            network: network.as_deref().map(Network::from_bytes),
            tool: tool.as_deref().map(Tool::from_bytes),
            account: account.as_deref().map(Account::from_bytes),
            endpoint: endpoint.as_deref().map(Endpoint::from_bytes),
            site: site.as_deref().map(Site::from_bytes),
        }
    }

    /// Lends them; the detail only of clients that evidence asks for, as hosts with tables do.
    pub(crate) fn lend(&mut self) -> Records<'_> {
        let wants_detail = self.wants_detail;
        Records {
            client: self.client.as_mut(),
            detail: self.detail.as_mut().filter(|_| wants_detail),
            address: self.address.as_mut(),
            network: self.network.as_mut(),
            tool: self.tool.as_mut(),
            account: self.account.as_mut(),
            endpoint: self.endpoint.as_mut(),
            site: self.site.as_mut(),
            ..Records::default()
        }
    }

    /// Keeps them in a sandbox's own tables, where these have a place for them.
    pub(crate) fn copy_to(&self, tables: &mut Tables) {
        let Held { keys, wants_detail: _, client, detail, address, network, tool, account, endpoint, site } = self;
        let to = tables.find(keys);
        put_into(to.client, client);
        put_into(to.detail, detail);
        put_into(to.address, address);
        put_into(to.network, network);
        put_into(to.tool, tool);
        put_into(to.account, account);
        put_into(to.endpoint, endpoint);
        put_into(to.site, site);
    }

    /// Writes them back; what the cache does not take is forgotten.
    pub(crate) fn save(&self) {
        let Held { keys, wants_detail: _, client, detail, address, network, tool, account, endpoint, site } = self;
        if let Some(client) = client {
            let mut bytes = client.to_bytes().to_vec();
            if let Some(detail) = detail.filter(|detail| *detail != ClientDetail::EMPTY) {
                bytes.extend_from_slice(&detail.to_bytes());
            }
            put("client", keys.client, &bytes);
        }
        address.iter().for_each(|record| put("address", keys.address, &record.to_bytes()));
        network.iter().for_each(|record| put("network", keys.network, &record.to_bytes()));
        tool.iter().for_each(|record| put("tool", keys.tool, &record.to_bytes()));
        account.iter().for_each(|record| put("account", keys.account, &record.to_bytes()));
        endpoint.iter().for_each(|record| put("endpoint", keys.endpoint, &record.to_bytes()));
        site.iter().for_each(|record| put("site", keys.site, &record.to_bytes()));
    }
}

fn put_into<R: Copy>(place: Option<&mut R>, record: &Option<R>) {
    if let (Some(place), Some(record)) = (place, record) {
        *place = *record;
    }
}

fn put(kind: &str, key: u64, bytes: &[u8]) {
    let _ = cache::insert(name(kind, key).as_bytes(), bytes, &[], KEEP);
}

#[cfg(feature = "test-seam")]
fn name(kind: &str, key: u64) -> String {
    let place = crate::facts::seam::place().unwrap_or_default();
    format!("weir/records/{FORM}/{kind}/{key:016x}{place}")
}

#[cfg(not(feature = "test-seam"))]
fn name(kind: &str, key: u64) -> String {
    format!("weir/records/{FORM}/{kind}/{key:016x}")
}
