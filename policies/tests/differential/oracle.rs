//! The other side: the library's evaluator, and variables made from the request itself where that is possible.
//!
//! A fact that is unknown is a member that its map lacks, so that the library fails there, and its logic absorbs failures as
//! CEL says. An absent text is empty, an absent number is no number (NaN).

use std::collections::HashMap;
use std::net::IpAddr;
use std::sync::Arc;

use cel::extractors::This;
use cel::{Context, Program, Value};
use filter_core::engine::Engine;
use filter_core::facts::{Fact, Ja4By, Provenance, TlsVersion};
use filter_core::signals::infrastructure::{CrawlerProof, NetworkKind};
use filter_core::signals::{Pillar, SIGNALS, SignalId};
use filter_core::state::sketches::{Rates, Scale};

use crate::core_side::{LISTS, NETWORKS};
use crate::requests::{HEADERS, NOW, Sent};

/// The variables of one request.
pub(crate) struct Facts(Context<'static, 'static>);

type Map = HashMap<String, Value>;

pub(crate) fn program(text: &str) -> Program {
    Program::compile(text).unwrap_or_else(|error| panic!("{text}: {error}"))
}

impl Facts {
    pub(crate) fn holds(&self, program: &Program) -> Option<bool> {
        match program.execute(&self.0) {
            Ok(Value::Bool(holds)) => Some(holds),
            Ok(other) => panic!("no question: {other:?}"),
            Err(_) => None,
        }
    }

    pub(crate) fn of(sent: &Sent, engine: &Engine) -> Self {
        let mut kept = sent.kept.clone();
        sent.with(|facts| {
            let verdict = engine.decide(engine.plan(facts, NOW), kept.records());
            let mut context = Context::default();
            let mut add = |name: &'static str, value: Value| context.add_variable_from_value(name, value);

            let request = &verdict.request;
            let mut map = Map::new();
            set(&mut map, "method", Some(sent.method.into()));
            set(&mut map, "host", Some(sent.host.to_ascii_lowercase().split(':').next().unwrap().into()));
            set(&mut map, "path", Some(String::from_utf8_lossy(request.path.normalised()).into_owned().into()));
            set(&mut map, "query", Some(sent.path.split_once('?').map_or("", |(_, query)| query).into()));
            set(&mut map, "version", word(request.version, |version| version.as_str()));
            set(&mut map, "kind", Some(request.kind.as_str().into()));
            set(&mut map, "secure", request.secure.known().map(|secure| secure.unwrap_or(false).into()));
            let (mut values, mut present) = (Map::new(), Map::new());
            for name in HEADERS {
                set(&mut values, name, sent.header(name).map(|value| value.unwrap_or("").into()));
                set(&mut present, name, sent.header(name).map(|value| value.is_some().into()));
            }
            map.insert("headers".to_owned(), values.into());
            map.insert("present".to_owned(), present.into());
            add("request", map.into());

            let address = match sent.address {
                Fact::Present(address) => Some(address),
                _ => None,
            };
            let sure = sent.provenance != Provenance::Unverified;
            let mut map = Map::new();
            set(&mut map, "address", address.filter(|_| sure).map(|address| address.to_string().into()));
            set(&mut map, "claimed_address", address.map(|address| address.to_string().into()));
            set(&mut map, "provenance", address.map(|_| sent.provenance.as_str().into()));
            let inside = |address: IpAddr| {
                let lists =
                    NETWORKS.iter().filter(|(_, _, blocks)| blocks.iter().any(|block| is_inside(address, block)));
                lists.map(|(name, _, _)| Value::from(*name)).collect::<Vec<Value>>()
            };
            set(&mut map, "networks", address.filter(|_| sure).map(|address| inside(address).into()));
            let tells = |kind: &NetworkKind| match kind {
                NetworkKind::Hosting | NetworkKind::Tor => verdict.origin.telling(*kind).is_some(),
                _ => verdict.origin.list_of(*kind).is_some(),
            };
            let kinds = NetworkKind::ALL.iter().filter(|kind| tells(kind)).map(|kind| Value::from(kind.as_str()));
            set(&mut map, "network_kinds", address.filter(|_| sure).map(|_| kinds.collect::<Vec<Value>>().into()));
            set(&mut map, "asn", number(sent.asn).filter(|_| sure));
            set(&mut map, "country", text(sent.country).filter(|_| sure));
            let memory = &verdict.memory;
            let lately = |rates: &Rates, scale| i64::from(rates.count(scale, NOW)).into();
            // Nobody has a session here: the address names the client, the address and the network.
            let vouched = |value: Option<Value>| value.filter(|_| sure && address.is_some());
            let client = memory.client.map(|client| &client.rates);
            set(&mut map, "requests_1m", vouched(client.map(|rates| lately(rates, Scale::Minute))));
            set(&mut map, "requests_5h", vouched(client.map(|rates| lately(rates, Scale::Hours))));
            let detail = memory.detail;
            let failed = detail.map(|detail| i64::from(detail.logins.counts().failed).into());
            set(&mut map, "failed_logins", vouched(failed));
            set(&mut map, "paths", vouched(detail.map(|detail| i64::from(detail.paths.count()).into())));
            add("client", map.into());

            let mut map = Map::new();
            let record = memory.address;
            set(&mut map, "requests_4s", vouched(record.map(|record| lately(&record.rates, Scale::Seconds))));
            set(&mut map, "requests_1m", vouched(record.map(|record| lately(&record.rates, Scale::Minute))));
            set(&mut map, "clients", vouched(record.map(|record| i64::from(record.clients.count()).into())));
            add("address", map.into());
            let mut map = Map::new();
            let record = memory.network;
            set(&mut map, "requests_1m", vouched(record.map(|record| lately(&record.rates, Scale::Minute))));
            add("network", map.into());
            let mut map = Map::new();
            let record = memory.tool;
            set(&mut map, "requests_5h", record.map(|record| lately(&record.rates, Scale::Hours)));
            set(&mut map, "addresses", record.map(|record| i64::from(record.addresses.count()).into()));
            add("tool", map.into());
            // No body tells whom a login is for.
            add("account", Map::new().into());
            let mut map = Map::new();
            set(&mut map, "requests_4s", memory.site.map(|record| lately(&record.rates, Scale::Seconds)));
            add("site", map.into());

            let mut map = Map::new();
            set(&mut map, "version", word(sent.tls, TlsVersion::as_str));
            set(&mut map, "ja4", text(sent.ja4));
            // Who computed nothing is nobody.
            let by = |by: Ja4By| text(sent.ja4).filter(|_| sent.ja4_by == by || !matches!(sent.ja4, Fact::Present(_)));
            set(&mut map, "ja4_spec", by(Ja4By::Spec));
            set(&mut map, "ja4_envoy", by(Ja4By::Envoy));
            add("tls", map.into());

            let named = sent.header("user-agent");
            let claim = &verdict.fingerprint.claim;
            let mut map = Map::new();
            set(&mut map, "family", named.map(|_| claim.family.as_str().into()));
            set(&mut map, "engine", named.map(|_| claim.engine.as_str().into()));
            set(&mut map, "platform", named.map(|_| claim.platform.as_str().into()));
            let major = claim.major.map_or(Value::Float(f64::NAN), |major| i64::from(major).into());
            set(&mut map, "major", named.map(|_| major));
            set(&mut map, "numbered", named.map(|_| claim.major.is_some().into()));
            add("claim", map.into());

            let bot = verdict.fingerprint.named;
            let mut map = Map::new();
            set(&mut map, "named", named.map(|_| bot.is_some().into()));
            set(&mut map, "name", named.map(|_| bot.map_or("", |bot| bot.name.as_str()).into()));
            let operator = bot.and_then(|bot| bot.operator.as_deref()).unwrap_or("");
            set(&mut map, "operator", named.map(|_| operator.into()));
            set(&mut map, "category", named.map(|_| bot.map_or("", |bot| bot.category.as_str()).into()));
            let proof = match verdict.origin.crawler {
                CrawlerProof::NotClaimed => "",
                CrawlerProof::Verified(_) => "verified",
                CrawlerProof::Impostor(_) => "impostor",
                CrawlerProof::Unverifiable(_) => "unverifiable",
            };
            set(&mut map, "proof", named.map(|_| proof.into()));
            add("bot", map.into());

            let endpoint = match String::from_utf8_lossy(request.path.normalised()).as_ref() {
                "/" => ("home", ""),
                "/login" => ("login", "signin"),
                path if path.strip_prefix("/api/users/").is_some_and(|rest| !rest.contains('/')) => ("user", "account"),
                _ => ("", ""),
            };
            let mut map = Map::new();
            set(&mut map, "id", Some(endpoint.0.into()));
            set(&mut map, "label", Some(endpoint.1.into()));
            set(&mut map, "requests_17m", memory.endpoint.map(|record| lately(&record.rates, Scale::Quarter)));
            set(&mut map, "failures_1m", memory.endpoint.map(|record| lately(&record.failures, Scale::Minute)));
            add("endpoint", map.into());

            let fired = SIGNALS.iter().filter(|signal| verdict.evidence.has(SignalId::parse(signal.id).unwrap()));
            add("signals", fired.map(|signal| Value::from(signal.id)).collect::<Vec<Value>>().into());
            add("score", i64::from(verdict.score.value).into());
            let pillars: Map = Pillar::ALL
                .iter()
                .map(|pillar| (pillar.as_str().to_owned(), i64::from(verdict.score.pillar(*pillar)).into()))
                .collect();
            add("pillars", pillars.into());
            add("class", verdict.score.class.as_str().into());
            let lists: Map = LISTS
                .iter()
                .map(|(name, items)| {
                    ((*name).to_owned(), items.iter().map(|item| Value::from(*item)).collect::<Vec<_>>().into())
                })
                .collect();
            add("lists", lists.into());

            context
                .add_function("glob", |This(text): This<Arc<String>>, pattern: Arc<String>| {
                    glob(text.as_bytes(), pattern.as_bytes())
                })
                .unwrap();
            context
                .add_function("inside", |This(address): This<Arc<String>>, blocks: Arc<Vec<Value>>| {
                    let address: IpAddr = address.parse().unwrap();
                    blocks.iter().any(|block| matches!(block, Value::String(block) if is_inside(address, block)))
                })
                .unwrap();
            Facts(context)
        })
    }
}

fn set(map: &mut Map, name: &str, value: Option<Value>) {
    if let Some(value) = value {
        map.insert(name.to_owned(), value);
    }
}

fn text(fact: Fact<&'static str>) -> Option<Value> {
    fact.known().map(|text| text.unwrap_or("").into())
}

fn word<T>(fact: Fact<T>, name: impl Fn(T) -> &'static str) -> Option<Value> {
    fact.known().map(|word| word.map_or("", name).into())
}

fn number(fact: Fact<u32>) -> Option<Value> {
    fact.known().map(|number| number.map_or(Value::Float(f64::NAN), |number| i64::from(number).into()))
}

/// Slow and plain: the star takes nothing, or one byte and is asked again.
fn glob(text: &[u8], pattern: &[u8]) -> bool {
    match (pattern, text) {
        ([], []) => true,
        ([b'*', rest @ ..], _) => glob(text, rest) || !text.is_empty() && glob(&text[1..], pattern),
        ([one, rest @ ..], [first, others @ ..]) => one == first && glob(others, rest),
        _ => false,
    }
}

/// Bit by bit.
fn is_inside(address: IpAddr, block: &str) -> bool {
    let (base, length) = block.split_once('/').unwrap();
    let bits = |address: IpAddr| match address {
        IpAddr::V4(v4) => (u128::from(v4.to_bits()), 32),
        IpAddr::V6(v6) => (v6.to_bits(), 128),
    };
    let ((one, width), (other, other_width)) = (bits(address), bits(base.parse().unwrap()));
    let length: u32 = length.parse().unwrap();
    width == other_width && (0..length).all(|bit| (one >> (width - 1 - bit)) & 1 == (other >> (width - 1 - bit)) & 1)
}
