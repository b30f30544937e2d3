//! Two hubs and a real Redis: nodes of both hear each other, and each hub goes on alone while Redis is gone.

mod common;

use std::fs;
use std::io::{Read, Write};
use std::net::{TcpListener, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use common::running::{Running, origin, status};
use common::{Desk, run};
use filter_core::keys::Keys;
use filter_core::policy::wire;
use filter_core::state::{Limits, Tables};
use filter_core::sync::{Node, Seed};

/// The server to test with: `REDIS`, one on the path, or the one that `scripts/install-redis` put in `.cache`. `None`, said loudly, where there is
/// none: then a test that needs it returns at once.
fn binary() -> Option<PathBuf> {
    let on_path = std::env::var_os("PATH").into_iter().flat_map(|path| {
        let folders: Vec<PathBuf> = std::env::split_paths(&path).collect();
        folders.into_iter().map(|folder| folder.join("redis-server"))
    });
    let cached = Path::new(env!("CARGO_MANIFEST_DIR")).join("../.cache/redis/redis-server");
    let mut all = std::env::var_os("REDIS").map(PathBuf::from).into_iter().chain(on_path).chain([cached]);
    let found = all.find(|path| path.is_file());
    if found.is_none() {
        let _ = writeln!(
            std::io::stderr(),
            "SKIPPED: no Redis; run ./scripts/install-redis, or set REDIS=/path/to/redis-server"
        );
        assert!(std::env::var_os("CI").is_none(), "in CI Redis must be there");
    }
    found
}

/// A Redis of the test's own, with a password; ended when dropped.
struct Redis {
    child: Child,
    port: u16,
}

const PASSWORD: &str = "a-password-of-some-length";

impl Redis {
    fn start(binary: &Path, port: u16) -> Self {
        let port =
            if port == 0 { TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap().port() } else { port };
        let number = port.to_string();
        let child = Command::new(binary)
            .args(["--port", &number, "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"])
            .args(["--requirepass", PASSWORD])
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap();
        let redis = Redis { child, port };
        let started = Instant::now();
        while TcpStream::connect(("127.0.0.1", port)).is_err() {
            assert!(started.elapsed() < Duration::from_secs(20), "Redis does not listen on {port}");
            thread::sleep(Duration::from_millis(20));
        }
        redis
    }

    fn put(&self, key: &str, value: &[u8]) {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        let head = format!("AUTH {PASSWORD}\r\n*3\r\n$3\r\nSET\r\n${}\r\n{key}\r\n${}\r\n", key.len(), value.len());
        stream.write_all(&[head.as_bytes(), value, b"\r\nQUIT\r\n"].concat()).unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        assert_eq!(text.matches("+OK").count(), 3, "{text}");
    }

    /// What it answers to a command.
    fn ask(&self, command: &str) -> String {
        let mut stream = TcpStream::connect(("127.0.0.1", self.port)).unwrap();
        stream.set_read_timeout(Some(Duration::from_secs(10))).unwrap();
        write!(stream, "AUTH {PASSWORD}\r\n{command}\r\nQUIT\r\n").unwrap();
        let mut text = String::new();
        stream.read_to_string(&mut text).unwrap();
        text
    }
}

impl Drop for Redis {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

fn metrics(hub: &str) -> String {
    let mut stream = TcpStream::connect(hub).unwrap();
    write!(stream, "GET /metrics HTTP/1.1\r\nhost: hub\r\nconnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

fn wait_for(what: &str, mut probe: impl FnMut() -> bool) {
    let started = Instant::now();
    while !probe() {
        assert!(started.elapsed() < Duration::from_secs(20), "never came to pass: {what}");
        thread::sleep(Duration::from_millis(200));
    }
}

/// Too few for `pages_flood` (80 within a minute or so) alone, enough together.
const EACH: usize = 60;

#[test]
fn nodes_of_two_hubs_with_one_redis_judge_a_client_as_one() {
    let Some(binary) = binary() else { return };
    let redis = Redis::start(&binary, 0);
    let desk = Desk::new();
    let content: wire::Content = serde_json::from_str(
        r#"{"rules":[{"id":"flood","when":{"signal":["pages_flood"]},"then":{"block":{}}}],"otherwise":"allow"}"#,
    )
    .unwrap();
    fs::write(desk.path("flood.json"), wire::write(&content, 1).unwrap()).unwrap();
    let settings = r#"{"allow_unsigned":true,"secret":"correct horse battery staple"}"#;
    fs::write(desk.path("settings.json"), settings).unwrap();
    fs::write(desk.path("password"), PASSWORD).unwrap();

    let url = format!("redis://127.0.0.1:{}", redis.port);
    let hub = |more: &[&str]| {
        let mut hub = Running::start(&[&["hub", "--listen", "127.0.0.1:0"], more].concat());
        let address = hub.after("share at http://");
        (hub, address)
    };
    let with = ["--redis", &url, "--redis-password-file", &desk.path("password")];
    let mut hubs = [hub(&with), hub(&with)];
    let (_apart, alone) = hub(&[]);
    let origin = format!("http://{}", origin());
    let up = |hub: &str| {
        let hub = format!("http://{hub}");
        let (bundle, settings, events) = (desk.path("flood.json"), desk.path("settings.json"), desk.path("events"));
        let mut up = Running::start(&[
            "up",
            "--origin",
            &origin,
            "--listen",
            "127.0.0.1:0",
            "--threads",
            "1",
            "--hub",
            &hub,
            "--hub-interval",
            "1",
            "--bundle",
            &bundle,
            "--settings",
            &settings,
            "--events",
            &events,
        ]);
        let address = up.after("is protected at http://");
        (up, address)
    };
    let proxies = [up(&hubs[0].1), up(&hubs[1].1)];
    let (_stranger, apart) = up(&alone);
    for number in 0..EACH {
        proxies.iter().for_each(|(_, address)| {
            status(address, &format!("/page/{number}"));
        });
        assert_eq!(status(&apart, &format!("/page/{number}")), 200, "page {number}: too few at one proxy");
    }
    for (_, address) in &proxies {
        wait_for("judged as one", || status(address, "/page/0") == 403);
    }
    assert_eq!(status(&apart, "/page/0"), 200, "a hub without Redis hears its own");
    for (_, address) in &hubs {
        wait_for("two nodes", || metrics(address).contains("weir_hub_nodes 2\n"));
        assert!(metrics(address).contains("weir_hub_redis_up 1\n"), "{}", metrics(address));
    }
    assert!(!metrics(&alone).contains("redis"), "{}", metrics(&alone));

    // Everything in Redis has an end, and is no longer than a snapshot.
    let list = redis.ask("EVAL \"local out = {} for _, key in ipairs(redis.call('keys', '*')) do \
        out[#out + 1] = (redis.call('pttl', key) > 0 and redis.call('pttl', key) <= 180000 and 'ends ' or 'stays ') .. key end return out\" 0");
    assert_eq!(list.matches("ends weir:1:").count(), 3, "two slots and their list: {list}");
    assert!(!list.contains("stays"), "{list}");

    // Redis goes: the log and the metrics say so, and nodes of one hub are heard there as before.
    let port = redis.port;
    drop(redis);
    for (hub, address) in &mut hubs {
        hub.after("this hub goes on with its own");
        wait_for("said in metrics", || metrics(address).contains("weir_hub_redis_up 0\n"));
        assert!(!metrics(address).contains("weir_hub_redis_failures_total 0\n"));
    }
    assert_eq!(status(&proxies[0].1, "/page/0"), 403, "what was heard holds for its time");
    let (_late, late) = up(&hubs[0].1);
    wait_for("heard by memory alone", || status(&late, "/page/0") == 403);

    // It comes back, empty: all is told anew.
    let redis = Redis::start(&binary, port);
    for (hub, address) in &mut hubs {
        hub.after("answers again");
        wait_for("three nodes", || metrics(address).contains("weir_hub_nodes 3\n"));
    }
    wait_for("told anew", || redis.ask("DBSIZE").contains(":4\r\n"));
}

/// What anybody else puts into Redis is no snapshot, and harms nobody: hubs go on hearing each other.
#[test]
fn what_is_no_snapshot_is_passed_over() {
    let Some(binary) = binary() else { return };
    let redis = Redis::start(&binary, 0);
    let desk = Desk::new();
    fs::write(desk.path("password"), PASSWORD).unwrap();
    let url = format!("redis://127.0.0.1:{}", redis.port);
    let with = ["--redis", &url, "--redis-password-file", &desk.path("password")];
    let start = || {
        let mut hub = Running::start(&[&["hub", "--listen", "127.0.0.1:0"], &with[..]].concat());
        let address = hub.after("share at http://");
        (hub, address)
    };
    let (_one, one) = start();
    let (_two, two) = start();
    let seed = Seed::default();
    tell(&one, &snapshot(7, seed));
    wait_for("its own", || redis.ask("DBSIZE").contains(":2\r\n"));

    let prefix = "weir:1:0000000000000000";
    let soon = now() + 50_000;
    redis.put(&format!("{prefix}:0000000000000008"), b"rubbish");
    redis.ask(&format!("ZADD {prefix}:nodes {soon} 8"));
    // Another node than the slot is of, and a slot that is none.
    redis.put(&format!("{prefix}:0000000000000009"), &snapshot(10, seed));
    redis.ask(&format!("ZADD {prefix}:nodes {soon} 9"));
    redis.ask(&format!("LPUSH {prefix}:000000000000000b rubbish"));
    redis.ask(&format!("ZADD {prefix}:nodes {soon} 11"));
    // Members and scores that are no numbers, and some that would stand first for ever.
    redis.ask(&format!("ZADD {prefix}:nodes {soon} not-a-number {soon}.5 12"));
    redis.ask(&format!("ZADD {prefix}:nodes +inf x +inf 7 99999999999999 13"));

    tell(&two, &snapshot(14, seed));
    tell(&one, &snapshot(7, seed));
    for hub in [&one, &two] {
        wait_for("both nodes, and no more", || metrics(hub).contains("weir_hub_nodes 2\n"));
    }
    wait_for("for ever is struck off", || {
        redis.ask(&format!("ZRANGEBYSCORE {prefix}:nodes {} +inf", now() + 70_000)).contains("*0\r\n")
    });
    for hub in [&one, &two] {
        let metrics = metrics(hub);
        assert!(metrics.contains("weir_hub_redis_up 1\n"), "{metrics}");
        assert!(metrics.contains("weir_hub_redis_failures_total 0\n"), "{metrics}");
        assert!(metrics.contains("weir_hub_nodes 2\n"), "{metrics}");
    }
}

/// The keys of one secret are spoilt: it is said, and those of others are shared.
#[test]
fn what_is_wrong_with_one_fleet_stops_no_other() {
    let Some(binary) = binary() else { return };
    let redis = Redis::start(&binary, 0);
    let desk = Desk::new();
    fs::write(desk.path("password"), PASSWORD).unwrap();
    let url = format!("redis://127.0.0.1:{}", redis.port);
    redis.ask("SET weir:1:0000000000000000:nodes rubbish");
    let password = desk.path("password");
    let mut hub =
        Running::start(&["hub", "--listen", "127.0.0.1:0", "--redis", &url, "--redis-password-file", &password]);
    let address = hub.after("share at http://");
    tell(&address, &snapshot(7, Seed::default()));
    hub.after("this hub goes on with its own");
    let other = Seed::of(Some(&Keys::derive(b"correct horse battery staple")));
    assert!(other.number() > 0, "its turn comes later");
    tell(&address, &snapshot(7, other));
    let slot = format!("weir:1:{:016x}:0000000000000007", other.number());
    wait_for("the other fleet's", || redis.ask(&format!("EXISTS {slot}")).contains(":1\r\n"));
    assert!(metrics(&address).contains("weir_hub_redis_up 0\n"));
    redis.ask("DEL weir:1:0000000000000000:nodes");
    hub.after("answers again");
}

fn now() -> u64 {
    let since = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).unwrap();
    u64::try_from(since.as_millis()).unwrap()
}

/// Of a node that saw nothing.
fn snapshot(node: u64, seed: Seed) -> Vec<u8> {
    Node::new(node, seed).snapshot(&Tables::new(&Limits::NONE), now(), 1 << 10)
}

fn tell(hub: &str, snapshot: &[u8]) {
    let mut stream = TcpStream::connect(hub).unwrap();
    let length = snapshot.len();
    let head =
        format!("POST /snapshots HTTP/1.1\r\nhost: hub\r\ncontent-length: {length}\r\nconnection: close\r\n\r\n");
    stream.write_all(&[head.as_bytes(), snapshot].concat()).unwrap();
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).unwrap();
    assert!(answer.starts_with(b"HTTP/1.1 200"), "{}", String::from_utf8_lossy(&answer));
}

#[test]
fn a_url_that_is_none_is_refused_without_showing_it() {
    let ran = run(&["hub", "--redis", "redis//user:hush-hush@host"], b"");
    assert_eq!(ran.code, 2, "{}", ran.err);
    assert!(ran.err.contains("--redis") && ran.err.contains("redis://HOST:PORT"), "{}", ran.err);
    assert!(!ran.err.contains("hush-hush"), "{}", ran.err);
}
