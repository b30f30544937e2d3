//! The bundle's network lists, flattened into one table.

use alloc::format;
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
    /// All addresses an operator publishes for its crawlers: a claim from another one is false. A list that is not known to
    /// be complete is `Custom`: it proves a claim from inside, and says nothing about one from outside.
    Crawler,
    /// Recently seen attacking others.
    Reputation,
    /// The operator's own list, for use in rules.
    Custom,
}

impl NetworkKind {
    /// The form used in bundles, policies and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            NetworkKind::Hosting => "hosting",
            NetworkKind::Vpn => "vpn",
            NetworkKind::Tor => "tor",
            NetworkKind::Proxy => "proxy",
            NetworkKind::Relay => "relay",
            NetworkKind::Cdn => "cdn",
            NetworkKind::Crawler => "crawler",
            NetworkKind::Reputation => "reputation",
            NetworkKind::Custom => "custom",
        }
    }

    /// All kinds.
    pub const ALL: [NetworkKind; 9] = [
        NetworkKind::Hosting,
        NetworkKind::Vpn,
        NetworkKind::Tor,
        NetworkKind::Proxy,
        NetworkKind::Relay,
        NetworkKind::Cdn,
        NetworkKind::Crawler,
        NetworkKind::Reputation,
        NetworkKind::Custom,
    ];

    /// Reads [`as_str`](Self::as_str)'s form.
    pub fn parse(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.as_str() == name)
    }
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
    asns: RangeTable,
    countries: RangeTable,
}

impl Networks {
    /// Lists a table may have: one bit each.
    pub const MAX_LISTS: usize = 64;

    /// Puts descriptions, sets and ranges together.
    ///
    /// # Errors
    ///
    /// Everything that does not fit: too many lists, two of one name, a set or a range that points nowhere.
    pub fn new(lists: Vec<NetworkList>, sets: Vec<u64>, table: RangeTable) -> Result<Self, Vec<String>> {
        let mut problems = Vec::new();
        if lists.len() > Self::MAX_LISTS {
            problems.push(format!("{} network lists; at most {}", lists.len(), Self::MAX_LISTS));
        }
        for (place, list) in lists.iter().enumerate() {
            if lists.iter().take(place).any(|other| other.name == list.name) {
                problems.push(format!("two network lists are called `{}`; rename one", list.name));
            }
        }
        let unused = u32::try_from(lists.len()).ok().and_then(|used| u64::MAX.checked_shl(used)).unwrap_or(0);
        if sets.iter().any(|set| set & unused != 0) {
            problems.push("a set names a network list that is not there; build the bundle again".into());
        }
        if table.max_value().is_some_and(|value| usize::try_from(value).is_ok_and(|value| value >= sets.len())) {
            problems.push("a range names a set that is not there; build the bundle again".into());
        }
        if problems.is_empty() { Ok(Networks { lists, sets, table, ..Networks::default() }) } else { Err(problems) }
    }

    /// Adds origin AS numbers by range, for hosts that do not know them.
    pub fn with_asns(mut self, asns: RangeTable) -> Self {
        self.asns = asns;
        self
    }

    /// Adds countries by range: a value is the code's two ASCII letters, the first times 256 plus the second.
    pub fn with_countries(mut self, countries: RangeTable) -> Self {
        self.countries = countries;
        self
    }

    /// The lists that hold `address`, one bit each.
    pub fn find(&self, address: IpAddr) -> u64 {
        let set = self.table.find(address).and_then(|value| self.sets.get(usize::try_from(value).ok()?));
        set.copied().unwrap_or(0)
    }

    /// An address of a list, given by its bit; for desks.
    pub fn example(&self, bit: u64) -> Option<IpAddr> {
        let is_in = |value: u32| self.sets.get(usize::try_from(value).ok()?).filter(|set| **set & bit != 0);
        self.table.first(|value| is_in(value).is_some())
    }

    /// The AS that announces `address`, where the bundle has the table.
    pub fn asn(&self, address: IpAddr) -> Option<u32> {
        self.asns.find(address)
    }

    /// The country `address` is registered in, where the bundle has the table.
    pub fn country(&self, address: IpAddr) -> Option<[u8; 2]> {
        let code = u16::try_from(self.countries.find(address)?).ok()?;
        Some(code.to_be_bytes())
    }

    /// All lists, in bit order.
    pub fn lists(&self) -> &[NetworkList] {
        &self.lists
    }

    /// The bit of a list by its name.
    pub fn bit(&self, name: &str) -> Option<u64> {
        self.named(name).map(|(bit, _)| bit)
    }

    /// A list and its bit by its name.
    pub(super) fn named(&self, name: &str) -> Option<(u64, &NetworkList)> {
        let (place, list) = self.lists.iter().enumerate().find(|(_, list)| list.name == name)?;
        Some((1u64.checked_shl(u32::try_from(place).ok()?)?, list))
    }
}

#[cfg(test)]
mod tests {
    use alloc::vec;

    use super::super::wire;
    use super::*;

    fn list(name: &str) -> NetworkList {
        NetworkList { name: name.into(), kind: NetworkKind::Hosting }
    }

    fn table(numbers: &[u128]) -> RangeTable {
        let mut bytes = Vec::new();
        for number in numbers {
            wire::write(*number, &mut bytes);
        }
        RangeTable::decode(&bytes, &[]).unwrap()
    }

    #[test]
    fn ranges_lead_to_sets_of_lists() {
        let networks =
            Networks::new(vec![list("a"), list("b")], vec![0b10, 0b11], table(&[256, 256, 1, 0, 256, 0])).unwrap();
        let networks = networks.with_asns(table(&[256, 1, 64_500])).with_countries(table(&[256, 1, 0x4445]));
        let find = |text: &str| networks.find(text.parse().unwrap());
        assert_eq!(["0.0.0.255", "0.0.1.0", "0.0.2.255", "0.0.3.0"].map(find), [0, 0b11, 0b10, 0]);
        assert_eq!((networks.bit("b"), networks.bit("c")), (Some(0b10), None));
        let address = "0.0.1.0".parse().unwrap();
        assert_eq!((networks.asn(address), networks.country(address)), (Some(64_500), Some(*b"DE")));
    }

    #[test]
    fn what_points_nowhere_is_refused() {
        let problems = Networks::new(vec![list("a"), list("a")], vec![0b100], table(&[0, 1, 1])).unwrap_err();
        assert_eq!(problems.len(), 3, "{problems:?}");
        assert_eq!(problems[0], "two network lists are called `a`; rename one");
        let many: Vec<NetworkList> = (0..65).map(|n| list(&format!("l{n}"))).collect();
        assert_eq!(Networks::new(many, vec![u64::MAX], RangeTable::default()).unwrap_err().len(), 1);
        let full: Vec<NetworkList> = (0..64).map(|n| list(&format!("l{n}"))).collect();
        assert!(Networks::new(full, vec![u64::MAX], RangeTable::default()).is_ok());
    }
}
