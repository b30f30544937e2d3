//! What Envoy knows about a request, as the core's facts: one read of the header map, one joined property.
//!
//! Envoy sends names in lower case and in the client's order, with pseudo headers first; over HTTP/2 the pseudo headers are
//! in the client's order too. Hop-by-hop headers are gone. Headers that Envoy itself appends (`x-forwarded-proto`,
//! `x-request-id` and the like) are among the others: the core leaves them out of order evidence by name.

use core::net::{IpAddr, SocketAddr};

use filter_core::action::is_own_header;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, HeaderOrder, Ja4By, Provenance, TlsFacts, TlsVersion};
use filter_core::limits;

use crate::{hostcalls, pairs};

/// `ja4|ja3|peer address|TLS version|cipher|protocol`, joined by the HTTP-level set_filter_state filter.
const REQUEST_STATE: &[u8] = b"filter_state\0weir.request";
/// The same without the protocol, set once a connection by the network-level filter: read where the other is missing.
const CONNECTION_STATE: &[u8] = b"filter_state\0weir.connection";
/// The address as Envoy computes it, with the port. Without `use_remote_address` a client can choose it.
const SOURCE_ADDRESS: &[u8] = b"source\0address";

/// One more than the core looks at, so that it can tell that there were more.
const LINES: usize = limits::HEADERS_SEARCHED.saturating_add(1);

/// The host's bytes of one request; facts borrow from it.
pub(crate) struct RequestBytes {
    headers: Vec<u8>,
    state: State,
}

/// What is known beside the headers, as the host gave it.
enum State {
    /// With the protocol.
    Request(Vec<u8>),
    /// Without the protocol.
    Connection(Vec<u8>),
    /// Filter state is not configured: an address and its port, perhaps the client's own word.
    Source(Vec<u8>),
    Nothing,
}

impl State {
    fn fetch() -> Self {
        let request = || hostcalls::property(REQUEST_STATE).map(State::Request);
        let connection = |_| hostcalls::property(CONNECTION_STATE).map(State::Connection);
        let source = |_| hostcalls::property(SOURCE_ADDRESS).map(State::Source);
        request().or_else(connection).or_else(source).unwrap_or(State::Nothing)
    }
}

impl RequestBytes {
    /// Asks the host: two calls where the joined filter state is configured. `None` where there are no headers to read.
    pub(crate) fn fetch() -> Option<Self> {
        let headers = hostcalls::header_map(hostcalls::Map::Request).ok().filter(|wire| !wire.is_empty())?;
        Some(RequestBytes { headers, state: State::fetch() })
    }

    /// Lends the facts, and the names of inbound headers that only Weir may send, to `use_them`.
    pub(crate) fn with_facts<T>(&self, use_them: impl FnOnce(&Facts<'_>, &Forged<'_>) -> T) -> T {
        let connection = Connection::read(&self.state);
        let pairs = pairs::read(&self.headers);
        // An array of all lines would be 2 KB to clear for a dozen headers.
        let mut lines = Vec::with_capacity(pairs.len().min(LINES));
        let mut pseudo = Pseudo::default();
        let mut forged = Forged { wire: &self.headers, any: false };
        for (name, value) in pairs {
            if name.first() == Some(&b':') {
                pseudo.take(name, value);
                continue;
            }
            forged.any |= is_own_header(name);
            if lines.len() < LINES {
                lines.push(Header { name, value });
            }
        }
        let multiplexed = matches!(connection.version, Fact::Present(b"2" | b"3"));
        let facts = Facts {
            method: pseudo.method,
            scheme: if pseudo.scheme.is_empty() { Fact::Unknown } else { Fact::Present(pseudo.scheme) },
            authority: pseudo.authority,
            path: pseudo.path,
            version: connection.version,
            pseudo_order: match connection.version {
                Fact::Present(_) if multiplexed => Fact::Present(pseudo.order()),
                Fact::Present(_) => Fact::Absent,
                Fact::Unknown | Fact::Absent => Fact::Unknown,
            },
            headers: &lines,
            headers_known: None,
            header_order: HeaderOrder::Kept,
            body: Fact::Unknown,
            client: connection.client,
            tls: connection.tls,
            h2_fingerprint: Fact::Unknown,
        };
        use_them(&facts, &forged)
    }
}

/// Inbound headers with names that only Weir may send.
pub(crate) struct Forged<'a> {
    wire: &'a [u8],
    any: bool,
}

impl<'a> Forged<'a> {
    /// Their names; almost always none, then nothing is walked.
    pub(crate) fn names(&self) -> impl Iterator<Item = &'a [u8]> + use<'a> {
        let wire = if self.any { self.wire } else { &[] };
        pairs::read(wire).map(|(name, _)| name).filter(|name| is_own_header(name))
    }
}

#[derive(Default)]
struct Pseudo<'a> {
    method: &'a [u8],
    scheme: &'a [u8],
    authority: &'a [u8],
    path: &'a [u8],
    letters: [u8; 4],
    count: usize,
}

impl<'a> Pseudo<'a> {
    fn take(&mut self, name: &'a [u8], value: &'a [u8]) {
        let (slot, letter) = match name {
            b":method" => (&mut self.method, b'm'),
            b":scheme" => (&mut self.scheme, b's'),
            b":authority" => (&mut self.authority, b'a'),
            b":path" => (&mut self.path, b'p'),
            // `:protocol` of extended CONNECT has no letter in the usual notation.
            _ => return,
        };
        *slot = value;
        if let Some(place) = self.letters.get_mut(self.count) {
            *place = letter;
            self.count = self.count.saturating_add(1);
        }
    }

    fn order(&self) -> &[u8] {
        self.letters.get(..self.count).unwrap_or_default()
    }
}

struct Connection<'a> {
    client: ClientFacts<'a>,
    tls: TlsFacts<'a>,
    version: Fact<&'a [u8]>,
}

impl<'a> Connection<'a> {
    fn read(state: &'a State) -> Self {
        match state {
            State::Request(joined) => Self::joined(joined, true),
            State::Connection(joined) => Self::joined(joined, false),
            State::Source(socket) => {
                let socket = core::str::from_utf8(socket).ok().and_then(|text| text.parse::<SocketAddr>().ok());
                Self::nothing(socket.map(|socket| socket.ip()), Provenance::Unverified)
            }
            State::Nothing => Self::nothing(None, Provenance::Unverified),
        }
    }

    fn nothing(address: Option<IpAddr>, provenance: Provenance) -> Self {
        let address = address.map_or(Fact::Unknown, Fact::Present);
        let client = ClientFacts { address, provenance, ..ClientFacts::default() };
        Connection { client, tls: TlsFacts::default(), version: Fact::Unknown }
    }

    /// Read from the right: the JA4 stands first because its protocol letters are the client's, and some versions of Envoy
    /// write them as they came, a `|` too.
    fn joined(state: &'a [u8], with_protocol: bool) -> Self {
        let mut rest = state;
        let protocol = if with_protocol { take_last(&mut rest) } else { &[] };
        let [cipher, tls_version, peer, ja3] = [(); 4].map(|()| take_last(&mut rest));
        let ja4 = if rest == b"-" { &[] } else { rest };
        let plain = tls_version.is_empty() && ja4.is_empty();
        let text = |part: &'a [u8]| match part {
            [] if plain => Fact::Absent,
            [] => Fact::Unknown,
            _ => Fact::Present(part),
        };
        let version = match TlsVersion::parse(tls_version) {
            Some(version) => Fact::Present(version),
            None if plain => Fact::Absent,
            None => Fact::Unknown,
        };
        let address = core::str::from_utf8(peer).ok().and_then(|text| text.parse().ok());
        Connection {
            tls: TlsFacts { version, ja4: text(ja4), ja4_by: Ja4By::Envoy, ja3: text(ja3), cipher: text(cipher) },
            version: protocol.strip_prefix(b"HTTP/").map_or(Fact::Unknown, Fact::Present),
            ..Self::nothing(address, if address.is_some() { Provenance::Peer } else { Provenance::Unverified })
        }
    }
}

/// Takes what follows the last `|` off, and the `|`; `-` stands for nothing.
#[inline(never)] // five times a request: one small loop instead of five
fn take_last<'a>(rest: &mut &'a [u8]) -> &'a [u8] {
    let at = rest.iter().rposition(|b| *b == b'|');
    let part = at.and_then(|at| rest.get(at.saturating_add(1)..)).unwrap_or(rest);
    *rest = at.and_then(|at| rest.get(..at)).unwrap_or_default();
    if part == b"-" { &[] } else { part }
}
