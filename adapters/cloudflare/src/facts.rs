//! What Cloudflare knows about a request, as the core's facts.
//!
//! The host shows header names in lower case, sorted, lines of one name joined; `entry.mjs` hands everything over as one text.
//! What the edge wrote itself is left out: it says nothing about the client.

#[cfg(feature = "test-seam")]
pub(crate) mod seam;

use core::net::IpAddr;

use filter_core::action::is_own_header;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, HeaderOrder, Ja4By, Provenance, TlsFacts, TlsVersion};
use filter_core::limits;

use crate::clock;

/// One more than the core looks at, so that it can tell that there were more.
const LINES: usize = limits::HEADERS_SEARCHED.saturating_add(1);

/// Headers that the edge writes, or that belong to its connections rather than to the client's.
const EDGE: [&str; 17] = [
    "cdn-loop",
    "cf-connecting-ip",
    "cf-connecting-ipv6",
    "cf-ew-via",
    "cf-ipcountry",
    "cf-pseudo-ipv4",
    "cf-ray",
    "cf-visitor",
    "cf-warp-tag-id",
    "cf-worker",
    "connection",
    "host",
    "keep-alive",
    "proxy-connection",
    "te",
    "upgrade",
    "x-forwarded-proto",
];

/// The host's view of one request, as it was handed over.
#[derive(Debug, Default)]
pub(crate) struct Head<'t> {
    method: &'t str,
    url: &'t str,
    lines: Vec<Header<'t>>,
    address: Option<IpAddr>,
    /// What the host calls the request.
    pub(crate) id: &'t str,
    version: Option<&'t [u8]>,
    tls_version: Option<TlsVersion>,
    tls_cipher: Option<&'t str>,
    ja4: Option<&'t str>,
    ja3: Option<&'t str>,
    asn: Option<u32>,
    organisation: Option<&'t str>,
    country: Option<&'t str>,
    /// Names of headers that only Weir may send.
    pub(crate) own: Vec<&'t str>,
    /// What tests say about this request.
    #[cfg(feature = "test-seam")]
    pub(crate) seam: seam::Seam,
}

impl<'t> Head<'t> {
    /// Takes the text apart.
    pub(crate) fn new(text: &'t str) -> Self {
        let mut parts = text.split('\n');
        let mut head = Head {
            method: parts.next().unwrap_or_default(),
            url: parts.next().unwrap_or_default(),
            lines: Vec::with_capacity(LINES.min(32)),
            ..Head::default()
        };
        let mut accept_encoding = None;
        while let (Some(name), Some(value)) = (parts.next(), parts.next()) {
            match name.strip_prefix(':') {
                Some("clientAcceptEncoding") => accept_encoding = Some(value),
                Some(fact) => head.take_fact(fact, value),
                None => head.take_line(name, value, accept_encoding),
            }
        }
        head
    }

    fn take_fact(&mut self, name: &str, value: &'t str) {
        let text = Some(value).filter(|text| !text.is_empty());
        match name {
            "httpProtocol" => self.version = value.strip_prefix("HTTP/").map(str::as_bytes),
            "tlsVersion" => self.tls_version = TlsVersion::parse(value.as_bytes()),
            "tlsCipher" => self.tls_cipher = text.filter(|text| *text != "NONE"),
            "ja4" => self.ja4 = text,
            "ja3" => self.ja3 = text,
            // 0 and XX stand for unknown.
            "asn" => self.asn = value.parse().ok().filter(|number| *number != 0),
            "asOrganization" => self.organisation = text,
            "country" => self.country = text.filter(|code| code.len() == 2 && *code != "XX"),
            _ => {}
        }
    }

    fn take_line(&mut self, name: &'t str, mut value: &'t str, accept_encoding: Option<&'t str>) {
        match name {
            "cf-connecting-ip" => self.address = value.parse().ok(),
            "cf-ray" => self.id = value,
            // The edge asks the origin for what it can unpack; the client's own wish is in request.cf.
            "accept-encoding" => value = accept_encoding.unwrap_or(value),
            _ => {}
        }
        if EDGE.binary_search(&name).is_ok() || (name == "accept-encoding" && accept_encoding == Some("")) {
            return;
        }
        if is_own_header(name.as_bytes()) {
            self.own.push(name);
        }
        #[cfg(feature = "test-seam")]
        if name == seam::HEADER {
            return self.seam = seam::Seam::read(value);
        }
        // The edge adds the address itself at the end of the one, and writes it over the other.
        if name == "x-forwarded-for" || name == "x-real-ip" {
            match self.address.and_then(|address| value.strip_suffix(address.to_string().as_str())) {
                Some("") => return,
                Some(rest) if name == "x-forwarded-for" => value = rest.trim_end_matches([',', ' ']),
                _ => {}
            }
        }
        if self.lines.len() < LINES {
            self.lines.push(Header { name: name.as_bytes(), value: value.as_bytes() });
        }
    }

    /// When the request is judged.
    pub(crate) fn now(&self) -> u64 {
        #[cfg(feature = "test-seam")]
        if let Some(now) = self.seam.t {
            return now;
        }
        clock::milliseconds()
    }

    /// The facts.
    pub(crate) fn facts(&self) -> Facts<'_> {
        fn text(text: Option<&str>) -> Fact<&[u8]> {
            text.map_or(Fact::Unknown, |text| Fact::Present(text.as_bytes()))
        }
        let (scheme, authority, path) = parts(self.url);
        Facts {
            method: self.method.as_bytes(),
            scheme: text(Some(scheme).filter(|scheme| !scheme.is_empty())),
            authority: authority.as_bytes(),
            path: path.as_bytes(),
            version: self.version.map_or(Fact::Unknown, Fact::Present),
            pseudo_order: Fact::Unknown,
            headers: &self.lines,
            headers_known: None,
            header_order: HeaderOrder::Lost,
            body: Fact::Unknown,
            client: ClientFacts {
                address: self.address.map_or(Fact::Unknown, Fact::Present),
                provenance: Provenance::Cdn,
                asn: self.asn.map_or(Fact::Unknown, Fact::Present),
                organisation: text(self.organisation),
                country: text(self.country),
            },
            tls: self.tls(scheme == "http"),
            h2_fingerprint: Fact::Unknown,
        }
    }

    fn tls(&self, is_plain: bool) -> TlsFacts<'_> {
        let missing = if is_plain { Fact::Absent } else { Fact::Unknown };
        let text = |text: Option<&'t str>| text.map_or(missing, |text| Fact::Present(text.as_bytes()));
        TlsFacts {
            version: match self.tls_version {
                Some(version) => Fact::Present(version),
                None if is_plain => Fact::Absent,
                None => Fact::Unknown,
            },
            ja4: text(self.ja4),
            ja4_by: Ja4By::Spec,
            ja3: text(self.ja3),
            cipher: text(self.tls_cipher),
        }
    }
}

/// Scheme, authority, and path with its query, of a URL as the host gives it: normalised already.
fn parts(url: &str) -> (&str, &str, &str) {
    let Some((scheme, rest)) = url.split_once("://") else { return ("", "", url) };
    let (authority, path) = match rest.find(['/', '?', '#']) {
        Some(end) => rest.split_at_checked(end).unwrap_or((rest, "/")),
        None => (rest, "/"),
    };
    (scheme, authority, path)
}
