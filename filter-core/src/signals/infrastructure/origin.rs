//! Which networks the client's address belongs to, looked up once a request.

use core::net::IpAddr;

use super::{NetworkKind, NetworkList, Networks};
use crate::facts::{Fact, Provenance};
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
    address: Option<IpAddr>,
    provenance: Provenance,
    /// What the address says about a claimed crawler.
    pub crawler: CrawlerProof<'a>,
}

impl<'a> Origin<'a> {
    /// Looks the client's address up.
    pub fn new(request: &Request<'a>, fingerprint: &Fingerprint<'a>, networks: &'a Networks) -> Self {
        let address = request.client.address.present();
        let members = address.map_or(0, |address| networks.find(address));
        let provenance = request.client.provenance;
        let mut origin = Origin { networks, members, address, provenance, crawler: CrawlerProof::NotClaimed };
        if let Some(named) = fingerprint.named.filter(|named| named.category.is_crawler()) {
            origin.crawler = origin.proof(named);
        }
        origin
    }

    /// The first list of a kind that holds the address, whatever else holds it.
    pub fn list_of(&self, kind: NetworkKind) -> Option<&'a NetworkList> {
        self.lists().find(|list| list.kind == kind)
    }

    /// The first list of a kind that holds the address, where that says something about the client: not behind a CDN, not
    /// for an address nobody vouches for, not for people behind a relay, not for a crawler in its own ranges.
    pub fn telling(&self, kind: NetworkKind) -> Option<&'a NetworkList> {
        let proven = matches!(self.crawler, CrawlerProof::Verified(_));
        if proven || !self.is_the_clients() || self.list_of(NetworkKind::Relay).is_some() {
            return None;
        }
        self.list_of(kind)
    }

    /// Whether there is anything to say: a list holds the address, or a crawler is claimed.
    pub fn is_telling(&self) -> bool {
        self.members != 0 || self.crawler != CrawlerProof::NotClaimed
    }

    /// Every list that holds the address.
    pub fn lists(&self) -> impl Iterator<Item = &'a NetworkList> + use<'a> {
        let lists = self.networks.lists();
        let mut rest = self.members;
        core::iter::from_fn(move || {
            // One step a list that holds the address, which is none or two of dozens.
            let place = usize::try_from(rest.trailing_zeros()).ok().filter(|_| rest != 0)?;
            rest &= rest.wrapping_sub(1);
            lists.get(place)
        })
    }

    /// Whether the address is in the list with this bit.
    pub fn is_member(&self, bit: u64) -> bool {
        self.members & bit != 0
    }

    /// The AS that announces the client's address: the host's word about its own peer, else the bundle's table.
    pub fn asn(&self, request: &Request<'_>) -> Option<u32> {
        match request.facts.client.asn {
            Fact::Present(asn) if request.client.hops == 0 => Some(asn),
            _ => self.networks.asn(self.address?),
        }
    }

    /// The client's country: the host's word about its own peer, else the bundle's table.
    pub fn country(&self, request: &Request<'_>) -> Option<[u8; 2]> {
        match request.facts.client.country {
            Fact::Present(code) if request.client.hops == 0 => code.try_into().ok(),
            _ => self.networks.country(self.address?),
        }
    }

    /// Somebody vouches that the address is the client's own, and it is no CDN's.
    fn is_the_clients(&self) -> bool {
        self.address.is_some() && self.provenance != Provenance::Unverified && self.list_of(NetworkKind::Cdn).is_none()
    }

    fn proof(&self, named: &'a Named) -> CrawlerProof<'a> {
        let ranges = named.ranges.as_deref().and_then(|ranges| self.networks.named(ranges));
        let Some((bit, list)) = ranges.filter(|_| self.provenance != Provenance::Unverified) else {
            return CrawlerProof::Unverifiable(named);
        };
        let complete = list.kind == NetworkKind::Crawler;
        if self.is_member(bit) {
            CrawlerProof::Verified(named)
        } else if complete && self.is_the_clients() && self.address.is_some_and(is_public) {
            CrawlerProof::Impostor(named)
        } else {
            CrawlerProof::Unverifiable(named)
        }
    }
}

/// Not an address of a private network. One in front of a public service is a proxy that nobody told us to trust (or a
/// test), so it is nobody's lie.
fn is_public(address: IpAddr) -> bool {
    match address {
        IpAddr::V4(v4) => {
            let shared = matches!(v4.octets(), [100, 64..=127, ..]); // RFC 6598
            !(v4.is_private() || v4.is_loopback() || v4.is_link_local() || v4.is_unspecified() || shared)
        }
        IpAddr::V6(v6) => {
            !(v6.is_loopback() || v6.is_unspecified() || v6.is_unique_local() || v6.is_unicast_link_local())
        }
    }
}

#[cfg(test)]
mod tests;
