//! The connection's other end, and where the knowledge came from.

use core::net::IpAddr;

use super::Fact;

/// Where the client address came from. Nothing may ban an unverified one.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Provenance {
    /// The socket's peer.
    Peer,
    /// A header written by a trusted hop.
    Hop,
    /// A header written by the CDN this host belongs to.
    Cdn,
    /// Somebody claims it.
    #[default]
    Unverified,
}

impl Provenance {
    /// The name used in traces, policies and events.
    pub const fn as_str(self) -> &'static str {
        match self {
            Provenance::Peer => "peer",
            Provenance::Hop => "hop",
            Provenance::Cdn => "cdn",
            Provenance::Unverified => "unverified",
        }
    }
}

/// Address and network of the connection's other end.
#[derive(Clone, Copy, Debug, Default)]
pub struct ClientFacts<'a> {
    /// Address as the host reports it, before trusted hops are applied.
    pub address: Fact<IpAddr>,
    /// Where the address came from.
    pub provenance: Provenance,
    /// Autonomous system number.
    pub asn: Fact<u32>,
    /// Name of the organisation that announces the address.
    pub organisation: Fact<&'a [u8]>,
    /// ISO 3166-1 alpha-2 country code, upper case.
    pub country: Fact<&'a [u8]>,
}
