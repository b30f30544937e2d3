//! Requests at random, from small pools, so that expressions from the same pools hit.

use std::net::IpAddr;

use filter_core::facts::{ClientFacts, Fact, Facts, Header, Ja4By, Provenance, TlsFacts, TlsVersion};

use filter_core::state::{Address, Client, ClientDetail, Endpoint, Network, Records, Site, Tool};

use crate::random::Random;

pub(crate) const METHODS: [&str; 4] = ["GET", "POST", "PUT", "DELETE"];
pub(crate) const HOSTS: [&str; 5] =
    ["shop.example", "api.shop.example", "Shop.Example:8443", "example", "xshop.example"];
pub(crate) const PATHS: [&str; 10] = [
    "/",
    "/login",
    "/api/users/42",
    "/api/users/42?debug=1",
    "/api/v1/x.json?",
    "/a*b",
    "/wp-admin/x.php?q=a%20b",
    "/api//users/7",
    "/lööps?ö=1",
    "/login?next=/login",
];
pub(crate) const AGENTS: [&str; 8] = [
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/131.0.0.0 Safari/537.36",
    "Mozilla/5.0 (Windows NT 10.0; Win64; x64; rv:133.0) Gecko/20100101 Firefox/133.0",
    "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
    "sqlmap/1.8",
    "curl/8.5.0",
    "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) Version/17.4 Safari/605.1.15",
    "",
    "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/79.0.0.0 Safari/537.36",
];
pub(crate) const ADDRESSES: [&str; 7] =
    ["192.0.2.9", "198.51.100.66", "203.0.113.7", "8.8.8.8", "2001:db8::1", "2001:db8:1::9", "192.0.2.200"];
pub(crate) const HEADERS: [&str; 5] = ["user-agent", "accept", "x-api-key", "cookie", "content-type"];
pub(crate) const VALUES: [&str; 6] = ["", "k-123", "text/html", "application/json", "a=1; b=2", "*/*"];
pub(crate) const COUNTRIES: [&str; 3] = ["DE", "FR", "US"];
pub(crate) const JA4: [&str; 3] =
    ["t13d1516h2_8daaf6152771_02713d6af862", "t12d1234h1_aaaaaaaaaaaa_bbbbbbbbbbbb", "q13d0310h3_x_y"];
pub(crate) const ASNS: [u32; 3] = [1, 64500, 4_294_967_295];

/// When all requests come: what was remembered at 0 has faded since, by each half-life to another number.
pub(crate) const NOW: u64 = 100_000;

/// What is remembered when a request comes; `None` is not.
#[derive(Clone, Debug)]
pub(crate) struct Kept {
    client: Option<Client>,
    detail: Option<ClientDetail>,
    address: Option<Address>,
    network: Option<Network>,
    tool: Option<Tool>,
    endpoint: Option<Endpoint>,
    site: Option<Site>,
}

impl Kept {
    fn random(random: &mut Random) -> Self {
        // Of one time or very old, with few and many in it.
        let (mut client, mut detail, mut address) = (Client::EMPTY, ClientDetail::EMPTY, Address::EMPTY);
        let (mut network, mut tool) = (Network::EMPTY, Tool::EMPTY);
        let (mut endpoint, mut site) = (Endpoint::EMPTY, Site::EMPTY);
        let amount = |random: &mut Random| u32::try_from([0, 1, 5, 40][random.below(4)] + random.below(3)).unwrap();
        for rates in [
            &mut client.rates,
            &mut address.rates,
            &mut network.rates,
            &mut tool.rates,
            &mut endpoint.rates,
            &mut endpoint.failures,
            &mut site.rates,
        ] {
            rates.add(0, amount(random));
        }
        let hash = |number: u32| (u64::from(number) + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15);
        (0..amount(random)).for_each(|number| detail.paths.add(hash(number)));
        (0..amount(random)).for_each(|number| address.clients.add(hash(number)));
        (0..amount(random)).for_each(|number| tool.addresses.add(hash(number)));
        Kept {
            client: (!random.one_in(4)).then_some(client),
            detail: (!random.one_in(4)).then_some(detail),
            address: (!random.one_in(4)).then_some(address),
            network: (!random.one_in(4)).then_some(network),
            tool: (!random.one_in(4)).then_some(tool),
            endpoint: (!random.one_in(4)).then_some(endpoint),
            site: (!random.one_in(4)).then_some(site),
        }
    }

    /// Lends them.
    pub(crate) fn records(&mut self) -> Records<'_> {
        Records {
            client: self.client.as_mut(),
            detail: self.detail.as_mut(),
            address: self.address.as_mut(),
            network: self.network.as_mut(),
            tool: self.tool.as_mut(),
            endpoint: self.endpoint.as_mut(),
            site: self.site.as_mut(),
            ..Records::default()
        }
    }
}

/// One request, owned.
#[derive(Debug)]
pub(crate) struct Sent {
    pub(crate) method: &'static str,
    pub(crate) host: &'static str,
    pub(crate) path: &'static str,
    scheme: Fact<&'static str>,
    version: Fact<&'static str>,
    pub(crate) headers: Vec<(&'static str, &'static str)>,
    pub(crate) headers_known: Option<Vec<&'static str>>,
    pub(crate) address: Fact<IpAddr>,
    pub(crate) provenance: Provenance,
    pub(crate) asn: Fact<u32>,
    pub(crate) country: Fact<&'static str>,
    pub(crate) tls: Fact<TlsVersion>,
    pub(crate) ja4: Fact<&'static str>,
    pub(crate) ja4_by: Ja4By,
    pub(crate) kept: Kept,
}

fn fact<T>(random: &mut Random, value: T) -> Fact<T> {
    match random.below(6) {
        0 => Fact::Unknown,
        1 => Fact::Absent,
        _ => Fact::Present(value),
    }
}

impl Sent {
    pub(crate) fn random(random: &mut Random) -> Self {
        let mut headers = Vec::new();
        for name in HEADERS {
            if !random.one_in(3) {
                let value = if name == "user-agent" { random.pick(&AGENTS) } else { random.pick(&VALUES) };
                headers.push((name, value));
            }
        }
        let known = random.one_in(3).then(|| HEADERS.into_iter().filter(|_| random.one_in(2)).collect::<Vec<_>>());
        if let Some(known) = &known {
            headers.retain(|(name, _)| known.contains(name));
        }
        let version = random.pick(&["HTTP/1.0", "HTTP/1.1", "HTTP/2", "HTTP/3"]);
        let address: IpAddr = random.pick(&ADDRESSES).parse().unwrap();
        let tls = [TlsVersion::V1_2, TlsVersion::V1_3][random.below(2)];
        let (asn, country, ja4) = (ASNS[random.below(3)], random.pick(&COUNTRIES), random.pick(&JA4));
        let scheme = random.pick(&["http", "https"]);
        Sent {
            method: random.pick(&METHODS),
            host: random.pick(&HOSTS),
            path: random.pick(&PATHS),
            scheme: fact(random, scheme),
            version: fact(random, version),
            headers,
            headers_known: known,
            address: fact(random, address),
            provenance: [Provenance::Peer, Provenance::Peer, Provenance::Cdn, Provenance::Unverified][random.below(4)],
            asn: fact(random, asn),
            country: fact(random, country),
            tls: fact(random, tls),
            ja4: fact(random, ja4),
            ja4_by: [Ja4By::Spec, Ja4By::Envoy][random.below(2)],
            kept: Kept::random(random),
        }
    }

    /// Lends the facts.
    pub(crate) fn with<T>(&self, then: impl FnOnce(&Facts<'_>) -> T) -> T {
        let headers: Vec<Header<'_>> = self
            .headers
            .iter()
            .map(|(name, value)| Header { name: name.as_bytes(), value: value.as_bytes() })
            .collect();
        let known: Option<Vec<&[u8]>> =
            self.headers_known.as_ref().map(|names| names.iter().map(|name| name.as_bytes()).collect());
        then(&Facts {
            method: self.method.as_bytes(),
            scheme: bytes(self.scheme),
            authority: self.host.as_bytes(),
            path: self.path.as_bytes(),
            version: bytes(self.version),
            headers: &headers,
            headers_known: known.as_deref(),
            client: ClientFacts {
                address: self.address,
                provenance: self.provenance,
                asn: self.asn,
                country: bytes(self.country),
                ..ClientFacts::default()
            },
            tls: TlsFacts { version: self.tls, ja4: bytes(self.ja4), ja4_by: self.ja4_by, ..TlsFacts::default() },
            ..Facts::default()
        })
    }

    /// A header's value: `None` where nobody can say, `Some(None)` where it was not sent.
    pub(crate) fn header(&self, name: &str) -> Option<Option<&'static str>> {
        let is_known = self.headers_known.as_ref().is_none_or(|known| known.contains(&name));
        is_known.then(|| self.headers.iter().find(|(sent, _)| *sent == name).map(|(_, value)| *value))
    }
}

fn bytes(fact: Fact<&'static str>) -> Fact<&'static [u8]> {
    match fact {
        Fact::Present(text) => Fact::Present(text.as_bytes()),
        Fact::Absent => Fact::Absent,
        Fact::Unknown => Fact::Unknown,
    }
}
