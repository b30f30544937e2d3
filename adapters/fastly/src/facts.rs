//! What Fastly knows about a request, as the core's facts.
//!
//! Names come in the client's order and case from the host's list of original names, values from the header map: the k-th
//! line of a name has the k-th value. Where the simulator lists a name once for several lines, its values stand together.

mod network;
#[cfg(feature = "test-seam")]
pub(crate) mod seam;

use core::net::IpAddr;
use core::ops::Range;

use filter_core::action::is_own_header;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, HeaderOrder, Ja4By, Provenance, TlsFacts, TlsVersion};
use filter_core::limits;

use crate::clock;
use crate::hostcalls::request::{Request, Text};
use crate::hostcalls::{Answer, Arena, items};
use network::Network;

/// One more than the core looks at, so that it can tell that there were more.
const LINES: usize = limits::HEADERS_SEARCHED.saturating_add(1);

/// The host's bytes of one request; facts borrow from it. Made once a sandbox, filled anew for each request.
#[derive(Debug, Default)]
pub(crate) struct RequestBytes {
    arena: Arena,
    method: Range<usize>,
    url: Range<usize>,
    id: Range<usize>,
    version: u32,
    lines: Vec<(Range<usize>, Range<usize>)>,
    order: HeaderOrder,
    address: Option<IpAddr>,
    network: Network,
    tls_version: Option<Range<usize>>,
    tls_cipher: Option<Range<usize>>,
    ja4: Option<Range<usize>>,
    ja3: Option<Range<usize>>,
    http2: Option<Range<usize>>,
    /// Some header has a name that only Weir may send.
    has_own: bool,
    body: Option<Vec<u8>>,
    #[cfg(feature = "test-seam")]
    seam: Option<seam::Seam>,
}

impl RequestBytes {
    /// Asks the host. What it refuses to say is unknown; without method, URL or headers there is nothing to judge.
    pub(crate) fn fetch(&mut self, request: Request) -> Answer<()> {
        self.arena.clear();
        self.lines.clear();
        self.has_own = false;
        self.body = None;
        let arena = &mut self.arena;
        self.method = request.method(arena)?;
        self.url = request.url(arena)?;
        self.id = request.id(arena).unwrap_or_default();
        self.version = request.version().unwrap_or(u32::MAX);
        self.address = request.address().ok().flatten();
        self.tls_version = text(request, Text::TlsProtocol, arena);
        // Without a handshake there is nothing more to ask for.
        let is_tls = self.tls_version.is_some();
        self.tls_cipher = text(request, Text::TlsCipher, arena).filter(|_| is_tls);
        self.ja4 = if is_tls { text(request, Text::Ja4, arena) } else { None };
        self.ja3 = if is_tls { request.ja3().ok().map(|digest| arena.push(&hex(digest))) } else { None };
        self.http2 = if self.version >= HTTP_2 { text(request, Text::Http2, arena) } else { None };
        self.read_names(request)?;
        self.network = self.address.map(|address| network::of(address, &mut self.arena)).unwrap_or_default();
        #[cfg(feature = "test-seam")]
        self.open_seam(request)?;
        Ok(())
    }

    fn read_names(&mut self, request: Request) -> Answer<()> {
        let (names, order) = match request.original_names(&mut self.arena) {
            Ok(names) if !names.is_empty() => {
                (names, if self.version >= HTTP_2 { HeaderOrder::Kept } else { HeaderOrder::Original })
            }
            _ => (request.names(&mut self.arena)?, HeaderOrder::Lost),
        };
        self.order = order;
        let names: Vec<Range<usize>> = items(&self.arena, names).take(LINES).collect();
        self.read_values(request, &names)
    }

    /// Reads each name's values once, and puts them beside the names.
    fn read_values(&mut self, request: Request, names: &[Range<usize>]) -> Answer<()> {
        // Names that come again: values that are left, lines that are left.
        let mut again: Vec<(Range<usize>, std::vec::IntoIter<Range<usize>>, usize)> = Vec::new();
        for (place, name) in names.iter().enumerate() {
            let bytes = self.arena.get(name);
            if bytes.first() == Some(&b':') {
                continue;
            }
            if let Some((_, values, left)) =
                again.iter_mut().find(|(other, _, _)| self.arena.get(other).eq_ignore_ascii_case(bytes))
            {
                *left = left.saturating_sub(1);
                let take = if *left == 0 { usize::MAX } else { 1 };
                self.lines.extend(values.by_ref().take(take).map(|value| (name.clone(), value)));
                continue;
            }
            self.has_own |= is_own_header(bytes);
            let rest = names.get(place.saturating_add(1)..).unwrap_or_default();
            let is_same =
                |other: &&Range<usize>| other.len() == name.len() && self.arena.get(other).eq_ignore_ascii_case(bytes);
            let later = rest.iter().filter(is_same).count();
            let values = request.values(&mut self.arena, name)?;
            if later == 0 {
                self.lines.extend(items(&self.arena, values).map(|value| (name.clone(), value)));
                continue;
            }
            let mut values = items(&self.arena, values).collect::<Vec<_>>().into_iter();
            self.lines.extend(values.next().map(|value| (name.clone(), value)));
            again.push((name.clone(), values, later));
        }
        self.lines.truncate(LINES);
        Ok(())
    }

    /// Reads the body's start, which stays in the body.
    pub(crate) fn fetch_body(&mut self, request: Request, most: usize) {
        self.body = request.body_prefix(most).ok();
    }

    /// Overwrites what was read of the body: there may be a password in it.
    pub(crate) fn forget_body(&mut self) {
        self.body.iter_mut().for_each(|body| body.fill(0));
        self.body = None;
    }

    /// What the host calls the request.
    pub(crate) fn id(&self) -> &str {
        core::str::from_utf8(self.arena.get(&self.id)).unwrap_or_default()
    }

    /// The socket's peer.
    pub(crate) fn address(&self) -> Option<IpAddr> {
        self.address
    }

    /// Whether the client sent headers that only Weir may send.
    pub(crate) fn has_own(&self) -> bool {
        self.has_own
    }

    /// Names of headers that only Weir may send.
    pub(crate) fn own_names(&self) -> impl Iterator<Item = &[u8]> {
        self.lines.iter().map(|(name, _)| self.arena.get(name)).filter(|name| is_own_header(name))
    }

    /// When the request is judged.
    pub(crate) fn now(&self) -> u64 {
        #[cfg(feature = "test-seam")]
        if let Some(now) = self.seam().and_then(|seam| seam.t) {
            return now;
        }
        clock::milliseconds()
    }

    /// When its answer has come.
    pub(crate) fn now_at_the_answer(&self) -> u64 {
        #[cfg(feature = "test-seam")]
        if let Some(now) = self.seam().and_then(|seam| seam.t) {
            return now.saturating_add(seam::LATER);
        }
        clock::milliseconds()
    }

    /// The value of the first header of this name.
    pub(crate) fn header(&self, name: &[u8]) -> Option<&[u8]> {
        let line = self.lines.iter().find(|(other, _)| self.arena.get(other).eq_ignore_ascii_case(name));
        line.map(|(_, value)| self.arena.get(value))
    }

    /// Lends the facts.
    pub(crate) fn with_facts<T>(&self, use_them: impl FnOnce(&Facts<'_>) -> T) -> T {
        let get = |range: &Range<usize>| self.arena.get(range);
        let lines: Vec<Header<'_>> =
            self.lines.iter().map(|(name, value)| Header { name: get(name), value: get(value) }).collect();
        let (scheme, authority, path) = parts(get(&self.url));
        // Over HTTP/2 there is no Host here; where there is one, it is the authority as it was sent.
        let authority = self.header(b"host").unwrap_or(authority);
        let http2 = self.http2.as_ref().map_or(Fact::Unknown, |range| Fact::Present(get(range)));
        let pseudo_order: Vec<u8> = http2.present().map(pseudo_order).unwrap_or_default();
        let facts = Facts {
            method: get(&self.method),
            scheme: if scheme.is_empty() { Fact::Unknown } else { Fact::Present(scheme) },
            authority,
            path,
            version: version(self.version),
            pseudo_order: if pseudo_order.is_empty() { Fact::Unknown } else { Fact::Present(&pseudo_order) },
            headers: &lines,
            headers_known: None,
            header_order: self.order,
            body: self.body.as_deref().map_or(Fact::Unknown, Fact::Present),
            client: ClientFacts {
                address: self.address.map_or(Fact::Unknown, Fact::Present),
                provenance: Provenance::Peer,
                asn: self.network.asn.map_or(Fact::Unknown, Fact::Present),
                organisation: self.network.organisation.as_ref().map_or(Fact::Unknown, |text| Fact::Present(text)),
                country: self.network.country.as_ref().map_or(Fact::Unknown, |text| Fact::Present(text)),
            },
            tls: self.tls(scheme == b"http"),
            h2_fingerprint: http2,
        };
        #[cfg(feature = "test-seam")]
        if let Some(seam) = &self.seam {
            return seam.with_facts(facts, use_them);
        }
        use_them(&facts)
    }

    fn tls(&self, is_plain: bool) -> TlsFacts<'_> {
        let text = |range: &Option<Range<usize>>| match range {
            Some(range) => Fact::Present(self.arena.get(range)),
            None if is_plain => Fact::Absent,
            None => Fact::Unknown,
        };
        let version = self.tls_version.as_ref().and_then(|range| TlsVersion::parse(self.arena.get(range)));
        TlsFacts {
            version: match version {
                Some(version) => Fact::Present(version),
                None if is_plain => Fact::Absent,
                None => Fact::Unknown,
            },
            ja4: text(&self.ja4),
            ja4_by: Ja4By::Spec,
            ja3: text(&self.ja3),
            cipher: text(&self.tls_cipher),
        }
    }
}

/// The host's number of HTTP/2.
const HTTP_2: u32 = 3;

fn version(number: u32) -> Fact<&'static [u8]> {
    match number {
        1 => Fact::Present(b"1.0"),
        2 => Fact::Present(b"1.1"),
        3 => Fact::Present(b"2"),
        4 => Fact::Present(b"3"),
        _ => Fact::Unknown,
    }
}

fn text(request: Request, what: Text, arena: &mut Arena) -> Option<Range<usize>> {
    request.text(what, arena).ok().filter(|range| !range.is_empty())
}

fn hex(digest: [u8; 16]) -> [u8; 32] {
    let mut digits = [0u8; 32];
    let digit = |nibble: u8| b"0123456789abcdef".get(usize::from(nibble)).copied().unwrap_or(b'0');
    for (pair, byte) in digits.chunks_exact_mut(2).zip(digest) {
        if let [high, low] = pair {
            (*high, *low) = (digit(byte >> 4), digit(byte & 15));
        }
    }
    digits
}

/// Scheme, authority, and path with its query, of a URL as the host gives it. Nothing is decoded or normalised.
fn parts(url: &[u8]) -> (&[u8], &[u8], &[u8]) {
    let Some(colon) = url.windows(3).position(|three| three == b"://") else { return (b"", b"", url) };
    let (scheme, rest) = url.split_at_checked(colon).unwrap_or_default();
    let rest = rest.get(3..).unwrap_or_default();
    let end = rest.iter().position(|byte| matches!(byte, b'/' | b'?' | b'#')).unwrap_or(rest.len());
    let (authority, path) = rest.split_at_checked(end).unwrap_or_default();
    (scheme, authority, if path.is_empty() { b"/" } else { path })
}

/// `1:65536;...|15663105|0|m,a,s,p` ends in the pseudo headers' order.
fn pseudo_order(fingerprint: &[u8]) -> Vec<u8> {
    match fingerprint.iter().rposition(|byte| *byte == b'|') {
        Some(bar) => fingerprint.get(bar..).into_iter().flatten().copied().filter(u8::is_ascii_alphabetic).collect(),
        None => Vec::new(),
    }
}
