//! A verdict is the same whether or not a request's header set was judged before.
#![allow(clippy::unwrap_used, missing_docs)]

use std::sync::LazyLock;

use filter_core::engine::{Engine, HeaderSets, Verdict};
use filter_core::facts::Facts;
use filter_core::policy::{Bundle, Settings};
use filter_core::signals::vectors::{BASES, Sample};
use filter_core::state::Records;
use proptest::prelude::*;

const NOW: u64 = 1_763_700_000_000;

static ENGINE: LazyLock<Engine> = LazyLock::new(|| {
    let bundle = Bundle::parse(include_bytes!("../../policies/bundles/default.json")).unwrap();
    let settings = br#"{"bundle":"","allow_unsigned":true,"secret":"0123456789abcdef0123"}"#;
    Engine::new(bundle, &Settings::parse(settings).unwrap()).unwrap()
});

/// Everything that can be read off it.
fn whole(verdict: &Verdict<'_>) -> String {
    let fingerprint = (&verdict.fingerprint.claim, verdict.fingerprint.hints(), verdict.fingerprint.named);
    format!("{} {:?} {fingerprint:?} {:?}", verdict.event("id"), verdict.reply(), verdict.evidence)
}

fn agree(known: &mut HeaderSets, facts: &Facts<'_>) {
    let anew = whole(&ENGINE.judge(facts, NOW));
    for _ in 0..2 {
        let plan = ENGINE.plan_with(facts, NOW, known);
        assert_eq!(whole(&ENGINE.decide(plan, Records::default())), anew);
    }
}

/// What a header set's evidence depends on beside its lines.
const FACTS: [&str; 9] = [
    "@tls=TLSv1.0",
    "@tls=TLSv1.2",
    "@ja4=t13d1516h2_8daaf6152771_02713d6af862",
    "@ja4=t13d1515h1_8daaf6152771_f37e75b10bcc",
    "@ja4=t13d311100_e8f1e7e78f70_1f22a2ca17c4",
    "@ja4=t12",
    "@ja4_by=envoy",
    "@version=HTTP/1.1",
    "@pseudo=mpsa",
];

/// One change to a request, in the form of the signals' vectors.
fn change() -> impl Strategy<Value = String> {
    let value = prop::sample::select(vec![
        "",
        "*/*",
        "text/html",
        "gzip",
        "en",
        "?1",
        "navigate",
        "cors",
        "document",
        "empty",
        "same-origin",
        "https://shop.example/",
        "application/json",
        "multipart/form-data; boundary=x",
        "curl/8.5.0",
        "Mozilla/5.0 (compatible; Googlebot/2.1; +http://www.google.com/bot.html)",
        "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0",
    ]);
    let name = prop::sample::select(vec![
        "user-agent",
        "accept",
        "accept-encoding",
        "accept-language",
        "sec-ch-ua",
        "sec-fetch-site",
        "sec-fetch-mode",
        "sec-fetch-dest",
        "content-type",
        "cookie",
        "origin",
        "referer",
        "range",
        "via",
        "x-forwarded-for",
        "x-request-id",
        "x-unheard-of",
        "access-control-request-method",
    ]);
    prop_oneof![
        prop::sample::select(&FACTS).prop_map(str::to_owned),
        (name.clone(), value).prop_map(|(name, value)| format!("{name}: {value}")),
        name.prop_map(|name| format!("-{name}")),
    ]
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 300, ..ProptestConfig::default() })]
    #[test]
    fn known_header_sets_change_nothing(
        requests in prop::collection::vec((0..BASES.len(), prop::collection::vec(change(), 0..3), prop::bool::ANY), 1..12),
    ) {
        let mut known = HeaderSets::default();
        for (base, changes, image) in requests {
            let text = format!("like {}\n{}", BASES[base].0, changes.join("\n"));
            let mut sample = Sample::parse(&text).unwrap();
            if image {
                sample.path = "/wp-login.png".to_owned();
            }
            sample.with(|facts| agree(&mut known, facts));
        }
    }
}

/// Whatever a program sends anew with each request does not hide that it was seen before, nor does it change what was said.
#[test]
fn every_base_twice_and_with_another_session() {
    let mut known = HeaderSets::default();
    for (name, _) in BASES {
        for session in ["a=1", "b=2"] {
            let text = format!("like {name}\ncookie: {session}\nreferer: https://shop.example/{session}");
            let mut sample = Sample::parse(&text).unwrap();
            sample.path = format!("/{session}");
            sample.with(|facts| agree(&mut known, facts));
        }
    }
}

/// The same lines over another connection are another set.
#[test]
fn every_base_over_every_connection() {
    let mut known = HeaderSets::default();
    for (name, _) in BASES {
        for fact in FACTS {
            for text in [format!("like {name}"), format!("like {name}\n{fact}")] {
                Sample::parse(&text).unwrap().with(|facts| agree(&mut known, facts));
            }
        }
    }
}
