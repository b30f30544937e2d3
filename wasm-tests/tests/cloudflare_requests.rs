//! Requests through the deployed Worker in a real workerd: what reaches the origin, what comes back, and what happens when
//! something is missing.

use std::sync::Arc;
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use wasm_tests::bundles;
use wasm_tests::client::{Answer, Connection, request, send};
use wasm_tests::cloudflare::kv::{Fault, Kv};
use wasm_tests::cloudflare::{Build, Options, Workerd, binary, built, files, wire};
use wasm_tests::origin::Origin;

const HOST: (&str, &[u8]) = ("host", b"shop.example");

fn get(path: &str, headers: &[(&str, &[u8])]) -> Vec<u8> {
    request("GET", path, &[&[HOST], headers].concat(), b"")
}

fn start(origin: &Origin) -> Option<Workerd> {
    Workerd::start(&Options::new(Build::Production, origin.address, &bundles::by_path(1)))
}

#[test]
fn each_action_is_carried_out() {
    let origin = Origin::start().unwrap();
    let Some(workerd) = start(&origin) else { return };
    let passed =
        send(workerd.address, &get("/none?a=b%20c", &[("x-weir-score", b"0"), ("X_Weir_Class", b"human")])).unwrap();
    assert_eq!(passed.status, 200, "{}", workerd.lines().join("\n"));
    let echo = passed.text();
    assert!(echo.starts_with("GET /none?a=b%20c HTTP/1.1\n"), "{echo}");
    assert!(!echo.to_lowercase().contains("weir"), "forged headers go: {echo}");

    let tagged = send(workerd.address, &get("/tag", &[("x-weir-score", b"0")])).unwrap().text().to_lowercase();
    assert_eq!(tagged.matches("x-weir-score: ").count(), 1, "{tagged}");
    assert!(tagged.contains("x-weir-signature: t="), "{tagged}");

    let blocked = send(workerd.address, &get("/block", &[])).unwrap();
    assert_eq!(blocked.status, 403);
    assert!(blocked.header("x-weir-receipt").is_some() && blocked.text().contains("receipt: "), "{}", blocked.text());
    assert_eq!(send(workerd.address, &get("/shadow", &[])).unwrap().status, 200);
    assert_eq!(send(workerd.address, &get("/monitor", &[])).unwrap().status, 200);

    workerd.event(3).unwrap();
    let actions: Vec<String> = workerd
        .events()
        .iter()
        .map(|event| serde_json::from_str::<Value>(event).unwrap()["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(actions, ["tag", "block", "allow", "monitor"], "what passes unreported has no event");
}

#[test]
fn bytes_that_are_no_text_harm_nobody() {
    let origin = Origin::start().unwrap();
    let Some(workerd) = start(&origin) else { return };
    let odd = get(
        "/monitor",
        &[("user-agent", b"\xff\xfe"), ("cookie", b"a=\x80; b"), ("x-empty", b""), ("accept", b"a"), ("accept", b"b")],
    );
    assert_eq!(send(workerd.address, &odd).unwrap().status, 200);
    workerd.event(0).unwrap();
    let many: Vec<(String, Vec<u8>)> = (0..90).map(|n| (format!("x-{n}"), vec![b'v'; 300])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    let forged = [many, vec![("x-weir-score", b"0")]].concat();
    let echo = send(workerd.address, &get("/monitor", &forged)).unwrap();
    assert_eq!(echo.status, 200);
    assert!(!echo.text().to_lowercase().contains("x-weir"), "also past the headers that are looked at");
    workerd.event(1).unwrap();
}

#[test]
fn answers_pass_as_they_are() {
    let origin = Origin::with(|start, headers, body| {
        let path = start.split(' ').nth(1).unwrap_or_default();
        let header = |name: &str, value: &str| (name.to_owned(), value.to_owned());
        let answer = |status, headers| Answer { status, headers, body: Vec::new() };
        match path {
            "/redirect" => answer(
                302,
                vec![
                    header("location", "https://elsewhere.example/?a=b"),
                    header("set-cookie", "a=1"),
                    header("set-cookie", "b=2"),
                ],
            ),
            "/empty" => answer(204, vec![]),
            "/same" => answer(304, vec![header("etag", "\"x\"")]),
            "/options" => answer(200, vec![header("allow", "GET, OPTIONS")]),
            "/gone" => answer(410, vec![]),
            _ => {
                let length = headers.iter().find(|(name, _)| name == "content-length").map(|(_, value)| value.clone());
                let text = format!("{} {}", body.len(), length.unwrap_or_default());
                Answer { status: 200, headers: vec![], body: text.into_bytes() }
            }
        }
    })
    .unwrap();
    for memory in [false, true] {
        let mut options = Options::new(Build::Production, origin.address, &bundles::by_path(1));
        options.knobs["memory"] = json!(memory);
        let Some(workerd) = Workerd::start(&options) else { return };
        let redirect = send(workerd.address, &get("/redirect", &[])).unwrap();
        assert_eq!((redirect.status, redirect.header("location")), (302, Some("https://elsewhere.example/?a=b")));
        assert_eq!(redirect.headers.iter().filter(|(name, _)| name == "set-cookie").count(), 2);
        assert_eq!(send(workerd.address, &get("/empty", &[])).unwrap().status, 204);
        let same = send(workerd.address, &get("/same", &[("if-none-match", b"\"x\"")])).unwrap();
        assert_eq!((same.status, same.header("etag")), (304, Some("\"x\"")));
        assert_eq!(send(workerd.address, &get("/gone", &[])).unwrap().status, 410);
        let options = send(workerd.address, &request("OPTIONS", "/options", &[HOST], b"")).unwrap();
        assert_eq!(options.header("allow"), Some("GET, OPTIONS"));
        // Tagged ones are copied, and their bodies go along.
        for (path, size) in [("/size", 1usize), ("/size", 70_000), ("/tag", 100), ("/tag", 3 << 20)] {
            let body = vec![b'x'; size];
            let answer = send(workerd.address, &request("POST", path, &[HOST], &body)).unwrap();
            assert_eq!(answer.text(), format!("{size} {size}"), "memory {memory}, {path}");
        }
    }
}

#[test]
fn without_a_bundle_requests_pass_and_forged_headers_go() {
    let origin = Origin::start().unwrap();
    let good = || Options::new(Build::Production, origin.address, &bundles::by_path(1));
    let empty = || Arc::new(Kv::start().unwrap());
    let broken = || {
        let kv = empty();
        kv.put(&bundles::by_path(1).replacen("block", "blork", 1), false).unwrap();
        kv
    };
    let failing = |fault| {
        let options = good();
        options.kv.fail(fault);
        options.kv
    };
    let settings = |poll: Value| Some(json!({ "poll": poll, "allow_unsigned": true }));
    for (options, said) in [
        (Options { kv: empty(), ..good() }, "there is nothing"),
        (Options { kv: broken(), ..good() }, "SHA-256"),
        (Options { kv: failing(Fault::Status(500)), ..good() }, "500"),
        (Options { kv: failing(Fault::Status(429)), ..good() }, "429"),
        (Options { settings: None, ..good() }, "`WEIR_SETTINGS`: missing"),
        (
            Options { settings: Some(json!({ "poll": { "store": "WEIR", "key": "default" } })), ..good() },
            "allow_unsigned",
        ),
        (Options { settings: settings(json!({ "url": "https://a.example/" })), ..good() }, "give `store` and `key`"),
        (Options { settings: settings(json!({ "store": "OTHER", "key": "k" })), ..good() }, "KV binding `OTHER`"),
        (Options { secret: Some("short".to_owned()), ..good() }, "5 bytes are too few"),
        (Options { knobs: json!({ "evnets": true }), ..good() }, "unknown field `evnets`"),
    ] {
        let Some(workerd) = Workerd::start(&options) else { return };
        let answer = send(workerd.address, &get("/none", &[("x-weir-score", b"0")])).unwrap();
        assert_eq!(answer.status, 200, "{said}");
        assert!(!answer.text().to_lowercase().contains("weir"), "{said}: {}", answer.text());
        workerd.wait_for(said, |workerd| workerd.lines().iter().any(|line| line.contains(said)).then_some(())).unwrap();
    }
}

/// A namespace that hangs costs the isolate's first requests their patience, and no other request anything.
#[test]
fn a_slow_namespace_is_not_waited_for() {
    let origin = Origin::start().unwrap();
    let mut options = Options::new(Build::Production, origin.address, &bundles::by_path(1));
    options.kv.fail(Fault::Slow(Duration::from_secs(3)));
    options.knobs["wait_ms"] = json!(200);
    let Some(workerd) = Workerd::start(&options) else { return };
    assert_eq!(send(workerd.address, &get("/block", &[])).unwrap().status, 200, "it passes unjudged");
    let started = Instant::now();
    assert_eq!(send(workerd.address, &get("/block", &[])).unwrap().status, 200);
    assert!(started.elapsed() < Duration::from_secs(2), "the next one does not wait: {:?}", started.elapsed());
    options.kv.fail(Fault::None);
    workerd
        .wait_for("the bundle", |workerd| {
            std::thread::sleep(Duration::from_millis(200));
            (send(workerd.address, &get("/block", &[])).unwrap().status == 403).then_some(())
        })
        .unwrap();
}

/// A new bundle serves when it is time to look; what cannot serve does not, and what is older never again.
#[test]
fn a_new_bundle_takes_its_place() {
    let origin = Origin::start().unwrap();
    let mut options = Options::new(Build::Production, origin.address, &bundles::by_path(2));
    options.settings =
        Some(json!({ "poll": { "store": "WEIR", "key": "default", "interval": 1 }, "allow_unsigned": true }));
    let Some(workerd) = Workerd::start(&options) else { return };
    let status = || send(workerd.address, &get("/block", &[])).unwrap().status;
    assert_eq!(status(), 403);
    let said = |text: &'static str| {
        workerd.wait_for(text, |workerd| {
            std::thread::sleep(Duration::from_millis(100));
            status();
            workerd.lines().iter().any(|line| line.contains(text)).then_some(())
        })
    };
    options.kv.put(&bundles::by_path(1), true).unwrap();
    said("serial 1 is older than 2").unwrap();
    options.kv.fail(Fault::Status(503));
    said("503").unwrap();
    options.kv.fail(Fault::None);
    options.kv.put(&bundles::with_rules(json!([]), 3), false).unwrap();
    said("serial 3 in use").unwrap();
    assert_eq!(status(), 200);
}

#[test]
fn an_origin_that_is_down_costs_a_503() {
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    for memory in [false, true] {
        let mut options = Options::new(Build::Production, nobody, &bundles::by_path(1));
        options.knobs["memory"] = json!(memory);
        let Some(workerd) = Workerd::start(&options) else { return };
        let answer = send(workerd.address, &get("/none", &[])).unwrap();
        assert_eq!((answer.status, answer.text().as_str()), (503, "the origin gave no answer\n"));
        let grpc = send(workerd.address, &get("/none", &[("content-type", b"application/grpc+proto")])).unwrap();
        assert_eq!((grpc.status, grpc.header("grpc-status")), (200, Some("14")));
        assert_eq!(send(workerd.address, &get("/block", &[])).unwrap().status, 403, "it goes on");
    }
}

/// A trap costs its request the verdict, and the isolate its memory; who is in flight meanwhile gets the origin's answer, once.
#[test]
fn a_panic_costs_its_request_the_verdict_and_nothing_more() {
    let origin = Origin::with(|start, headers, body| {
        if start.contains("/slow") {
            std::thread::sleep(Duration::from_millis(1500));
        }
        let has_own = headers.iter().any(|(name, _)| name.contains("weir"));
        Answer { status: 200, headers: vec![], body: format!("{} {has_own}", body.len()).into_bytes() }
    })
    .unwrap();
    let Some(workerd) = Workerd::start(&Options::new(Build::Seam, origin.address, &bundles::by_path(1))) else {
        return;
    };
    let recorded = |path: &str, length: &str| weir::trace::Request {
        method: "POST".into(),
        path: path.into(),
        authority: "shop.example".into(),
        headers: vec![("content-length".into(), length.into()), ("x-weir-score".into(), "0".into())],
        ..weir::trace::Request::default()
    };
    assert_eq!(send(workerd.address, &wire::wire(&recorded("/block", "3"), &Map::new())).unwrap().status, 403);
    let panics = wire::wire(&recorded("/block", "300000"), &Map::from_iter([("panics".to_owned(), json!(true))]));
    let address = workerd.address;
    for _ in 0..3 {
        let bystander = std::thread::spawn(move || send(address, &request("POST", "/slow", &[HOST], b"body")).unwrap());
        std::thread::sleep(Duration::from_millis(300));
        let answer = send(workerd.address, &panics).unwrap();
        assert_eq!(
            (answer.status, answer.text().as_str()),
            (200, "300000 false"),
            "it passes unjudged, its body whole"
        );
        let next = send(workerd.address, &wire::wire(&recorded("/block", "3"), &Map::new())).unwrap();
        assert_eq!(next.status, 403, "the next is judged");
        let bystander = bystander.join().unwrap();
        assert_eq!((bystander.status, bystander.text().as_str()), (200, "4 false"));
    }
    assert!(workerd.lines().iter().any(|line| line.contains("a test asked for it")), "{:?}", workerd.lines());
}

#[test]
fn the_seam_is_not_in_what_is_deployed() {
    if binary().is_none() {
        return;
    }
    let has = |build| {
        let bytes = std::fs::read(built(build).join("index_bg.wasm")).unwrap();
        // The header's name is compared by numbers in the code; what is said of its content stands there as text.
        let said = b"the facts for tests";
        bytes.windows(said.len()).any(|part| part == said)
    };
    assert!(has(Build::Seam) && !has(Build::Production));
}

/// What is uploaded, compressed as the upload is.
#[test]
fn the_upload_has_at_most_four_hundred_kilobytes() {
    if binary().is_none() {
        return;
    }
    let mut packed = flate2::write::GzEncoder::new(Vec::new(), flate2::Compression::default());
    for file in files(Build::Production).unwrap() {
        let bytes = std::fs::read(built(Build::Production).join(file)).unwrap();
        std::io::Write::write_all(&mut packed, &bytes).unwrap();
    }
    let length = packed.finish().unwrap().len();
    assert!(length <= 400_000, "{length} bytes");
}

#[test]
fn one_connection_serves_many_requests() {
    let origin = Origin::start().unwrap();
    let Some(workerd) = start(&origin) else { return };
    let mut connection = Connection::open(workerd.address).unwrap();
    for round in 0..40 {
        assert_eq!(connection.send(&get("/none", &[])).unwrap().status, 200, "{round}");
        assert_eq!(connection.send(&get("/block", &[])).unwrap().status, 403, "{round}");
    }
    let loads = workerd.lines().iter().filter(|line| line.contains("serial 1 in use")).count();
    assert_eq!(loads, 1, "one isolate serves them");
}
