//! A log of 200 MB in constant memory.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::arithmetic_side_effects, reason = "a test may fail")]
#![cfg(target_os = "linux")]

mod common;

use std::fmt::Write as _;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use common::Desk;

/// Bytes of log.
const SIZE: usize = 200 << 20;

/// Kilobytes of address space the program may take: program, libraries and stack are about 30 MB of it.
const LIMIT: &str = "100000";

/// A piece of log; paths are long, so that bytes come quickly.
fn piece(number: usize) -> String {
    let mut text = String::new();
    for line in 0..200 {
        let seed = number * 200 + line;
        let (a, b, c) = (seed % 223 + 1, seed / 223 % 256, seed / 57_088 % 256);
        let tail = "segment/".repeat(500);
        let agent = if seed.is_multiple_of(3) { "-" } else { "curl/8.5.0" };
        writeln!(
            text,
            "{a}.{b}.{c}.7 - - [21/Nov/2026:20:17:00 +0000] \"GET /{seed}/{tail} HTTP/1.1\" 200 1 \"-\" \"{agent}\""
        )
        .unwrap();
    }
    text
}

#[test]
fn a_long_log_takes_constant_memory() {
    let desk = Desk::new();
    let command = format!(
        "ulimit -v {LIMIT}; exec '{}' replay - -o json --bundle '{}'",
        env!("CARGO_BIN_EXE_weir"),
        desk.path("bundle.json")
    );
    let mut child =
        Command::new("sh").args(["-c", &command]).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().unwrap();
    let mut input = child.stdin.take().unwrap();
    let (mut written, mut pieces) = (0, 0);
    while written < SIZE {
        let text = piece(pieces);
        input.write_all(text.as_bytes()).expect("the program reads to the end within its memory");
        written += text.len();
        pieces += 1;
    }
    drop(input);
    let mut out = String::new();
    child.stdout.take().unwrap().read_to_string(&mut out).unwrap();
    assert!(child.wait().unwrap().success());
    let summary: serde_json::Value = serde_json::from_str(&out).unwrap();
    assert_eq!(summary["requests"], pieces * 200);
}
