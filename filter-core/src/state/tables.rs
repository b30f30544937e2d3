//! Records in the memory of a host that lives long.

use alloc::boxed::Box;

use super::form::Field;
use super::merge::Merge;
use super::others::{Beside, Others};
use super::sketches::{Cell, Frequencies};
use super::table::Table;
use super::{
    Account, Address, Cells, Client, ClientDetail, Endpoint, Limits, Network, RecordKeys, Records, Site, Tool, Touched,
};

/// Tables of all kinds, made once and never growing.
///
/// What is kept when more come than there is room for: see the guarantee below. Let a full set's coolest record have come `h`
/// times lately (up to 255, halving every 15 minutes). It stays until a key without a place came `h` times within
/// about as many requests without a place as [`Limits`] has clients. So `n` keys that come once each, for any `n`, displace only records with `h` of about
/// two or less; and every request costs one look at eight sets. Whoever does not know the secret cannot choose which set his keys
/// go to.
///
/// ```
/// use filter_core::state::{Limits, Tables};
/// let tables = Tables::new(&Limits::default());
/// assert!(tables.bytes() < 16 << 20);
/// ```
pub struct Tables {
    clients: Table<Client>,
    details: Table<ClientDetail>,
    addresses: Table<Address>,
    networks: Table<Network>,
    tools: Table<Tool>,
    accounts: Table<Account>,
    endpoints: Table<Endpoint>,
    sites: Table<Site>,
    cells: Table<Cell>,
    seen: Frequencies,
    limits: Limits,
    /// Made when another node says something for the first time.
    others: Option<Box<Others>>,
}

/// A kind of record.
pub(crate) trait Kind: Field + Merge {
    /// Where it is kept.
    fn table(tables: &Tables) -> &Table<Self>;
    /// To be changed.
    fn table_mut(tables: &mut Tables) -> &mut Table<Self>;
    /// As other nodes get it.
    fn shared(&self) -> Self;
}

macro_rules! kinds {
    ($($field:ident: $record:ident,)*) => {$(
        impl Kind for $record {
            fn table(tables: &Tables) -> &Table<Self> {
                &tables.$field
            }

            fn table_mut(tables: &mut Tables) -> &mut Table<Self> {
                &mut tables.$field
            }

            fn shared(&self) -> Self {
                $record::shared(self)
            }
        }
    )*};
}

kinds! {
    clients: Client,
    details: ClientDetail,
    addresses: Address,
    networks: Network,
    tools: Tool,
    accounts: Account,
    endpoints: Endpoint,
    sites: Site,
}

impl Tables {
    /// Takes all the memory there will be. Kinds for which there is none are not kept.
    pub fn new(limits: &Limits) -> Self {
        Tables {
            clients: Table::new(limits.clients),
            details: Table::new(limits.details),
            addresses: Table::new(limits.addresses),
            networks: Table::new(limits.networks),
            tools: Table::new(limits.tools),
            accounts: Table::new(limits.accounts),
            endpoints: Table::new(limits.endpoints),
            sites: Table::new(limits.sites),
            cells: Table::new(limits.cells),
            seen: Frequencies::new(limits.frequencies()),
            limits: *limits,
            others: None,
        }
    }

    /// The records that a request touches, at its own time; those that are new get a place if they may.
    pub fn lend(&mut self, touched: &Touched) -> Records<'_> {
        let Touched { keys, visit, .. } = touched;
        let (now, seen) = (visit.at, &mut self.seen);
        let beside = self.others.as_mut().map_or_else(Beside::default, |others| others.lend());
        let client = self.clients.admit(keys.client, now, seen);
        let detail = match &client {
            Some(client) if client.wants_detail() || beside.has_details(keys.client) => {
                self.details.admit(keys.client, now, seen)
            }
            _ => None,
        };
        Records {
            client,
            detail,
            address: self.addresses.admit(keys.address, now, seen),
            network: self.networks.admit(keys.network, now, seen),
            tool: self.tools.admit(keys.tool, now, seen),
            account: self.accounts.admit(keys.account, now, seen),
            endpoint: self.endpoints.admit(keys.endpoint, now, seen),
            site: self.sites.admit(keys.site, now, seen),
            beside,
            cells: self.cells.has_room().then_some(Cells { table: &mut self.cells, seen }),
        }
    }

    /// The records of a request that was judged, to settle it: those that are still held.
    pub fn find(&mut self, keys: &RecordKeys) -> Records<'_> {
        Records {
            client: self.clients.find(keys.client),
            detail: self.details.find(keys.client),
            address: self.addresses.find(keys.address),
            network: self.networks.find(keys.network),
            tool: self.tools.find(keys.tool),
            account: self.accounts.find(keys.account),
            endpoint: self.endpoints.find(keys.endpoint),
            site: self.sites.find(keys.site),
            beside: Beside::default(),
            cells: None,
        }
    }

    /// A rate limit's cell as it is, for hosts that store cells.
    pub fn cell(&self, key: u64) -> Option<Cell> {
        self.cells.get(key).copied()
    }

    /// Puts a cell in its place, as a host stored it. Where there is no room it is lost.
    pub fn put_cell(&mut self, key: u64, cell: Cell) {
        if let Some(place) = self.cells.put(key, 1) {
            *place = cell;
        }
    }

    /// Begins anew with what other nodes say; `None` where nothing is kept.
    pub(crate) fn forget_others(&mut self) -> Option<&mut Tables> {
        if self.limits == Limits::NONE {
            return None;
        }
        let limits = &self.limits;
        let others = self.others.get_or_insert_with(|| Box::new(Others::new(limits)));
        others.tables.clear();
        Some(&mut others.tables)
    }

    /// Adds a record that another node counted; `false` where there is no room but for those that weigh more.
    pub(crate) fn merge<R: Kind>(&mut self, key: u64, record: &R, weight: u8) -> bool {
        let Some(own) = R::table_mut(self).put(key, weight) else { return false };
        own.merge(record);
        true
    }

    fn clear(&mut self) {
        self.clients.clear();
        self.details.clear();
        self.addresses.clear();
        self.networks.clear();
        self.tools.clear();
        self.accounts.clear();
        self.endpoints.clear();
        self.sites.clear();
    }

    /// Clients that are held.
    pub fn clients(&self) -> usize {
        self.clients.held()
    }

    /// Bytes taken, whatever is held.
    pub fn bytes(&self) -> usize {
        [
            self.clients.bytes(),
            self.details.bytes(),
            self.addresses.bytes(),
            self.networks.bytes(),
            self.tools.bytes(),
            self.accounts.bytes(),
            self.endpoints.bytes(),
            self.sites.bytes(),
            self.cells.bytes(),
            self.seen.bytes(),
            self.others.as_ref().map_or(0, |others| others.tables.bytes()),
        ]
        .iter()
        .fold(0, |sum, bytes| sum.saturating_add(*bytes))
    }
}

impl core::fmt::Debug for Tables {
    fn fmt(&self, f: &mut core::fmt::Formatter<'_>) -> core::fmt::Result {
        f.debug_struct("Tables").field("bytes", &self.bytes()).finish_non_exhaustive()
    }
}
