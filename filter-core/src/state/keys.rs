//! Which records a request touches.

use core::net::IpAddr;

use siphasher::sip::SipHasher24;

use super::Visit;
use crate::bytes::host_of;
use crate::facts::Provenance;
use crate::fingerprint::credentials::Attempt;
use crate::fingerprint::id::{Id, field};
use crate::fingerprint::identity::{self, IdentitySource};
use crate::fingerprint::{Fingerprint, tool};
use crate::request::Request;

/// Keys of the records a request touches; 0 where nothing names one.
///
/// Each is a keyed hash of 64 bits: the same on every host with the same secret, and hash tables may take it as it is. Without a secret
/// whoever knows this code can choose keys that meet; then a crowd of his can push others out of their places.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct RecordKeys {
    /// Whose session: the identity, else address and user agent.
    pub client: u64,
    /// IPv4 address, or IPv6 /64.
    pub address: u64,
    /// Autonomous system where it is known, else IPv4 /24 or IPv6 /48.
    pub network: u64,
    /// How requests are put together.
    pub tool: u64,
    /// Login name, where one was found.
    pub account: u64,
    /// Host, method, and the bundle's template or the path's shape.
    pub endpoint: u64,
    /// Host.
    pub site: u64,
}

/// The records a request touches, and what it adds to them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Touched {
    /// Which records.
    pub keys: RecordKeys,
    /// What is added.
    pub visit: Visit,
    /// Which keys nobody can choose for himself.
    pub vouched: Vouched,
}

/// Keys that come from what the host vouches for, or from a session's name.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Vouched {
    /// The client's: its session has a name, or somebody vouches for its address.
    pub client: bool,
    /// The address's, and so the network's.
    pub address: bool,
}

/// What names the records besides the request itself.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Naming<'a> {
    pub(crate) sources: &'a [IdentitySource],
    /// Autonomous system of the client's address.
    pub(crate) asn: Option<u32>,
    /// Id of the bundle's endpoint.
    pub(crate) endpoint: Option<&'a str>,
    pub(crate) key: SipHasher24,
    /// The login or sign-up that the request is.
    pub(crate) attempt: Option<Attempt>,
}

impl Touched {
    pub(crate) fn of(request: &Request<'_>, fingerprint: &Fingerprint<'_>, naming: Naming<'_>, now: u64) -> Self {
        let Naming { sources, asn, endpoint, key, attempt } = naming;
        let tool = tool::id(request, fingerprint, key);
        let site = named(key, b"site-1", |hasher| host(hasher, request));
        let path = named(key, b"path-1", |hasher| field(hasher, request.path.normalised()));
        let session = identity::session(request, sources, key);
        let address = request.client.provenance != Provenance::Unverified;
        let vouched = Vouched { client: address || session.is_some(), address };
        let keys = RecordKeys {
            client: session.or_else(|| identity::by_address(request, key)).map_or(0, Id::bits),
            address: identity::client(request, key).map_or(0, Id::bits),
            network: network(request, asn, key),
            tool: tool.bits(),
            account: attempt.map_or(0, |attempt| attempt.account),
            endpoint: named(key, b"endpoint-1", |hasher| {
                field(hasher, &site.to_le_bytes());
                field(hasher, request.facts.method);
                match endpoint {
                    Some(id) => field(hasher, id.as_bytes()),
                    None => shape(hasher, request.path.normalised()),
                }
            }),
            site,
        };
        let target = named(key, b"target-1", |hasher| {
            field(hasher, &path.to_le_bytes());
            field(hasher, request.path.query().unwrap_or_default());
        });
        Touched { keys, visit: Visit { attempt, ..Visit::of(request, fingerprint, now, path, target) }, vouched }
    }
}

fn named(key: SipHasher24, kind: &[u8], write: impl FnOnce(&mut SipHasher24)) -> u64 {
    let mut hasher = Id::hasher(key, kind);
    write(&mut hasher);
    Id::finish(&hasher).bits()
}

fn host(hasher: &mut SipHasher24, request: &Request<'_>) {
    let host = host_of(request.facts.authority);
    let mut lower = [0u8; LONGEST_HOST];
    let host = host.get(..LONGEST_HOST).unwrap_or(host);
    lower.iter_mut().zip(host).for_each(|(slot, byte)| *slot = byte.to_ascii_lowercase());
    field(hasher, lower.get(..host.len()).unwrap_or_default());
}

/// Bytes of a host name (RFC 1035, 2.3.4).
const LONGEST_HOST: usize = 255;

fn network(request: &Request<'_>, asn: Option<u32>, key: SipHasher24) -> u64 {
    let Some(address) = request.client.address.present() else { return 0 };
    named(key, b"network-1", |hasher| match (asn, address.to_canonical()) {
        (Some(asn), _) => field(hasher, &asn.to_be_bytes()),
        (None, IpAddr::V4(v4)) => field(hasher, v4.octets().get(..3).unwrap_or_default()),
        (None, IpAddr::V6(v6)) => field(hasher, v6.octets().get(..6).unwrap_or_default()),
    })
}

/// A path with the segments that vary left out: what has a digit in it, and what is long.
fn shape(hasher: &mut SipHasher24, path: &[u8]) {
    for segment in path.split(|byte| *byte == b'/').take(crate::limits::PATH_SEGMENTS) {
        let varies = segment.len() > 32 || segment.iter().any(u8::is_ascii_digit);
        field(hasher, if varies { b"{}" } else { segment });
    }
}
