//! What goes wrong around the service in a real Viceroy, and what it costs: that request's verdict or answer, and no other's.

use std::io::{Read, Write};
use std::net::{Shutdown, SocketAddr, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use serde_json::{Map, Value, json};
use wasm_tests::bundles;
use wasm_tests::client::{Connection, request, send};
use wasm_tests::fastly::{Build, Options, Viceroy, seam};
use wasm_tests::origin::Origin;

/// How long the KV Store is waited for.
const WAIT: u64 = 700;

fn get(path: &str) -> Vec<u8> {
    request("GET", path, &[("host", b"shop.example")], b"")
}

/// A request during which the KV Store answers with this error; 0: not at all.
fn with_fault(path: &str, fault: u32) -> Vec<u8> {
    let request = weir::trace::Request {
        method: "GET".into(),
        path: path.into(),
        authority: "shop.example".into(),
        ..weir::trace::Request::default()
    };
    seam::wire(&request, &Map::from_iter([("kv".to_owned(), json!(fault))]))
}

/// Each request has a sandbox of its own, which has to get the bundle from somewhere.
fn forgetful(origin: SocketAddr) -> Options {
    let mut options = Options::new(Build::Seam, origin, &bundles::by_path(1));
    options.settings =
        Some(json!({ "poll": { "store": "weir", "key": "default", "interval": 1 }, "allow_unsigned": true }));
    options.knobs["sandbox"]["requests"] = json!(1);
    options.knobs["kv_wait_ms"] = json!(WAIT);
    options
}

fn says(viceroy: &Viceroy, what: &str) {
    viceroy.wait_for(what, |viceroy| viceroy.lines().iter().any(|line| line.contains(what)).then_some(())).unwrap();
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

fn read_head(stream: &mut impl Read) {
    let (mut head, mut byte) = (Vec::new(), [0]);
    while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count > 0) {
        head.push(byte[0]);
    }
}

const FAULTS: [(u32, &str); 4] = [
    (0, "no answer within 700 ms"),
    (3, "there is no such key"),
    (6, "error 6 of the store's"),
    (7, "too many requests"),
];

#[test]
fn a_kv_store_that_fails_at_the_start_costs_the_verdict() {
    let origin = Origin::start().unwrap();
    for (fault, said) in FAULTS {
        let Some(viceroy) = Viceroy::start(&forgetful(origin.address)) else { return };
        let started = Instant::now();
        assert_eq!(send(viceroy.address, &with_fault("/block", fault)).unwrap().status, 200, "{said}");
        assert!(fault != 0 || started.elapsed() >= Duration::from_millis(WAIT), "{said}");
        says(&viceroy, said);
        assert_eq!(send(viceroy.address, &get("/block")).unwrap().status, 403, "{said}: the next one is judged");
    }
}

/// Either form alone will do, and each sandbox of the point of presence has what the first one checked.
#[test]
fn a_bundle_in_either_form_serves() {
    for is_compact in [true, false] {
        let options = Options { is_compact, ..forgetful(Origin::start().unwrap().address) };
        let Some(viceroy) = Viceroy::start(&options) else { return };
        for _ in 0..3 {
            assert_eq!(send(viceroy.address, &get("/block")).unwrap().status, 403, "compact: {is_compact}");
            assert_eq!(send(viceroy.address, &get("/")).unwrap().status, 200, "compact: {is_compact}");
        }
    }
}

#[test]
fn a_kv_store_that_fails_later_costs_nothing() {
    let Some(viceroy) = Viceroy::start(&forgetful(Origin::start().unwrap().address)) else { return };
    assert_eq!(send(viceroy.address, &get("/block")).unwrap().status, 403);
    for (fault, said) in FAULTS {
        // The point of presence looks for a new bundle again.
        std::thread::sleep(Duration::from_millis(1_100));
        assert_eq!(send(viceroy.address, &with_fault("/block", fault)).unwrap().status, 403, "{said}");
        says(&viceroy, said);
        let started = Instant::now();
        assert_eq!(send(viceroy.address, &with_fault("/block", fault)).unwrap().status, 403, "{said}");
        assert!(
            fault != 0 || started.elapsed() < Duration::from_millis(WAIT),
            "only one in so long waits for the store"
        );
    }
    let loads = viceroy.lines().iter().filter(|line| line.contains("the last good one serves on")).count();
    assert_eq!(loads, FAULTS.len());
}

/// It is of another version, or broken: the second line is there too.
#[test]
fn a_compact_form_that_is_refused_leaves_the_second_line() {
    let mut options = Options { is_compact: false, ..forgetful(Origin::start().unwrap().address) };
    let first: Value = serde_json::from_str(bundles::by_path(1).lines().next().unwrap()).unwrap();
    options.kv.insert(format!("compact/{}", first["bincode"].as_str().unwrap()), "WBC of the future".into());
    let Some(viceroy) = Viceroy::start(&options) else { return };
    for _ in 0..2 {
        assert_eq!(send(viceroy.address, &get("/block")).unwrap().status, 403);
    }
}

/// The KV Store is eventually consistent: it may say what was there before, to a sandbox that still has that at work.
#[test]
fn a_sandbox_that_was_busy_does_not_undo_what_is_newer() {
    let address = origin(|_, mut stream| {
        let mut start = [0; 9];
        let _ = stream.read_exact(&mut start);
        read_head(&mut stream);
        if start.ends_with(b"slow") {
            std::thread::sleep(Duration::from_secs(4));
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    });
    let mut options = forgetful(address);
    options.knobs["sandbox"]["requests"] = json!(1000);
    options.knobs["memory"] = json!(true);
    for (key, bytes) in bundles::stored(&bundles::with_rules(json!([]), 2), false).unwrap() {
        let key = if key == "default" { "newer".to_owned() } else { key };
        options.kv.insert(key, String::from_utf8(bytes).unwrap());
    }
    let Some(viceroy) = Viceroy::start(&options) else { return };
    let status = |bytes: &[u8]| send(viceroy.address, bytes).unwrap().status;
    let ask = |more: Value| {
        let request = weir::trace::Request {
            method: "GET".into(),
            path: "/block".into(),
            authority: "shop.example".into(),
            ..weir::trace::Request::default()
        };
        let Value::Object(more) = more else { panic!("no members") };
        status(&seam::wire(&request, &more))
    };
    assert_eq!(status(&get("/block")), 403);
    let mut slow = Connection::open(viceroy.address).unwrap();
    slow.socket().write_all(&get("/slow")).unwrap();
    std::thread::sleep(Duration::from_millis(1_200));
    // Another sandbox gets the newer one, and ends.
    assert_eq!(ask(json!({ "pointer": "newer", "panics": true })), 200);
    says(&viceroy, "serial 2 in use");
    assert_eq!(slow.read().unwrap().status, 200);
    std::thread::sleep(Duration::from_millis(1_100));
    assert_eq!(status(&get("/block")), 200, "the newer one has no rules");
    says(&viceroy, "serial 1 is older than 2");
    assert_eq!(ask(json!({ "panics": true })), 200);
    assert_eq!(status(&get("/block")), 200, "nor does the next sandbox go back");
}

#[test]
fn an_answer_that_breaks_off_is_not_made_whole() {
    let chunked = "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n";
    let counted = "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhello";
    let address = origin(move |_, mut stream| {
        read_head(&mut stream);
        let _ = stream.write_all(chunked.as_bytes());
    });
    let other = origin(move |_, mut stream| {
        read_head(&mut stream);
        let _ = stream.write_all(counted.as_bytes());
    });
    for (address, memory) in [(address, false), (address, true), (other, false), (other, true)] {
        let mut options = Options::new(Build::Production, address, &bundles::by_path(1));
        options.knobs["memory"] = json!(memory);
        let Some(viceroy) = Viceroy::start(&options) else { return };
        let mut connection = Connection::open(viceroy.address).unwrap();
        connection.socket().write_all(&get("/")).unwrap();
        let mut all = Vec::new();
        let _ = connection.socket().read_to_end(&mut all);
        let text = String::from_utf8_lossy(&all);
        let has_length = text.to_ascii_lowercase().contains("content-length: 100");
        assert!(text.contains("hello") && !text.contains("\r\n0\r\n"), "memory {memory}: {text}");
        assert!(has_length || text.contains("chunked"), "the client can see that there was to be more: {text}");
        assert_eq!(send(viceroy.address, &get("/block")).unwrap().status, 403, "it goes on");
    }
}

#[test]
fn an_origin_that_hangs_up_costs_a_503() {
    let address = origin(|_, mut stream| read_head(&mut stream));
    let mut options = Options::new(Build::Production, address, &bundles::by_path(1));
    options.knobs["memory"] = json!(true);
    let Some(viceroy) = Viceroy::start(&options) else { return };
    let answer = send(viceroy.address, &get("/")).unwrap();
    assert_eq!((answer.status, answer.text().as_str()), (503, "the origin gave no answer\n"));
    let grpc = request("POST", "/a.B/C", &[("host", b"a.example"), ("content-type", b"application/grpc")], b"");
    let answer = send(viceroy.address, &grpc).unwrap();
    assert_eq!((answer.status, answer.header("grpc-status")), (200, Some("14")));
}

#[test]
fn a_slow_origin_holds_nobody_else_up() {
    let address = origin(|_, mut stream| {
        let mut start = [0; 9];
        let _ = stream.read_exact(&mut start);
        read_head(&mut stream);
        if start.ends_with(b"slow") {
            std::thread::sleep(Duration::from_secs(4));
        }
        let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok");
    });
    for memory in [false, true] {
        let mut options = Options::new(Build::Production, address, &bundles::by_path(1));
        options.knobs["memory"] = json!(memory);
        let Some(viceroy) = Viceroy::start(&options) else { return };
        let mut slow = Connection::open(viceroy.address).unwrap();
        let started = Instant::now();
        slow.socket().write_all(&get("/slow")).unwrap();
        assert_eq!(send(viceroy.address, &get("/")).unwrap().status, 200);
        assert!(started.elapsed() < Duration::from_secs(4), "memory {memory}: {:?}", started.elapsed());
        assert_eq!(slow.read().unwrap().status, 200);
    }
}

#[test]
fn a_client_that_leaves_costs_nobody_anything() {
    let mut options = Options::new(Build::Production, Origin::start().unwrap().address, &bundles::by_path(1));
    options.knobs["memory"] = json!(true);
    let Some(viceroy) = Viceroy::start(&options) else { return };
    for _ in 0..3 {
        let head = request("POST", "/", &[("host", b"shop.example"), ("transfer-encoding", b"chunked")], b"");
        let mut leaving = Connection::open(viceroy.address).unwrap();
        leaving.socket().write_all(&[head.as_slice(), b"5\r\nhello\r\n"].concat()).unwrap();
        std::thread::sleep(Duration::from_millis(50));
        leaving.socket().shutdown(Shutdown::Both).unwrap();
        assert_eq!(send(viceroy.address, &get("/block")).unwrap().status, 403);
        assert_eq!(send(viceroy.address, &get("/")).unwrap().status, 200);
    }
}

/// A panic while judging: the request is forwarded, its body whole, and the next one is judged as ever.
#[test]
fn a_panic_costs_its_own_verdict() {
    let told = Arc::new(AtomicUsize::new(0));
    let count = Arc::clone(&told);
    let origin = Origin::with(move |_, _, body| {
        count.fetch_add(body.len(), Ordering::Relaxed);
        wasm_tests::client::Answer { status: 200, headers: Vec::new(), body: body.len().to_string().into_bytes() }
    })
    .unwrap();
    let mut options = Options::new(Build::Seam, origin.address, &bundles::by_path(1));
    options.knobs["memory"] = json!(true);
    let Some(viceroy) = Viceroy::start(&options) else { return };
    let panics = |size: usize| {
        let request = weir::trace::Request {
            method: "POST".into(),
            path: "/block".into(),
            authority: "shop.example".into(),
            headers: vec![("content-length".into(), size.to_string().as_str().into())],
            ..weir::trace::Request::default()
        };
        seam::wire(&request, &Map::from_iter([("panics".to_owned(), Value::Bool(true))]))
    };
    for size in [1, 70_000, 1 << 20] {
        assert_eq!(send(viceroy.address, &panics(size)).unwrap().text(), size.to_string());
        assert_eq!(send(viceroy.address, &get("/block")).unwrap().status, 403);
    }
    assert_eq!(told.load(Ordering::Relaxed), 1 + 70_000 + (1 << 20), "each is forwarded once");
    says(&viceroy, "panic: ");
}
