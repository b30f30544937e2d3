//! Which networks the client's address belongs to, looked up once a request.

use super::{NetworkKind, NetworkList, Networks};
use crate::facts::Provenance;
use crate::fingerprint::{Fingerprint, Named};
use crate::request::Request;

/// Whether published ranges bear out a crawler's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CrawlerProof<'a> {
    /// No crawler is claimed.
    NotClaimed,
    /// The address is in the operator's published ranges.
    Verified(&'a Named),
    /// The operator publishes ranges, and the client's own address is outside them.
    Impostor(&'a Named),
    /// No ranges are known, or the address is not surely the client's.
    Unverifiable(&'a Named),
}

/// Networks and proof of the client's address.
#[derive(Clone, Copy, Debug)]
pub struct Origin<'a> {
    networks: &'a Networks,
    members: u64,
    /// What the address says about a claimed crawler.
    pub crawler: CrawlerProof<'a>,
}

impl<'a> Origin<'a> {
    /// Looks the client's address up.
    pub fn new(request: &Request<'a>, fingerprint: &Fingerprint<'a>, networks: &'a Networks) -> Self {
        let address = request.client.address.present();
        let members = address.map_or(0, |address| networks.find(address));
        let mut origin = Origin { networks, members, crawler: CrawlerProof::NotClaimed };
        if let Some(named) = fingerprint.named.filter(|named| named.category.is_crawler()) {
            let behind_cdn = origin.list_of(NetworkKind::Cdn).is_some();
            let sure = address.is_some() && request.client.provenance != Provenance::Unverified && !behind_cdn;
            origin.crawler = match named.ranges.as_deref().and_then(|ranges| networks.bit(ranges)) {
                Some(bit) if members & bit != 0 && request.client.provenance != Provenance::Unverified => {
                    CrawlerProof::Verified(named)
                }
                Some(_) if sure => CrawlerProof::Impostor(named),
                _ => CrawlerProof::Unverifiable(named),
            };
        }
        origin
    }

    /// The first list of a kind that holds the address. Relays belong to people: they are in no other list's kind.
    pub fn list_of(&self, kind: NetworkKind) -> Option<&'a NetworkList> {
        self.lists().find(|list| list.kind == kind)
    }

    /// Every list that holds the address.
    pub fn lists(&self) -> impl Iterator<Item = &'a NetworkList> + use<'a> {
        let members = self.members;
        self.networks.lists().iter().enumerate().filter_map(move |(place, list)| {
            let bit = 1u64.checked_shl(u32::try_from(place).ok()?)?;
            (members & bit != 0).then_some(list)
        })
    }

    /// Whether the address is in the list with this bit.
    pub fn is_member(&self, bit: u64) -> bool {
        self.members & bit != 0
    }
}
