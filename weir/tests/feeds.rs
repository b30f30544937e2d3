//! Feeds from a publisher to a policy's verdict, over loopback; breached passwords from a list to a login's verdict.

#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test may fail")]

mod common;

use filter_core::engine::Engine;
use filter_core::policy::{Bundle, Settings};
use filter_core::state::Tables;
use std::io::{BufRead, BufReader, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use common::{Desk, Ran, run};

/// What a publisher has, and what it was asked: whether with its latest tag.
#[derive(Clone, Default)]
struct Publisher(Arc<Mutex<(String, u16, Vec<bool>)>>);

impl Publisher {
    fn start(&self) -> String {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let url = format!("http://{}/list.txt", listener.local_addr().unwrap());
        let publisher = self.clone();
        std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| drop(publisher.answer(stream))));
        url
    }

    fn answer(&self, stream: TcpStream) -> std::io::Result<()> {
        let mut out = stream.try_clone()?;
        let (mut lines, mut asked) = (BufReader::new(stream), String::new());
        while !asked.ends_with("\r\n\r\n") {
            lines.read_line(&mut asked)?;
        }
        let mut state = self.0.lock().unwrap();
        let tag = format!("\"{}\"", state.0.len());
        let has_it = asked.to_lowercase().contains(&format!("if-none-match: {tag}"));
        state.2.push(has_it);
        let (status, body) = if has_it { (304, "") } else { (state.1, state.0.as_str()) };
        write!(
            out,
            "HTTP/1.1 {status} x\r\netag: {tag}\r\ncontent-length: {}\r\nconnection: close\r\n\r\n{body}",
            body.len()
        )
    }

    fn publish(&self, list: &str) {
        let mut state = self.0.lock().unwrap();
        (state.0, state.1) = (list.to_owned(), 200);
    }
}

struct Site {
    desk: Desk,
    publisher: Publisher,
}

impl Site {
    fn new() -> Self {
        let (desk, publisher) = (Desk::new(), Publisher::default());
        let feeds = format!(
            r#"{{ "into": "feeds", // where the policy looks
              "feeds": [
                {{ "name": "bad", "kind": "reputation", "from": ["{}", "more.csv"], "licence": "CC0-1.0", "stale_days": 7, "about": "bad ones",
                   "form": {{ "csv": {{ "column": "1", "delimiter": ";" }} }} }},
                {{ "name": "own", "kind": "custom", "from": ["own.txt"], "licence": "ours", "stale_days": 1, "any_width": true }}
              ] }}"#,
            publisher.start()
        );
        std::fs::write(desk.path("feeds.json"), feeds).unwrap();
        std::fs::write(desk.path("more.csv"), "198.51.100.0/24;x\n").unwrap();
        std::fs::write(desk.path("own.txt"), "10.0.0.0/8\n").unwrap();
        Site { desk, publisher }
    }

    fn update(&self, more: &[&str]) -> Ran {
        run(&[&["feed", "update", &self.desk.path("feeds.json")], more].concat(), b"")
    }

    /// A policy that blocks by the feed.
    fn policy(&self, member: &str) -> String {
        let text = format!(
            r#"{{"serial": 1, {member} "feeds": ["feeds"], "rules": [{{"id": "bad", "when": "'bad' in client.networks", "then": {{"block": {{}}}}}}], "otherwise": "allow"}}"#
        );
        std::fs::write(self.desk.path("policy.json"), text).unwrap();
        self.desk.path("policy.json")
    }
}

#[test]
fn a_feed_is_fetched_kept_current_and_blocks() {
    let site = Site::new();
    site.publisher.publish("203.0.113.0/25;a\n203.0.113.128/25;b\n");
    let ran = site.update(&[]);
    assert_eq!(
        (ran.code, ran.out.as_str()),
        (0, "bad: 2 blocks, 2 new, 0 gone\nown: 1 block, 1 new, 0 gone\n"),
        "{}",
        ran.err
    );
    let feed = std::fs::read_to_string(site.desk.path("feeds/bad.txt")).unwrap();
    assert!(
        feed.starts_with(
            "# weir feed 1\n# name: bad\n# kind: reputation\n# about: bad ones\n# source: http://127.0.0.1:"
        ),
        "{feed}"
    );
    assert!(feed.contains("# stale after: 7 days\n198.51.100.0/24\n203.0.113.0/24\n"), "{feed}");

    // Asked again with the tag, it has nothing new; then one block more.
    let again = site.update(&["--only", "bad"]);
    assert_eq!(again.out, "bad: 2 blocks, the same as before\n", "one of its two sources is a file");
    site.publisher.publish("203.0.113.0/25;a\n203.0.113.128/25;b\n192.0.2.0/24;c\n");
    assert_eq!(site.update(&["--only", "bad"]).out, "bad: 3 blocks, 1 new, 0 gone\n");
    assert_eq!(site.publisher.0.lock().unwrap().2, [false, true, false]);

    let policy = site.policy("");
    let bundle = site.desk.path("built.json");
    assert_eq!(run(&["build", &policy, "-o", &bundle], b"").code, 0);
    for (address, expected) in [("192.0.2.9", "block"), ("192.0.3.9", "allow")] {
        let line = format!(
            r#"{{"t":1,"id":"r","request":{{"method":"GET","authority":"shop.example","path":"/","headers":[["user-agent","x"]]}},"client":{{"address":"{address}","provenance":"peer"}}}}"#
        );
        let told = run(&["replay", "-", "--bundle", &bundle, "--output", "ndjson"], line.as_bytes());
        assert!(told.out.contains(&format!("\"action\":\"{expected}\"")), "{address}: {}{}", told.out, told.err);
    }
    assert_eq!(run(&["lint", &policy], b"").code, 0, "the feeds are of today");
    let old = feed.replace(&feed[feed.find("CC0-1.0, ").unwrap()..feed.find(")\n").unwrap()], "CC0-1.0, 2020-01-01");
    std::fs::write(site.desk.path("feeds/bad.txt"), old).unwrap();
    let stale = run(&["lint", &policy], b"");
    assert!(stale.code == 1 && stale.out.contains("W0535"), "{}", stale.out);
    assert!(stale.out.contains("days old, and stale after 7"), "{}", stale.out);
}

#[test]
fn what_goes_wrong_leaves_the_feed_as_it_was() {
    let site = Site::new();
    let list: String = (0..40).map(|third| format!("203.0.{third}.0/25;x\n")).collect();
    site.publisher.publish(&list);
    assert_eq!(site.update(&[]).code, 0);
    let before = std::fs::read(site.desk.path("feeds/bad.txt")).unwrap();
    for (list, expected) in [
        ("<html>gone</html>\n", "1 of 1 entries are no addresses; 1: `<html>gone</html>`"),
        ("203.0.1.0/25;x\n", "2 blocks are left of 41; look at its source, and give --shrink if that is right"),
        ("", "nothing there where addresses should be; see `form`"),
    ] {
        site.publisher.publish(list);
        let ran = site.update(&[]);
        assert!(
            ran.code == 1 && ran.out.contains("bad: stays as it was: ") && ran.out.contains(expected),
            "{}",
            ran.out
        );
        assert!(ran.out.contains("own: 1 block"), "the others go on: {}", ran.out);
        assert_eq!(std::fs::read(site.desk.path("feeds/bad.txt")).unwrap(), before);
    }
    site.publisher.publish("another");
    site.publisher.0.lock().unwrap().1 = 500;
    assert!(site.update(&[]).out.contains("answered 500"));
    site.publisher.publish("203.0.1.0/25;x\n0.0.0.0/0;x\n10.0.0.0/8;y\n");
    let ran = site.update(&["--shrink"]);
    assert!(
        ran.code == 0 && ran.out.contains("too wide, or special, passed over: 0.0.0.0/0, 10.0.0.0/8"),
        "{}",
        ran.out
    );
}

#[test]
fn a_policy_takes_only_feeds_that_its_keys_signed() {
    let site = Site::new();
    site.publisher.publish("203.0.113.0/24;x\n");
    assert_eq!(run(&["keygen", &site.desk.path("feeds")], b"").code, 0);
    let line = std::fs::read_to_string(site.desk.path("feeds.pub")).unwrap();
    let policy = site.policy(&format!(r#""feed_keys": ["{}"],"#, line.trim()));
    assert_eq!(site.update(&[]).code, 0);
    let unsigned = run(&["check", &policy], b"");
    assert!(
        unsigned.code == 1 && unsigned.out.contains("W0407") && unsigned.out.contains("nobody signed it"),
        "{}",
        unsigned.out
    );
    assert_eq!(site.update(&["--key", &site.desk.path("feeds.key")]).code, 0);
    let signed = run(&["check", &policy], b"");
    assert_eq!(signed.code, 0, "{}", signed.out);
    let path = site.desk.path("feeds/bad.txt");
    let text = std::fs::read_to_string(&path).unwrap();
    std::fs::write(&path, format!("{text}192.0.2.0/24\n")).unwrap();
    let changed = run(&["check", &policy], b"");
    assert!(changed.code == 1 && changed.out.contains("it is not what was signed"), "{}", changed.out);
}

/// A login's request, as traces write it.
fn login(id: u32, body: &str) -> String {
    let body = base64::Engine::encode(&base64::prelude::BASE64_STANDARD, body);
    let t = 1_763_700_000_000u64 + u64::from(id) * 1000;
    format!(
        r#"{{"t":{t},"id":"r{id}","request":{{"method":"POST","authority":"shop.example","path":"/login","headers":[["content-type","application/x-www-form-urlencoded"]],"body":"{body}"}},"client":{{"address":"203.0.113.9","provenance":"peer"}}}}"#
    )
}

#[test]
fn breached_passwords_go_from_a_list_to_a_login_and_leave_no_trace() {
    let desk = Desk::new();
    let made = |arguments: &[&str]| {
        let ran =
            run(&[&["feed", "passwords", "--licence", "ours", "--into", &desk.path("feeds")], arguments].concat(), b"");
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        ran.out
    };
    assert_eq!(run(&["keygen", &desk.path("feeds")], b"").code, 0);
    let key = desk.path("feeds.key");
    std::fs::write(desk.path("list.txt"), "planted-one\nplanted-two\nplanted-two\n").unwrap();
    std::fs::write(desk.path("combos.txt"), "Ann@example.com:planted-three\n").unwrap();
    let said = made(&[&desk.path("list.txt"), "--lines", "passwords", "--bits", "16", "--key", &key]);
    assert!(
        said.starts_with("breached: 2 passwords, each seen 1 time or more, of 3 lines\n  16 bits a place, "),
        "{said}"
    );
    assert!(said.contains("of others 1 in 65536 (0.0015 %) looks as if it were one"), "{said}");
    made(&[
        &desk.path("combos.txt"),
        "--lines",
        "pairs",
        "--bits",
        "16",
        "--name",
        "combos",
        "--key",
        &key,
        "--date",
        "2026-11-20",
    ]);

    let public = std::fs::read_to_string(desk.path("feeds.pub")).unwrap();
    let policy = desk.path("policy.json");
    let text = format!(
        r#"{{"serial": 1, "feeds": ["feeds"], "feed_keys": ["{}"],
            "endpoints": [{{"id": "login", "path": "/login", "label": "login", "body": "inspect"}}],
            "rules": [{{"id": "stolen", "when": "'pair_breached' in signals", "then": {{"block": {{}}}}}},
                      {{"id": "weak", "when": "'password_breached' in signals", "then": "monitor"}}], "otherwise": "allow"}}"#,
        public.trim()
    );
    std::fs::write(&policy, text).unwrap();
    let bundle = desk.path("built.json");
    let built = run(&["build", &policy, "-o", &bundle], b"");
    assert!(built.code == 0 && built.out.contains("2 filters"), "{}{}", built.out, built.err);
    assert!(run(&["inspect", &bundle], b"").out.contains("breached   combos, 1 pairs of 16 bits, 2026-11-20"));

    let cases = [
        ("email=bob@example.com&password=planted-one", "monitor"),
        ("email=bob@example.com&password=planted-four", "allow"),
        ("email=ann@example.com&password=planted-three", "block"),
        ("email=bob@example.com&password=planted-three", "allow"),
        (r#"{"email":"ANN@example.com ","password":"planted-three"}"#, "block"),
    ];
    let lines: Vec<String> = (0..).zip(cases).map(|(id, (body, _))| login(id, body)).collect();
    let told = run(&["replay", "-", "--bundle", &bundle, "--output", "ndjson"], lines.join("\n").as_bytes());
    let verdicts: Vec<serde_json::Value> = told.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let actions: Vec<&str> = verdicts.iter().map(|verdict| verdict["action"].as_str().unwrap()).collect();
    assert_eq!(actions, cases.map(|(_, action)| action), "{}{}", told.out, told.err);
    let everything =
        [&told.out, &told.err, &built.out, &std::fs::read_to_string(&bundle).unwrap()].map(String::as_str).concat();
    for secret in ["planted", "ann@example.com", "Ann@"] {
        assert!(!everything.contains(secret), "{secret} shows");
    }

    // The same as golden tests, at the desk and as a host with a secret of its own takes them.
    let like = r#""like": "chromium_form_post", "path": "/login""#;
    let tests = format!(
        r#""tests": [
            {{"name": "a stolen pair", "request": {{{like}, "body": "email=ann@example.com&password=planted-three"}}, "expect": {{"rule": "stolen"}}}},
            {{"name": "a weak password", "request": {{{like}, "body": "email=bob@example.com&password=planted-one"}}, "expect": {{"rule": "weak"}}}},
            {{"name": "a good password", "request": {{{like}, "body": "email=bob@example.com&password=planted-four"}}, "expect": {{"rule": "otherwise"}}}}
        ]}}"#
    );
    let tested = std::fs::read_to_string(&policy).unwrap();
    std::fs::write(desk.path("tested.json"), format!("{}, {tests}", tested.trim_end_matches('}'))).unwrap();
    let ran = run(&["test", "--coverage", "--at-least", "100", &desk.path("tested.json")], b"");
    assert!(ran.code == 0 && ran.out.contains("3 tests, all passed"), "{}{}", ran.out, ran.err);
    assert_eq!(run(&["build", &desk.path("tested.json"), "-o", &desk.path("tested.bundle")], b"").code, 0);
    let bytes = std::fs::read(desk.path("tested.bundle")).unwrap();
    let keys = Some(filter_core::keys::Keys::derive(b"a host's own secret"));
    let settings = Settings { allow_unsigned: true, keys, ..Settings::default() };
    assert!(Engine::tested::<Tables>(Bundle::parse(&bytes).unwrap(), &settings).is_ok());

    // A day after it is stale, and changed by somebody.
    let feed = desk.path("feeds/combos.txt");
    let text = std::fs::read_to_string(&feed).unwrap();
    std::fs::write(&feed, text.replace("stale after: 365", "stale after: 364")).unwrap();
    assert!(run(&["check", &policy], b"").out.contains("it is not what was signed"));
    made(&[&desk.path("combos.txt"), "--lines", "pairs", "--name", "combos", "--key", &key, "--date", "2020-11-20"]);
    let stale = run(&["check", &policy], b"");
    assert!(
        stale.code == 1 && stale.out.contains("W0535") && stale.out.contains("the feed `combos` is"),
        "{}",
        stale.out
    );
    assert!(stale.out.contains("run `weir feed passwords`, and build again"), "{}", stale.out);
}

#[test]
fn domains_as_numbers_and_countries_reach_a_verdict() {
    let desk = Desk::new();
    let feeds = format!(
        r#"{{ "into": "feeds", "feeds": [
            {{ "name": "domains", "kind": "disposable_mail", "from": ["{}"], "licence": "CC0-1.0", "stale_days": 30 }},
            {{ "name": "origin", "kind": "asn", "from": ["{}"], "licence": "PDDL", "stale_days": 30,
               "form": {{ "csv": {{ "column": "1", "last": "2", "value": "3", "delimiter": "\t" }} }} }},
            {{ "name": "land", "kind": "country", "from": ["{}"], "licence": "CC BY-SA 4.0", "stale_days": 30, "form": {{ "mmdb": {{ "at": "/country/iso_code" }} }} }}
        ] }}"#,
        common::data("feeds/disposable.txt"),
        common::data("feeds/ip2asn.tsv"),
        common::data("feeds/country.mmdb"),
    );
    std::fs::write(desk.path("feeds.json"), feeds).unwrap();
    let updated = run(&["feed", "update", &desk.path("feeds.json")], b"");
    assert_eq!(
        updated.out,
        "domains: 3 domains, 3 new, 0 gone\norigin: 3 blocks, 3 new, 0 gone\nland: 2 blocks, 2 new, 0 gone\n",
        "{}",
        updated.err
    );
    let policy = r#"{"serial": 1, "feeds": ["feeds"], "lists": {"disposable_mail": ["throwaway.example"]},
        "endpoints": [{"id": "join", "path": "/login", "label": "sign_up", "body": "inspect"}],
        "rules": [{"id": "as", "when": "client.asn == 38803", "then": "monitor"},
                  {"id": "land", "when": "client.country == 'AU'", "then": "tag"},
                  {"id": "mail", "when": "'mail_disposable' in signals", "then": {"block": {}}}], "otherwise": "allow"}"#;
    std::fs::write(desk.path("policy.json"), policy).unwrap();
    let bundle = desk.path("built.json");
    let built = run(&["build", &desk.path("policy.json"), "-o", &bundle], b"");
    assert_eq!(built.code, 0, "{}{}", built.out, built.err);
    assert!(!built.out.contains("W0531"), "the signal reads the list: {}", built.out);
    let cases = [
        ("1.0.6.9", "a@example.com", "as"),
        ("1.0.0.9", "a@example.com", "land"),
        ("1.0.2.9", "a@x.mailinator.com", "mail"),
        ("1.0.2.9", "a@throwaway.example", "mail"),
        ("1.0.2.9", "a@example.com", ""),
    ];
    let line = |(id, (address, user, _)): (u32, (&str, &str, &str))| {
        login(id, &format!("email={user}&password=x")).replace("203.0.113.9", address)
    };
    let lines: Vec<String> = (0..).zip(cases).map(line).collect();
    let told = run(&["replay", "-", "--bundle", &bundle, "--output", "ndjson"], lines.join("\n").as_bytes());
    let verdicts: Vec<serde_json::Value> = told.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
    let rules: Vec<&str> = verdicts.iter().map(|verdict| verdict["rule"].as_str().unwrap_or_default()).collect();
    assert_eq!(rules, cases.map(|(.., rule)| rule), "{}{}", told.out, told.err);
}
