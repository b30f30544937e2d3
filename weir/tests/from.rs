//! Policy sources made of a robots.txt, by the program.

#![allow(clippy::unwrap_used, clippy::panic, reason = "a test may fail")]

mod common;

use std::path::Path;

use common::{Desk, run};

const ROBOTS: &str =
    "User-agent: *\nDisallow: /search\nAllow: /search/about\n\nUser-agent: MadeUpBot\nDisallow: /\nDisalow: /x\n";

#[test]
fn a_robots_txt_becomes_a_policy_that_builds_and_blocks() {
    let desk = Desk::new();
    let tables = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/data").display().to_string();
    let (source, bundle) = (desk.path("crawlers.json"), desk.path("built.json"));
    let make = ["from", "robots", "-", "-o", &source, "--data", &tables, "--preset", "no-ai-training"];
    let ran = run(&make, ROBOTS.as_bytes());
    assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
    assert!(ran.out.ends_with("crawlers.json: 3 rules of 2 groups\n"), "{}", ran.out);
    let told = anstream::adapter::strip_str(&ran.err).to_string();
    assert!(told.starts_with("warning[W0701]: robots.txt:7:1: `Disalow` is no line that crawlers know\n"), "{told}");
    assert!(told.contains("7 | Disalow: /x\n  | ^^^^^^^\n"), "{told}");
    let names = std::fs::read_to_string(desk.path("crawlers.names.json")).unwrap();
    assert!(names.contains("\"token\": \"madeupbot\""), "{names}");

    assert_eq!(run(&["check", &source], b"").code, 0, "lint has nothing to say");
    assert_eq!(run(&["build", &source, "-o", &bundle], b"").code, 0);
    for (agent, path, expected) in [
        ("MadeUpBot/2.0", "/a", "block"),
        ("bingbot/2.0", "/search?q=1", "block"),
        ("bingbot/2.0", "/search/about", "allow"),
        ("Bytespider/1.0", "/a", "block"),
        ("curl/8.5.0", "/search", "allow"),
    ] {
        let request = format!("GET {path} HTTP/1.1\r\nHost: shop.example\r\nUser-Agent: {agent}\r\n\r\n");
        let told = run(&["explain", "-", "--bundle", &bundle], request.as_bytes());
        let action = told.out.lines().find_map(|line| line.strip_prefix("action")).unwrap().trim();
        assert!(action.starts_with(expected), "{agent} {path}: {}", told.out);
    }

    let again = run(&make, ROBOTS.as_bytes());
    assert_eq!(again.code, 2);
    assert!(again.err.contains("is there already; choose another name, or give --force"), "{}", again.err);
}

#[test]
fn what_is_no_robots_txt_is_refused() {
    let desk = Desk::new();
    let tables = Path::new(env!("CARGO_MANIFEST_DIR")).join("../policies/data").display().to_string();
    let source = desk.path("crawlers.json");
    let ran = run(&["from", "robots", "-", "-o", &source, "--data", &tables], b"<html>\n");
    assert_eq!(ran.code, 1);
    let told = anstream::adapter::strip_str(&ran.out).to_string();
    assert!(told.starts_with("error[W0700]: robots.txt:1:1: it is a web page\n"), "{told}");
    assert!(!Path::new(&source).exists());
    let unknown = run(&["from", "robots", "-o", &source, "--preset", "no-robots"], b"");
    assert!(unknown.err.contains("no preset; there are `no-impostors`, `no-ai-training`"), "{}", unknown.err);
}
