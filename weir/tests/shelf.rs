//! Bundles pushed, listed and taken back: in a folder, and over an endpoint that stands in for an object store.

#![allow(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::arithmetic_side_effects,
    reason = "a test may fail"
)]

mod common;

use std::collections::BTreeMap;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::{Arc, Mutex};

use common::vendor::{ACCOUNT, NAMESPACE, STORE, TOKEN, Vendor};
use common::{Desk, Ran, run, run_with};
use sha2::{Digest, Sha256};

/// What was put, by path; and which paths in which order.
type Files = Arc<Mutex<(BTreeMap<String, Vec<u8>>, Vec<String>)>>;

/// `GET` and `PUT` with entity tags and a token, a request a connection.
fn endpoint(files: &Files) -> String {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    let url = format!("http://{}/edge/", listener.local_addr().unwrap());
    let files = Arc::clone(files);
    std::thread::spawn(move || listener.incoming().flatten().for_each(|stream| drop(answer(stream, &files))));
    url
}

fn answer(stream: TcpStream, files: &Files) -> std::io::Result<()> {
    let mut out = stream.try_clone()?;
    let mut lines = BufReader::new(stream);
    let mut start = String::new();
    lines.read_line(&mut start)?;
    let mut headers = BTreeMap::new();
    loop {
        let mut line = String::new();
        lines.read_line(&mut line)?;
        let Some((name, value)) = line.trim().split_once(": ") else { break };
        headers.insert(name.to_lowercase(), value.to_owned());
    }
    let length = headers.get("content-length").map_or(0, |length| length.parse().unwrap());
    let mut body = vec![0; length];
    lines.read_exact(&mut body)?;
    let mut words = start.split_whitespace();
    let (method, path) = (words.next().unwrap().to_owned(), words.next().unwrap().to_owned());
    let mut files = files.lock().unwrap();
    let tag = files
        .0
        .get(&path)
        .map(|bytes| format!("\"{}-{}\"", bytes.len(), bytes.iter().map(|b| u64::from(*b)).sum::<u64>()));
    let (status, content) = match method.as_str() {
        _ if headers.get("authorization").map(String::as_str) != Some("Bearer sesame") => (403, Vec::new()),
        "GET" => files.0.get(&path).map_or((404, Vec::new()), |bytes| (200, bytes.clone())),
        _ if headers.get("if-match").is_some_and(|expected| Some(expected) != tag.as_ref()) => (412, Vec::new()),
        _ if headers.get("if-none-match").is_some_and(|_| tag.is_some()) => (412, Vec::new()),
        _ => {
            files.1.push(path.clone());
            files.0.insert(path.clone(), body);
            (204, Vec::new())
        }
    };
    let weak = if path.contains("/weak/") { "W/" } else { "" };
    let tag =
        tag.filter(|_| !path.contains("/untagged/")).map(|tag| format!("etag: {weak}{tag}\r\n")).unwrap_or_default();
    write!(out, "HTTP/1.1 {status} x\r\n{tag}content-length: {}\r\nconnection: close\r\n\r\n", content.len())?;
    out.write_all(&content)
}

struct Pipeline {
    desk: Desk,
    place: String,
    more: Vec<String>,
    variables: Vec<(&'static str, String)>,
}

impl Pipeline {
    fn folder() -> Self {
        let desk = Pipeline::desk();
        let place = desk.path("shelf");
        Pipeline { desk, place, more: Vec::new(), variables: Vec::new() }
    }

    fn endpoint(files: &Files) -> Self {
        let desk = Pipeline::desk();
        std::fs::write(desk.path("token"), "sesame\n").unwrap();
        let more = vec!["--token-file".into(), desk.path("token")];
        Pipeline { desk, place: endpoint(files), more, variables: Vec::new() }
    }

    /// A vendor's store, by its REST API.
    fn vendor(vendor: &Vendor, place: &str) -> Self {
        let variables = vendor.variables(TOKEN).to_vec();
        Pipeline { desk: Pipeline::desk(), place: place.to_owned(), more: Vec::new(), variables }
    }

    fn desk() -> Desk {
        let desk = Desk::new();
        assert_eq!(run(&["keygen", &desk.path("one")], b"").code, 0);
        desk
    }

    /// A bundle whose one rule is called `rule`, signed unless it is called plain.
    fn build(&self, rule: &str, serial: u64) -> String {
        let policy = format!(
            r#"{{"serial":{serial},"rules":[{{"id":"{rule}","when":"true","then":"monitor"}}],"otherwise":"allow"}}"#
        );
        let (source, bundle) = (self.desk.path("policy.json"), self.desk.path("built.json"));
        std::fs::write(&source, policy).unwrap();
        let key = self.desk.path("one.key");
        let sign: &[&str] = if rule == "plain" { &[] } else { &["--key", &key] };
        let ran = run(&[&["build", &source, "-o", &bundle], sign].concat(), b"");
        assert_eq!(ran.code, 0, "{}{}", ran.out, ran.err);
        bundle
    }

    fn run(&self, arguments: &[&str]) -> Ran {
        let more: Vec<&str> = self.more.iter().map(String::as_str).collect();
        run_with(&[arguments, &more].concat(), b"", &self.variables)
    }

    fn push(&self, rule: &str, serial: u64) -> Ran {
        self.run(&["push", &self.build(rule, serial), &self.place, "--note", rule])
    }

    fn history(&self) -> Vec<serde_json::Value> {
        let ran = self.run(&["history", &self.place, "-o", "ndjson"]);
        assert_eq!(ran.code, 0, "{}", ran.err);
        ran.out.lines().map(|line| serde_json::from_str(line).unwrap()).collect()
    }

    fn serials(&self) -> Vec<(u64, bool)> {
        self.history().iter().map(|entry| (entry["serial"].as_u64().unwrap(), entry["serving"] == true)).collect()
    }

    /// There and back, the same at every place.
    fn lives(&self) {
        assert!(self.run(&["rollback", &self.place]).err.contains("nothing was put there yet"));
        assert_eq!(self.push("good", 5).code, 0);
        let ran = self.push("bad", 6);
        assert!(ran.code == 0 && ran.out.contains("serial 6 serves from now on"), "{}{}", ran.out, ran.err);
        let again = self.push("bad", 6);
        assert!(again.code == 0 && again.out.contains("serves already"), "{}{}", again.out, again.err);
        for (rule, serial) in [("other", 6), ("other", 4)] {
            let ran = self.push(rule, serial);
            assert!(
                ran.code == 2 && ran.err.contains("is not above 6") && ran.err.contains("--serial 7"),
                "{}",
                ran.err
            );
        }
        let plain = self.push("plain", 7);
        assert!(plain.code == 2 && plain.err.contains("hosts would refuse it; build it with `--key`"), "{}", plain.err);
        assert_eq!(self.serials(), [(6, true), (5, false)]);

        let unsigned = self.run(&["rollback", &self.place]);
        assert!(unsigned.code == 2 && unsigned.err.contains("build it with `--key`"), "{}", unsigned.err);
        let key = self.desk.path("one.key");
        let back = self.run(&["rollback", &self.place, "--key", &key]);
        assert!(
            back.out.contains("the content of serial 5 serves from now on as serial 7"),
            "{}{}",
            back.out,
            back.err
        );
        let history = self.history();
        assert_eq!(self.serials(), [(7, true), (6, false), (5, false)]);
        assert_eq!(history[0]["id"], history[2]["id"]);
        assert_eq!(history[0]["note"], "back to serial 5");
        let forth = self.run(&["rollback", &self.place, "--key", &key, "--to", "6"]);
        assert!(forth.out.contains("as serial 8"), "{}{}", forth.out, forth.err);
        assert!(
            self.run(&["rollback", &self.place, "--key", &key, "--to", "99"])
                .err
                .contains("no bundle there has serial 99")
        );
    }
}

#[test]
fn a_folder_that_a_server_serves() {
    let pipeline = Pipeline::folder();
    pipeline.lives();
    let pointer = format!("{}/default.json", pipeline.place);
    let verified = run(&["verify", &pointer, "--trust", &pipeline.desk.path("one.pub")], b"");
    assert!(verified.code == 0 && verified.out.contains("(serial 8)"), "{}", verified.out);
    let table = run(&["history", &pipeline.place], b"");
    assert!(table.out.starts_with("*      8  ") && table.out.lines().count() == 4, "{}", table.out);
    // Nor is one that somebody without the key put there, with its line in the history.
    let forged = std::fs::read_to_string(pipeline.build("plain", 4)).unwrap();
    let blob: String = Sha256::digest(&forged).iter().map(|byte| format!("{byte:02x}")).collect();
    let manifest: serde_json::Value = serde_json::from_str(forged.lines().next().unwrap()).unwrap();
    let line = serde_json::json!({ "t": 1, "serial": 4, "id": manifest["id"], "blob": blob });
    std::fs::write(format!("{}/blobs/{blob}.json", pipeline.place), &forged).unwrap();
    let log = format!("{}/default.history.jsonl", pipeline.place);
    let honest = std::fs::read_to_string(&log).unwrap();
    std::fs::write(&log, format!("{honest}{line}\n")).unwrap();
    let back = run(&["rollback", &pipeline.place, "--key", &pipeline.desk.path("one.key"), "--to", "4"], b"");
    assert!(back.code == 2 && back.err.contains("the key at hand did not sign it"), "{}", back.err);
    std::fs::write(&log, honest).unwrap();
    // A blob that was tampered with is not brought back.
    let blob = pipeline.history()[3]["blob"].as_str().unwrap().to_owned();
    std::fs::write(format!("{}/blobs/{blob}.json", pipeline.place), "{}\n{}\n").unwrap();
    let back = run(&["rollback", &pipeline.place, "--to", "5"], b"");
    assert!(back.code == 2 && back.err.contains("it is not what was put there"), "{}", back.err);
    assert!(
        !std::fs::read_dir(&pipeline.place).unwrap().any(|entry| entry
            .unwrap()
            .path()
            .to_string_lossy()
            .contains("part"))
    );
}

#[test]
fn an_endpoint_with_entity_tags() {
    let files = Files::default();
    let pipeline = Pipeline::endpoint(&files);
    pipeline.lives();
    let order = files.lock().unwrap().1.clone();
    for push in order.chunks(3) {
        assert!(push[0].starts_with("/edge/blobs/"), "{order:?}");
        assert_eq!(push[1..], ["/edge/default.history.jsonl", "/edge/default.json"]);
    }
    let denied = run(&["push", &pipeline.build("x", 20), &pipeline.place], b"");
    assert!(denied.code == 2 && denied.err.contains("answered 403"), "{}", denied.err);
}

#[test]
fn a_push_that_broke_off_is_gone_on_with() {
    let pipeline = Pipeline::folder();
    pipeline.push("good", 5);
    let pointer = format!("{}/default.json", pipeline.place);
    let before = std::fs::read(&pointer).unwrap();
    pipeline.push("next", 6);
    std::fs::write(&pointer, before).unwrap();
    assert_eq!(pipeline.serials(), [(6, false), (5, true)], "the last step is missing");
    let ran = pipeline.push("other", 6);
    assert!(ran.code == 2 && ran.err.contains("is not above 6"), "{}", ran.err);
    let ran = pipeline.push("next", 6);
    assert!(ran.code == 0 && pipeline.serials() == [(6, true), (5, false)], "{}{}", ran.out, ran.err);
}

#[test]
fn discovery_gets_the_bundle_in_its_file() {
    let pipeline = Pipeline::folder();
    let settings = serde_json::json!({"bundle": "old", "node": "a"}).to_string();
    let value = serde_json::json!({"@type": "type.googleapis.com/google.protobuf.StringValue", "value": settings});
    let file = pipeline.desk.path("ecds.json");
    std::fs::write(
        &file,
        serde_json::json!({"version_info": "1", "resources": [{"configuration": value}]}).to_string(),
    )
    .unwrap();
    let bundle = pipeline.build("good", 5);
    let ran = run(&["push", &bundle, "--ecds", &file], b"");
    assert!(ran.code == 0 && ran.out.contains("holds serial 5"), "{}{}", ran.out, ran.err);
    let now: serde_json::Value = serde_json::from_slice(&std::fs::read(&file).unwrap()).unwrap();
    let inside = now["resources"][0]["configuration"]["value"].as_str().unwrap();
    let inside: serde_json::Value = serde_json::from_str(inside).unwrap();
    assert_eq!(inside["bundle"], std::fs::read_to_string(&bundle).unwrap());
    assert_eq!((&now["version_info"], &inside["node"]), (&"5".into(), &"a".into()));
    let wrong = run(&["push", &pipeline.desk.path("policy.json"), "--ecds", &file], b"");
    assert_eq!(wrong.code, 1, "{}", wrong.out);
}

#[test]
fn nodes_are_asked() {
    let files = Files::default();
    let pipeline = Pipeline::endpoint(&files);
    pipeline.push("good", 5);
    let silent = pipeline.run(&["status", &pipeline.place, "--node", "http://127.0.0.1:1"]);
    assert!(silent.code == 1 && silent.out.contains("silent"), "{}{}", silent.out, silent.err);
}

#[test]
fn a_place_that_cannot_tell_versions_apart_is_not_written_over() {
    for kind in ["untagged", "weak"] {
        let files = Files::default();
        let mut pipeline = Pipeline::endpoint(&files);
        pipeline.place = format!("{}{kind}/", pipeline.place);
        assert_eq!(pipeline.push("good", 5).code, 0, "nothing is there that could be lost");
        let ran = pipeline.push("next", 6);
        assert!(ran.code == 2 && ran.err.contains("comes without a strong `ETag`"), "{}{}", ran.out, ran.err);
        assert_eq!(pipeline.serials(), [(5, true)]);
    }
}

#[test]
fn what_others_wrote_on_a_shelf_does_not_drive_the_terminal() {
    let pipeline = Pipeline::folder();
    let hostile = "\u{1b}]0;owned\u{7}\u{1b}[8mhidden\rfake\u{202e}";
    let ran = pipeline.run(&["push", &pipeline.build("good", 5), &pipeline.place, "--note", hostile]);
    assert_eq!(ran.code, 0, "{}", ran.err);
    let table = pipeline.run(&["history", &pipeline.place]).out;
    let said = "\\u001b]0;owned\\u0007\\u001b[8mhidden\\u000dfake\\u202e";
    assert!(table.contains(said) && !table.contains('\u{1b}'), "{table:?}");
    assert_eq!(pipeline.history()[0]["note"], hostile, "JSON says the same");
}

/// Fastly's store and Cloudflare's namespace.
fn vendors() -> [String; 2] {
    [format!("fastly:{STORE}"), format!("cloudflare:{ACCOUNT}/{NAMESPACE}")]
}

#[test]
fn stores_at_the_edge() {
    for place in vendors() {
        let vendor = Vendor::start();
        let pipeline = Pipeline::vendor(&vendor, &place);
        pipeline.lives();
        let written = vendor.state().written.clone();
        for push in written.chunks(5) {
            let folders: Vec<&str> = push[..3].iter().filter_map(|key| Some(key.split_once('/')?.0)).collect();
            assert_eq!(folders, ["content", "compact", "manifest"], "{place}: {written:?}");
            assert_eq!(push[3..], ["default.history", "default"], "{place}");
        }
        // What hosts read there: the first line, and by its id the second, or by its digest the compact form.
        let texts = vendor.texts();
        let manifest: serde_json::Value = serde_json::from_str(&texts["default"]).unwrap();
        assert_eq!(manifest["serial"], 8);
        let compact = vendor.state().values[&format!("compact/{}", manifest["bincode"].as_str().unwrap())].0.clone();
        let whole = [texts["default"].as_bytes(), b"\n", &compact].concat();
        assert!(filter_core::policy::Bundle::parse(&whole).is_ok_and(|bundle| bundle.serial() == 8));
        let content = &texts[&format!("content/{}", manifest["id"].as_str().unwrap())];
        let whole = format!("{}\n{content}\n", texts["default"]);
        std::fs::write(pipeline.desk.path("whole.json"), whole).unwrap();
        let trust = pipeline.desk.path("one.pub");
        let verified = run(&["verify", &pipeline.desk.path("whole.json"), "--trust", &trust], b"");
        assert!(verified.code == 0 && verified.out.contains("(serial 8)"), "{}", verified.out);
        // A content that was tampered with is not brought back.
        let old = pipeline.history()[3]["id"].as_str().unwrap().to_owned();
        vendor.state().values.get_mut(&format!("content/{old}")).unwrap().0 = b"{}".to_vec();
        let back = pipeline.run(&["rollback", &place, "--to", "5"]);
        assert!(back.code == 2 && back.err.contains("it is not what was put there"), "{}", back.err);
    }
}

#[test]
fn a_push_beside_another_is_refused() {
    for place in vendors() {
        let vendor = Vendor::start();
        let pipeline = Pipeline::vendor(&vendor, &place);
        assert_eq!(pipeline.push("good", 5).code, 0);
        vendor.state().is_disturbed = true;
        let ran = pipeline.push("next", 6);
        assert!(ran.code == 2 && ran.err.contains("somebody else changed `default.history`"), "{}", ran.err);
        assert_eq!(pipeline.serials(), [(5, true)], "what served goes on");
        assert_eq!(pipeline.push("next", 6).code, 0);
    }
}

#[test]
fn vendors_that_say_no_are_quoted_with_what_to_do() {
    let vendor = Vendor::start();
    let pipeline = Pipeline::folder();
    let bundle = pipeline.build("good", 5);
    let push = |place: &str, variables: &[(&str, String)]| run_with(&["push", &bundle, place], b"", variables);
    let secret = "not-the-right-one-98765";
    for (place, token, expected) in [
        (
            format!("fastly:{STORE}"),
            "",
            "`FASTLY_API_TOKEN` is not set, and no --token-file given; give an API token of Fastly",
        ),
        (format!("fastly:{STORE}"), secret, "Fastly answered 401"),
        ("fastly:nosuchstore".to_owned(), TOKEN, "there is no such store"),
        ("fastly:../../token".to_owned(), TOKEN, "names no KV Store; give its id"),
        (format!("cloudflare:{ACCOUNT}/{NAMESPACE}"), "", "`CLOUDFLARE_API_TOKEN` is not set"),
        (format!("cloudflare:{ACCOUNT}/{NAMESPACE}"), secret, "answered 403 to reading key `default.history`"),
        (format!("cloudflare:{ACCOUNT}/abc"), TOKEN, "there is no such namespace; `npx wrangler kv namespace list`"),
        (format!("cloudflare:{NAMESPACE}"), TOKEN, "give `cloudflare:ACCOUNT_ID/NAMESPACE_ID`"),
    ] {
        let ran = push(&place, &vendor.variables(token));
        assert!(ran.code == 2 && ran.err.contains(expected), "{place} {token}: {}", ran.err);
        assert!(!format!("{}{}", ran.out, ran.err).contains(secret), "{}", ran.err);
    }
    assert!(vendor.state().written.is_empty());
    std::fs::write(pipeline.desk.path("token"), format!("{TOKEN}\n")).unwrap();
    let variables = vendor.variables(secret);
    let given = ["push", &bundle, &vendors()[1], "--token-file", &pipeline.desk.path("token")];
    assert_eq!(run_with(&given, b"", &variables).code, 0, "the token that was given goes before the one that is set");
    let open = [("FASTLY_API_TOKEN", TOKEN.to_owned()), ("FASTLY_API_ENDPOINT", "http://192.0.2.1".to_owned())];
    let ran = push(&format!("fastly:{STORE}"), &open);
    assert!(ran.code == 2 && ran.err.contains("is no `https` URL, and the token would be seen"), "{}", ran.err);
    let named = run_with(&["push", &bundle, &vendors()[0], "--name", "a/b"], b"", &vendor.variables(TOKEN));
    assert!(named.code == 2 && named.err.contains("`a/b` is no name for a bundle there"), "{}", named.err);
}

#[test]
fn a_vendor_that_says_later_is_asked_again_for_a_while() {
    for place in vendors() {
        let vendor = Vendor::start();
        let pipeline = Pipeline::vendor(&vendor, &place);
        (vendor.state().busy, vendor.state().retry_after) = (2, Some("1"));
        let started = std::time::Instant::now();
        let ran = pipeline.push("good", 5);
        assert_eq!(ran.code, 0, "{}", ran.err);
        assert!(started.elapsed() >= std::time::Duration::from_secs(2));
        (vendor.state().busy, vendor.state().retry_after) = (99, Some("3600"));
        let asked = vendor.state().asked;
        let ran = pipeline.push("next", 6);
        assert!(ran.code == 2 && ran.err.contains("too many requests; try again in 3600 s"), "{}", ran.err);
        assert_eq!(vendor.state().asked, asked + 1, "nobody waits for an hour");
    }
}
