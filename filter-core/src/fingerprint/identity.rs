//! Whose session this is: the first of the bundle's places that holds a name, else address and user agent.

use alloc::boxed::Box;
use alloc::collections::BTreeMap;
use alloc::string::String;
use alloc::vec::Vec;
use core::net::IpAddr;

use base64::Engine as _;
use base64::prelude::BASE64_URL_SAFE_NO_PAD;
use serde_json::value::RawValue;
use siphasher::sip::SipHasher24;

use super::id::{Id, field};
use crate::limits;
use crate::request::{HeaderName, Request};

/// One place where a session's name may be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum IdentitySource {
    /// A cookie.
    Cookie(Box<[u8]>),
    /// A header, by its lower-case name.
    Header(Box<[u8]>),
    /// A claim of a JSON Web Token. It is not verified: a forged one makes a new session, or takes part in one whose
    /// name was known already.
    Jwt {
        /// Header that carries the token, in lower case.
        header: Box<[u8]>,
        /// Claim at the payload's top level.
        claim: Box<[u8]>,
    },
}

/// The identity's id; `None` where neither a source nor the address tells.
///
/// The tool's id would not do: a browser asks for pages, styles, pictures and data each in its own way, so that one visit would
/// fall apart. The user agent is the same in all.
pub(crate) fn id(request: &Request<'_>, sources: &[IdentitySource], key: SipHasher24) -> Option<Id> {
    session(request, sources, key).or_else(|| by_address(request, key))
}

/// The identity's id where a source tells.
pub(crate) fn session(request: &Request<'_>, sources: &[IdentitySource], key: SipHasher24) -> Option<Id> {
    for source in sources {
        let (kind, name): (&[u8], &[u8]) = match source {
            IdentitySource::Cookie(name) => (b"identity-cookie-1", name),
            IdentitySource::Header(name) => (b"identity-header-1", name),
            IdentitySource::Jwt { claim, .. } => (b"identity-jwt-1", claim),
        };
        let mut hasher = Id::hasher(key, kind);
        field(&mut hasher, name);
        let found = match source {
            IdentitySource::Cookie(name) => cookie(request, name).map(|value| field(&mut hasher, value)),
            IdentitySource::Header(name) => {
                let value = request.headers.by_text(name).present().filter(|value| !value.is_empty());
                value.map(|value| field(&mut hasher, value))
            }
            IdentitySource::Jwt { header, claim } => {
                jwt_claim(request, header, claim).map(|value| field(&mut hasher, value.as_bytes()))
            }
        };
        if found.is_some() {
            return Some(Id::finish(&hasher));
        }
    }
    None
}

/// The identity's id where no source tells.
pub(crate) fn by_address(request: &Request<'_>, key: SipHasher24) -> Option<Id> {
    let mut hasher = Id::hasher(key, b"identity-address-agent-1");
    field_address(&mut hasher, request.client.address.present()?);
    let agent = request.header(HeaderName::UserAgent).present().unwrap_or_default();
    field(&mut hasher, agent.get(..limits::USER_AGENT).unwrap_or(agent));
    Some(Id::finish(&hasher))
}

/// The id of a client's address, for events.
pub(crate) fn client(request: &Request<'_>, key: SipHasher24) -> Option<Id> {
    let mut hasher = Id::hasher(key, b"client-1");
    field_address(&mut hasher, request.client.address.present()?);
    Some(Id::finish(&hasher))
}

/// One subscriber: an IPv4 address, or an IPv6 /64.
fn field_address(hasher: &mut SipHasher24, address: IpAddr) {
    match address.to_canonical() {
        IpAddr::V4(v4) => field(hasher, &v4.octets()),
        IpAddr::V6(v6) => field(hasher, v6.octets().get(..8).unwrap_or(&[])),
    }
}

/// A cookie's value; an empty one is none.
pub(crate) fn cookie<'a>(request: &Request<'a>, name: &[u8]) -> Option<&'a [u8]> {
    let lines = request.headers.lines().iter().filter(|line| line.name.eq_ignore_ascii_case(b"cookie"));
    let pairs =
        lines.flat_map(|line| line.value.get(..limits::HEADER_VALUE).unwrap_or(line.value).split(|b| *b == b';'));
    let mut values = pairs.filter_map(|pair| pair.trim_ascii().strip_prefix(name)?.strip_prefix(b"="));
    values.find(|value| !value.is_empty())
}

/// The claim's JSON text, where it is a string or a number.
fn jwt_claim(request: &Request<'_>, header: &[u8], claim: &[u8]) -> Option<String> {
    let value = request.headers.by_text(header).present().filter(|value| value.len() <= limits::HEADER_VALUE)?;
    let token = match value.split_at_checked(7) {
        Some((scheme, token)) if scheme.eq_ignore_ascii_case(b"bearer ") => token.trim_ascii(),
        _ => value,
    };
    let mut parts = token.split(|b| *b == b'.');
    let (_header, payload, _signature) = (parts.next()?, parts.next()?, parts.next()?);
    let payload: Vec<u8> = BASE64_URL_SAFE_NO_PAD.decode(payload).ok()?;
    let claims: BTreeMap<String, &RawValue> = serde_json::from_slice(&payload).ok()?;
    let value = claims.get(core::str::from_utf8(claim).ok()?)?.get();
    value.starts_with(|c: char| c == '"' || c == '-' || c.is_ascii_digit()).then(|| value.into())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::{ClientFacts, Fact, Facts, Header, Provenance};
    use crate::request::ClientAddressSettings;

    const KEY: [u8; 16] = [7; 16];

    fn identity(headers: &[(&str, &str)], address: &str) -> Option<Id> {
        let lines: Vec<Header<'_>> =
            headers.iter().map(|(n, v)| Header { name: n.as_bytes(), value: v.as_bytes() }).collect();
        let address = address.parse().map_or(Fact::Unknown, Fact::Present);
        let client = ClientFacts { address, provenance: Provenance::Peer, ..ClientFacts::default() };
        let facts = Facts { headers: &lines, client, ..Facts::default() };
        let request = Request::new(&facts, &ClientAddressSettings::default());
        let bytes = |text: &str| text.as_bytes().into();
        let sources = [
            IdentitySource::Cookie(bytes("sid")),
            IdentitySource::Header(bytes("x-api-key")),
            IdentitySource::Jwt { header: bytes("authorization"), claim: bytes("sub") },
        ];
        id(&request, &sources, SipHasher24::new_with_key(&KEY))
    }

    /// `{"sub":"alice","n":{"sub":"eve"}}`
    const TOKEN: &str = "Bearer eyJhbGciOiJIUzI1NiJ9.eyJzdWIiOiJhbGljZSIsIm4iOnsic3ViIjoiZXZlIn19.c2ln";

    #[test]
    fn the_first_source_that_speaks_decides() {
        let by_cookie = identity(&[("cookie", "a=1; sid=42"), ("x-api-key", "k")], "203.0.113.7");
        assert_eq!(by_cookie, identity(&[("Cookie", "sid=42; b=2")], "198.51.100.1"), "the address does not count");
        assert_ne!(by_cookie, identity(&[("cookie", "sid=43")], "203.0.113.7"));
        let by_key = identity(&[("cookie", "xsid=42; sid="), ("x-api-key", "k")], "203.0.113.7");
        assert_eq!(by_key, identity(&[("X-API-Key", "k")], "198.51.100.1"));
        let by_token = identity(&[("authorization", TOKEN)], "203.0.113.7");
        assert_eq!(by_token, identity(&[("authorization", TOKEN)], "198.51.100.1"));
        assert_ne!(by_token, by_key);
    }

    #[test]
    fn else_address_and_user_agent() {
        let plain = identity(&[], "203.0.113.7");
        assert_ne!(plain, identity(&[], "203.0.113.8"));
        let page = identity(&[("user-agent", "a/1"), ("accept", "text/html")], "203.0.113.7");
        assert_eq!(page, identity(&[("accept", "image/*"), ("user-agent", "a/1")], "203.0.113.7"), "one visit");
        assert_ne!(page, identity(&[("user-agent", "b/1")], "203.0.113.7"));
        assert_eq!(identity(&[], "2001:db8::1"), identity(&[], "2001:db8::2:1"), "one /64 is one subscriber");
        assert_ne!(identity(&[], "2001:db8::1"), identity(&[], "2001:db8:0:1::1"));
        assert_eq!(identity(&[], "?"), None);
        for broken in ["Bearer x", "Bearer a.!!.c", "Bearer a.e30.c", "Bearer a.eyJzdWIiOnt9fQ.c", "Basic eDp5"] {
            assert_eq!(identity(&[("authorization", broken)], "203.0.113.7"), plain, "{broken}");
        }
    }
}
