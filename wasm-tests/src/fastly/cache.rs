//! What a point of presence's cache does to records, natively: the obvious way, to compare the adapter with.

use std::collections::BTreeMap;

use filter_core::engine::Engine;
use filter_core::facts::{Facts, Outcome};
use filter_core::state::{Account, Address, Client, ClientDetail, Endpoint, Network, RecordKeys, Records, Site, Tool};

/// Records by kind and key.
#[derive(Default)]
pub struct Cache(BTreeMap<(&'static str, u64), Vec<u8>>);

impl Cache {
    /// Judges one request with what is kept, counts its answer, and keeps the records: the event line.
    pub fn request(
        &mut self,
        engine: &Engine,
        facts: &Facts<'_>,
        id: &str,
        outcome: &Outcome<'_>,
        times: [u64; 2],
    ) -> String {
        let [now, later] = times;
        let plan = engine.plan(facts, now);
        let keys = *plan.keys();
        let mut client = Client::from_bytes(self.get("client", keys.client));
        let mut detail = ClientDetail::from_bytes(self.get("detail", keys.client));
        let mut address = Address::from_bytes(self.get("address", keys.address));
        let mut network = Network::from_bytes(self.get("network", keys.network));
        let mut tool = Tool::from_bytes(self.get("tool", keys.tool));
        let mut account = Account::from_bytes(self.get("account", keys.account));
        let mut endpoint = Endpoint::from_bytes(self.get("endpoint", keys.endpoint));
        let mut site = Site::from_bytes(self.get("site", keys.site));
        let wants_detail = keys.client != 0 && client.wants_detail();
        macro_rules! lend {
            () => {{
                Records {
                    client: (keys.client != 0).then_some(&mut client),
                    detail: wants_detail.then_some(&mut detail),
                    address: (keys.address != 0).then_some(&mut address),
                    network: (keys.network != 0).then_some(&mut network),
                    tool: (keys.tool != 0).then_some(&mut tool),
                    account: (keys.account != 0).then_some(&mut account),
                    endpoint: (keys.endpoint != 0).then_some(&mut endpoint),
                    site: (keys.site != 0).then_some(&mut site),
                    ..Records::default()
                }
            }};
        }
        let (event, ticket) = {
            let verdict = engine.decide(plan, lend!());
            (verdict.event(id), verdict.ticket())
        };
        if let Some(ticket) = ticket {
            engine.settle(&ticket, outcome, lend!(), later);
        }
        let RecordKeys { client: named, .. } = keys;
        self.put("client", named, &client.to_bytes());
        self.put("detail", named, &detail.to_bytes());
        self.put("address", keys.address, &address.to_bytes());
        self.put("network", keys.network, &network.to_bytes());
        self.put("tool", keys.tool, &tool.to_bytes());
        self.put("account", keys.account, &account.to_bytes());
        self.put("endpoint", keys.endpoint, &endpoint.to_bytes());
        self.put("site", keys.site, &site.to_bytes());
        event
    }

    fn get(&self, kind: &'static str, key: u64) -> &[u8] {
        self.0.get(&(kind, key)).map_or(&[], Vec::as_slice)
    }

    fn put(&mut self, kind: &'static str, key: u64, bytes: &[u8]) {
        self.0.insert((kind, key), bytes.to_vec());
    }
}
