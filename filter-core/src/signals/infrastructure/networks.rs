//! The bundle's network lists, flattened into one table.

use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use super::RangeTable;

/// What membership in a list means.
#[derive(Clone, Copy, Debug, PartialEq, Eq, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NetworkKind {
    /// Data centres and clouds: a weight, never a verdict.
    Hosting,
    /// Commercial VPN exits.
    Vpn,
    /// Tor exits.
    Tor,
    /// Open and residential proxies.
    Proxy,
    /// Privacy relays of operating systems (iCloud Private Relay): people; exempts from the four above.
    Relay,
    /// Content delivery networks: the socket address is not the client's.
    Cdn,
    /// Addresses an operator publishes for its crawlers.
    Crawler,
    /// Recently seen attacking others.
    Reputation,
    /// The operator's own list, for use in rules.
    Custom,
}

/// One list's description; its ranges are in the table.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NetworkList {
    /// Name used by rules and by crawlers' `ranges`.
    pub name: String,
    /// What membership means.
    pub kind: NetworkKind,
}

/// All lists. At most 64: a range's value in the table is an index into `sets`, a set one bit a list.
#[derive(Debug, Default)]
pub struct Networks {
    lists: Vec<NetworkList>,
    sets: Vec<u64>,
    table: RangeTable,
}

impl Networks {
    /// Lists a table may have: one bit each.
    pub const MAX_LISTS: usize = 64;

    /// Puts descriptions, sets and ranges together.
    pub fn new(lists: Vec<NetworkList>, sets: Vec<u64>, table: RangeTable) -> Self {
        Networks { lists, sets, table }
    }

    /// The lists that hold `address`, one bit each.
    pub fn find(&self, address: IpAddr) -> u64 {
        let set = self.table.find(address).and_then(|value| self.sets.get(usize::try_from(value).ok()?));
        set.copied().unwrap_or(0)
    }

    /// All lists, in bit order.
    pub fn lists(&self) -> &[NetworkList] {
        &self.lists
    }

    /// The bit of a list by its name.
    pub fn bit(&self, name: &str) -> Option<u64> {
        let place = self.lists.iter().position(|list| list.name == name)?;
        1u64.checked_shl(u32::try_from(place).ok()?)
    }
}
