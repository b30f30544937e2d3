//! Bodies, streams and upgraded connections through the Worker in a real workerd: as they came, and by pieces.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::sync::mpsc::channel;
use std::time::Duration;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use ring::digest::{SHA1_FOR_LEGACY_USE_ONLY, digest};
use serde_json::json;
use wasm_tests::bundles;
use wasm_tests::client::{Connection, curl, request, send};
use wasm_tests::cloudflare::{Build, Options, Workerd};

const MEGABYTE: usize = 1024 * 1024;
const SIZE: usize = 100 * MEGABYTE;
const HOST: (&str, &[u8]) = ("Host", b"shop.example");
const PATIENCE: Duration = Duration::from_secs(60);

/// An origin that serves each connection with `serve`, one request after another, until that says no more.
fn origin(
    serve: impl Fn(&str, &mut BufReader<TcpStream>) -> std::io::Result<bool> + Send + Sync + 'static,
) -> SocketAddr {
    let listener = TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = listener.local_addr().unwrap();
    let serve = std::sync::Arc::new(serve);
    std::thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let serve = std::sync::Arc::clone(&serve);
            std::thread::spawn(move || {
                let _ = stream.set_nodelay(true);
                let mut stream = BufReader::new(stream);
                loop {
                    let head = head(&mut stream);
                    if head.is_empty() || !serve(&head, &mut stream).unwrap_or(false) {
                        return;
                    }
                }
            });
        }
    });
    address
}

fn head(stream: &mut impl BufRead) -> String {
    let mut head = String::new();
    while !head.ends_with("\r\n\r\n") && stream.read_line(&mut head).is_ok_and(|count| count > 0) {}
    head
}

/// Both ways in which the Worker passes an answer on: at once, and after it was looked at.
fn workers(origin: SocketAddr) -> impl Iterator<Item = Workerd> {
    [false, true].into_iter().filter_map(move |memory| {
        let mut options = Options::new(Build::Production, origin, &bundles::by_path(1));
        options.knobs["memory"] = json!(memory);
        Workerd::start(&options)
    })
}

/// Bytes of memory that a process has.
fn memory(id: u32) -> usize {
    let text = std::fs::read_to_string(format!("/proc/{id}/status")).unwrap_or_default();
    let line = text.lines().find_map(|line| line.strip_prefix("VmRSS:")).unwrap_or("0 kB");
    line.trim().trim_end_matches(" kB").parse::<usize>().unwrap() * 1024
}

#[test]
fn a_hundred_megabytes_pass_each_way() {
    let address = origin(|head, stream| {
        if head.starts_with("POST") {
            let is_chunked = head.to_lowercase().contains("transfer-encoding: chunked");
            let count = if is_chunked { chunks(stream)? } else { exactly(stream, SIZE)? };
            let text = count.to_string();
            stream
                .get_mut()
                .write_all(format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{text}", text.len()).as_bytes())?;
            return Ok(true);
        }
        let out = stream.get_mut();
        out.write_all(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n")?;
        let piece = [format!("{MEGABYTE:x}\r\n").as_bytes(), &vec![b'x'; MEGABYTE], b"\r\n"].concat();
        (0..SIZE / MEGABYTE).try_for_each(|_| out.write_all(&piece))?;
        out.write_all(b"0\r\n\r\n")?;
        Ok(true)
    });
    let folder = tempfile::tempdir().unwrap();
    let upload = folder.path().join("upload");
    std::fs::File::create(&upload).unwrap().set_len(SIZE as u64).unwrap();
    let upload = format!("@{}", upload.display());
    let download = folder.path().join("download");
    for workerd in workers(address) {
        let url = format!("http://{}/tag", workerd.address);
        assert_eq!(
            curl(&["-H", "Expect:", "--data-binary", "x", &format!("http://{}/block", workerd.address)])
                .unwrap()
                .status,
            403
        );
        let before = memory(workerd.id());
        for chunked in ["Content-Type: x", "Transfer-Encoding: chunked"] {
            let posted = curl(&["-H", "Expect:", "-H", chunked, "--data-binary", &upload, &url]).unwrap();
            assert_eq!((posted.status, posted.text()), (200, SIZE.to_string()), "{chunked}");
        }
        let got = curl(&["--output", download.to_str().unwrap(), &url]).unwrap();
        assert_eq!(got.status, 200);
        assert_eq!(std::fs::metadata(&download).unwrap().len(), SIZE as u64);
        let grown = memory(workerd.id()).saturating_sub(before);
        // An isolate has 128 MB: bodies that were gathered would not fit twice.
        assert!(grown < SIZE, "{} MB more", grown / MEGABYTE);
    }
}

fn exactly(stream: &mut impl Read, size: usize) -> std::io::Result<usize> {
    let mut piece = vec![0; 65_536];
    let mut count = 0;
    while count < size {
        let wanted = piece.len().min(size - count);
        count += stream
            .read(&mut piece[..wanted])
            .and_then(|more| if more == 0 { Err(std::io::ErrorKind::UnexpectedEof.into()) } else { Ok(more) })?;
    }
    Ok(count)
}

fn chunks(stream: &mut impl BufRead) -> std::io::Result<usize> {
    let mut count = 0;
    loop {
        let mut line = String::new();
        stream.read_line(&mut line)?;
        let size = usize::from_str_radix(line.trim(), 16).map_err(std::io::Error::other)?;
        count += exactly(stream, size)?;
        stream.read_line(&mut String::new())?;
        if size == 0 {
            return Ok(count);
        }
    }
}

#[test]
fn events_of_a_stream_come_one_by_one() {
    let (next, wait) = channel::<()>();
    let wait = std::sync::Mutex::new(wait);
    let address = origin(move |_, stream| {
        let out = stream.get_mut();
        out.write_all(b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\n\r\n")?;
        for number in 0..3 {
            let _ = wait.lock().unwrap().recv_timeout(PATIENCE);
            out.write_all(format!("data: {number}\n\n").as_bytes())?;
        }
        Ok(false)
    });
    for workerd in workers(address) {
        let mut client = TcpStream::connect(workerd.address).unwrap();
        client.set_read_timeout(Some(PATIENCE)).unwrap();
        client.write_all(&request("GET", "/tag", &[HOST], b"")).unwrap();
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
}

#[test]
fn answers_without_a_body_have_none() {
    let address = origin(|head, stream| {
        let start = head.split("\r\n").next().unwrap_or_default();
        let answer = match start.split(' ').take(2).collect::<Vec<_>>()[..] {
            ["HEAD", _] => "HTTP/1.1 200 OK\r\nContent-Length: 12345\r\nETag: \"h\"\r\n\r\n",
            [_, "/empty"] => "HTTP/1.1 204 No Content\r\nX-Kept: 1\r\n\r\n",
            [_, "/same"] => "HTTP/1.1 304 Not Modified\r\nETag: \"s\"\r\n\r\n",
            [_, "/early"] => {
                "HTTP/1.1 103 Early Hints\r\nLink: </a.css>\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"
            }
            _ => "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n4;x=y\r\ndefg\r\n0\r\n\r\n",
        };
        stream.get_mut().write_all(answer.as_bytes())?;
        Ok(true)
    });
    for workerd in workers(address) {
        // One connection: whatever came too much or too little would spoil the next answer.
        let mut socket = BufReader::new(TcpStream::connect(workerd.address).unwrap());
        socket.get_mut().set_read_timeout(Some(PATIENCE)).unwrap();
        for _ in 0..2 {
            socket.get_mut().write_all(&request("HEAD", "/tag", &[HOST], b"")).unwrap();
            let head = head(&mut socket).to_lowercase();
            assert!(head.starts_with("http/1.1 200") && head.contains("etag: \"h\""), "{head}");
            assert!(head.contains("content-length: 12345"), "{head}");
        }
        let mut connection = Connection::open(workerd.address).unwrap();
        for (path, status, header, body) in [
            ("/empty", 204, Some(("x-kept", "1")), ""),
            ("/same", 304, Some(("etag", "\"s\"")), ""),
            ("/early", 200, None, "ok"),
            ("/chunked", 200, None, "abcdefg"),
            ("/tag", 200, None, "abcdefg"),
        ] {
            let answer = connection.send(&request("GET", path, &[HOST, ("If-None-Match", b"\"s\"")], b"")).unwrap();
            assert_eq!((answer.status, answer.text().as_str()), (status, body), "{path}");
            assert!(
                header.is_none_or(|(name, value)| answer.header(name) == Some(value)),
                "{path}: {:?}",
                answer.headers
            );
        }
    }
}

/// What a WebSocket's server answers to a key (RFC 6455, 4.2.2).
fn accept(key: &str) -> String {
    let joined = [key.trim(), "258EAFA5-E914-47DA-95CA-C5AB0DC85B11"].concat();
    BASE64_STANDARD.encode(digest(&SHA1_FOR_LEGACY_USE_ONLY, joined.as_bytes()))
}

/// One frame's opcode and unmasked payload, of at most 125 bytes.
fn frame(stream: &mut impl Read) -> Option<(u8, Vec<u8>)> {
    let mut start = [0; 2];
    stream.read_exact(&mut start).ok()?;
    let mut mask = [0; 4];
    if start[1] & 0x80 != 0 {
        stream.read_exact(&mut mask).ok()?;
    }
    let mut payload = vec![0; usize::from(start[1] & 0x7f)];
    stream.read_exact(&mut payload).ok()?;
    payload.iter_mut().zip(mask.iter().cycle()).for_each(|(byte, mask)| *byte ^= mask);
    Some((start[0] & 0x0f, payload))
}

#[test]
fn web_sockets_pass_both_ways() {
    let address = origin(|head, stream| {
        let lower = head.to_lowercase();
        assert!(!lower.contains("x-weir-class: human"), "{head}");
        let line = head.lines().find(|line| line.to_lowercase().starts_with("sec-websocket-key:")).unwrap_or(":");
        let accept = accept(line.split_once(':').unwrap_or_default().1);
        let switch = "HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n";
        stream.get_mut().write_all(format!("{switch}Sec-WebSocket-Accept: {accept}\r\n\r\n").as_bytes())?;
        // The origin speaks first, then answers each text in capitals.
        stream.get_mut().write_all(b"\x81\x05hello")?;
        while let Some((1, payload)) = frame(stream) {
            let answer = payload.to_ascii_uppercase();
            stream.get_mut().write_all(&[&[0x81, answer.len() as u8][..], &answer].concat())?;
        }
        Ok(false)
    });
    let key = ("Sec-WebSocket-Key", &b"dGhlIHNhbXBsZSBub25jZQ=="[..]);
    assert_eq!(accept("dGhlIHNhbXBsZSBub25jZQ=="), "s3pPLMBiTxaQ9kYGzzhZRbK+xOo=", "RFC 6455, 1.3");
    let upgrade: &[(&str, &[u8])] = &[
        HOST,
        ("Connection", b"Upgrade"),
        ("Upgrade", b"websocket"),
        ("Sec-WebSocket-Version", b"13"),
        ("X-Weir-Class", b"human"),
        key,
    ];
    for workerd in workers(address) {
        for path in ["/tag", "/other"] {
            let mut socket = BufReader::new(TcpStream::connect(workerd.address).unwrap());
            socket.get_mut().set_read_timeout(Some(PATIENCE)).unwrap();
            socket.get_mut().write_all(&request("GET", path, upgrade, b"")).unwrap();
            let head = head(&mut socket).to_lowercase();
            assert!(head.starts_with("http/1.1 101 "), "{path}: {head}\n{}", workerd.lines().join("\n"));
            assert_eq!(frame(&mut socket), Some((1, b"hello".to_vec())));
            for word in [&b"one"[..], b"two"] {
                let masked: Vec<u8> = word.iter().zip([1, 2, 3, 4]).map(|(byte, mask)| byte ^ mask).collect();
                let sent = [&[0x81, 0x80 | word.len() as u8, 1, 2, 3, 4][..], &masked].concat();
                socket.get_mut().write_all(&sent).unwrap();
                assert_eq!(frame(&mut socket), Some((1, word.to_ascii_uppercase())));
            }
        }
        // Asked for through the same rules as everything else.
        assert_eq!(send(workerd.address, &request("GET", "/block", upgrade, b"")).unwrap().status, 403);
    }
}
