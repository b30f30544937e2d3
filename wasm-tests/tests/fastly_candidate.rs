//! A candidate beside the active bundle in a real Viceroy: what it would have done leaves as lines of the log, and no client notices it.

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use serde_json::json;
use wasm_tests::bundles;
use wasm_tests::client::{request, send};
use wasm_tests::fastly::{Build, Options, Viceroy, seam};
use wasm_tests::origin::Origin;
use weir::shadow;

/// The active bundle blocks `/gone`; the candidate, of another serial, `/secret` and `/login`.
fn options(candidate: &str, share: u32) -> Options {
    let active = bundles::that_blocks(&["gone"], 1);
    let mut options = Options::new(Build::Seam, Origin::start().unwrap().address, &active);
    for (key, value) in bundles::stored_as("candidate", candidate, false).unwrap() {
        options.kv.insert(key, String::from_utf8(value).unwrap());
    }
    options.knobs["memory"] = json!(true);
    options.settings = Some(json!({
        "poll": { "store": "weir", "key": "default" }, "allow_unsigned": true,
        "candidate": { "poll": { "store": "weir", "key": "candidate" }, "share": share, "goals": ["login"] },
    }));
    options
}

fn status(viceroy: &Viceroy, method: &str, path: &str, seam: Option<serde_json::Value>) -> u16 {
    let seam = seam.map(|seam| BASE64_STANDARD.encode(seam.to_string()));
    let mut headers = vec![("host", &b"shop.example"[..])];
    headers.extend(seam.iter().map(|seam| (seam::HEADER, seam.as_bytes())));
    send(viceroy.address, &request(method, path, &headers, b"")).unwrap().status
}

/// The lines that a candidate left, once there are so many.
fn told(viceroy: &Viceroy, count: usize) -> Vec<String> {
    let lines = |viceroy: &Viceroy| -> Vec<String> {
        viceroy.events().into_iter().filter(|line| line.starts_with("{\"candidate\":")).collect()
    };
    viceroy
        .wait_for("lines of a candidate", |viceroy| Some(lines(viceroy)).filter(|lines| lines.len() >= count))
        .unwrap()
}

fn says(viceroy: &Viceroy, text: &str) -> usize {
    viceroy.lines().iter().filter(|line| line.contains(text)).count()
}

#[test]
fn disagreements_are_told_and_clients_get_what_the_active_bundle_says() {
    let candidate = bundles::that_blocks(&["secret", "login"], 2);
    let Some(viceroy) = Viceroy::start(&options(&candidate, 1_000_000)) else { return };
    for (method, path, expected) in
        [("GET", "/gone", 403), ("GET", "/secret", 200), ("POST", "/login", 200), ("GET", "/", 200)]
    {
        assert_eq!(status(&viceroy, method, path, None), expected, "{path}");
    }
    let log = tempfile::NamedTempFile::new().unwrap();
    told(&viceroy, 3);
    // Among the events that the active bundle writes.
    std::fs::write(log.path(), viceroy.events().join("\n")).unwrap();
    let reports = shadow::read(&[log.path().display().to_string()]).unwrap();
    let [report] = &reports[..] else { panic!("{reports:?}") };
    assert_eq!((report.disagreements, report.harder, report.softer), (3, 2, 1), "{report:?}");
    assert_eq!((report.clients.touched, report.clients.good, report.clients.harmed), (1, 1, 1));
    let row =
        |rule: &str| report.rows.iter().find(|row| row.active.rule == rule || row.candidate.rule == rule).unwrap();
    assert_eq!((row("gone").turnouts.answered, row("secret").turnouts.succeeded), (1, 1));
    assert_eq!((row("login").endpoint.as_deref(), row("login").turnouts.succeeded), (Some("log-in"), 1));
    let sample = &row("login").samples[0];
    assert!(sample.client.is_some() && !sample.id.is_empty(), "{sample:?}");
    assert!(says(&viceroy, "serial 2 is tried") > 0, "{:?}", viceroy.lines());
}

#[test]
fn with_a_share_of_nothing_only_what_the_active_bundle_blocks_is_looked_at() {
    let candidate = bundles::that_blocks(&["secret", "login"], 2);
    let Some(viceroy) = Viceroy::start(&options(&candidate, 0)) else { return };
    assert_eq!(status(&viceroy, "GET", "/secret", None), 200);
    assert_eq!(says(&viceroy, "is tried"), 0, "it is not even loaded");
    assert_eq!(status(&viceroy, "GET", "/gone", None), 403);
    let lines = told(&viceroy, 1);
    assert!(lines.len() == 1 && lines[0].contains(r#""did":{"action":"block","rule":"gone"}"#), "{lines:?}");
}

#[test]
fn a_broken_candidate_is_said_once_and_the_active_bundle_serves() {
    let broken = [
        ("serial 1 served with other content", bundles::that_blocks(&["secret"], 1)),
        ("fails its test", bundles::tested(2, "allow")),
        ("no first line of a bundle", "{}\n{}".to_owned()),
    ];
    for (why, candidate) in broken {
        let mut options = options(&bundles::that_blocks(&["secret"], 2), 1_000_000);
        options.kv.clear();
        match bundles::stored_as("candidate", &candidate, false) {
            Ok(items) => {
                options.kv.extend(items.into_iter().map(|(key, value)| (key, String::from_utf8(value).unwrap())))
            }
            Err(_) => drop(options.kv.insert("candidate".to_owned(), "{}".to_owned())),
        }
        let Some(viceroy) = Viceroy::start(&options) else { return };
        for _ in 0..3 {
            assert_eq!((status(&viceroy, "GET", "/gone", None), status(&viceroy, "GET", "/secret", None)), (403, 200));
        }
        viceroy
            .wait_for("its word", |viceroy| (says(viceroy, "the candidate is not tried") > 0).then_some(()))
            .unwrap();
        assert_eq!(says(&viceroy, "the candidate is not tried"), 1, "{why}: {:?}", viceroy.lines());
    }
}

#[test]
fn a_candidate_that_panics_harms_nobody_and_does_not_come_again() {
    let candidate = bundles::that_blocks(&["secret", "login"], 2);
    let Some(viceroy) = Viceroy::start(&options(&candidate, 1_000_000)) else { return };
    assert_eq!(status(&viceroy, "GET", "/secret", None), 200);
    told(&viceroy, 1);
    let panics = json!({ "candidate_panics": true });
    assert_eq!(status(&viceroy, "GET", "/gone", Some(panics.clone())), 403, "the client has its answer");
    viceroy.wait_for("its word", |viceroy| (says(viceroy, "the candidate panicked") > 0).then_some(())).unwrap();
    for _ in 0..3 {
        assert_eq!(
            (status(&viceroy, "GET", "/gone", Some(panics.clone())), status(&viceroy, "GET", "/secret", None)),
            (403, 200)
        );
    }
    assert_eq!((says(&viceroy, "the candidate panicked"), told(&viceroy, 1).len()), (1, 1), "{:?}", viceroy.lines());
}

#[test]
fn what_this_host_cannot_do_is_refused() {
    let candidate = bundles::that_blocks(&["secret"], 2);
    let mut options = options(&candidate, 1);
    let Some(settings) = &mut options.settings else { return };
    settings["candidate"] = json!({ "poll": { "url": "https://b.example" } });
    let Some(viceroy) = Viceroy::start(&options) else { return };
    assert_eq!(status(&viceroy, "GET", "/gone", None), 200);
    let said = "/candidate/poll: a candidate comes from a KV Store here; give `store` and `key`";
    assert_eq!(says(&viceroy, said), 1, "{:?}", viceroy.lines());
}
