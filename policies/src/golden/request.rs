//! A test's request: facts and headers as they are put together, and the lines that a bundle carries.

use std::collections::BTreeMap;

use filter_core::facts::{Fact, Facts, Ja4By};
use filter_core::signals::vectors::{BASES, Sample};

use super::Wrong;
use crate::source::{TestClient, TestRequest, TestTls};
use crate::words::meant;

/// What is known of a request: facts by the name they have in a bundle, `None` for absent ones; and headers.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct State {
    pub(super) facts: BTreeMap<&'static str, Option<String>>,
    pub(super) headers: Vec<(String, String)>,
}

impl State {
    /// A request of which the author has said nothing yet.
    pub(super) fn plain() -> Self {
        let facts = [
            ("method", "GET"),
            ("scheme", "https"),
            ("authority", "shop.example"),
            ("path", "/"),
            ("header_order", "kept"),
            ("address", "203.0.113.7"),
            ("provenance", "peer"),
        ];
        let facts = facts.into_iter().map(|(name, value)| (name, Some(value.to_owned()))).collect();
        State { facts, headers: Vec::new() }
    }

    /// A recorded browser's request.
    fn like(name: &str, wrong: &mut Wrong<'_>) -> Self {
        let base = BASES.iter().find(|(base, _)| *base == name).and_then(|(_, text)| Sample::parse(text).ok());
        let Some(sample) = base else {
            let known = BASES.iter().map(|(base, _)| *base);
            wrong.say("/like", format!("no recorded request is called `{name}`"), meant(name, known));
            return State::plain();
        };
        sample.with(State::of)
    }

    /// The same knowledge as these facts.
    pub(super) fn of(facts: &Facts<'_>) -> Self {
        let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
        let mut known = BTreeMap::new();
        let mut put = |name, fact: Fact<String>| match fact {
            Fact::Unknown => {}
            Fact::Absent => drop(known.insert(name, None)),
            Fact::Present(value) => drop(known.insert(name, Some(value))),
        };
        put("method", Fact::Present(text(facts.method)));
        put("authority", Fact::Present(text(facts.authority)));
        put("path", Fact::Present(text(facts.path)));
        put("provenance", Fact::Present(facts.client.provenance.as_str().to_owned()));
        let order = match facts.header_order {
            filter_core::facts::HeaderOrder::Lost => "lost",
            filter_core::facts::HeaderOrder::Kept => "kept",
            filter_core::facts::HeaderOrder::Original => "original",
        };
        put("header_order", Fact::Present(order.to_owned()));
        for (name, fact) in [
            ("scheme", facts.scheme),
            ("version", facts.version),
            ("pseudo_order", facts.pseudo_order),
            ("body", facts.body),
            ("h2", facts.h2_fingerprint),
            ("organisation", facts.client.organisation),
            ("country", facts.client.country),
            ("ja4", facts.tls.ja4),
            ("ja3", facts.tls.ja3),
            ("cipher", facts.tls.cipher),
        ] {
            put(name, fact.map(text));
        }
        put("address", facts.client.address.map(|address| address.to_string()));
        put("asn", facts.client.asn.map(|asn| asn.to_string()));
        put("tls", facts.tls.version.map(|version| version.as_str().to_owned()));
        if facts.tls.ja4_by == Ja4By::Envoy {
            put("ja4_by", Fact::Present("envoy".to_owned()));
        }
        let headers = facts.headers.iter().map(|line| (text(line.name), text(line.value))).collect();
        State { facts: known, headers }
    }

    /// What the author says, on top of what is known.
    pub(super) fn change(&mut self, said: &TestRequest, wrong: &mut Wrong<'_>) {
        if let Some(name) = &said.like {
            *self = State::like(name, wrong);
        }
        let TestClient { address, provenance, asn, organisation, country } = said.client.as_ref().unwrap_or(&NO_CLIENT);
        let TestTls { version: tls, ja4, ja4_by, ja3, cipher } = said.tls.as_ref().unwrap_or(&NO_TLS);
        if said.scheme.as_deref() == Some("http") && said.tls.is_none() {
            for name in ["tls", "ja4", "ja3", "cipher"] {
                self.facts.insert(name, None);
            }
        }
        let asn = asn.map(|asn| asn.to_string());
        for (name, value) in [
            ("method", &said.method),
            ("scheme", &said.scheme),
            ("authority", &said.host),
            ("path", &said.path),
            ("version", &said.version),
            ("pseudo_order", &said.pseudo_order),
            ("header_order", &said.header_order),
            ("body", &said.body),
            ("h2", &said.h2),
            ("address", address),
            ("provenance", provenance),
            ("asn", &asn),
            ("organisation", organisation),
            ("country", country),
            ("tls", tls),
            ("ja4", ja4),
            ("ja4_by", ja4_by),
            ("ja3", ja3),
            ("cipher", cipher),
        ] {
            if let Some(value) = value {
                check(name, value, wrong);
                self.facts.insert(name, Some(value.clone()));
            }
        }
        for (index, name) in said.without.iter().enumerate() {
            let before = self.headers.len();
            self.headers.retain(|(other, _)| !other.eq_ignore_ascii_case(name));
            if self.headers.len() == before {
                let remedy = "take it out of `without`, or mend the name";
                wrong.say(&format!("/without/{index}"), format!("there is no header `{name}` to take out"), remedy);
            }
        }
        // Those of one name stand together in the list of changes: the first replaces, the others follow.
        let before = self.headers.len();
        let mut used: Vec<usize> = Vec::new();
        for (index, line) in said.headers.iter().enumerate() {
            let Some((name, value)) = header(line, &format!("/headers/{index}"), wrong) else { continue };
            let is_same = |(place, (other, _)): &(usize, &(String, String))| {
                *place < before && !used.contains(place) && other.eq_ignore_ascii_case(&name)
            };
            match self.headers.iter().enumerate().find(is_same).map(|(place, _)| place) {
                Some(place) => {
                    used.push(place);
                    if let Some(line) = self.headers.get_mut(place) {
                        line.1 = value;
                    }
                }
                None => self.headers.push((name, value)),
            }
        }
    }

    /// The lines that make a host know this, where it knows `before`; `None`: nothing yet.
    pub(super) fn lines(&self, before: Option<&State>) -> Vec<String> {
        let nothing = State::default();
        let is_new = before.is_some_and(|before| before.facts.keys().any(|name| !self.facts.contains_key(name)));
        let before = before.filter(|_| !is_new).unwrap_or(&nothing);
        let mut lines: Vec<String> = is_new.then(|| "@new".to_owned()).into_iter().collect();
        for (name, value) in self.facts.iter().filter(|(name, value)| before.facts.get(*name) != Some(value)) {
            lines.push(match value {
                Some(value) => format!("@{name}: {value}"),
                None => format!("@{name}"),
            });
        }
        if self.headers != before.headers {
            if self.headers.is_empty() {
                lines.push("@headers".to_owned());
            }
            lines.extend(self.headers.iter().map(|(name, value)| format!("{name}: {value}")));
        }
        lines
    }
}

static NO_CLIENT: TestClient =
    TestClient { address: None, provenance: None, asn: None, organisation: None, country: None };
static NO_TLS: TestTls = TestTls { version: None, ja4: None, ja4_by: None, ja3: None, cipher: None };

/// Takes a header line apart.
pub(super) fn header(line: &str, place: &str, wrong: &mut Wrong<'_>) -> Option<(String, String)> {
    let parts = line.split_once(':').map(|(name, value)| (name, value.trim()));
    let is_name = |name: &str| {
        !name.is_empty() && name.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-.^_`|~".contains(&b))
    };
    match parts.filter(|(name, _)| is_name(name)) {
        Some((name, value)) => Some((name.to_owned(), value.to_owned())),
        None => {
            let message = format!("`{}` is no header", line.escape_debug());
            wrong.say(place, message, "write `name: value`, as in `user-agent: curl/8.5.0`");
            None
        }
    }
}

/// Values that facts take, where they do not take any.
fn check(name: &str, value: &str, wrong: &mut Wrong<'_>) {
    let (place, words): (&str, &[&str]) = match name {
        "scheme" => ("/scheme", &["https", "http"]),
        "version" => ("/version", &["1.0", "1.1", "2", "3"]),
        "header_order" => ("/header_order", &["kept", "lost", "original"]),
        "provenance" => ("/client/provenance", &["peer", "hop", "cdn", "unverified"]),
        "tls" => ("/tls/version", &["1.0", "1.1", "1.2", "1.3"]),
        "ja4_by" => ("/tls/ja4_by", &["spec", "envoy"]),
        "address" => {
            if value.parse::<std::net::IpAddr>().is_err() {
                let remedy = "write one IPv4 or IPv6 address, such as `203.0.113.7`";
                wrong.say("/client/address", format!("`{value}` is no address"), remedy);
            }
            return;
        }
        "path" if !value.starts_with(['/', '*']) => {
            wrong.say("/path", format!("`{value}` is no path"), "begin it with `/`; the host goes into `host`");
            return;
        }
        _ => return,
    };
    if !words.contains(&value) {
        wrong.say(place, format!("`{value}` is not known here"), meant(value, words.iter().copied()));
    }
}
