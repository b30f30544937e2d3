//! Bodies through a sidecar: never gathered, whole, with trailers; TLS on both sides.

use std::convert::Infallible;
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use bytes::Bytes;
use http_body_util::{BodyExt, StreamBody};
use hyper::body::{Frame, Incoming};
use hyper::header::{HeaderMap, HeaderValue};
use hyper::service::service_fn;
use hyper::{Request, Response, client, server};
use hyper_util::rt::{TokioExecutor, TokioIo};
use wasm_tests::bundles;
use wasm_tests::client::curl;
use wasm_tests::origin::Origin;
use wasm_tests::sidecar::{Options, Sidecar};

const MEGABYTE: usize = 1024 * 1024;
const SIZE: usize = 100 * MEGABYTE;

/// Bytes of memory in use.
fn memory() -> usize {
    let text = std::fs::read_to_string("/proc/self/status").unwrap();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap();
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

/// Counts what is posted, and answers a GET with 100 MB, without ever holding more than a piece.
fn large_origin() -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        for mut stream in listener.incoming().flatten() {
            std::thread::spawn(move || {
                let (mut head, mut byte) = (Vec::new(), [0]);
                while !head.ends_with(b"\r\n\r\n") && stream.read(&mut byte).is_ok_and(|count| count > 0) {
                    head.push(byte[0]);
                }
                if head.starts_with(b"POST") {
                    let (mut count, mut buffer) = (0, vec![0; 65_536]);
                    while count < SIZE {
                        count += stream.read(&mut buffer).ok().filter(|count| *count > 0)?;
                    }
                    let answer =
                        format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{count}", count.to_string().len());
                    return stream.write_all(answer.as_bytes()).ok();
                }
                stream.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n").ok()?;
                for _ in 0..SIZE / MEGABYTE {
                    stream.write_all(format!("{MEGABYTE:x}\r\n").as_bytes()).ok()?;
                    stream.write_all(&vec![b'x'; MEGABYTE]).ok()?;
                    stream.write_all(b"\r\n").ok()?;
                }
                stream.write_all(b"0\r\n\r\n").ok()
            });
        }
    });
    address
}

#[test]
fn a_hundred_megabytes_pass_in_a_few() {
    let sidecar = Sidecar::start(Options::new(large_origin(), &bundles::by_path(1))).unwrap();
    let folder = tempfile::tempdir().unwrap();
    let upload = folder.path().join("upload");
    std::fs::File::create(&upload).unwrap().set_len(SIZE as u64).unwrap();
    let upload = format!("@{}", upload.display());
    let download = folder.path().join("download");
    let before = memory();
    let most = std::sync::Arc::new(std::sync::atomic::AtomicUsize::new(0));
    let (watch, done) = (most.clone(), std::sync::Arc::new(()));
    let watched = std::sync::Arc::downgrade(&done);
    std::thread::spawn(move || {
        while watched.strong_count() > 0 {
            watch.fetch_max(memory(), std::sync::atomic::Ordering::Relaxed);
            std::thread::sleep(Duration::from_millis(5));
        }
    });
    for (scheme, address, version) in
        [("http", sidecar.plain, "--http1.1"), ("https", sidecar.tls, "--http1.1"), ("https", sidecar.tls, "--http2")]
    {
        let url = format!("{scheme}://{address}/");
        let posted = curl(&[version, "-H", "Expect:", "--data-binary", &upload, &url]).unwrap();
        assert_eq!((posted.status, posted.text()), (200, SIZE.to_string()), "{url} {version}");
        let got = curl(&[version, "--output", download.to_str().unwrap(), &url]).unwrap();
        assert_eq!(got.status, 200);
        assert_eq!(std::fs::metadata(&download).unwrap().len(), SIZE as u64, "{url} {version}");
    }
    drop(done);
    let grown = most.load(std::sync::atomic::Ordering::Relaxed).saturating_sub(before);
    assert!(grown < 24 * MEGABYTE, "{} MB more for six bodies of 100 MB", grown / MEGABYTE);
}

#[test]
fn events_of_a_stream_come_one_by_one() {
    let (next, wait) = std::sync::mpsc::channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    std::thread::spawn(move || {
        // The health check connects too.
        for mut stream in listener.incoming().flatten() {
            let mut head = [0; 2048];
            if stream.read(&mut head).is_ok_and(|count| count == 0) {
                continue;
            }
            let _ = stream.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n");
            for number in 0..3 {
                let _ = wait.lock().unwrap().recv_timeout(Duration::from_secs(20));
                let _ = stream.write_all(format!("data: {number}\n\n").as_bytes());
            }
        }
    });
    let sidecar = Sidecar::start(Options::new(address, &bundles::by_path(1))).unwrap();
    let mut client = std::net::TcpStream::connect(sidecar.plain).unwrap();
    client.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    client.write_all(b"GET /events HTTP/1.1\r\nHost: a\r\n\r\n").unwrap();
    let mut text = String::new();
    for number in 0..3 {
        next.send(()).unwrap();
        while !text.contains(&format!("data: {number}\n")) {
            let mut buffer = [0; 1024];
            let count = client.read(&mut buffer).unwrap();
            assert!(count > 0, "{text}");
            text.push_str(&String::from_utf8_lossy(&buffer[..count]));
        }
        assert!(!text.contains(&format!("data: {}", number + 1)), "{text}");
    }
}

#[test]
fn grpc_goes_by_http2_with_its_trailers() {
    let origin = tokio_origin();
    let address = origin.1;
    let sidecar = Sidecar::start(Options::new(address, &bundles::by_path(1))).unwrap();
    let plain = sidecar.plain;
    sidecar.runtime().block_on(async move {
        let stream = tokio::net::TcpStream::connect(plain).await.unwrap();
        let handshake = client::conn::http2::handshake(TokioExecutor::new(), TokioIo::new(stream));
        let (mut sender, connection) = handshake.await.unwrap();
        tokio::spawn(connection);
        let ask = |path: &str| {
            let body = http_body_util::Full::new(Bytes::from_static(b"\0\0\0\0\x02hi"));
            Request::post(format!("http://shop.example{path}"))
                .header("content-type", "application/grpc+proto")
                .header("te", "trailers")
                .body(body)
                .unwrap()
        };
        for _ in 0..3 {
            let answer = sender.send_request(ask("/shop.Search/Find")).await.unwrap();
            assert_eq!(answer.headers()["x-seen"], "HTTP/2.0 shop.example trailers");
            let body = answer.into_body().collect().await.unwrap();
            let status = body.trailers().and_then(|trailers| trailers.get("grpc-status")).cloned();
            assert_eq!(
                (status, body.to_bytes()),
                (Some(HeaderValue::from_static("0")), Bytes::from_static(b"\0\0\0\0\x02hi"))
            );
        }
        let blocked = sender.send_request(ask("/block")).await.unwrap();
        assert_eq!(
            (blocked.status().as_u16(), &blocked.headers()["grpc-status"]),
            (200, &HeaderValue::from_static("7"))
        );
    });
}

/// A gRPC-like echo over HTTP/2 with prior knowledge: what it saw of the request in a header, the body, and a status in trailers.
fn tokio_origin() -> (tokio::runtime::Runtime, SocketAddr) {
    let runtime = tokio::runtime::Builder::new_multi_thread().worker_threads(1).enable_all().build().unwrap();
    let listener = runtime.block_on(tokio::net::TcpListener::bind(("127.0.0.1", 0))).unwrap();
    let address = listener.local_addr().unwrap();
    runtime.spawn(async move {
        while let Ok((stream, _)) = listener.accept().await {
            let service = service_fn(|request: Request<Incoming>| async move {
                let te = request.headers().get("te").and_then(|te| te.to_str().ok()).unwrap_or_default();
                let authority = request.uri().authority().map_or("", |authority| authority.as_str());
                let seen = format!("{:?} {authority} {te}", request.version());
                let body = request.into_body().collect().await.map(|body| body.to_bytes()).unwrap_or_default();
                let trailers = HeaderMap::from_iter([("grpc-status".parse().unwrap(), HeaderValue::from_static("0"))]);
                let mut frames = vec![Frame::trailers(trailers), Frame::data(body)];
                let frames = std::iter::from_fn(move || frames.pop().map(Ok::<_, Infallible>));
                let body = StreamBody::new(Frames(frames));
                Ok::<_, Infallible>(Response::builder().header("x-seen", seen).body(body).unwrap())
            });
            tokio::spawn(
                server::conn::http2::Builder::new(TokioExecutor::new()).serve_connection(TokioIo::new(stream), service),
            );
        }
    });
    (runtime, address)
}

/// An iterator as a stream that is always ready.
struct Frames<I>(I);

impl<I: Iterator + Unpin> futures_core::Stream for Frames<I> {
    type Item = I::Item;

    fn poll_next(
        self: std::pin::Pin<&mut Self>,
        _: &mut std::task::Context<'_>,
    ) -> std::task::Poll<Option<Self::Item>> {
        std::task::Poll::Ready(self.get_mut().0.next())
    }
}

#[test]
fn an_https_origin_is_checked() {
    let folder = tempfile::tempdir().unwrap();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let (chain, key) = (folder.path().join("chain.pem"), folder.path().join("key.pem"));
    std::fs::write(&chain, made.cert.pem()).unwrap();
    std::fs::write(&key, made.signing_key.serialize_pem()).unwrap();
    let echo = Origin::start().unwrap();
    let behind =
        Options { certificate: Some((chain.clone(), key)), ..Options::new(echo.address, &bundles::by_path(1)) };
    let behind = Sidecar::start(behind).unwrap();
    let front = |ca: Option<std::path::PathBuf>| {
        let origin = format!("https://localhost:{}", behind.tls.port());
        Sidecar::start(Options { origin, origin_ca: ca, ..Options::new(echo.address, &bundles::by_path(1)) })
    };
    let url = |sidecar: &Sidecar| format!("https://localhost:{}/tag", sidecar.tls.port());
    let trusting = front(Some(chain)).unwrap();
    let answer = curl(&["--http2", &url(&trusting)]).unwrap();
    assert!(answer.status == 200 && answer.text().contains("x-weir-score"), "{}", answer.text());
    match front(None) {
        // The machine's authorities do not know it.
        Ok(doubting) => assert_eq!(curl(&[&url(&doubting)]).unwrap().status, 502),
        Err(why) => assert!(why.to_string().contains("no certificate authority"), "{why}"),
    }
}
