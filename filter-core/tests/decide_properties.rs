//! What holds for every request, however odd.
#![allow(clippy::unwrap_used, missing_docs)]

use std::net::IpAddr;

use filter_core::engine::{Engine, Verdict};
use filter_core::facts::{ClientFacts, Fact, Facts, Header, HeaderOrder, Ja4By, Provenance, TlsFacts, TlsVersion};
use filter_core::keys::Keys;
use filter_core::policy::{Action, Bundle, Settings, wire};
use proptest::collection::vec;
use proptest::prelude::*;

/// Facts, owned.
#[derive(Clone, Debug)]
struct Owned {
    words: [Vec<u8>; 7],
    headers: Vec<(Vec<u8>, Vec<u8>)>,
    known: Option<Vec<Vec<u8>>>,
    order: HeaderOrder,
    address: Option<IpAddr>,
    provenance: Provenance,
    shape: u16,
}

/// Words that stages look for, and bytes that they do not expect.
fn word() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "GET",
        "POST",
        "HEAD",
        "OPTIONS",
        "https",
        "http",
        "2",
        "1.1",
        "3",
        "1.0",
        "masp",
        "shop.example",
        "[::1]:443",
        "/",
        "/api/users/42",
        "/a/../%2e/b//c",
        "/login?x=1",
        "*",
        "",
        "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/156.0.0.0 Safari/537.36",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "curl/8.5.0",
        "sqlmap/1.8",
        "*/*",
        "text/html",
        "application/json",
        "application/grpc",
        "gzip, deflate, br",
        "navigate",
        "document",
        "?1",
        "\"Chromium\";v=\"156\"",
        "203.0.113.7, 10.0.0.1",
        "Bearer a.eyJzdWIiOiJhIn0.c",
        "sid=1; sid=2",
        "t13d1516h2_8daaf6152771_02713d6af862",
        "1:65536;2:0|15663105|0|m,a,s,p",
    ])
    .prop_map(|text| text.as_bytes().to_vec());
    prop_oneof![3 => known, 1 => vec(any::<u8>(), 0..40)]
}

fn name() -> impl Strategy<Value = Vec<u8>> {
    let known = prop::sample::select(vec![
        "user-agent",
        "User-Agent",
        "accept",
        "accept-encoding",
        "accept-language",
        "sec-ch-ua",
        "sec-ch-ua-mobile",
        "sec-ch-ua-platform",
        "sec-fetch-site",
        "sec-fetch-mode",
        "sec-fetch-dest",
        "sec-fetch-user",
        "content-type",
        "cookie",
        "authorization",
        "x-forwarded-for",
        "cf-connecting-ip",
        "origin",
        "referer",
        "priority",
        "x-key",
        "x-weir-score",
        "upgrade-insecure-requests",
        "sec-websocket-key",
        "access-control-request-method",
    ])
    .prop_map(|text| text.as_bytes().to_vec());
    prop_oneof![5 => known, 1 => vec(any::<u8>(), 0..20)]
}

fn owned() -> impl Strategy<Value = Owned> {
    let address = prop_oneof![
        any::<[u8; 4]>().prop_map(IpAddr::from),
        any::<[u8; 16]>().prop_map(IpAddr::from),
        Just(IpAddr::from([203, 0, 113, 7]))
    ];
    (
        prop::array::uniform7(word()),
        vec((name(), word()), 0..24),
        prop::option::of(vec(name(), 0..8)),
        prop::sample::select(vec![HeaderOrder::Lost, HeaderOrder::Kept, HeaderOrder::Original]),
        prop::option::of(address),
        prop::sample::select(vec![Provenance::Peer, Provenance::Hop, Provenance::Cdn, Provenance::Unverified]),
        any::<u16>(),
    )
        .prop_map(|(words, headers, known, order, address, provenance, shape)| Owned {
            words,
            headers,
            known,
            order,
            address,
            provenance,
            shape,
        })
}

impl Owned {
    fn with<T>(&self, f: impl FnOnce(&Facts<'_>) -> T) -> T {
        let headers: Vec<Header<'_>> = self.headers.iter().map(|(name, value)| Header { name, value }).collect();
        let known: Option<Vec<&[u8]>> = self.known.as_ref().map(|names| names.iter().map(Vec::as_slice).collect());
        let [method, authority, path, version, pseudo, ja4, h2] = &self.words;
        let fact = |bit: u32, value| match (self.shape >> bit) & 3 {
            0 => Fact::Unknown,
            1 => Fact::Absent,
            _ => Fact::Present(value),
        };
        let facts = Facts {
            method,
            scheme: fact(0, b"https".as_slice()),
            authority,
            path,
            version: fact(2, version),
            pseudo_order: fact(4, pseudo),
            headers: &headers,
            headers_known: known.as_deref(),
            header_order: self.order,
            body: Fact::Unknown,
            client: ClientFacts {
                address: self.address.map_or(Fact::Unknown, Fact::Present),
                provenance: self.provenance,
                asn: if self.shape & 64 == 0 { Fact::Unknown } else { Fact::Present(64_500) },
                organisation: Fact::Unknown,
                country: fact(8, b"DE".as_slice()),
            },
            tls: TlsFacts {
                version: match (self.shape >> 10) & 3 {
                    0 => Fact::Unknown,
                    1 => Fact::Absent,
                    _ => Fact::Present(TlsVersion::V1_3),
                },
                ja4: fact(12, ja4),
                ja4_by: if self.shape & 128 == 0 { Ja4By::Spec } else { Ja4By::Envoy },
                ..TlsFacts::default()
            },
            h2_fingerprint: fact(14, h2),
        };
        f(&facts)
    }
}

fn engine(content: &str) -> Engine {
    let content: wire::Content = serde_json::from_str(content).unwrap();
    load(wire::write(&content, 1).unwrap().as_bytes())
}

fn load(bundle: &[u8]) -> Engine {
    let keys = Some(Keys::derive(b"correct horse battery staple"));
    let mut settings = Settings { allow_unsigned: true, keys, ..Settings::default() };
    settings.client_address.trusted_hops = 1;
    Engine::new(Bundle::parse(bundle).unwrap(), &settings).unwrap()
}

/// Loading takes longer than deciding: once is enough.
fn default_engine() -> &'static Engine {
    static ENGINE: std::sync::OnceLock<Engine> = std::sync::OnceLock::new();
    ENGINE.get_or_init(|| load(include_bytes!("../../policies/bundles/default.json")))
}

/// Everything that can be read off a verdict.
fn whole(verdict: &Verdict<'_>) -> String {
    format!(
        "{} {:?} {:?} {:?} {:?}",
        verdict.event("id"),
        verdict.score,
        verdict.reply(),
        verdict.request_headers(),
        verdict.decision.shadows().map(|rule| rule.id.as_str()).collect::<Vec<_>>()
    )
}

const RULES: &str = r#""rules":[
    {"id":"b","when":{"any":[{"signal":["user_agent_missing"]},{"class":["bot"]},{"header":{"name":"x-key"}}]},"then":{"block":{}}},
    {"id":"t","when":{"any":[{"score":{"at_least":20}},{"address":{"blocks":["203.0.113.0/24"]}}]},"then":"tag"},
    {"id":"m","when":{"not":{"kind":["navigation"]}},"then":"monitor"}],
  "settings":{"identity":[{"cookie":"sid"},{"jwt":{"header":"authorization","claim":"sub"}}]},
  "endpoints":[{"id":"user","path":"/api/users/{id}"}],"otherwise":"allow""#;

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn a_verdict_is_the_same_twice_and_can_be_written(owned in owned(), now in any::<u64>()) {
        let default = default_engine();
        let ruled = engine(&format!("{{{RULES}}}"));
        owned.with(|facts| {
            for engine in [default, &ruled] {
                let first = engine.judge(facts, now);
                prop_assert_eq!(whole(&first), whole(&engine.judge(facts, now)));
                let line: serde_json::Value = serde_json::from_str(&first.event("id")).unwrap();
                prop_assert_eq!(&line["score"], first.score.value);
                prop_assert!(first.score.value <= 100);
                let bot = first.score.value >= engine.bundle().weights().bot_threshold;
                prop_assert!(bot || first.score.class.as_str() != "bot");
                prop_assert_eq!(first.reply().is_some(), matches!(first.action(), Action::Block(_)));
                let weights: Vec<i32> = first.reasons().map(|r| engine.bundle().weights().of(r.id)).collect();
                prop_assert!(weights.is_sorted_by(|a, b| a >= b), "{:?}", weights);
                prop_assert_eq!(weights.len(), first.evidence.signals().count());
            }
            Ok(())
        })?;
    }

    #[test]
    fn allow_always_wins(owned in owned()) {
        let plain = engine(&format!("{{{RULES}}}"));
        let allowing = engine(&format!(r#"{{"allow":[{{"id":"a","when":"always"}}],{RULES}}}"#));
        owned.with(|facts| {
            let (verdict, without) = (allowing.judge(facts, 0), plain.judge(facts, 0));
            prop_assert_eq!(verdict.action(), &Action::Allow);
            prop_assert_eq!(verdict.rule().map(|rule| rule.id.as_str()), Some("a"));
            prop_assert_eq!(verdict.score, without.score, "rules do not weigh");
            Ok(())
        })?;
    }

    #[test]
    fn shadow_changes_nothing_that_is_done(owned in owned()) {
        let plain = engine(&format!("{{{RULES}}}"));
        let shadow = r#""allow":[{"id":"sa","when":"always","mode":"shadow"}],
            "rules":[{"id":"sb","when":"always","then":{"block":{}},"mode":"shadow"},"#;
        let shadowed = engine(&format!("{{{}}}", RULES.replacen("\"rules\":[", shadow, 1)));
        owned.with(|facts| {
            let (with, without) = (shadowed.judge(facts, 0), plain.judge(facts, 0));
            prop_assert_eq!(with.action(), without.action());
            prop_assert_eq!(with.rule().map(|rule| &rule.id), without.rule().map(|rule| &rule.id));
            let shadows: Vec<&str> = with.decision.shadows().map(|rule| rule.id.as_str()).collect();
            prop_assert_eq!(shadows, ["sa", "sb"]);
            prop_assert!(with.is_reported());
            Ok(())
        })?;
    }
}

proptest! {
    #[test]
    fn any_bytes_are_a_bundle_or_refused(bytes in vec(any::<u8>(), 0..200), line in "[\\[\\]{}:,\"a-z0-9\\\\é]{0,80}") {
        prop_assert!(Bundle::parse(&bytes).is_err());
        let manifest = serde_json::to_string(&wire::Manifest::of(line.trim_end(), 1)).unwrap();
        let problems = Bundle::parse(format!("{manifest}\n{line}").as_bytes()).unwrap_err();
        prop_assert!(problems.iter().count() > 0);
        prop_assert!(Settings::parse(&bytes).is_err());
        prop_assert!(Settings::parse(line.as_bytes()).is_err());
    }
}
