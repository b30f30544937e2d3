//! Client addresses: who is believed is who the slow reading of the chain believes, and blocks hold what they say.

use std::net::{IpAddr, SocketAddr};

use filter_core::facts::{ClientFacts, Fact, Facts, Header, Provenance};
use filter_core::limits;
use filter_core::request::{ClientAddressSettings, HeaderName, Prefix, Request};

use super::Target;
use crate::fields::{Fields, join};

pub(super) const TARGET: Target = Target { name: "address", check, seeds, rounds: 4000 };

fn seeds() -> Vec<Vec<u8>> {
    let seed = |hops: u8, blocks: &[u8], peer: &[u8], chain: &[u8], header: &[u8]| {
        join([&[hops][..], blocks, peer, header, chain, b"192.0.2.9"])
    };
    vec![
        // The host wrote its own peer down.
        seed(1, b"", b"192.0.2.9", b"203.0.113.7, 198.51.100.1", b""),
        seed(0, b"", b"203.0.113.7", b"198.51.100.1", b""),
        seed(2, b"", b"10.0.0.1", b"203.0.113.7, 10.0.0.2:443, [2001:db8::1]:8443", b""),
        seed(0, b"10.0.0.0/8,2001:db8::/32", b"10.0.0.1", b"203.0.113.7, [2001:db8::1], ::ffff:10.0.0.2", b""),
        seed(1, b"0.0.0.0/0", b"::ffff:10.0.0.1", b"unknown, _hidden", b"cf-connecting-ip"),
    ]
}

fn check(data: &[u8]) {
    let mut fields = Fields::of(data);
    let (hops, blocks, peer, header) = (fields.number(), fields.text(), fields.text(), fields.bytes());
    let blocks: Vec<Prefix> = blocks.split(',').filter_map(|text| text.parse().ok()).collect();
    let peer: Option<IpAddr> = peer.parse().ok();
    let settings = ClientAddressSettings {
        trusted_hops: hops as u8,
        trusted_proxies: blocks.clone(),
        header: HeaderName::parse(header),
        // The number's high byte says whether this host notes its peer.
        appends_peer: [None, Some(true), Some(false)][(hops >> 8) as usize % 3],
    };
    let mut headers: Vec<_> = fields.map(|value| Header { name: b"X-Forwarded-For", value }).collect();
    if let Some(line) = headers.first_mut().filter(|_| settings.header.is_some()) {
        line.name = header;
    }
    let client = ClientFacts {
        address: peer.map_or(Fact::Unknown, Fact::Present),
        provenance: Provenance::Peer,
        ..ClientFacts::default()
    };
    let facts = Facts { headers: &headers, client, ..Facts::default() };

    let found = Request::new(&facts, &settings).client;
    assert!(found.address.present().is_none_or(|address| address == address.to_canonical()));
    assert_eq!(found.address.is_present(), peer.is_some());
    assert!(usize::from(found.hops) <= limits::FORWARDED_HOPS);
    assert_eq!(found.hops > 0, matches!(found.provenance, Provenance::Hop | Provenance::Cdn));
    if found.hops == 0 {
        assert_eq!(found.address.present(), peer.map(|peer| peer.to_canonical()), "nobody else was believed");
    }
    let stranger = peer.is_some_and(|peer| !blocks.is_empty() && !blocks.iter().any(|block| holds(block, peer)));
    assert!(!stranger || found.hops == 0, "a stranger spoke for a client");
    if let (Some(peer), None) = (peer, settings.header) {
        let believed = slow(peer.to_canonical(), &settings, &headers);
        assert_eq!((found.hops > 0).then_some((found.address.present(), found.hops)), believed);
    }
    for block in &blocks {
        assert_eq!(block.to_owned(), format!("{}/{}", block.address(), block.length()).parse().unwrap());
        for address in [peer, found.address.present(), Some(block.address())].into_iter().flatten() {
            assert_eq!(block.contains(address), holds(block, address), "{block:?} {address}");
        }
    }
}

/// The address that proxies gave and how many of them: the whole chain at once, then from its end. `None`: nobody is believed.
fn slow(peer: IpAddr, settings: &ClientAddressSettings, headers: &[Header<'_>]) -> Option<(Option<IpAddr>, u8)> {
    let is_ours = |address: IpAddr| settings.trusted_proxies.iter().any(|block| holds(block, address));
    if !settings.trusted_proxies.is_empty() && !is_ours(peer) {
        return None;
    }
    if headers.len() > limits::HEADERS {
        return None; // the end of the chain was not looked at
    }
    let lines: Vec<_> = headers.iter().map(|line| line.value).collect();
    let whole = lines.join(&b',');
    let items = whole.split(|byte| *byte == b',').map(<[u8]>::trim_ascii).filter(|item| !item.is_empty());
    let mut chain: Vec<Option<IpAddr>> = items.map(address_in).collect();
    if settings.appends_peer.unwrap_or(chain.last() == Some(&Some(peer))) {
        chain.pop(); // the host's own entry
    }
    chain.reverse();
    chain.truncate(limits::FORWARDED_HOPS);
    let place = match settings.trusted_hops {
        0 if settings.trusted_proxies.is_empty() => return None,
        0 => chain.iter().position(|entry| !entry.is_some_and(is_ours))?,
        hops => usize::from(hops) - 1,
    };
    let address = (*chain.get(place)?)?;
    Some((Some(address), place as u8 + 1))
}

fn address_in(text: &[u8]) -> Option<IpAddr> {
    let text = std::str::from_utf8(text).ok()?;
    let bare = || text.strip_prefix('[')?.strip_suffix(']')?.parse().ok();
    let address = text.parse().ok().or_else(|| Some(text.parse::<SocketAddr>().ok()?.ip())).or_else(bare)?;
    Some(IpAddr::to_canonical(&address))
}

/// Bit by bit.
fn holds(block: &Prefix, address: IpAddr) -> bool {
    let bits = |address: IpAddr| -> Vec<bool> {
        let bytes = match address {
            IpAddr::V4(v4) => v4.octets().to_vec(),
            IpAddr::V6(v6) => v6.octets().to_vec(),
        };
        bytes.iter().flat_map(|byte| (0..8).rev().map(move |bit| byte >> bit & 1 == 1)).collect()
    };
    let (mine, other) = (bits(block.address()), bits(address.to_canonical()));
    mine.len() == other.len() && mine.iter().zip(&other).take(block.length().into()).all(|(one, two)| one == two)
}
