//! How many records of each kind are kept.

use super::sketches::Cell;
use super::{Account, Address, Client, ClientDetail, Endpoint, Network, Site, Tool};

/// Most records of each kind; 0 keeps none. Each takes its size and ten bytes more, whether used or not.
///
/// The default takes 15.8 MiB.
///
/// ```
/// use filter_core::state::Limits;
/// assert!(Limits::default().bytes() < 16 << 20);
/// ```
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
#[allow(missing_docs, reason = "the kinds' names")]
pub struct Limits {
    pub clients: u32,
    pub details: u32,
    pub addresses: u32,
    pub networks: u32,
    pub tools: u32,
    pub accounts: u32,
    pub endpoints: u32,
    pub sites: u32,
    /// Keys of rate limits. None by default: a bundle that has limits says how many, or gets [`limits::CELLS`](crate::limits::CELLS).
    pub cells: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Limits {
            clients: 100_000,
            details: 16_000,
            addresses: 16_384,
            networks: 2_048,
            tools: 1_024,
            accounts: 8_192,
            endpoints: 512,
            sites: 64,
            cells: 0,
        }
    }
}

/// What a record takes besides itself: its key, and its share of the set's 16 other bytes.
const BESIDE: u64 = 10;

impl Limits {
    /// Nothing is kept.
    pub const NONE: Limits = Limits {
        clients: 0,
        details: 0,
        addresses: 0,
        networks: 0,
        tools: 0,
        accounts: 0,
        endpoints: 0,
        sites: 0,
        cells: 0,
    };

    /// Room for what other nodes say, where they say something: a sixteenth of each kind, and at least 64. It takes 1.0 MiB
    /// for the default.
    pub(super) fn of_others(&self) -> Limits {
        let part = |count: u32| if count == 0 { 0 } else { (count / 16).max(64) };
        Limits {
            clients: part(self.clients),
            details: part(self.details),
            addresses: part(self.addresses),
            networks: part(self.networks),
            tools: part(self.tools),
            accounts: part(self.accounts),
            endpoints: part(self.endpoints),
            sites: part(self.sites),
            cells: 0,
        }
    }

    /// Bytes that tables of this size take, give or take a set of eight a kind.
    pub fn bytes(&self) -> u64 {
        let kinds = [
            (self.clients, Client::SIZE),
            (self.details, ClientDetail::SIZE),
            (self.addresses, Address::SIZE),
            (self.networks, Network::SIZE),
            (self.tools, Tool::SIZE),
            (self.accounts, Account::SIZE),
            (self.endpoints, Endpoint::SIZE),
            (self.sites, Site::SIZE),
            (self.cells, size_of::<Cell>()),
        ];
        let sizes = kinds.iter().map(|(count, size)| {
            let size = u64::try_from(*size).unwrap_or(u64::MAX).saturating_add(BESIDE);
            u64::from(*count).saturating_mul(size)
        });
        sizes.fold(u64::from(self.frequencies()).saturating_mul(4), u64::saturating_add)
    }

    /// Cells of a row of the frequencies: one for each client, so that a crowd of as many newcomers is told apart.
    pub(super) fn frequencies(&self) -> u32 {
        self.clients.max(self.addresses).clamp(1 << 10, 1 << 20).next_power_of_two()
    }
}
