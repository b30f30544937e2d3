//! Clients that take their time: they hold few connections to the origin, and not for long.

use std::io::{ErrorKind, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use bytes::Bytes;
use http_body_util::Empty;
use hyper::Request;
use hyper::client::conn::http2;
use hyper_util::rt::{TokioExecutor, TokioIo};
use wasm_tests::bundles;
use wasm_tests::client::{Connection, request, send};
use wasm_tests::sidecar::{Options, Sidecar};

const STALL: Duration = Duration::from_millis(600);

/// Connections that hold an answer, now and at most.
#[derive(Default)]
struct Busy {
    now: AtomicUsize,
    most: AtomicUsize,
}

/// Answers `/large` with 1 MB, `/early` before it has read the body, `/echo` as a tunnel, and the rest shortly.
fn origin() -> (SocketAddr, Arc<Busy>) {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let (address, busy) = (listener.local_addr().unwrap(), Arc::new(Busy::default()));
    let counted = Arc::clone(&busy);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let busy = Arc::clone(&counted);
            std::thread::spawn(move || serve(stream, &busy));
        }
    });
    (address, busy)
}

fn serve(mut stream: TcpStream, busy: &Busy) {
    loop {
        let head = read_head(&mut stream);
        if head.is_empty() {
            return;
        }
        let now = busy.now.fetch_add(1, Ordering::SeqCst) + 1;
        busy.most.fetch_max(now, Ordering::SeqCst);
        let is_served = if head.starts_with("GET /large") {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 1000000\r\n\r\n").is_ok()
                && stream.write_all(&vec![b'x'; 1_000_000]).is_ok()
        } else if head.starts_with("GET /echo") {
            let _ = stream
                .write_all(b"HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n\r\n");
            let mut bytes = [0; 64];
            while stream.read(&mut bytes).is_ok_and(|count| count > 0 && stream.write_all(&bytes[..count]).is_ok()) {}
            false
        } else if head.starts_with("POST /slow") {
            let mut body = [0; 1000];
            stream.read_exact(&mut body).is_ok() && stream.write_all(b"HTTP/1.1 204 No Content\r\n\r\n").is_ok()
        } else {
            stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok").is_ok()
        };
        busy.now.fetch_sub(1, Ordering::SeqCst);
        if !is_served {
            return;
        }
    }
}

fn read_head(stream: &mut impl Read) -> String {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count > 0) {
        head.push(byte[0]);
    }
    String::from_utf8_lossy(&head).into_owned()
}

fn options(address: SocketAddr) -> Options {
    let mut options = Options::new(address, &bundles::by_path(1));
    options.limits.stall = STALL;
    options.limits.requests = 4;
    options.answer_timeout = Duration::from_millis(200);
    options
}

fn get(path: &str, more: &[(&str, &[u8])]) -> Vec<u8> {
    request("GET", path, &[&[("Host", &b"shop.example"[..])], more].concat(), b"")
}

fn wait_until(what: &str, mut is_so: impl FnMut() -> bool) {
    for _ in 0..200 {
        if is_so() {
            return;
        }
        std::thread::sleep(Duration::from_millis(50));
    }
    panic!("never: {what}");
}

#[test]
fn one_client_that_reads_nothing_holds_few_connections_and_not_for_long() {
    let (address, busy) = origin();
    let sidecar = Sidecar::start(options(address)).unwrap();
    let plain = sidecar.plain;
    sidecar.runtime().block_on(async move {
        let stream = tokio::net::TcpStream::connect(plain).await.unwrap();
        let mut builder = http2::Builder::new(TokioExecutor::new());
        let handshake = builder.initial_stream_window_size(0).handshake(TokioIo::new(stream));
        let (mut sender, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        let started = Instant::now();
        let asked: Vec<_> = (0..12)
            .map(|_| {
                let request = Request::get("http://shop.example/large").body(Empty::<Bytes>::new()).unwrap();
                tokio::spawn(sender.send_request(request))
            })
            .collect();
        let mut answers = Vec::new();
        for answer in asked {
            answers.push(tokio::time::timeout(Duration::from_secs(20), answer).await.unwrap().unwrap());
        }
        // Twelve answers by four turns: the last begin when two lots were given up, though nothing was read.
        assert!(answers.iter().all(|answer| answer.as_ref().is_ok_and(|answer| answer.status() == 200)));
        assert!(started.elapsed() >= STALL, "{:?}", started.elapsed());
    });
    let most = busy.most.load(Ordering::SeqCst);
    assert!(most <= 4, "{most} connections to the origin for one client");
    wait_until("the last ones are given up", || busy.now.load(Ordering::SeqCst) == 0);
    assert_eq!(send(sidecar.plain, &get("/", &[])).unwrap().text(), "ok");
}

#[test]
fn an_answer_that_is_taken_slowly_but_steadily_comes_whole() {
    let (address, _) = origin();
    let sidecar = Sidecar::start(options(address)).unwrap();
    let mut stream = TcpStream::connect(sidecar.plain).unwrap();
    stream.write_all(&get("/large", &[("Connection", b"close")])).unwrap();
    let (mut count, mut piece) = (0, vec![0; 100_000]);
    loop {
        match stream.read(&mut piece) {
            Ok(0) => break,
            Ok(more) => count += more,
            Err(error) => assert_eq!(error.kind(), ErrorKind::Interrupted, "{error} after {count}"),
        }
        std::thread::sleep(STALL / 8);
    }
    assert!(count > 1_000_000, "{count}");
}

#[test]
fn an_upload_that_drips_is_given_up_and_holds_up_nobody() {
    let (address, busy) = origin();
    let sidecar = Sidecar::start(options(address)).unwrap();
    let mut dripping = Connection::open(sidecar.plain).unwrap();
    let head = request("POST", "/slow", &[("Host", b"shop.example"), ("Content-Length", b"1000")], b"");
    dripping.socket().write_all(&head).unwrap();
    let mut dropped = dripping.socket().try_clone().unwrap();
    std::thread::spawn(move || {
        for _ in 0..200 {
            std::thread::sleep(Duration::from_millis(50));
            if dropped.write_all(b"x").is_err() {
                return;
            }
        }
    });
    let started = Instant::now();
    assert_eq!(dripping.read().unwrap().status, 408);
    assert!(started.elapsed() < Duration::from_secs(5), "{:?}", started.elapsed());
    wait_until("the origin is free", || busy.now.load(Ordering::SeqCst) == 0);
    let line = "weir_origin_errors_total{weir_why=\"slow_upload\"} 1";
    assert_eq!(sidecar.metric(line).as_deref(), Some(line));
}

#[test]
fn a_body_that_still_goes_out_keeps_no_other_request_waiting() {
    let (address, _) = origin();
    let sidecar = Sidecar::start(options(address)).unwrap();
    let mut slow = Connection::open(sidecar.plain).unwrap();
    let head = request("POST", "/early", &[("Host", b"shop.example"), ("Content-Length", b"1000")], b"");
    slow.socket().write_all(&head).unwrap();
    assert_eq!(slow.read().unwrap().text(), "ok", "answered before the body was sent");
    let started = Instant::now();
    assert_eq!(send(sidecar.plain, &get("/", &[])).unwrap().text(), "ok");
    assert!(started.elapsed() < Duration::from_secs(2), "{:?}", started.elapsed());
}

#[test]
fn tunnels_have_places_and_end_when_nothing_moves() {
    let (address, busy) = origin();
    let mut options = Options { tunnels: 1, ..options(address) };
    options.limits.idle = Duration::from_secs(1);
    let sidecar = Sidecar::start(options).unwrap();
    let upgrade: &[(&str, &[u8])] = &[("Connection", b"Upgrade"), ("Upgrade", b"websocket")];
    let mut tunnel = TcpStream::connect(sidecar.plain).unwrap();
    tunnel.write_all(&get("/echo", upgrade)).unwrap();
    assert!(read_head(&mut tunnel).starts_with("HTTP/1.1 101 "));
    let started = Instant::now();
    for _ in 0..8 {
        tunnel.write_all(b"hi").unwrap();
        let mut echoed = [0; 2];
        tunnel.read_exact(&mut echoed).unwrap();
        std::thread::sleep(Duration::from_millis(200));
    }
    assert!(started.elapsed() > Duration::from_secs(1), "what moves goes on");
    assert_eq!(sidecar.metric("weir_connections 1").as_deref(), Some("weir_connections 1"), "it is still one of them");
    assert_eq!(send(sidecar.plain, &get("/echo", upgrade)).unwrap().status, 503, "there is one place");
    assert_eq!(send(sidecar.plain, &get("/", &[])).unwrap().status, 200, "other requests have their own");
    let mut rest = Vec::new();
    tunnel.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    assert!(tunnel.read_to_end(&mut rest).is_ok() && rest.is_empty(), "closed when nothing moved");
    wait_until("the origin is told", || busy.now.load(Ordering::SeqCst) == 0);
    wait_until("there is no tunnel", || sidecar.metric("weir_tunnels 0").is_some());
    let mut next = TcpStream::connect(sidecar.plain).unwrap();
    next.write_all(&get("/echo", upgrade)).unwrap();
    assert!(read_head(&mut next).starts_with("HTTP/1.1 101 "), "the place is free");
    let started = Instant::now();
    assert_eq!(sidecar.stop(), 0);
    assert!(started.elapsed() < Duration::from_secs(10), "a quiet tunnel is not waited for: {:?}", started.elapsed());
}
