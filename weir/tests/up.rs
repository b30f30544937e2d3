//! `weir up` as a process: it starts, reloads, says what is wrong, and ends as told.

mod common;

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::TcpStream;
use std::path::Path;
use std::process::Command;
use std::time::Duration;

use common::Desk;
use common::up::Up;
use filter_core::policy::wire;

/// A proxy that writes its events to the desk.
fn start(desk: &Desk, arguments: &[&str]) -> Up {
    Up::start(&[&["--events", &desk.path("events")], arguments].concat())
}

fn signal(up: &Up, name: &str) {
    let done = Command::new("kill").args([&format!("-{name}"), &up.child.id().to_string()]).status();
    assert!(done.unwrap().success());
}

fn status(up: &Up, path: &str) -> u16 {
    let answer = get(&up.address, path);
    answer.split(' ').nth(1).unwrap_or_else(|| panic!("{answer}")).parse().unwrap()
}

fn get(address: &str, path: &str) -> String {
    let mut stream = TcpStream::connect(address).unwrap();
    stream.set_read_timeout(Some(Duration::from_secs(20))).unwrap();
    write!(stream, "GET {path} HTTP/1.1\r\nHost: shop.example\r\nConnection: close\r\n\r\n").unwrap();
    let mut text = String::new();
    stream.read_to_string(&mut text).unwrap();
    text
}

/// A bundle that blocks one path; replaced in one step, as `weir build` does.
fn write(path: &str, blocked: &str, serial: u64) {
    let rule = format!(r#"{{"id":"r","when":{{"path":{{"prefix":"{blocked}"}}}},"then":{{"block":{{}}}}}}"#);
    let content = format!(r#"{{"rules":[{rule}],"otherwise":"allow"}}"#);
    let text = wire::write(&serde_json::from_str(&content).unwrap(), serial).unwrap();
    let part = format!("{path}.part");
    fs::write(&part, text).unwrap();
    fs::rename(part, path).unwrap();
}

#[test]
fn bundles_are_taken_as_they_change_and_the_last_good_one_stays() {
    let desk = Desk::new();
    let bundle = desk.path("changing.json");
    write(&bundle, "/one", 1);
    let mut up = start(&desk, &["--bundle", &bundle]);
    assert_eq!((status(&up, "/one"), status(&up, "/headers")), (403, 200));
    write(&bundle, "/two", 2);
    up.wait_for("serial 2 in use");
    assert_eq!((status(&up, "/one"), status(&up, "/two")), (404, 403));
    fs::write(&bundle, "{}").unwrap();
    up.wait_for("the last good one serves on");
    up.wait_for("a bundle is two lines");
    assert_eq!(status(&up, "/two"), 403);
    write(&bundle, "/three", 3);
    signal(&up, "HUP");
    up.wait_for("serial 3 in use");
    assert_eq!(status(&up, "/three"), 403);
    let metrics = get(&up.admin, "/metrics");
    assert!(metrics.contains("weir_bundle_loads_total{weir_result=\"failed\"} 1"), "{metrics}");
    assert!(get(&up.admin, "/ready").ends_with("\r\n\r\nready\n"));
    signal(&up, "TERM");
    up.wait_for("stopping");
    assert!(up.child.wait().unwrap().success());
    let events = fs::read_to_string(desk.path("events")).unwrap();
    assert!(events.lines().count() >= 4 && events.contains("\"action\":\"block\""), "{events}");
}

#[test]
fn what_is_wrong_is_said_at_once() {
    let desk = Desk::new();
    File::create(desk.path("empty")).unwrap();
    let (empty, missing) = (desk.path("empty"), desk.path("missing"));
    let cases: [(&[&str], &str); 7] = [
        (&["--origin", "shop.example"], "give `http://HOST:PORT`"),
        (&["--origin", "ftp://shop.example"], "scheme `ftp` is not known"),
        (&["--origin", "http://a/b"], "has a path"),
        (&["--origin", "http://a:1", "--tls-listen", "127.0.0.1:0"], "give `--tls-cert` and `--tls-key`"),
        (&["--bundle", &missing], "cannot be read"),
        (&["--settings", &empty], "is refused"),
        (&["--proxy-protocol-from", "300.0.0.0/8"], "`300.0.0.0/8`"),
    ];
    for (arguments, message) in cases {
        let mut command = Command::new(env!("CARGO_BIN_EXE_weir"));
        let ran = command.args(["up", "--listen", "127.0.0.1:0"]).args(arguments).output().unwrap();
        let said = String::from_utf8_lossy(&ran.stderr);
        assert!(!ran.status.success() && said.contains(message), "{arguments:?}: {said}");
        assert!(!said.contains("panicked"), "{said}");
    }
    let taken = std::net::TcpListener::bind(("127.0.0.1", 0)).unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let ran = Command::new(env!("CARGO_BIN_EXE_weir")).args(["up", "--listen", &address]).output().unwrap();
    assert!(String::from_utf8_lossy(&ran.stderr).contains("give another address or port"));
}

#[test]
fn settings_may_leave_the_bundle_to_the_command_line() {
    let desk = Desk::new();
    let settings = desk.path("settings.json");
    fs::write(&settings, r#"{"allow_unsigned":true,"secret":"at least sixteen bytes","event_share":1000000}"#).unwrap();
    assert!(Path::new(&settings).exists());
    let mut up = start(&desk, &["--settings", &settings]);
    assert!(get(&up.address, "/headers").contains("x-weir-signature: t="));
    signal(&up, "INT");
    up.wait_for("stopping");
    assert!(up.child.wait().unwrap().success());
}
