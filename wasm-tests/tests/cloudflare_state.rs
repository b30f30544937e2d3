//! Sessions through a real workerd whose isolate remembers, and natively over the same tables: the same event lines.

use std::collections::BTreeMap;

use filter_core::engine::{Engine, HeaderSets};
use filter_core::facts::{Fact, Header, Outcome};
use filter_core::state::Tables;
use serde_json::{Map, Value, json};
use wasm_tests::client::{Answer, Connection};
use wasm_tests::cloudflare::{Build, Options, Workerd, wire};
use wasm_tests::origin::Origin;
use wasm_tests::{bundles, recorded};
use weir::host::Host;
use weir::trace::Request;

/// Milliseconds from verdict to answer, as the Worker with the seam has it.
const LATER: u64 = 10;

/// What the origin answers: by path, so that both sides know.
fn answer(path: &str) -> (u16, &'static [(&'static str, &'static str)], usize) {
    match path {
        path if path.contains("/item/") => (404, &[], 9),
        path if path.ends_with(".css") || path.ends_with(".js") => (200, &[("etag", "\"1\"")], 40),
        _ => (200, &[("set-cookie", "seen=1; Path=/")], 120),
    }
}

/// What judges natively, and remembers.
struct Native {
    engine: Engine,
    tables: Tables,
    known: HeaderSets,
}

impl Native {
    fn request(&mut self, request: &Request, id: &str) -> String {
        let Native { engine, tables, known } = self;
        let lent = request.facts();
        let facts = lent.facts();
        let plan = engine.plan_with(&facts, request.t, known);
        let records = tables.lend(plan.touched());
        let verdict = engine.decide(plan, records);
        let (event, ticket, is_answered) = (verdict.event(id), verdict.ticket(), verdict.reply().is_some());
        drop(verdict);
        if let Some(ticket) = ticket.filter(|_| !is_answered) {
            let (status, headers, size) = answer(std::str::from_utf8(request.path.as_bytes()).unwrap());
            let length = size.to_string();
            let mut lines = vec![Header { name: b"content-length", value: length.as_bytes() }];
            lines.extend(headers.iter().map(|(n, v)| Header { name: n.as_bytes(), value: v.as_bytes() }));
            let outcome = Outcome {
                status: Fact::Present(status),
                size: Fact::Present(size as u64),
                took: Fact::Present(LATER),
                headers: &lines,
                ..Outcome::default()
            };
            engine.settle(&ticket, &outcome, tables.find(ticket.keys()), request.t + LATER);
        }
        event
    }
}

#[test]
fn a_session_is_remembered_as_natively() {
    let origin = Origin::with(|start, _, _| {
        let (status, headers, size) = answer(start.split(' ').nth(1).unwrap_or_default());
        let headers = headers.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
        Answer { status, headers, body: vec![b'x'; size] }
    })
    .unwrap();
    let bundle = recorded::reporting_bundle();
    let engine = recorded::engine(&bundle);
    let tables = Tables::new(engine.bundle().limits());
    let mut native = Native { engine, tables, known: HeaderSets::default() };
    let mut options = Options::new(Build::Seam, origin.address, &bundle);
    options.knobs["memory"] = json!(true);
    let Some(workerd) = Workerd::start(&options) else { return };
    let host = Host::named("cloudflare").unwrap();
    let mut connection = Connection::open(workerd.address).unwrap();
    let mut fired: BTreeMap<String, u32> = BTreeMap::new();
    for (index, mut request) in session().into_iter().enumerate() {
        host.project(&mut request);
        let bytes = wire::wire(&request, &Map::from_iter([("t".to_owned(), json!(request.t))]));
        connection.send(&bytes).unwrap();
        let event = workerd.event(index).unwrap();
        let said: Value = serde_json::from_str(&event).unwrap();
        for reason in said["reasons"].as_array().unwrap().iter().filter(|reason| reason["pillar"] == "behaviour") {
            *fired.entry(reason["signal"].as_str().unwrap().to_owned()).or_default() += 1;
        }
        assert_eq!(event, native.request(&request, said["id"].as_str().unwrap()), "request {index}");
    }
    assert!(fired.len() >= 2, "behaviour is seen: {fired:?}");
}

/// Rates are counted in the isolate: the third request of a client within a minute is one too many.
#[test]
fn a_rate_is_limited() {
    let origin = Origin::start().unwrap();
    let bundle = bundles::of(
        json!({
            "settings": { "limits": bundles::few_records() },
            "limits": [{ "id": "few", "key": ["address"], "requests": 2, "seconds": 60 }],
            "rules": [{ "id": "few", "when": "always", "then": { "limit": { "by": "few" } } }],
            "otherwise": "allow",
        }),
        1,
    );
    let mut options = Options::new(Build::Production, origin.address, &bundle);
    options.knobs["memory"] = json!(true);
    let Some(workerd) = Workerd::start(&options) else { return };
    let mut connection = Connection::open(workerd.address).unwrap();
    let mut status = |address: &str| {
        let request =
            Request { authority: "shop.example".into(), method: "GET".into(), path: "/".into(), ..Request::default() };
        let mut request = Request { id: "r".into(), ..request };
        request.client.address = Fact::Present(address.parse().unwrap());
        connection.send(&wire::wire(&request, &Map::new())).unwrap().status
    };
    let first: Vec<u16> = (0..4).map(|_| status("203.0.113.9")).collect();
    assert_eq!(first, [200, 200, 429, 429]);
    assert_eq!(status("203.0.113.10"), 200, "another client's own");
}

/// Two recorded clients by turns: one goes through numbered items that are not there, fast; one reads pages.
fn session() -> Vec<Request> {
    let recorded = recorded::clients();
    let first = |kind: &str| {
        let found = recorded.iter().find(|one| one.kind == kind && one.request.method.as_bytes() == b"GET");
        found.unwrap_or_else(|| panic!("no {kind}")).request.clone()
    };
    let (walker, reader) = (first("library"), first("browser"));
    let mut requests = Vec::new();
    for number in 0..120u64 {
        let (from, path, last) = match number % 4 {
            3 => (&reader, format!("/pages/{}", number / 4), 8),
            _ => (&walker, format!("/item/{number}"), 7),
        };
        let mut request = Request { t: 1_760_000_000_000 + number * 250, path: path.as_str().into(), ..from.clone() };
        request.client.address = Fact::Present(format!("203.0.113.{last}").parse().unwrap());
        requests.push(request);
    }
    requests
}
