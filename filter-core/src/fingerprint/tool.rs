//! The tool's id: how the request was put together, whatever it says it is.

use siphasher::sip::SipHasher24;

use super::id::{Id, field};
use super::{ClientHints, Fingerprint};
use crate::bytes;
use crate::facts::Fact;
use crate::request::{HeaderName, Request};

/// Bytes of an Accept-Encoding that count; the longest of a browser has 31.
const ENCODINGS: usize = 64;

/// The tool's id under a tenant's key: the same program gives the same id for requests of the same kind, whoever runs it.
///
/// It covers the JA4's first two parts, protocol version, HTTP/2 settings, which known headers came and in which order,
/// the class of Accept, the Accept-Encoding, and whether a language, client hints and Sec-Fetch came. It leaves out what hops
/// add and what varies with the page. Where the host lost the order, the set of names counts instead, in an id space of its own.
pub(crate) fn id(request: &Request<'_>, fingerprint: &Fingerprint<'_>, key: SipHasher24) -> Id {
    let ordered = request.facts.header_order.is_known();
    let kind: &[u8] = if ordered { b"tool-1" } else { b"tool-unordered-1" };
    let mut hasher = Id::hasher(key, kind);
    ja4(&mut hasher, request);
    field(&mut hasher, request.version.present().map_or("", |version| version.as_str()).as_bytes());
    let own = |value| if request.client.is_proxied { Fact::Unknown } else { value };
    fact(&mut hasher, own(request.facts.h2_fingerprint));
    fact(&mut hasher, own(request.facts.pseudo_order));
    if ordered {
        request.headers.order().filter(|name| is_tools_own(*name)).for_each(|n| field(&mut hasher, n.as_bytes()));
    } else {
        HeaderName::all()
            .filter(|name| is_tools_own(*name) && request.header(*name).is_present())
            .for_each(|name| field(&mut hasher, name.as_bytes()));
    }
    field(&mut hasher, accept(request).as_bytes());
    let encodings = request.header(HeaderName::AcceptEncoding).map(|v| v.get(..ENCODINGS).unwrap_or(v));
    fact(&mut hasher, encodings);
    hints(&mut hasher, &fingerprint.hints());
    field(&mut hasher, request.kind.as_str().as_bytes());
    Id::finish(&hasher)
}

/// The third part changes with the connection: resumption and padding add extensions, and Envoy hashes GREASE into it.
/// Without it the id is the same whoever computed the JA4.
fn ja4(hasher: &mut SipHasher24, request: &Request<'_>) {
    let stable = request.tls().ja4.map(|ja4| {
        let end = ja4.iter().rposition(|byte| *byte == b'_');
        end.and_then(|end| ja4.get(..end)).unwrap_or(ja4)
    });
    fact(hasher, stable);
}

fn fact(hasher: &mut SipHasher24, fact: Fact<&[u8]>) {
    match fact {
        Fact::Unknown => field(hasher, b"?"),
        Fact::Absent => field(hasher, b"-"),
        Fact::Present(value) => {
            field(hasher, b"+");
            field(hasher, value);
        }
    }
}

/// Accept by class: its fine print changes with browser versions and pages.
fn accept(request: &Request<'_>) -> &'static str {
    match request.header(HeaderName::Accept) {
        Fact::Unknown => "?",
        Fact::Absent => "-",
        Fact::Present(b"*/*") => "any",
        Fact::Present(value) if bytes::contains(value, b"text/html") => "html",
        Fact::Present(value) if value.starts_with(b"image/") => "image",
        Fact::Present(value) if value.starts_with(b"text/css") => "css",
        Fact::Present(value) if value.starts_with(b"application/json") => "json",
        Fact::Present(_) => "other",
    }
}

fn hints(hasher: &mut SipHasher24, hints: &ClientHints<'_>) {
    match hints.list {
        Fact::Unknown => field(hasher, b"?"),
        Fact::Absent => field(hasher, b"-"),
        Fact::Present(_) => {
            field(hasher, &[u8::try_from(hints.brands().len()).unwrap_or(u8::MAX), u8::from(hints.malformed)]);
        }
    }
}

/// Headers that the program itself decides about: not those that hops add, nor those that vary with page, session or cache.
fn is_tools_own(name: HeaderName) -> bool {
    use HeaderName::*;
    matches!(
        name,
        UserAgent
            | Accept
            | AcceptEncoding
            | AcceptLanguage
            | AcceptCharset
            | SecChUa
            | SecChUaMobile
            | SecChUaPlatform
            | SecFetchSite
            | SecFetchMode
            | SecFetchUser
            | SecFetchDest
            | SecGpc
            | Dnt
            | UpgradeInsecureRequests
            | Connection
            | Te
            | Priority
            | SaveData
            | From
    )
}
