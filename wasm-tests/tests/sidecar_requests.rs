//! Requests through a running sidecar: what reaches the origin, what reaches the client.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use serde_json::Value;
use wasm_tests::bundles;
use wasm_tests::client::{Answer, Connection, curl, request, send};
use wasm_tests::origin::Origin;
use wasm_tests::sidecar::{Options, Sidecar};

const HOST: (&str, &[u8]) = ("Host", b"shop.example");

fn get(path: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    request("GET", path, &[&[HOST], more].concat(), b"")
}

fn echoing() -> Sidecar {
    Sidecar::start(Options::new(Origin::start().unwrap().address, &bundles::by_path(1))).unwrap()
}

/// An origin that answers each connection with these bytes, once a whole head has come.
fn answering(bytes: &'static [u8]) -> SocketAddr {
    raw_origin(move |mut stream| {
        read_head(&mut stream);
        let _ = stream.write_all(bytes);
    })
}

fn raw_origin(serve: impl Fn(std::net::TcpStream) + Send + Sync + Clone + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = serve.clone();
            std::thread::spawn(move || serve(stream));
        }
    });
    address
}

fn read_head(stream: &mut impl Read) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count > 0) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

#[test]
fn actions_are_carried_out_and_forged_headers_never_pass() {
    let sidecar = echoing();
    let forged: &[(&str, &[u8])] =
        &[("X-Weir-Score", b"0"), ("x_weir_class", b"human"), ("Connection", b"x-weir-score")];
    let tagged = send(sidecar.plain, &get("/tag", forged)).unwrap().text();
    let scores: Vec<_> = tagged.lines().filter(|line| line.starts_with("x-weir-score")).collect();
    assert_eq!(scores.len(), 1, "{tagged}");
    assert!(tagged.contains("x-weir-signature: t=") && !tagged.contains("x_weir_class"), "{tagged}");
    let event: Value = serde_json::from_str(&sidecar.event().unwrap()).unwrap();
    assert_eq!((&event["action"], &event["rule"]), (&"tag".into(), &"tag".into()));
    assert_eq!(scores, [format!("x-weir-score: {}", event["score"])]);

    let blocked = send(sidecar.plain, &get("/block", &[("Accept", b"application/json")])).unwrap();
    let event: Value = serde_json::from_str(&sidecar.event().unwrap()).unwrap();
    assert_eq!((blocked.status, blocked.header("content-type")), (403, Some("application/json")));
    assert_eq!(blocked.header("x-weir-receipt"), event["receipt"].as_str());
    assert!(blocked.text().contains(event["receipt"].as_str().unwrap()));

    let passed = send(sidecar.plain, &get("/", forged)).unwrap().text();
    assert!(!passed.to_ascii_lowercase().contains("weir"), "{passed}");
    assert!(!sidecar.has_event(), "nothing was done");
    let labels = format!("weir_class={},weir_action=\"block\",weir_rule=\"block\"", event["class"]);
    let line = format!("weir_requests_total{{{labels}}} 1");
    assert_eq!(sidecar.metric(&line), Some(line), "{}", sidecar.proxy.metrics.text());
}

#[test]
fn connection_headers_go_and_ours_are_set() {
    let heads = std::sync::Arc::new(std::sync::Mutex::new(String::new()));
    let kept = std::sync::Arc::clone(&heads);
    let origin = raw_origin(move |mut stream| {
        let head = read_head(&mut stream);
        // The proxy may open a connection that it then has no use for.
        if head.is_empty() {
            return;
        }
        *kept.lock().unwrap() = head;
        let _ = stream.write_all(
            b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: X-Hop\r\nX-Hop: 1\r\nKeep-Alive: timeout=5\r\nX-KePt: 1\r\n\r\nok",
        );
    });
    let sidecar = Sidecar::start(Options::new(origin, &bundles::by_path(1))).unwrap();
    let sent: &[(&str, &[u8])] = &[
        ("X-CaSe", b"1"),
        ("Connection", b"keep-alive, X-Named"),
        ("X-Named", b"gone"),
        ("Keep-Alive", b"timeout=1"),
        ("Proxy-Connection", b"keep-alive"),
        ("TE", b"gzip"),
        ("Upgrade", b"h2c"),
        ("X-Forwarded-For", b"192.0.2.66"),
        ("X-Forwarded-Proto", b"https"),
    ];
    let answer = send(sidecar.plain, &get("/a/../b?c=%20", sent)).unwrap();
    let head = heads.lock().unwrap().clone();
    let mut lines: Vec<&str> = head.trim_end().lines().collect();
    lines.retain(|line| !line.starts_with("x-request-id: "));
    lines.sort_unstable();
    let expected = [
        "GET /a/../b?c=%20 HTTP/1.1",
        "Host: shop.example",
        "X-CaSe: 1",
        "X-Forwarded-For: 127.0.0.1",
        "X-Forwarded-Proto: http",
    ];
    assert_eq!(lines, expected, "{head}");
    assert_eq!((answer.status, answer.text().as_str(), answer.header("x-kept")), (200, "ok", Some("1")));
    assert_eq!((answer.header("x-hop"), answer.header("keep-alive")), (None, None));
}

#[test]
fn answers_without_bodies_end_where_they_should() {
    for (head, status) in [
        (&b"HTTP/1.1 204 No Content\r\nX-A: 1\r\n\r\n"[..], 204),
        (b"HTTP/1.1 304 Not Modified\r\nContent-Length: 77\r\nETag: \"a\"\r\n\r\n", 304),
        (b"HTTP/1.1 103 Early Hints\r\nLink: </a>\r\n\r\nHTTP/1.1 204 No Content\r\n\r\n", 204),
    ] {
        let sidecar = Sidecar::start(Options::new(answering(head), &bundles::by_path(1))).unwrap();
        let mut connection = Connection::open(sidecar.plain).unwrap();
        connection.socket().write_all(&get("/", &[])).unwrap();
        let mut reader = std::io::BufReader::new(connection.socket().try_clone().unwrap());
        let first = read_head(&mut reader);
        assert!(first.starts_with(&format!("HTTP/1.1 {status} ")), "{first}");
        connection.socket().write_all(&get("/block", &[])).unwrap();
        let second = read_head(&mut reader);
        assert!(second.starts_with("HTTP/1.1 403 "), "{second}");
    }
    let head = answering(b"HTTP/1.1 200 OK\r\nContent-Length: 1234\r\n\r\n");
    let sidecar = Sidecar::start(Options::new(head, &bundles::by_path(1))).unwrap();
    let mut connection = Connection::open(sidecar.plain).unwrap();
    connection.socket().write_all(&request("HEAD", "/", &[HOST], b"")).unwrap();
    let first = read_head(connection.socket());
    assert!(first.to_ascii_lowercase().contains("content-length: 1234"), "{first}");
    connection.socket().write_all(&request("HEAD", "/block", &[HOST], b"")).unwrap();
    let second = read_head(connection.socket());
    assert!(second.starts_with("HTTP/1.1 403 "), "{second}");
}

#[test]
fn a_body_is_asked_for_only_by_requests_that_pass() {
    let sidecar = echoing();
    let ask = |path: &str| {
        let mut connection = Connection::open(sidecar.plain).unwrap();
        let head = request("POST", path, &[HOST, ("Expect", b"100-continue"), ("Content-Length", b"5")], b"");
        connection.socket().write_all(&head).unwrap();
        (read_head(connection.socket()), connection)
    };
    let (refused, _) = ask("/block");
    assert!(refused.starts_with("HTTP/1.1 403 "), "{refused}");
    let (go_on, mut connection) = ask("/");
    assert!(go_on.starts_with("HTTP/1.1 100 "), "{go_on}");
    let answer = connection.send(b"12345").unwrap().text();
    assert!(answer.contains("body bytes: 5") && !answer.contains("expect"), "{answer}");
}

#[test]
fn upgraded_connections_pass_bytes_both_ways() {
    let origin = raw_origin(|mut stream| {
        let head = read_head(&mut stream).to_ascii_lowercase();
        assert!(head.contains("upgrade: websocket") && head.contains("connection: upgrade"), "{head}");
        let _ = stream
            .write_all(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\nfirst");
        let mut buffer = [0; 64];
        while let Ok(count @ 1..) = stream.read(&mut buffer) {
            let _ = stream.write_all(&buffer[..count].to_ascii_uppercase());
        }
    });
    let sidecar = Sidecar::start(Options::new(origin, &bundles::by_path(1))).unwrap();
    let mut connection = Connection::open(sidecar.plain).unwrap();
    let asked: &[(&str, &[u8])] = &[("Connection", b"keep-alive, Upgrade"), ("Upgrade", b"websocket")];
    connection.socket().write_all(&get("/socket", asked)).unwrap();
    let head = read_head(connection.socket()).to_ascii_lowercase();
    assert!(head.starts_with("http/1.1 101 ") && head.contains("upgrade: websocket"), "{head}");
    let mut said = [0; 5];
    connection.socket().read_exact(&mut said).unwrap();
    assert_eq!(&said, b"first");
    for word in [b"GET /", b"hello"] {
        connection.socket().write_all(word).unwrap();
        connection.socket().read_exact(&mut said).unwrap();
        assert_eq!(said, word.to_ascii_uppercase().as_slice());
    }
    assert_eq!(sidecar.metric("weir_tunnels ").as_deref(), Some("weir_tunnels 1"));
    // Asked for through the same rules as everything else.
    let refused = send(sidecar.plain, &get("/block", asked)).unwrap();
    assert_eq!(refused.status, 403);
}

#[test]
fn a_balancer_in_front_names_the_client_where_it_is_trusted() {
    let origin = Origin::start().unwrap();
    let mut options = Options::new(origin.address, &bundles::by_path(1));
    options.proxy_protocol_from = vec!["127.0.0.0/8"];
    let sidecar = Sidecar::start(options).unwrap();
    let v2 = b"\r\n\r\n\0\r\nQUIT\n\x21\x11\0\x0c\xcb\0\x71\x09\xc0\0\x02\x01\0\x01\0\x02".to_vec();
    for (header, address) in
        [(b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 443\r\n".to_vec(), "203.0.113.7"), (v2, "203.0.113.9")]
    {
        let answer = send(sidecar.plain, &[header, get("/", &[])].concat()).unwrap().text();
        assert!(answer.contains(&format!("x-forwarded-for: {address}\n")), "{answer}");
    }
    assert!(send(sidecar.plain, &get("/", &[])).is_err(), "a trusted peer without the header is closed");
    let secure = format!("https://{}/", sidecar.tls);
    assert!(curl(&[&secure]).unwrap().text().contains("x-forwarded-for: 127.0.0.1\n"), "no header is asked for there");
    let untrusted = echoing();
    let header = b"PROXY TCP4 203.0.113.7 192.0.2.1 51234 443\r\n".to_vec();
    assert_eq!(send(untrusted.plain, &[header, get("/", &[])].concat()).unwrap().status, 400);
}

#[test]
fn real_curl_is_known_by_its_handshake_and_settings() {
    let origin = Origin::start().unwrap();
    let bundle = wasm_tests::recorded::reporting_bundle();
    let (seen, facts) = std::sync::mpsc::channel();
    let seen = std::sync::Mutex::new(seen);
    let options = Options::new(origin.address, &bundle).probe(move |facts| {
        let text =
            |fact: filter_core::facts::Fact<&[u8]>| fact.present().map(|b| String::from_utf8_lossy(b).into_owned());
        let names: Vec<_> = facts.headers.iter().map(|line| String::from_utf8_lossy(line.name).into_owned()).collect();
        let told = (text(facts.tls.ja4), text(facts.h2_fingerprint), text(facts.pseudo_order), names);
        seen.lock().unwrap().send(told).unwrap();
    });
    let sidecar = Sidecar::start(options).unwrap();
    let url = format!("https://localhost:{}/", sidecar.tls.port());
    for version in ["--http2", "--http1.1"] {
        assert_eq!(curl(&[version, "-H", "X-CaSe: 1", &url]).unwrap().status, 200);
        let (ja4, h2, pseudo, names) = facts.recv_timeout(Duration::from_secs(20)).unwrap();
        let ja4 = ja4.unwrap();
        assert!(ja4.starts_with("t13d") && ja4.len() == 36, "{ja4}");
        if version == "--http2" {
            assert_eq!((&ja4[8..10], names), ("h2", ["user-agent", "accept", "x-case"].map(str::to_owned).to_vec()));
            let (h2, pseudo) = (h2.unwrap(), pseudo.unwrap());
            let letters: Vec<_> = pseudo.chars().map(String::from).collect();
            assert!(
                h2.starts_with("3:100;") && h2.ends_with(&letters.join(",")) && letters.len() == 4,
                "{h2} {pseudo}"
            );
        } else {
            let expected = ["Host", "User-Agent", "Accept", "X-CaSe"].map(str::to_owned).to_vec();
            assert_eq!((&ja4[8..10], h2, pseudo, names), ("h1", None, None, expected));
        }
    }
}

#[test]
fn what_origins_could_read_otherwise_does_not_reach_them() {
    let sidecar = echoing();
    assert_eq!(send(sidecar.plain, &get("/", &[("Host", b"other.example")])).unwrap().status, 400);
    let claims: &[(&str, &[u8])] = &[
        ("X-Real-IP", b"192.0.2.1"),
        ("Forwarded", b"for=192.0.2.1"),
        ("CF-Connecting-IP", b"192.0.2.1"),
        ("X-Forwarded-For", b"192.0.2.1"),
        ("Connection", b"host, cookie, upgrade"),
        ("Upgrade", b"h2c, websocket"),
        ("Cookie", b"a=1"),
    ];
    let seen = send(sidecar.plain, &get("/", claims)).unwrap().text().to_ascii_lowercase();
    assert!(seen.contains("host: shop.example") && seen.contains("cookie: a=1"), "{seen}");
    assert!(!seen.contains("192.0.2.1") && !seen.contains("upgrade:"), "{seen}");
}

#[test]
fn oversized_heads_are_refused_and_never_judged() {
    let sidecar = echoing();
    let long = vec![b'a'; 70_000];
    let answer = send(sidecar.plain, &get("/block", &[("X-Long", &long)]))
        .unwrap_or(Answer { status: 431, ..Answer::default() });
    assert_eq!(answer.status, 431);
    let many: Vec<(&str, &[u8])> = (0..150).map(|_| ("X-Many", &b"1"[..])).collect();
    assert_eq!(send(sidecar.plain, &get("/block", &many)).unwrap().status, 431);
    assert!(!sidecar.has_event());
    assert_eq!(send(sidecar.plain, &request("CONNECT", "shop.example:443", &[HOST], b"")).unwrap().status, 405);
}

#[test]
fn those_who_came_before_are_remembered_across_bundles() {
    let sidecar = echoing();
    let (bytes, clients) = sidecar.proxy.store.remembered();
    assert!(clients == 0 && bytes > 1 << 16, "{bytes}");
    for number in 0..5 {
        let agent = format!("tool/{number}");
        assert_eq!(send(sidecar.plain, &get("/", &[("User-Agent", agent.as_bytes())])).unwrap().status, 200);
    }
    let (_, clients) = sidecar.proxy.store.remembered();
    assert!(clients > 0);
    assert_eq!(sidecar.proxy.store.offer(bundles::by_path(2).as_bytes()), Ok(true));
    assert_eq!(sidecar.proxy.store.remembered(), (bytes, clients));
}

#[test]
fn trailers_carry_nothing_that_is_ours_to_say() {
    let listener = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (tell, told) = std::sync::mpsc::channel();
    std::thread::spawn(move || {
        // The health check connects too.
        for mut stream in listener.incoming().flatten() {
            let (mut seen, mut byte) = (Vec::new(), [0]);
            let ends = |seen: &[u8]| seen.ends_with(b"\r\n\r\n") && String::from_utf8_lossy(seen).contains("\r\n0\r\n");
            while !ends(&seen) && stream.read(&mut byte).is_ok_and(|count| count > 0) {
                seen.push(byte[0]);
            }
            if !seen.is_empty() {
                let _ = stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n");
                let _ = tell.send(String::from_utf8_lossy(&seen).to_lowercase());
            }
        }
    });
    let sidecar = Sidecar::start(Options::new(address, &bundles::by_path(1))).unwrap();
    let declared = b"x-weir-class, x_weir_score, x-forwarded-for, x-request-id, x-checksum";
    let head: &[(&str, &[u8])] =
        &[("Host", b"shop.example"), ("Transfer-Encoding", b"chunked"), ("TE", b"trailers"), ("Trailer", declared)];
    let mut asked = request("POST", "/", head, b"");
    asked.extend_from_slice(
        b"2\r\nhi\r\n0\r\nX-Weir-Class: human\r\nX_Weir_Score: 0\r\nX-Forwarded-For: 192.0.2.1\r\n\
          X-Request-Id: mine\r\nX-Checksum: abc\r\n\r\n",
    );
    assert_eq!(send(sidecar.plain, &asked).unwrap().status, 204);
    let seen = told.recv_timeout(std::time::Duration::from_secs(20)).unwrap();
    let (_, trailers) = seen.split_once("\r\n0\r\n").unwrap();
    assert_eq!(trailers, "x-checksum: abc\r\n\r\n", "{seen}");
}
