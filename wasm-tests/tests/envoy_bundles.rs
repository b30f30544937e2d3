//! Bundles given to a real Envoy by each route: statically, by discovery, by polling; good ones and bad ones.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU32, AtomicU64, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use serde_json::json;
use wasm_tests::bundles;
use wasm_tests::client::{Answer, Connection, request, send};
use wasm_tests::envoy::{Config, Envoy, Route, directory, filter, validate, write_discovered};
use wasm_tests::module;
use wasm_tests::origin::Origin;

fn get(path: &str) -> Vec<u8> {
    request("GET", path, &[("host", b"shop.example")], b"")
}

fn blocks(envoy: &Envoy) -> bool {
    send(envoy.plain, &get("/block/1")).unwrap().status == 403
}

/// A bundle that parses as JSON but is none.
fn bad() -> String {
    bundles::by_path(9).replace("\"path\"", "\"paht\"")
}

#[test]
fn validation_names_what_is_wrong_with_a_bundle() {
    let check = |settings: &str| validate(&Config::new(Route::Direct, filter(module::envoy(), settings)));
    let Some((accepted, said)) = check(&bundles::settings(&bundles::by_path(1))) else { return };
    assert!(accepted, "{said}");
    let (accepted, said) = check(&bundles::settings(&bad())).unwrap();
    assert!(!accepted && said.contains("weir: /"), "{said}");
    let unsigned = json!({ "bundle": bundles::by_path(1) }).to_string();
    let (accepted, said) = check(&unsigned).unwrap();
    assert!(!accepted && said.contains("allow_unsigned"), "{said}");
}

#[test]
fn discovery_refuses_a_bad_bundle_and_the_old_one_serves() {
    let directory = directory().unwrap();
    let path = directory.path().to_owned();
    write_discovered(&path, &filter(module::envoy(), &bundles::settings(&bundles::by_path(1))), 1).unwrap();
    let config = Config::discovered(Route::Direct, &path);
    let Some(envoy) = Envoy::start_in(directory, &config, 1) else { return };
    assert!(blocks(&envoy));
    write_discovered(&path, &filter(module::envoy(), &bundles::settings(&bad())), 2).unwrap();
    envoy
        .wait_for("a refused update", |envoy| {
            let (_, stats) = envoy.admin("GET", "/stats?filter=extension_config_discovery").ok()?;
            stats.lines().any(|line| line.contains("config_fail") && !line.ends_with(": 0")).then_some(())
        })
        .unwrap();
    assert!(blocks(&envoy));
    assert!(envoy.log().contains("weir: /"), "the reason is in the log");
    let nothing = bundles::with_rules(json!([]), 2);
    write_discovered(&path, &filter(module::envoy(), &bundles::settings(&nothing)), 3).unwrap();
    envoy.wait_for("the next good bundle", |envoy| (!blocks(envoy)).then_some(())).unwrap();
}

/// Bundles that follow each other under load.
const SWAPS: u32 = 200;
/// KiB that a process may grow by over that many: every configuration costs Envoy some of its own.
const GROWTH: u64 = 8 * 1024;

#[test]
fn two_hundred_swaps_under_load_fail_no_request() {
    let directory = directory().unwrap();
    let path = directory.path().to_owned();
    let put = |version: u32| {
        let filter = filter(module::envoy(), &bundles::settings(&bundles::by_path(u64::from(version))));
        write_discovered(&path, &filter, version).unwrap();
    };
    put(1);
    let config = Config::discovered(Route::Direct, &path);
    let Some(envoy) = Envoy::start_in(directory, &config, 2) else { return };
    let done = AtomicBool::new(false);
    let (sent, wrong) = (AtomicU64::new(0), AtomicU64::new(0));
    thread::scope(|scope| {
        for worker in 0..4 {
            let (done, sent, wrong, to) = (&done, &sent, &wrong, envoy.plain);
            scope.spawn(move || {
                let (path, status) = if worker % 2 == 0 { ("/block/1", 403) } else { ("/other", 200) };
                let mut connection = Connection::open(to).unwrap();
                while !done.load(Ordering::Relaxed) {
                    let answer = connection.send(&get(path));
                    sent.fetch_add(1, Ordering::Relaxed);
                    if answer.is_err() || answer.is_ok_and(|answer| answer.status != status) {
                        wrong.fetch_add(1, Ordering::Relaxed);
                        connection = Connection::open(to).unwrap();
                    }
                }
            });
        }
        let mut before = 0;
        for version in 2..SWAPS + 2 {
            put(version);
            let serial = format!("weir_bundle_serial: {version}\n");
            let probe = |envoy: &Envoy| {
                envoy.admin("GET", "/stats?filter=weir_bundle_serial").ok()?.1.contains(&serial).then_some(())
            };
            let came = envoy.wait_for(&serial, probe);
            if version == SWAPS / 4 {
                before = envoy.resident().unwrap();
            }
            if came.is_err() {
                done.store(true, Ordering::Relaxed);
            }
            came.unwrap();
        }
        done.store(true, Ordering::Relaxed);
        let after = envoy.resident().unwrap();
        eprintln!("{SWAPS} swaps, resident memory {before} -> {after} KiB over the last three quarters");
        assert!(after < before + GROWTH, "{before} -> {after} KiB");
    });
    assert_eq!(envoy.stat("wasm.weir.vm_reload").unwrap(), 0);
    let sent = sent.into_inner();
    assert_eq!(wrong.into_inner(), 0, "of {sent}");
    assert!(sent > 500, "only {sent} requests were sent");
}

#[test]
fn polling_takes_good_bundles_and_outlives_bad_ones() {
    // What the endpoint answers with, by number; each answer's tag is its number.
    let step = Arc::new(AtomicU32::new(0));
    let unchanged = Arc::new(AtomicU32::new(0));
    let (answers_step, count) = (Arc::clone(&step), Arc::clone(&unchanged));
    let endpoint = Origin::with(move |_, headers, _| {
        let step = answers_step.load(Ordering::Relaxed);
        let tag = format!("\"{step}\"");
        if headers.iter().any(|(name, value)| name == "if-none-match" && *value == tag) {
            count.fetch_add(1, Ordering::Relaxed);
            return Answer { status: 304, ..Answer::default() };
        }
        let (status, body) = match step {
            0 => (200, bundles::by_path(5)),
            1 => (200, bad()),
            2 => (500, String::new()),
            3 => (200, bundles::with_rules(json!([]), 4)), // older than what serves
            4 => (200, bundles::tested(6, "allow")),       // fails its own golden test
            _ => (200, bundles::with_rules(json!([]), 6)),
        };
        Answer { status, headers: vec![("etag".into(), tag)], body: body.into_bytes() }
    })
    .unwrap();
    let settings = bundles::polling("bundles", "/default.json", None);
    let mut config = Config::new(Route::Direct, filter(module::envoy(), &settings));
    config.clusters.push(("bundles".into(), endpoint.port()));
    let Some(envoy) = Envoy::start(&config, 2) else { return };
    envoy.wait_for("the first bundle", |envoy| blocks(envoy).then_some(())).unwrap();
    let seen = &unchanged;
    envoy.wait_for("an unchanged answer", |_| (seen.load(Ordering::Relaxed) > 0).then_some(())).unwrap();
    let failed = |envoy: &Envoy| {
        let (_, stats) = envoy.admin("GET", "/stats?filter=weir_result=failed").unwrap_or_default();
        stats.trim().rsplit(' ').next().and_then(|value| value.parse::<u64>().ok()).unwrap_or(0)
    };
    for bad_step in 1..=4 {
        let before = failed(&envoy);
        step.store(bad_step, Ordering::Relaxed);
        envoy.wait_for("a failed load", |envoy| (failed(envoy) > before).then_some(())).unwrap();
        assert!(blocks(&envoy), "step {bad_step}");
    }
    let said = "the last good one stays: /content/tests: golden test `what is blocked` fails: action is `block`, expected `allow`";
    assert!(envoy.log().contains(said), "{}", envoy.log());
    step.store(5, Ordering::Relaxed);
    envoy.wait_for("the next good bundle", |envoy| (!blocks(envoy)).then_some(())).unwrap();
}

/// Half a million ranges come in pieces between requests; and what the default bundle takes is told, by the filter's own clock.
#[test]
fn a_large_bundle_holds_no_request_up() {
    let step = Arc::new(AtomicU32::new(0));
    let (answers_step, loads) = (Arc::clone(&step), Arc::new(AtomicU32::new(0)));
    let default = std::fs::read_to_string(module::root().join("policies/bundles/default.json")).unwrap();
    let large = bundles::packed(&bundles::with_ranges(&bundles::by_path(9), 500_000));
    let served = [
        bundles::with_rules(json!([]), 1).into_bytes(),
        bundles::packed(&default.replacen("\"serial\":1,", "\"serial\":2,", 1)),
        large,
        bundles::with_ranges(&bundles::by_path(10), 500_000).into_bytes(),
    ];
    let endpoint = Origin::with(move |_, headers, _| {
        let step = answers_step.load(Ordering::Relaxed);
        let tag = format!("\"{step}\"");
        if headers.iter().any(|(name, value)| name == "if-none-match" && *value == tag) {
            return Answer { status: 304, ..Answer::default() };
        }
        loads.fetch_add(1, Ordering::Relaxed);
        Answer { status: 200, headers: vec![("etag".into(), tag)], body: served[step as usize].clone() }
    })
    .unwrap();
    let mut config = Config::new(Route::Direct, filter(module::envoy(), &bundles::polling("bundles", "/b", None)));
    config.clusters.push(("bundles".into(), endpoint.port()));
    let Some(envoy) = Envoy::start(&config, 1) else { return };
    let gauge = |name: &str| envoy.stat(&format!("wasmcustom.{name}")).unwrap_or(0);
    for (number, serial, ranges) in [(0, 1, 0), (1, 2, 38_409), (2, 9, 500_000), (3, 10, 500_000)] {
        step.store(number, Ordering::Relaxed);
        let (slowest, requests) = (Cell::new(Duration::ZERO), Cell::new(0));
        envoy
            .wait_for("the bundle", |envoy| {
                // Requests go on meanwhile; one at a time, so that each waits for whatever the worker does.
                for _ in 0..20 {
                    let started = Instant::now();
                    send(envoy.plain, &get("/page")).unwrap();
                    slowest.set(slowest.get().max(started.elapsed()));
                    requests.set(requests.get() + 1);
                }
                (gauge("weir_bundle_serial") == serial).then_some(())
            })
            .unwrap();
        let (all, longest) = (gauge("weir_bundle_load_microseconds"), gauge("weir_bundle_load_longest_microseconds"));
        eprintln!(
            "{ranges} ranges: {all} us in all, longest piece {longest} us; slowest of {} requests {:?}",
            requests.get(),
            slowest.get()
        );
        let says_so = envoy.log().contains("for a bundle in two lines; poll its compact form");
        if number == 3 {
            // In two lines it is one piece, whatever it is: large ones are meant to come in their compact form.
            assert_eq!(longest, all);
            assert_eq!(says_so, longest > 20_000, "{longest} us");
            continue;
        }
        assert!(!says_so, "{}", envoy.log());
        // By the wall's clock: a busy machine is given five times the 20 ms that are promised for a quiet one.
        assert!(longest < 100_000, "{longest} us in one piece");
    }
}
