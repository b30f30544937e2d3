//! The recorded clients' requests through a real Viceroy, and natively on what Fastly shows of them: the same event line, byte for
//! byte, and the same verdict at the origin.

use std::collections::BTreeMap;
use std::io::Write;
use std::net::SocketAddr;
use std::sync::{Arc, Mutex};

use filter_core::engine::Engine;
use filter_core::facts::{Fact, HeaderOrder, Ja4By};
use serde_json::{Map, Value, json};
use wasm_tests::client::{Answer, Connection};
use wasm_tests::evidence::corpus::Data;
use wasm_tests::fastly::{Build, Options, Viceroy, seam};
use wasm_tests::origin::Origin;
use wasm_tests::recorded;
use weir::host::Host;
use weir::trace::{Request, Text, Tls};

#[test]
fn the_committed_corpus() {
    let requests: Vec<_> = recorded::clients().into_iter().map(|recorded| recorded.request).collect();
    if let Some(count) = same_lines(requests) {
        assert!(count > 300, "only {count} requests");
    }
}

/// 163 clients, from browsers over libraries in ten languages to scanners.
#[test]
fn the_large_recording() {
    let Some(data) = Data::from_env() else { return };
    let requests: Vec<_> = data.clients().unwrap().into_iter().flat_map(|client| client.requests).collect();
    if let Some(count) = same_lines(requests) {
        assert!(count > 1500, "only {count} requests");
    }
}

/// Visitors' navigations, captures of browsers, and what attackers sent to an exposed interface: every so many of each.
/// `WEIR_CORPUS=all` takes 20,000 in all, which takes minutes.
#[test]
fn visitors_and_attackers() {
    let Some(data) = Data::from_env() else { return };
    let is_all = std::env::var("WEIR_CORPUS").is_ok_and(|which| which == "all");
    let (step, least) = if is_all { (2, 20_000) } else { (80, 500) };
    let visitors = data.visitors().unwrap().into_iter().step_by(step);
    let attackers = data.honeypot().unwrap().into_iter().filter(can_be_sent).step_by(step);
    let captures = data.captures().unwrap().into_iter().map(|(_, request)| request);
    // What the host is sent is all there is: no header is unknown.
    let requests = visitors.chain(captures).chain(attackers).map(|request| Request { headers_known: None, ..request });
    if let Some(count) = same_lines(requests.collect()) {
        assert!(count >= least, "only {count} requests");
    }
}

/// Whether Viceroy's HTTP server takes it for a request of this client's: most of what it does not is no HTTP.
fn can_be_sent(request: &Request) -> bool {
    const ITS_OWN: [&str; 5] = ["connection", "transfer-encoding", "upgrade", "expect", "te"];
    let is_token = |text: &Text| {
        let mut bytes = text.as_bytes().iter();
        !text.as_bytes().is_empty() && bytes.all(|b| b.is_ascii_alphanumeric() || b"-_.".contains(b))
    };
    let is_path = |b: &u8| b.is_ascii_graphic() && !b"\"<>\\^`{|}#".contains(b);
    let path = request.path.as_bytes();
    let is_header = |(name, value): &(Text, Text)| {
        let name_text = String::from_utf8_lossy(name.as_bytes()).to_ascii_lowercase();
        let value = value.as_bytes();
        let is_short = name_text != "content-length" || value.len() < 6;
        let is_host = name_text != "host" || value.iter().all(|b| b.is_ascii_alphanumeric() || b"-.:".contains(b));
        is_token(name)
            && !ITS_OWN.contains(&name_text.as_str())
            && is_short
            && is_host
            && value.trim_ascii() == value
            && value.iter().all(|b| *b >= b' ' && *b != 0x7f)
    };
    path.starts_with(b"/")
        && path.iter().all(is_path)
        && request.method.as_bytes() != b"CONNECT"
        && is_token(&request.method)
        && request.headers.iter().all(is_header)
}

/// What Viceroy itself shows, with the module as it is deployed: names in lower case, those of one name together.
#[test]
fn what_viceroy_shows() {
    let bundle = recorded::reporting_bundle();
    let engine = recorded::engine(&bundle);
    let told = Arc::new(Mutex::new(BTreeMap::new()));
    let origin = told_to(Arc::clone(&told));
    let Some(viceroy) = Viceroy::start(&Options::new(Build::Production, origin.address, &bundle)) else { return };
    let recorded = recorded::clients().into_iter().map(|recorded| recorded.request);
    let mut count = 0;
    for mut request in recorded.filter(is_plain_get) {
        let bytes = seam::wire(&request, &Map::new());
        let mut shown: Vec<(Text, Text)> = Vec::new();
        let host = (Text::from("host"), request.authority.clone());
        let is_host = |(name, _): &(Text, Text)| name.as_bytes().eq_ignore_ascii_case(b"host");
        let sends_host = request.headers.iter().any(is_host);
        let test = (Text::from(seam::HEADER), Text(header_of(&bytes)));
        for (name, value) in (!sends_host).then_some(host).into_iter().chain(request.headers.clone()).chain([test]) {
            let name = Text(name.as_bytes().to_ascii_lowercase());
            match shown.iter().rposition(|(other, _)| *other == name) {
                Some(place) => shown.insert(place + 1, (name, value)),
                None => shown.push((name, value)),
            }
        }
        request = Request {
            headers: shown,
            header_order: HeaderOrder::Original,
            scheme: Fact::Present(Text::from("http")),
            version: Fact::Present(Text::from("1.1")),
            pseudo_order: Fact::Unknown,
            h2_fingerprint: Fact::Unknown,
            tls: Tls::plain(),
            ..request
        };
        request.client.address = Fact::Present("127.0.0.1".parse().unwrap());
        request.client.asn = Fact::Present(54113);
        request.client.organisation = Fact::Present(Text::from("Fastly, Inc"));
        request.client.country = Fact::Present(Text::from("US"));
        compare(&viceroy, &engine, &request, &bytes, count, &told);
        count += 1;
    }
    assert!(count > 100, "only {count} requests");
}

fn is_plain_get(request: &Request) -> bool {
    request.method.as_bytes() == b"GET"
        && matches!(&request.version, Fact::Present(version) if version.as_bytes() == b"1.1")
}

fn header_of(bytes: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(bytes);
    let line = text.lines().find_map(|line| line.strip_prefix(seam::HEADER)?.strip_prefix(": "));
    line.unwrap().as_bytes().to_vec()
}

/// How many were the same; all must be. `None`: there is no Viceroy.
fn same_lines(requests: Vec<Request>) -> Option<usize> {
    let host = Host::named("fastly").unwrap();
    let bundle = recorded::reporting_bundle();
    let engine = recorded::engine(&bundle);
    let told = Arc::new(Mutex::new(BTreeMap::new()));
    let origin = told_to(Arc::clone(&told));
    let viceroy = Viceroy::start(&Options::new(Build::Seam, origin.address, &bundle))?;
    let mut count = 0;
    for mut request in requests {
        host.project(&mut request);
        // Fastly computes its own; the recorder's stands for it.
        request.tls.ja4_by = Ja4By::Spec;
        let bytes = seam::wire(&request, &Map::from_iter([("t".to_owned(), json!(request.t))]));
        compare(&viceroy, &engine, &request, &bytes, count, &told);
        count += 1;
    }
    Some(count)
}

/// Sends the bytes and compares the event with what is said natively of `request`.
fn compare(viceroy: &Viceroy, engine: &Engine, request: &Request, bytes: &[u8], index: usize, told: &Told) {
    let answer =
        ask(viceroy.address, bytes).unwrap_or_else(|error| panic!("{}: {error}\n{}", request.id, bytes.escape_ascii()));
    let event = viceroy.event(index).unwrap_or_else(|error| panic!("{}: {error:#}", request.id));
    let said: Value = serde_json::from_str(&event).unwrap();
    let id = said["id"].as_str().unwrap();
    let lent = request.facts();
    let facts = lent.facts();
    let native = engine.judge(&facts, said["t"].as_u64().unwrap());
    assert_eq!(event, native.event(id), "{}\n{}", request.id, bytes.escape_ascii());
    match said["action"].as_str() {
        Some("tag") => {
            let tags = told.lock().unwrap().remove(std::str::from_utf8(request.path.as_bytes()).unwrap_or_default());
            assert_eq!(
                tags,
                Some(native.request_headers().into_iter().map(|(n, v)| (n.to_owned(), v)).collect()),
                "{}",
                request.id
            );
        }
        Some("block") => {
            let reply = native.reply().unwrap();
            assert_eq!((answer.status, &answer.body), (reply.status, &reply.body), "{}", request.id);
            for (name, value) in reply.headers {
                assert_eq!(answer.header(name), Some(value.as_str()), "{} {name}", request.id);
            }
        }
        _ => {}
    }
}

/// Sends and reads; a client that wants to switch protocols is answered all the same.
fn ask(to: SocketAddr, bytes: &[u8]) -> anyhow::Result<Answer> {
    let mut connection = Connection::open(to)?;
    connection.socket().write_all(bytes)?;
    if bytes.starts_with(b"HEAD ") {
        // Its answer says how long a body would be, and has none.
        connection.socket().set_read_timeout(Some(std::time::Duration::from_secs(10)))?;
        let mut head = Vec::new();
        let mut byte = [0];
        while !head.ends_with(b"\r\n\r\n") && std::io::Read::read(connection.socket(), &mut byte)? > 0 {
            head.push(byte[0]);
        }
        let head = String::from_utf8(head)?;
        let status = head.get(9..12).unwrap_or_default().parse()?;
        let lines = head.lines().filter_map(|line| line.split_once(": "));
        let headers = lines.map(|(name, value)| (name.to_ascii_lowercase(), value.to_owned())).collect();
        return Ok(Answer { status, headers, ..Answer::default() });
    }
    connection.read()
}

type Told = Mutex<BTreeMap<String, Vec<(String, String)>>>;

/// An origin that writes down what it was told, by path.
fn told_to(told: Arc<Told>) -> Origin {
    Origin::with(move |start, headers, _| {
        let tags: Vec<_> = ["x-weir-score", "x-weir-class", "x-weir-reasons", "x-weir-bundle", "x-weir-signature"]
            .iter()
            .filter_map(|name| headers.iter().find(|(other, _)| other == name).cloned())
            .collect();
        if !tags.is_empty() {
            let path = start.split(' ').nth(1).unwrap_or_default();
            told.lock().unwrap().insert(path.to_owned(), tags);
        }
        Answer { status: 200, ..Answer::default() }
    })
    .unwrap()
}
