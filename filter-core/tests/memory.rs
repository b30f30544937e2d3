//! A request planned, judged with records, and settled, as a host without tables does it.
#![allow(missing_docs, clippy::unwrap_used)]

use filter_core::engine::Engine;
use filter_core::facts::{ClientFacts, Fact, Facts, Header, Outcome, Provenance};
use filter_core::keys::Keys;
use filter_core::policy::{Bundle, Settings, wire};
use filter_core::state::{Act, Client, ClientDetail, Records, Shown, StatusClass};

const START: u64 = 1_731_000_000_000;

fn engine(secret: &[u8]) -> Engine {
    let content: wire::Content = serde_json::from_str(
        r#"{"settings":{"identity":[{"cookie":"sid"}]},
            "endpoints":[{"id":"user","path":"/users/{id}"}],"otherwise":"allow"}"#,
    )
    .unwrap();
    let bundle = Bundle::parse(wire::write(&content, 1).unwrap().as_bytes()).unwrap();
    let keys = Some(Keys::derive(secret));
    Engine::new(bundle, &Settings { allow_unsigned: true, keys, ..Settings::default() }).unwrap()
}

fn facts<'a>(headers: &'a [Header<'a>], method: &'a str, path: &'a str, address: [u8; 4]) -> Facts<'a> {
    let client =
        ClientFacts { address: Fact::Present(address.into()), provenance: Provenance::Peer, ..ClientFacts::default() };
    let (method, path) = (method.as_bytes(), path.as_bytes());
    Facts { method, authority: b"Shop.example:443", path, headers, client, ..Facts::default() }
}

#[test]
fn records_count_requests_and_answers() {
    let engine = engine(b"correct horse battery staple");
    let (mut client, mut detail) = (Client::default(), ClientDetail::default());
    let given = [Header { name: b"set-cookie", value: b"a=1" }];
    let with = [Header { name: b"cookie", value: b"a=1" }];
    for (after, headers, path) in [(0, &[][..], "/users/1"), (700, &with, "/users/2"), (1400, &with, "/users/3")] {
        let facts = facts(headers, "GET", path, [203, 0, 113, 7]);
        let plan = engine.plan(&facts, START + after);
        let keys = *plan.keys();
        let records = Records { client: Some(&mut client), detail: Some(&mut detail), ..Records::default() };
        let verdict = engine.decide(plan, records);
        assert_eq!(verdict.memory.pause, (after > 0).then_some(700));
        assert_eq!(verdict.memory.client.unwrap().acts(Act::Page), u32::try_from(after / 700).unwrap() + 1);
        let ticket = verdict.ticket().unwrap();
        assert_eq!(*ticket.keys(), keys);
        let outcome = Outcome { status: Fact::Present(404), headers: &given, ..Outcome::default() };
        let records = Records { client: Some(&mut client), detail: Some(&mut detail), ..Records::default() };
        engine.settle(&ticket, &outcome, records, START + after + 20);
    }
    assert!(client.shown.has(Shown::COOKIE_KEPT));
    assert_eq!(client.statuses.of(StatusClass::Missing), 3);
    assert_eq!((detail.missing.count(), detail.stride.run(), detail.cookies), (3, 3, [0, 2]));
    assert_eq!(Client::from_bytes(&client.to_bytes()), client);
}

#[test]
fn without_records_nothing_is_remembered() {
    let engine = engine(b"correct horse battery staple");
    let facts = facts(&[], "GET", "/", [203, 0, 113, 7]);
    let plan = engine.plan(&facts, START);
    assert!(!plan.wants_outcome());
    let verdict = engine.decide(plan, Records::default());
    assert!(verdict.ticket().is_none() && verdict.memory.client.is_none() && verdict.memory.visit.is_none());
    assert_eq!(verdict.event("a"), engine.judge(&facts, START).event("a"));
}

#[test]
fn keys_name_who_takes_part() {
    let (engine, other) = (engine(b"correct horse battery staple"), engine(b"another secret of a tenant"));
    let sid = [Header { name: b"cookie", value: b"sid=42" }];
    let facts = |headers, method, path, last| facts(headers, method, path, [203, 0, 113, last]);
    let (one, two) = (facts(&[], "GET", "/users/1", 7), facts(&[], "GET", "/users/2?x=1", 8));
    let (post, mine, yours) =
        (facts(&[], "POST", "/a/1", 7), facts(&sid, "GET", "/a/2", 7), facts(&sid, "GET", "/b", 9));
    let keys = |facts| *engine.plan(facts, START).keys();
    let (one, two, post, mine, yours) = (keys(&one), keys(&two), keys(&post), keys(&mine), keys(&yours));
    assert_ne!(one.address, two.address);
    assert_ne!(one.client, two.client, "no cookie: the address counts");
    assert_eq!((one.network, one.tool, one.endpoint, one.site), (two.network, two.tool, two.endpoint, two.site));
    assert_eq!(mine.client, yours.client, "one session on two addresses");
    assert_ne!(post.endpoint, mine.endpoint, "another method");
    assert_ne!(mine.endpoint, yours.endpoint);
    assert_eq!(one.account, 0);
    let nobody = Facts { method: b"GET", authority: b"shop.example", path: b"/users/9", ..Facts::default() };
    let nobody = *engine.plan(&nobody, START).keys();
    assert_eq!((nobody.client, nobody.address, nobody.network, nobody.site), (0, 0, 0, one.site));
    let facts = facts(&[], "GET", "/users/1", 7);
    let theirs = *other.plan(&facts, START).keys();
    assert!(theirs.client != one.client && theirs.tool != one.tool && theirs.site != one.site, "keyed by the secret");
}
