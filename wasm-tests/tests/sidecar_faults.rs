//! What goes wrong around a sidecar, and what it costs: that request, and no other.

use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use wasm_tests::bundles;
use wasm_tests::client::{Connection, request, send};
use wasm_tests::origin::Origin;
use wasm_tests::sidecar::{Options, Sidecar};

fn get(path: &str) -> Vec<u8> {
    request("GET", path, &[("Host", b"shop.example")], b"")
}

/// An origin whose n-th connection is served by `serve`.
fn origin(serve: impl Fn(usize, TcpStream) + Send + Sync + 'static) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let (serve, count) = (Arc::new(serve), AtomicUsize::new(0));
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let (serve, number) = (Arc::clone(&serve), count.fetch_add(1, Ordering::Relaxed));
            std::thread::spawn(move || serve(number, stream));
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

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..400 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("never: {what}");
}

fn admin(sidecar: &Sidecar, path: &str) -> (u16, String) {
    let answer = send(sidecar.admin, &get(path)).unwrap();
    (answer.status, answer.text())
}

#[test]
fn an_origin_that_is_down_gives_502_until_it_is_back() {
    let address = TcpListener::bind(("127.0.0.1", 0)).unwrap().local_addr().unwrap();
    let sidecar = Sidecar::start(Options::new(address, &bundles::by_path(1))).unwrap();
    let answer = send(sidecar.plain, &get("/")).unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (502, "the origin gave no answer\n"));
    assert_eq!(send(sidecar.plain, &get("/block")).unwrap().status, 403, "blocks need no origin");
    assert_eq!(admin(&sidecar, "/ready"), (503, "not ready: the origin does not answer\n".into()));
    assert_eq!(admin(&sidecar, "/live").0, 200);
    let line = "weir_origin_errors_total{weir_why=\"connect\"} 1";
    assert_eq!(sidecar.metric(line).as_deref(), Some(line));
    let listener = TcpListener::bind(address).unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            read_head(&mut stream);
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 0\r\n\r\n");
        }
    });
    wait_until("it answers again", || send(sidecar.plain, &get("/")).unwrap().status == 200);
    wait_until("readiness follows", || admin(&sidecar, "/ready").0 == 200);
}

#[test]
fn a_silent_origin_gives_504_and_a_slow_upload_does_not() {
    let silent = origin(|_, mut stream| {
        read_head(&mut stream);
        std::thread::sleep(Duration::from_secs(30));
    });
    let options =
        |address| Options { answer_timeout: Duration::from_millis(400), ..Options::new(address, &bundles::by_path(1)) };
    let sidecar = Sidecar::start(options(silent)).unwrap();
    assert_eq!(send(sidecar.plain, &get("/")).unwrap().status, 504);

    let sidecar = Sidecar::start(options(Origin::start().unwrap().address)).unwrap();
    let mut connection = Connection::open(sidecar.plain).unwrap();
    let head = request("POST", "/", &[("Host", b"shop.example"), ("Content-Length", b"8")], b"");
    connection.socket().write_all(&head).unwrap();
    for byte in b"12345678" {
        std::thread::sleep(Duration::from_millis(200));
        connection.socket().write_all(&[*byte]).unwrap();
    }
    let answer = connection.read().unwrap();
    assert!(answer.status == 200 && answer.text().contains("body bytes: 8"), "{}", answer.text());
}

#[test]
fn an_answer_that_breaks_off_is_not_made_whole() {
    let address = origin(|_, mut stream| {
        read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n");
    });
    let sidecar = Sidecar::start(Options::new(address, &bundles::by_path(1))).unwrap();
    let mut connection = Connection::open(sidecar.plain).unwrap();
    connection.socket().write_all(&get("/")).unwrap();
    let mut all = Vec::new();
    let _ = connection.socket().read_to_end(&mut all);
    let text = String::from_utf8_lossy(&all);
    assert!(text.contains("hello") && !text.contains("\r\n0\r\n"), "{text}");
    // Before a head there is time to say so.
    let address = origin(|_, mut stream| {
        read_head(&mut stream);
    });
    let sidecar = Sidecar::start(Options::new(address, &bundles::by_path(1))).unwrap();
    assert_eq!(send(sidecar.plain, &get("/")).unwrap().status, 502);
}

#[test]
fn a_kept_connection_that_the_origin_closed_costs_nothing() {
    let address = origin(|_, mut stream| {
        read_head(&mut stream);
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok");
        // Kept open by what it said, closed all the same.
        std::thread::sleep(Duration::from_millis(20));
    });
    let sidecar = Sidecar::start(Options::new(address, &bundles::by_path(1))).unwrap();
    let mut connection = Connection::open(sidecar.plain).unwrap();
    for number in 0..20 {
        assert_eq!(connection.send(&get("/")).unwrap().status, 200, "request {number}");
        std::thread::sleep(Duration::from_millis(u64::from(number % 3 == 0) * 40));
    }
}

#[test]
fn a_panic_in_the_decision_costs_that_request_its_verdict() {
    let origin = Origin::start().unwrap();
    let options = Options::new(origin.address, &bundles::by_path(1)).probe(|facts| {
        assert!(!facts.path.ends_with(b"?panic"), "forced");
    });
    let sidecar = Sidecar::start(options).unwrap();
    let mut connection = Connection::open(sidecar.plain).unwrap();
    for _ in 0..3 {
        assert_eq!(connection.send(&get("/block")).unwrap().status, 403);
        let forged = request("GET", "/block?panic", &[("Host", b"shop.example"), ("X-Weir-Class", b"human")], b"");
        let passed = connection.send(&forged).unwrap();
        assert_eq!(passed.status, 200, "it passes, on the same connection");
        assert!(!passed.text().contains("x-weir"), "{}", passed.text());
    }
    let line = "weir_not_judged_total{weir_why=\"panic\"} 3";
    assert_eq!(sidecar.metric(line).as_deref(), Some(line));
}

#[test]
fn without_a_bundle_requests_pass_and_readiness_says_so() {
    let origin = Origin::start().unwrap();
    let sidecar =
        Sidecar::start(Options { bundle: None, ..Options::new(origin.address, &bundles::by_path(1)) }).unwrap();
    assert_eq!(send(sidecar.plain, &get("/block")).unwrap().status, 200);
    assert_eq!(admin(&sidecar, "/ready"), (503, "not ready: there is no bundle\n".into()));
    assert_eq!(sidecar.proxy.store.offer(bundles::by_path(5).as_bytes()), Ok(true));
    assert_eq!(send(sidecar.plain, &get("/block")).unwrap().status, 403);
    let refused = sidecar.proxy.store.offer(bundles::by_path(4).as_bytes()).unwrap_err();
    assert!(refused.contains("serial 4 is older than 5"), "{refused}");
    assert_eq!(sidecar.proxy.store.offer(bundles::by_path(5).as_bytes()), Ok(false));
    assert_eq!(send(sidecar.plain, &get("/block")).unwrap().status, 403);
    for line in ["weir_bundle_loads_total{weir_result=\"failed\"} 1", "weir_bundle_serial 5"] {
        assert_eq!(sidecar.metric(line).as_deref(), Some(line));
    }
}

#[test]
fn stopping_answers_what_runs_and_cuts_off_what_does_not_end() {
    let slow = || {
        origin(|_, mut stream| {
            let head = read_head(&mut stream);
            if head.starts_with("GET /endless") {
                let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n");
                std::thread::sleep(Duration::from_secs(60));
            }
            std::thread::sleep(Duration::from_millis(700));
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 4\r\n\r\ndone");
        })
    };
    let sidecar = Sidecar::start(Options::new(slow(), &bundles::by_path(1))).unwrap();
    let mut idle = Connection::open(sidecar.plain).unwrap();
    assert_eq!(idle.send(&get("/block")).unwrap().status, 403);
    let mut running = Connection::open(sidecar.plain).unwrap();
    running.socket().write_all(&get("/")).unwrap();
    std::thread::sleep(Duration::from_millis(200));
    let started = Instant::now();
    assert_eq!(sidecar.stop(), 0, "nothing was cut off");
    assert_eq!(running.read().unwrap().text(), "done");
    assert!(started.elapsed() < Duration::from_secs(20), "idle connections are not waited for");
    assert!(TcpStream::connect(sidecar.plain).is_err(), "the port is free");

    let mut options = Options::new(slow(), &bundles::by_path(1));
    options.limits.drain = Duration::from_millis(500);
    let sidecar = Sidecar::start(options).unwrap();
    let mut endless = Connection::open(sidecar.plain).unwrap();
    endless.socket().write_all(&get("/endless")).unwrap();
    read_head(endless.socket());
    assert_eq!(sidecar.stop(), 1);
}

#[test]
fn connections_on_which_nothing_moves_are_closed() {
    let mut options = Options::new(Origin::start().unwrap().address, &bundles::by_path(1));
    options.limits.idle = Duration::from_millis(400);
    options.limits.head = Duration::from_millis(400);
    options.limits.handshake = Duration::from_millis(400);
    options.limits.connections = 4;
    let sidecar = Sidecar::start(options).unwrap();
    // Twice as many as may be open, of which none says a word or ends its handshake.
    let silent: Vec<_> =
        (0..8).map(|number| TcpStream::connect(if number % 2 == 0 { sidecar.plain } else { sidecar.tls })).collect();
    let mut half = Connection::open(sidecar.plain).unwrap();
    half.socket().write_all(b"GET / HTTP/1.1\r\nHost: a").unwrap();
    let mut rest = Vec::new();
    assert!(half.socket().read_to_end(&mut rest).is_ok());
    assert_eq!(send(sidecar.plain, &get("/block")).unwrap().status, 403, "there is room again");
    drop(silent);
    wait_until("all are closed", || sidecar.metric("weir_connections 0").is_some());
}
