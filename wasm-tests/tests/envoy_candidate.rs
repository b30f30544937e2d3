//! A candidate beside the active bundle in a real Envoy: what it would have done leaves as lines of the log, and no client notices it.
//! What became of a request is told by the module that remembers.

use serde_json::{Value, json};
use wasm_tests::bundles;
use wasm_tests::client::{request, send};
use wasm_tests::envoy::{Config, Envoy, Route, filter};
use wasm_tests::module;
use weir::shadow;

/// The active bundle blocks `/gone`; the candidate is another.
fn start(module: &std::path::Path, candidate: &Value) -> Option<Envoy> {
    let settings = bundles::settings(&bundles::that_blocks(&["gone"], 1));
    let mut settings: Value = serde_json::from_str(&settings).unwrap();
    settings["candidate"] = candidate.clone();
    let mut filter = filter(module, &settings.to_string());
    // What became of a request is known when it is logged.
    filter["config"]["vm_config"]["capability_restriction_config"]["allowed_capabilities"]["proxy_on_log"] = json!({});
    Envoy::start(&Config::new(Route::Direct, filter), 1)
}

fn status(envoy: &Envoy, method: &str, path: &str) -> u16 {
    send(envoy.plain, &request(method, path, &[("host", b"shop.example")], b"")).unwrap().status
}

fn told(envoy: &Envoy) -> usize {
    envoy.log().matches("{\"candidate\":\"").count()
}

#[test]
fn disagreements_are_told_and_clients_get_what_the_active_bundle_says() {
    if wasm_tests::envoy::binary().is_none() {
        return;
    }
    let candidate = json!({ "bundle": bundles::that_blocks(&["secret", "login"], 2), "goals": ["login"] });
    let Some(envoy) = start(module::envoy_with_all(), &candidate) else { return };
    for (method, path, expected) in
        [("GET", "/gone", 403), ("GET", "/secret", 200), ("POST", "/login", 200), ("GET", "/", 200)]
    {
        assert_eq!(status(&envoy, method, path), expected, "{path}");
    }
    // Two of them are told again when their answers came.
    envoy.wait_for("lines of a candidate", |envoy| (told(envoy) >= 5).then_some(())).unwrap();
    let reports = shadow::read(&[envoy.path("log").display().to_string()]).unwrap();
    let [report] = &reports[..] else { panic!("{reports:?}") };
    assert_eq!((report.disagreements, report.harder, report.softer), (3, 2, 1), "{report:?}");
    assert_eq!((report.clients.touched, report.clients.good, report.clients.harmed), (1, 1, 1));
    let row =
        |rule: &str| report.rows.iter().find(|row| row.active.rule == rule || row.candidate.rule == rule).unwrap();
    assert_eq!((row("gone").turnouts.answered, row("secret").turnouts.succeeded), (1, 1));
    assert_eq!((row("login").endpoint.as_deref(), row("login").turnouts.succeeded), (Some("log-in"), 1));
    assert!(row("login").samples[0].client.is_some());
}

#[test]
fn a_broken_candidate_is_said_and_the_active_bundle_serves() {
    if wasm_tests::envoy::binary().is_none() {
        return;
    }
    let broken = json!({ "bundle": bundles::tested(2, "allow"), "share": 0 });
    let Some(envoy) = start(module::envoy(), &broken) else { return };
    assert_eq!((status(&envoy, "GET", "/gone"), status(&envoy, "GET", "/block/1")), (403, 200));
    assert!(envoy.log().contains("weir: the candidate is not tried: "), "{}", envoy.log());
    assert_eq!((told(&envoy), envoy.stat("wasm.weir.vm_reload").unwrap()), (0, 0));
}

#[test]
fn with_a_share_of_nothing_only_what_the_active_bundle_blocks_is_looked_at() {
    if wasm_tests::envoy::binary().is_none() {
        return;
    }
    let candidate = json!({ "bundle": bundles::that_blocks(&["secret"], 2), "share": 0 });
    let Some(envoy) = start(module::envoy(), &candidate) else { return };
    assert_eq!((status(&envoy, "GET", "/secret"), status(&envoy, "GET", "/gone")), (200, 403));
    envoy.wait_for("lines of a candidate", |envoy| (told(envoy) > 0).then_some(())).unwrap();
    assert_eq!(told(&envoy), 1, "{}", envoy.log());
}
