//! Requests through the deployed module in a real Viceroy: what reaches the origin, what comes back, and what happens
//! when something is missing.

use serde_json::{Map, json};
use wasm_tests::bundles;
use wasm_tests::client::{Answer, Connection, curl, request, send};
use wasm_tests::fastly::{Build, Options, Viceroy, binary, built, seam};
use wasm_tests::origin::Origin;

fn get(path: &str, headers: &[(&str, &[u8])]) -> Vec<u8> {
    request("GET", path, &[&[("host", &b"shop.example"[..])], headers].concat(), b"")
}

#[test]
fn each_action_is_carried_out() {
    let origin = Origin::start().unwrap();
    let Some(viceroy) = Viceroy::start(&Options::new(Build::Production, origin.address, &bundles::by_path(1))) else {
        return;
    };
    let passed =
        send(viceroy.address, &get("/none?a=b%20c", &[("x-weir-score", b"0"), ("X_Weir_Class", b"human")])).unwrap();
    assert_eq!(passed.status, 200);
    let echo = passed.text();
    assert!(echo.starts_with("GET /none?a=b%20c HTTP/1.1\n"), "{echo}");
    assert!(!echo.contains("weir"), "forged headers go: {echo}");
    assert!(echo.contains("fastly-client-ip: 127.0.0.1\n") && echo.contains("x-forwarded-for: 127.0.0.1\n"), "{echo}");

    let tagged = send(viceroy.address, &get("/tag", &[("x-weir-score", b"0")])).unwrap().text();
    assert_eq!(tagged.matches("x-weir-score: ").count(), 1, "{tagged}");
    assert!(tagged.contains("x-weir-signature: t="), "{tagged}");

    let blocked = send(viceroy.address, &get("/block", &[])).unwrap();
    assert_eq!(blocked.status, 403);
    assert!(blocked.header("x-weir-receipt").is_some() && blocked.text().contains("receipt: "), "{}", blocked.text());
    assert_eq!(send(viceroy.address, &get("/shadow", &[])).unwrap().status, 200);
    assert_eq!(send(viceroy.address, &get("/monitor", &[])).unwrap().status, 200);

    viceroy.event(3).unwrap();
    let actions: Vec<String> = viceroy
        .events()
        .iter()
        .map(|event| serde_json::from_str::<serde_json::Value>(event).unwrap()["action"].as_str().unwrap().to_owned())
        .collect();
    assert_eq!(actions, ["tag", "block", "allow", "monitor"], "what passes unreported has no event");
}

#[test]
fn http_2_is_read_too() {
    let origin = Origin::start().unwrap();
    let Some(viceroy) = Viceroy::start(&Options::new(Build::Production, origin.address, &bundles::by_path(1))) else {
        return;
    };
    let url = |path: &str| format!("http://{}{path}", viceroy.address);
    assert_eq!(curl(&["--http2-prior-knowledge", &url("/block")]).unwrap().status, 403);
    assert_eq!(curl(&["--http2-prior-knowledge", &url("/other")]).unwrap().status, 200);
}

#[test]
fn bytes_that_are_no_text_harm_nobody() {
    let origin = Origin::start().unwrap();
    let Some(viceroy) = Viceroy::start(&Options::new(Build::Production, origin.address, &bundles::by_path(1))) else {
        return;
    };
    let odd = get(
        "/monitor",
        &[("user-agent", b"\xff\xfe"), ("cookie", b"a=\x80; b"), ("x-empty", b""), ("accept", b"a"), ("accept", b"b")],
    );
    let answer = send(viceroy.address, &odd).unwrap();
    assert_eq!(answer.status, 200);
    assert!(answer.text().contains("x-empty: \n"), "{}", answer.text());
    viceroy.event(0).unwrap();
    let many: Vec<(String, Vec<u8>)> = (0..90).map(|n| (format!("x-{n}"), vec![b'v'; 2000])).collect();
    let many: Vec<(&str, &[u8])> = many.iter().map(|(name, value)| (name.as_str(), value.as_slice())).collect();
    assert_eq!(send(viceroy.address, &get("/monitor", &many)).unwrap().status, 200);
    viceroy.event(1).unwrap();
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
        let Some(viceroy) = Viceroy::start(&options) else { return };
        let redirect = send(viceroy.address, &get("/redirect", &[])).unwrap();
        assert_eq!((redirect.status, redirect.header("location")), (302, Some("https://elsewhere.example/?a=b")));
        assert_eq!(redirect.headers.iter().filter(|(name, _)| name == "set-cookie").count(), 2);
        assert_eq!(send(viceroy.address, &get("/empty", &[])).unwrap().status, 204);
        let same = send(viceroy.address, &get("/same", &[("if-none-match", b"\"x\"")])).unwrap();
        assert_eq!((same.status, same.header("etag")), (304, Some("\"x\"")));
        assert_eq!(send(viceroy.address, &get("/gone", &[])).unwrap().status, 410);
        let host: &[(&str, &[u8])] = &[("host", b"shop.example")];
        let options = send(viceroy.address, &request("OPTIONS", "/options", host, b"")).unwrap();
        assert_eq!(options.header("allow"), Some("GET, OPTIONS"));
        for size in [1usize, 100, 70_000, 3 << 20] {
            let body = vec![b'x'; size];
            let answer = send(viceroy.address, &request("POST", "/size", host, &body)).unwrap();
            assert_eq!(answer.text(), format!("{size} {size}"), "memory {memory}");
        }
    }
}

/// A hundred megabytes each way, by pieces: the sandbox may have 128 MiB in all.
#[test]
fn large_bodies_pass() {
    let origin =
        Origin::with(|_, _, body| Answer { status: 200, headers: vec![], body: vec![b'y'; body.len()] }).unwrap();
    let mut options = Options::new(Build::Production, origin.address, &bundles::by_path(1));
    options.knobs["memory"] = json!(true);
    let Some(viceroy) = Viceroy::start(&options) else { return };
    let body = vec![b'x'; 100 << 20];
    let answer = send(viceroy.address, &request("PUT", "/large", &[("host", b"shop.example")], &body)).unwrap();
    assert_eq!((answer.status, answer.body.len()), (200, body.len()));
}

#[test]
fn without_a_bundle_requests_pass_and_forged_headers_go() {
    let origin = Origin::start().unwrap();
    let good = || Options::new(Build::Production, origin.address, &bundles::by_path(1));
    let broken = bundles::by_path(1).replacen("block", "blork", 1);
    let settings = |value: serde_json::Value| Some(value);
    for (options, said) in [
        (Options { bundle: None, ..good() }, "key `default`"),
        (Options { bundle: Some(broken), ..good() }, "SHA-256"),
        (Options { bundle: Some(bundles::tested(1, "allow")), ..good() }, "golden test `what is blocked` fails"),
        (Options { settings: None, ..good() }, "item `settings`: missing"),
        (
            Options { settings: settings(json!({ "poll": { "store": "weir", "key": "default" } })), ..good() },
            "allow_unsigned",
        ),
        (
            Options { settings: settings(json!({ "poll": { "store": "weir" }, "allow_unsigned": true })), ..good() },
            "`store` and `key`",
        ),
        (
            Options { settings: settings(json!({ "poll": { "url": "https://a.example/" } })), ..good() },
            "give `store` and `key`",
        ),
        (
            Options {
                settings: settings(json!({ "poll": { "store": "other", "key": "k" }, "allow_unsigned": true })),
                ..good()
            },
            "KV store `other`",
        ),
        (Options { secret: Some("short".to_owned()), ..good() }, "5 bytes are too few"),
        (Options { knobs: json!({ "bakcend": "x" }), ..good() }, "unknown field `bakcend`"),
    ] {
        let Some(viceroy) = Viceroy::start(&options) else { return };
        let answer = send(viceroy.address, &get("/none", &[("x-weir-score", b"0")])).unwrap();
        assert_eq!(answer.status, 200, "{said}");
        assert!(!answer.text().contains("weir"), "{said}: {}", answer.text());
        viceroy.wait_for(said, |viceroy| viceroy.lines().iter().any(|line| line.contains(said)).then_some(())).unwrap();
    }
}

#[test]
fn an_origin_that_is_down_costs_a_503() {
    let nobody = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    for memory in [false, true] {
        let mut options = Options::new(Build::Production, nobody, &bundles::by_path(1));
        options.knobs["memory"] = json!(memory);
        let Some(viceroy) = Viceroy::start(&options) else { return };
        let answer = send(viceroy.address, &get("/none", &[])).unwrap();
        assert!(answer.status >= 500, "memory {memory}: {}", answer.status);
        if memory {
            assert_eq!((answer.status, answer.text().as_str()), (503, "the origin gave no answer\n"));
        }
        assert_eq!(send(viceroy.address, &get("/block", &[])).unwrap().status, 403, "it goes on");
    }
}

#[test]
fn a_panic_costs_its_request_the_verdict_and_nothing_more() {
    let origin = Origin::start().unwrap();
    let Some(viceroy) = Viceroy::start(&Options::new(Build::Seam, origin.address, &bundles::by_path(1))) else {
        return;
    };
    let recorded = weir::trace::Request {
        method: "POST".into(),
        path: "/block".into(),
        authority: "shop.example".into(),
        headers: vec![("content-length".into(), "300000".into()), ("x-weir-score".into(), "0".into())],
        ..weir::trace::Request::default()
    };
    let panics = seam::wire(&recorded, &Map::from_iter([("panics".to_owned(), json!(true))]));
    for _ in 0..3 {
        let answer = send(viceroy.address, &panics).unwrap();
        assert_eq!(answer.status, 200, "it passes unjudged");
        let echo = answer.text();
        assert!(echo.contains("body bytes: 300000") && !echo.contains("x-weir"), "{echo}");
        assert_eq!(
            send(viceroy.address, &seam::wire(&recorded, &Map::new())).unwrap().status,
            403,
            "the next is judged"
        );
    }
}

#[test]
fn the_seam_is_not_in_what_is_deployed() {
    if binary().is_none() {
        return;
    }
    let has = |build| {
        let bytes = std::fs::read(built(build)).unwrap();
        bytes.windows(seam::HEADER.len()).any(|part| part == seam::HEADER.as_bytes())
    };
    assert!(has(Build::Seam) && !has(Build::Production));
}

#[test]
fn the_package_has_at_most_two_megabytes() {
    if binary().is_none() {
        return;
    }
    let length = std::fs::metadata(built(Build::Production)).unwrap().len();
    assert!(length <= 2 << 20, "{length} bytes");
}

#[test]
fn one_connection_serves_many_requests() {
    let origin = Origin::start().unwrap();
    let Some(viceroy) = Viceroy::start(&Options::new(Build::Production, origin.address, &bundles::by_path(1))) else {
        return;
    };
    let mut connection = Connection::open(viceroy.address).unwrap();
    for round in 0..40 {
        assert_eq!(connection.send(&get("/none", &[])).unwrap().status, 200, "{round}");
        assert_eq!(connection.send(&get("/block", &[])).unwrap().status, 403, "{round}");
    }
    let loads = viceroy.lines().iter().filter(|line| line.contains("serial 1 in use")).count();
    assert!(loads < 40, "sandboxes are used again: {loads} loads in 80 requests");
}
