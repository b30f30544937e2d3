//! Logins: campaigns are found, people are not touched, and no secret is kept.
#![allow(clippy::unwrap_used, missing_docs)]

use std::collections::{BTreeSet, HashSet};

use base64::Engine as _;
use base64::prelude::{BASE64_STANDARD, BASE64_URL_SAFE_NO_PAD};
use filter_core::facts::{ClientFacts, Fact, Facts, Header, Outcome, Provenance};
use filter_core::state::{Limits, Tables};
use wasm_tests::campaign::{Attack, play, scene};
use weir::trace::{Record, Request, Text};
use weir::{case, desk};

#[test]
fn a_list_spread_over_5000_addresses_is_found_before_300_tries_and_nobody_else_is_touched() {
    let engine = desk::load(None, None).unwrap();
    let found = play(&engine, &scene(Attack::Distributed, 11));
    assert_eq!(found.attack, 10_000);
    assert!(found.people > 2_000, "{found:?}");
    assert!(found.first.is_some_and(|first| first < 300), "{found:?}");
    assert!(found.bots >= 9_800, "what comes after is judged a bot's: {found:?}");
    assert_eq!((found.signals["accounts_by_tool"][1], found.wronged), (0, 0), "{found:?}");
    assert!(found.hits[1] * 10 >= found.hits[0] * 9, "pairs that worked are told: {found:?}");
}

#[test]
fn no_attack_makes_a_person_a_bot() {
    let engine = desk::load(None, None).unwrap();
    for attack in Attack::ALL {
        let found = play(&engine, &scene(attack, 13));
        assert_eq!(found.wronged, 0, "{attack:?}: {found:?}");
        assert!(found.first.is_some() || attack == Attack::Disguised, "{attack:?}: {found:?}");
    }
}

/// Names and passwords that stand nowhere else.
const USER: &str = "Planted.User7@Corp-Example.com";
const PASSWORD: &str = "zq8Planted!Pass/word";

/// All ways in which eight bytes in a row of a text may show.
fn forms(secret: &str) -> Vec<Vec<u8>> {
    let eight = |text: &str, each: &dyn Fn(&[u8]) -> Vec<u8>| -> Vec<Vec<u8>> {
        text.as_bytes().windows(8).map(each).collect()
    };
    let hex = |bytes: &[u8]| bytes.iter().map(|byte| format!("{byte:02x}")).collect::<String>();
    let percent = |bytes: &[u8]| bytes.iter().map(|byte| format!("%{byte:02X}")).collect::<String>();
    let numbers = |bytes: &[u8]| format!("{bytes:?}").trim_matches(['[', ']']).to_owned();
    let reversed: String = secret.chars().rev().collect();
    let escaped = secret.replace('@', "%40").replace('!', "%21").replace('/', "%2F");
    let mut forms = Vec::new();
    for text in [secret, &secret.to_lowercase(), &reversed, &escaped] {
        forms.extend(eight(text, &<[u8]>::to_vec));
    }
    forms.extend(eight(secret, &|bytes| hex(bytes).into_bytes()));
    forms.extend(eight(secret, &|bytes| hex(bytes).to_uppercase().into_bytes()));
    forms.extend(eight(secret, &|bytes| percent(bytes).into_bytes()));
    forms.extend(eight(secret, &|bytes| percent(bytes).to_lowercase().into_bytes()));
    forms.extend(eight(secret, &|bytes| numbers(bytes).into_bytes()));
    for coded in [BASE64_STANDARD.encode(secret), BASE64_URL_SAFE_NO_PAD.encode(secret)] {
        forms.extend(eight(coded.trim_end_matches('='), &<[u8]>::to_vec));
    }
    forms
}

/// The first of the texts that stands in `written`.
fn found(texts: &[Vec<u8>], written: &[u8]) -> Option<String> {
    let lengths: BTreeSet<usize> = texts.iter().map(Vec::len).collect();
    lengths.into_iter().find_map(|length| {
        let wanted: HashSet<&[u8]> = texts.iter().map(Vec::as_slice).filter(|text| text.len() == length).collect();
        written.windows(length).find(|window| wanted.contains(window)).map(|window| window.escape_ascii().to_string())
    })
}

#[test]
fn a_secret_is_found_in_each_form() {
    let texts = forms(PASSWORD);
    let hex: String = PASSWORD.bytes().map(|byte| format!("{byte:02x}")).collect();
    let numbers = format!("name: {:?}", PASSWORD.as_bytes());
    let coded = BASE64_STANDARD.encode(PASSWORD);
    for written in ["zq8Planted", "zq8planted!", "s%2Fword", "drow/ssaP", hex.as_str(), &numbers, &coded] {
        assert!(found(&texts, format!("before {written} after").as_bytes()).is_some(), "{written}");
    }
    assert_eq!(found(&texts, b"zq8Plan, tedPass and 80, 108, 97"), None);
}

#[test]
fn no_secret_leaves() {
    let engine = desk::load(None, None).unwrap();
    let basic = format!("Basic {}", BASE64_STANDARD.encode(format!("{USER}:{PASSWORD}")));
    let json = format!(r#"{{"variables":{{"email":"{USER}","password":"{PASSWORD}"}}}}"#);
    let form = format!("email={}&password={}", USER.replace('@', "%40"), PASSWORD.replace('/', "%2F"));
    let parts = format!(
        "--b\r\nContent-Disposition: form-data; name=\"user\"\r\n\r\n{USER}\r\n--b\r\nContent-Disposition: form-data; \
         name=\"password\"\r\n\r\n{PASSWORD}\r\n--b--\r\n"
    );
    let cases = [
        ("application/json", "", json),
        ("application/x-www-form-urlencoded", "", form),
        ("multipart/form-data; boundary=b", "", parts),
        ("text/plain", basic.as_str(), String::new()),
    ];
    let mut tables = Tables::new(&Limits { clients: 64, details: 64, ..Limits::default() });
    let mut written = Vec::new();
    let mut accounts = Vec::new();
    for round in 0..40u8 {
        for (kind, authorization, body) in &cases {
            let request = Request {
                t: 1_795_248_000_000 + u64::from(round) * 1_000,
                id: format!("r{round}"),
                method: Text::from("POST"),
                authority: Text::from("shop.example"),
                path: Text::from("/login"),
                headers: vec![
                    (Text::from("content-type"), Text::from(*kind)),
                    (Text::from("authorization"), Text::from(*authorization)),
                ],
                body: Fact::Present(body.clone().into_bytes()),
                ..Request::default()
            };
            let headers = [("content-type", *kind), ("authorization", *authorization)]
                .map(|(name, value)| Header { name: name.as_bytes(), value: value.as_bytes() });
            let facts = Facts {
                method: b"POST",
                authority: b"shop.example",
                path: b"/login",
                headers: &headers,
                body: Fact::Present(body.as_bytes()),
                client: ClientFacts {
                    address: Fact::Present([198, 51, round, 7].into()),
                    provenance: Provenance::Peer,
                    ..ClientFacts::default()
                },
                ..Facts::default()
            };
            let plan = engine.plan(&facts, request.t);
            let touched = *plan.touched();
            written.extend(format!("{touched:?}").into_bytes());
            let verdict = engine.decide(plan, tables.lend(&touched));
            written.extend(verdict.event("r").into_bytes());
            verdict.reasons().for_each(|reason| written.extend(format!("{} {reason:?}", reason.detail).into_bytes()));
            let case = case::make(&engine, &request, &verdict, None);
            written.extend(Record::Request(Box::new(case)).to_json().into_bytes());
            let ticket = verdict.ticket().unwrap();
            written.extend(format!("{ticket:?}").into_bytes());
            let outcome = Outcome { status: Fact::Present(401), headers_known: true, ..Outcome::default() };
            let alert = engine.settle(&ticket, &outcome, tables.find(&touched.keys), request.t);
            written.extend(alert.iter().flat_map(|alert| format!("{alert:?} {}", alert.event()).into_bytes()));
            let records = tables.find(&touched.keys);
            written.extend(format!("{records:?}").into_bytes());
            written.extend(records.account.unwrap().to_bytes());
            written.extend(records.site.unwrap().to_bytes());
            written.extend(records.client.unwrap().to_bytes());
            written.extend(records.tool.unwrap().to_bytes());
            accounts.push(touched.keys.account);
        }
    }
    accounts.dedup();
    assert_eq!(accounts.len(), 1, "the same name was found in each form");
    assert!(accounts[0] != 0 && String::from_utf8_lossy(&written).contains("account_under_attack"));
    for secret in [USER, PASSWORD] {
        assert_eq!(found(&forms(secret), &written), None, "of `{secret}` this was kept");
    }
}
