//! The client's address, and how sure we are that it is the client's.

mod prefix;

pub use prefix::Prefix;

use alloc::vec::Vec;
use core::net::IpAddr;

use super::{HeaderName, Headers};
use crate::bytes;
use crate::facts::{Fact, Facts, Provenance};
use crate::limits;

/// Which hops in front of this host may speak for the client. Part of the host settings, never of a bundle.
///
/// By default nobody is trusted and the socket's peer is the client.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct ClientAddressSettings {
    /// This many proxies in front append to `x-forwarded-for`: the client is that many entries from the right.
    pub trusted_hops: u8,
    /// Peers that may speak for a client; entries of the chain inside them are skipped. Empty: any peer, for `trusted_hops`.
    pub trusted_proxies: Vec<Prefix>,
    /// Whether the chain's last entry is this host's own note of its peer, so that it is no hop's: Envoy writes one with
    /// `use_remote_address`. Where this is not said, a last entry equal to the peer is taken for one; that is wrong where a hop
    /// sees the client under its own address, as it does a client on its own machine.
    pub appends_peer: Option<bool>,
    /// A header that a trusted proxy overwrites with the one address, such as `cf-connecting-ip`, in place of the chain.
    pub header: Option<HeaderName>,
}

/// The address that stands for the client.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ClientAddress {
    /// The address; IPv4-mapped IPv6 is given as IPv4.
    pub address: Fact<IpAddr>,
    /// Where it came from.
    pub provenance: Provenance,
    /// Proxies between the client and this host that were believed.
    pub hops: u8,
    /// The connection to this host is a proxy's own: its TLS, protocol and pseudo headers say nothing about the client.
    pub is_proxied: bool,
}

impl ClientAddress {
    pub(crate) fn resolve(facts: &Facts<'_>, headers: &Headers<'_>, settings: &ClientAddressSettings) -> Self {
        let peer = facts.client.address.map(|address| address.to_canonical());
        let as_given = ClientAddress { address: peer, provenance: facts.client.provenance, hops: 0, is_proxied: false };
        let Fact::Present(peer_address) = peer else { return as_given };
        let asks_hops = settings.trusted_hops > 0 || !settings.trusted_proxies.is_empty();
        if facts.client.provenance != Provenance::Peer || !asks_hops {
            return as_given;
        }
        as_given.behind_proxy(peer_address, headers, settings)
    }

    /// The same where the peer may be a proxy that names the client.
    #[inline(never)] // an edge without proxies in front jumps over this
    fn behind_proxy(self, peer: IpAddr, headers: &Headers<'_>, settings: &ClientAddressSettings) -> Self {
        let trusted = |address: IpAddr| settings.trusted_proxies.iter().any(|prefix| prefix.contains(address));
        if !settings.trusted_proxies.is_empty() && !trusted(peer) {
            return self;
        }
        // The peer is a proxy of ours: where it does not name the client, its own address is not the client's.
        let unsure = ClientAddress { provenance: Provenance::Unverified, is_proxied: true, ..self };
        // The chain is read from its end, and the end was not looked at.
        if headers.is_truncated() {
            return unsure;
        }
        if let Some(header) = settings.header {
            return match headers.get(header).present().and_then(parse_address) {
                Some(address) if !headers.is_repeated(header) => ClientAddress {
                    address: Fact::Present(address),
                    provenance: Provenance::Cdn,
                    hops: 1,
                    is_proxied: true,
                },
                _ => unsure,
            };
        }
        let chain = chain_from_right(headers, peer, settings.appends_peer);
        let found = match settings.trusted_hops {
            0 => first_outside(chain, trusted),
            hops => chain.into_iter().nth(usize::from(hops).saturating_sub(1)).map(|entry| (entry, hops)),
        };
        match found {
            Some((Some(address), hops)) => {
                ClientAddress { address: Fact::Present(address), provenance: Provenance::Hop, hops, is_proxied: true }
            }
            _ => unsure,
        }
    }
}

/// The forwarding chain, nearest hop first, without this host's own note of its peer.
fn chain_from_right<'a>(
    headers: &Headers<'a>,
    peer: IpAddr,
    appends_peer: Option<bool>,
) -> impl IntoIterator<Item = Option<IpAddr>> + use<'a> {
    let lines = headers.lines().iter().rev().filter(|line| line.name.eq_ignore_ascii_case(b"x-forwarded-for"));
    let mut entries = lines.flat_map(|line| bytes::list_items(line.value).rev()).map(parse_address).peekable();
    // Envoy notes a peer on the loopback under an address of its own, so where the host is known to write, any entry goes.
    entries.next_if(|entry| appends_peer.unwrap_or(*entry == Some(peer)));
    entries.take(limits::FORWARDED_HOPS)
}

fn first_outside(
    chain: impl IntoIterator<Item = Option<IpAddr>>,
    trusted: impl Fn(IpAddr) -> bool,
) -> Option<(Option<IpAddr>, u8)> {
    let mut hops = 1u8;
    for entry in chain {
        match entry {
            Some(address) if trusted(address) => hops = hops.saturating_add(1),
            other => return Some((other, hops)),
        }
    }
    None
}

/// Reads an address with or without port and brackets.
fn parse_address(text: &[u8]) -> Option<IpAddr> {
    let text = core::str::from_utf8(text.trim_ascii()).ok()?;
    if let Ok(address) = text.parse::<IpAddr>() {
        return Some(address.to_canonical());
    }
    if let Ok(socket) = text.parse::<core::net::SocketAddr>() {
        return Some(socket.ip().to_canonical());
    }
    let inner = text.strip_prefix('[')?.strip_suffix(']')?;
    inner.parse::<IpAddr>().ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ClientFacts, Header};

    fn resolve(peer: &str, forwarded: &[&str], settings: &ClientAddressSettings) -> (String, &'static str) {
        let headers: Vec<Header<'_>> =
            forwarded.iter().map(|v| Header { name: b"X-Forwarded-For", value: v.as_bytes() }).collect();
        let client = ClientFacts {
            address: Fact::Present(peer.parse().unwrap()),
            provenance: Provenance::Peer,
            ..ClientFacts::default()
        };
        let facts = Facts { headers: &headers, client, ..Facts::default() };
        let found = ClientAddress::resolve(&facts, &Headers::new(&facts), settings);
        (found.address.present().unwrap().to_string(), found.provenance.as_str())
    }

    use alloc::string::{String, ToString};

    #[test]
    fn nobody_is_trusted_by_default() {
        let settings = ClientAddressSettings::default();
        assert_eq!(resolve("198.51.100.9", &["203.0.113.7"], &settings), ("198.51.100.9".into(), "peer"));
    }

    #[test]
    fn trusted_hops_count_from_the_right() {
        let settings = ClientAddressSettings { trusted_hops: 1, ..Default::default() };
        let cases = [
            (&["203.0.113.7"][..], "203.0.113.7", "hop"),
            (&["6.6.6.6, 203.0.113.7"], "203.0.113.7", "hop"),
            (&["6.6.6.6", "203.0.113.7"], "203.0.113.7", "hop"),
            // Envoy appended the peer itself.
            (&["6.6.6.6, 203.0.113.7, 10.0.0.1"], "203.0.113.7", "hop"),
            (&["203.0.113.7:4711"], "203.0.113.7", "hop"),
            (&["[2001:db8::7]:443"], "2001:db8::7", "hop"),
            (&["::ffff:203.0.113.7"], "203.0.113.7", "hop"),
            (&["6.6.6.6, unknown"], "10.0.0.1", "unverified"),
            (&[], "10.0.0.1", "unverified"),
        ];
        for (chain, address, provenance) in cases {
            assert_eq!(resolve("10.0.0.1", chain, &settings), (address.to_string(), provenance), "{chain:?}");
        }
    }

    #[test]
    fn the_hosts_own_entry_is_left_out() {
        let cases = [
            (None, "203.0.113.7, 10.0.0.1", "203.0.113.7", "hop"),
            (None, "203.0.113.7", "203.0.113.7", "hop"),
            // A client on the proxy's own machine: without a word it looks like the host's entry.
            (None, "6.6.6.6, 10.0.0.1", "6.6.6.6", "hop"),
            (Some(false), "6.6.6.6, 10.0.0.1", "10.0.0.1", "hop"),
            (Some(true), "203.0.113.7, 10.0.0.1", "203.0.113.7", "hop"),
            (Some(true), "203.0.113.7, 192.0.2.1", "203.0.113.7", "hop"),
            (Some(true), "10.0.0.1", "10.0.0.1", "unverified"),
        ];
        for (appends_peer, chain, address, provenance) in cases {
            let settings = ClientAddressSettings { trusted_hops: 1, appends_peer, ..Default::default() };
            let found = resolve("10.0.0.1", &[chain], &settings);
            assert_eq!(found, (address.to_string(), provenance), "{appends_peer:?} {chain}");
        }
    }

    #[test]
    fn only_listed_proxies_speak_for_clients() {
        let settings = ClientAddressSettings {
            trusted_proxies: ["10.0.0.0/8", "192.0.2.0/24"].map(|p| p.parse().unwrap()).to_vec(),
            ..Default::default()
        };
        assert_eq!(resolve("10.0.0.1", &["6.6.6.6, 203.0.113.7, 192.0.2.5"], &settings), ("203.0.113.7".into(), "hop"));
        assert_eq!(resolve("198.51.100.9", &["203.0.113.7"], &settings), ("198.51.100.9".into(), "peer"));
        assert_eq!(resolve("10.0.0.1", &["192.0.2.5"], &settings), ("10.0.0.1".into(), "unverified"));
    }

    #[test]
    fn a_chain_whose_end_was_not_looked_at_is_not_believed() {
        let settings = ClientAddressSettings { trusted_hops: 1, ..Default::default() };
        let lines = ["66.249.66.1"].into_iter().chain(core::iter::repeat_n("203.0.113.9", limits::HEADERS));
        assert_eq!(resolve("10.0.0.1", &lines.collect::<Vec<_>>(), &settings), ("10.0.0.1".into(), "unverified"));
    }
}
