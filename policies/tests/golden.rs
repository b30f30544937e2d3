//! Golden tests from source to verdict.
#![allow(clippy::unwrap_used, clippy::panic, clippy::indexing_slicing, reason = "a test fails by panicking")]

use std::path::Path;

use base64::Engine as _;
use base64::prelude::BASE64_STANDARD;
use filter_core::policy::check_content;
use filter_core::signals::vectors::BASES;
use policy_compiler::{Tests, build_with, golden};

/// Builds a policy with these tests beside a trace of two clients, and runs them.
fn run(tests: &str) -> golden::Run {
    let folder = tempfile::tempdir().unwrap();
    let trace = r#"{"t":1000,"id":"a","request":{"method":"GET","scheme":"http","authority":"a.example","path":"/a","headers":[["user-agent","curl/8.5.0"]],"header_order":"kept"},"client":{"address":"198.51.100.1","provenance":"peer"}}
{"t":1001,"id":"a","response":{"status":404,"headers":[["etag","x"]]}}
{"t":3000,"id":"b","request":{"method":"POST","authority":"a.example","path":"/b","headers":[],"headers_known":["user-agent","referer"]},"client":{"address":"198.51.100.2","provenance":"peer","asn":64500},"tls":null}
"#;
    std::fs::write(folder.path().join("two.jsonl"), trace).unwrap();
    let policy = format!(
        r#"{{"serial":1,"rules":[
          {{"id":"curl","when":"request.headers['user-agent'].startsWith('curl')","then":"monitor"}},
          {{"id":"asn","when":"client.asn == 64500 && request.method == 'POST'","then":{{"block":{{}}}}}},
          {{"id":"late","when":"request.path.startsWith('/n/4')","then":"monitor","mode":"shadow"}}],
          "otherwise":"allow","tests":[{tests}]}}"#
    );
    let path = folder.path().join("policy.json");
    std::fs::write(&path, policy).unwrap();
    let built = build_with(&path, Tests::Keep).unwrap_or_else(|found| panic!("{found}"));
    let text = String::from_utf8(built.bytes).unwrap();
    assert!(!check_content(text.lines().nth(1).unwrap()).unwrap().tests.is_empty());
    golden::run(&text, "").unwrap()
}

fn passes(tests: &str) {
    let run = run(tests);
    let failed: Vec<_> = run.tests.iter().flat_map(|test| &test.failures).collect();
    assert!(failed.is_empty(), "{failed:#?}");
}

#[test]
fn a_trace_is_judged_as_it_was_recorded() {
    passes(r#"{"name":"one of it","trace":{"file":"two.jsonl","id":"a"},"expect":{"rule":"curl"}}"#);
    // The second request knows other facts than the first, and the answer between them has its place.
    passes(r#"{"name":"all of it","trace":{"file":"two.jsonl"},"expect":{"action":"block","rule":"asn"}}"#);
    let lines = run(r#"{"name":"all","trace":{"file":"two.jsonl"},"expect":{"rule":"curl"}}"#);
    let failure = &lines.tests[0].failures[0];
    assert_eq!((failure.request, failure.message.as_str()), (1, "rule is `asn`, expected `curl`"));
    assert_eq!(failure.line, "POST a.example/b by without user agent");
    // What the recorder could not see is unknown, not missing.
    assert!(failure.reasons.iter().all(|(signal, _, _)| signal != "accept_missing"), "{failure:?}");
}

#[test]
fn requests_begin_as_the_one_before() {
    passes(
        r#"{"name":"steps","requests":[
          {"headers":["user-agent: curl/8.5.0"],"client":{"asn":64500},"expect":{"rule":"curl"}},
          {"method":"POST","expect":{"rule":"curl"}},
          {"without":["user-agent"],"expect":{"rule":"asn"}},
          {"path":"/n/{n}","method":"GET","times":3,"after":"1s","expect":{"rule":"otherwise","no_shadow":["late"]}},
          {"times":4,"expect":{"shadow":["late"]}},
          {"like":"chromium_navigation","method":"POST","expect":{"rule":"otherwise"}}]}"#,
    );
}

#[test]
fn a_recorded_browser_is_a_browser() {
    for (name, _) in BASES.iter().filter(|(name, _)| name.ends_with("navigation")) {
        passes(&format!(
            r#"{{"name":"{name}","request":{{"like":"{name}"}},"expect":{{"class":"human","score":{{"at_most":10}}}}}}"#
        ));
    }
    let changed = r#"{"name":"changed","request":{"like":"chromium_navigation","headers":["Accept-Language: de","x-a: 1"],"without":["PRIORITY"]},
      "expect":{"signals":["priority_missing"],"no_signals":["header_order","header_repeated","accept_language_missing"]}}"#;
    passes(changed);
}

#[test]
fn coverage_counts_what_was_touched() {
    let run = run(r#"{"name":"a","request":{"headers":["user-agent: curl/8.5.0"]},"expect":{"rule":"curl"}},
        {"name":"b","requests":[{"path":"/n/40"},{"times":2}],"expect":{"rule":"otherwise"}}"#);
    let rules: Vec<_> = run.coverage.rules.iter().map(|one| (one.id.as_str(), one.requests)).collect();
    assert_eq!(rules, [("curl", 1), ("asn", 0), ("late", 3)]);
    assert_eq!((run.coverage.otherwise, run.coverage.rules_percent()), (3, 66));
    let missing = run.coverage.signals.iter().find(|one| one.id == "user_agent_missing").unwrap();
    assert_eq!(missing.requests, 3);
}

/// Each bundle that is shipped shows what each of its rules does.
#[test]
fn shipped_policies_test_every_rule() {
    for name in ["default", "strict"] {
        let path = Path::new(env!("CARGO_MANIFEST_DIR")).join("bundles").join(name).with_extension("json");
        let run = golden::run(&std::fs::read_to_string(path).unwrap(), "").unwrap();
        assert!(run.tests.len() >= 12 && run.tests.iter().all(|test| test.passed), "{name}");
        assert_eq!(run.coverage.rules_percent(), 100, "{name}: {:?}", run.coverage.rules);
    }
}

/// The first request begins at a moment; those that repeat it come as far apart as is said, and are counted together.
#[test]
fn a_first_request_that_repeats_is_counted() {
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("policy.json");
    let policy = r#"{"serial":1,"rules":[{"id":"many","when":"client.requests_1m >= 10","then":"monitor"}],"otherwise":"allow",
      "tests":[{"name":"often","requests":[{"times":12,"after":"1s","expect":{"rule":"many"}}]},
        {"name":"seldom","requests":[{"times":12,"after":"1m","expect":{"rule":"otherwise"}}]}]}"#;
    std::fs::write(&path, policy).unwrap();
    let built = build_with(&path, Tests::Keep).unwrap_or_else(|found| panic!("{found}"));
    let run = golden::run(&String::from_utf8(built.bytes).unwrap(), "").unwrap();
    assert!(run.tests.len() == 2 && run.tests.iter().all(|test| test.passed), "{:?}", run.tests);
}

/// A recorded login has its body, and so has the answer that says what came of it.
#[test]
fn a_login_out_of_a_trace_names_its_account() {
    let folder = tempfile::tempdir().unwrap();
    let body = |name: &str| BASE64_STANDARD.encode(format!("user={name}&password=made-up"));
    let line = |t: u64, id: &str, name: &str| {
        format!(
            r#"{{"t":{t},"id":"{id}","request":{{"method":"POST","authority":"a.example","path":"/login","headers":[["content-type","application/x-www-form-urlencoded"]],"body":"{}"}},"client":{{"address":"198.51.100.1","provenance":"peer"}}}}"#,
            body(name)
        )
    };
    let failed = BASE64_STANDARD.encode(r#"{"ok":false}"#);
    let answer = format!(
        r#"{{"t":1001,"id":"a","response":{{"status":200,"headers":[["content-type","application/json"]],"body":"{failed}"}}}}"#
    );
    let trace = [line(1000, "a", "ann"), answer, line(2000, "b", "ann"), line(3000, "c", "bea")].join("\n");
    std::fs::write(folder.path().join("logins.jsonl"), trace).unwrap();
    let policy = r#"{"serial":1,"otherwise":"allow",
      "endpoints":[{"id":"login","path":"/login","label":"login","body":"inspect","outcome":{"failed":[{"json":{"pointer":"/ok","value":"false"}}]}}],
      "rules":[{"id":"failed","when":"account.failures_17m >= 1","then":{"block":{}}},{"id":"named","when":"account.clients >= 1","then":"monitor"}],
      "tests":[{"name":"the last","trace":{"file":"logins.jsonl"},"expect":{"rule":"named"}},
        {"name":"one","trace":{"file":"logins.jsonl","id":"a"},"expect":{"rule":"named"}}]}"#;
    let path = folder.path().join("policy.json");
    std::fs::write(&path, policy).unwrap();
    let built = build_with(&path, Tests::Run).unwrap_or_else(|found| panic!("{found}"));
    let run = golden::run(&String::from_utf8(built.bytes).unwrap(), "").unwrap();
    let touched = |id: &str| run.coverage.rules.iter().find(|rule| rule.id == id).unwrap().requests;
    assert_eq!((touched("failed"), touched("named")), (1, 3), "the second login of the account that failed");
}
