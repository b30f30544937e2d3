//! Isolates and shards in a real workerd: a client spread over isolates is judged as one.

use std::time::{Duration, Instant};

use filter_core::facts::Fact;
use serde_json::{Map, Value, json};
use wasm_tests::client::send;
use wasm_tests::cloudflare::kv::Fault;
use wasm_tests::cloudflare::{Build, Options, Workerd, wire};
use wasm_tests::origin::Origin;
use wasm_tests::{bundles, recorded};
use weir::trace::Request;

/// Isolates with these `WEIR_SHARE`s, and a rule that blocks floods.
fn options(isolates: &[Value]) -> Options {
    let origin = Origin::start().unwrap();
    let bundle = bundles::of(
        json!({
            "settings": { "limits": bundles::few_records() },
            "rules": [{ "id": "flood", "when": { "signal": ["pages_flood"] }, "then": { "block": {} } }],
            "otherwise": "allow",
        }),
        1,
    );
    let mut options = Options::new(Build::Production, origin.address, &bundle);
    options.knobs["memory"] = json!(true);
    options.isolates = isolates.to_vec();
    options
}

/// A page that the client asks an isolate for: the status.
fn visit(workerd: &Workerd, isolate: usize, number: u32) -> u16 {
    let recorded = recorded::clients();
    let browser = recorded.iter().find(|one| one.kind == "browser" && one.request.method.as_bytes() == b"GET");
    let path = format!("/page/{number}");
    let mut request = Request { path: path.as_str().into(), ..browser.unwrap().request.clone() };
    request.client.address = Fact::Present("203.0.113.7".parse().unwrap());
    send(workerd.addresses[isolate], &wire::wire(&request, &Map::new())).unwrap().status
}

/// Too few for `pages_flood` (80 within a minute or so) at one isolate, enough together.
const EACH: u32 = 60;

/// Visits both by turns and waits until both judge the client as one.
fn seen_as_one(workerd: &Workerd) -> Duration {
    for number in 0..EACH {
        (0..2).for_each(|isolate| {
            visit(workerd, isolate, number);
        });
    }
    let sent = Instant::now();
    for isolate in 0..2 {
        while visit(workerd, isolate, 0) != 403 {
            assert!(sent.elapsed() < Duration::from_secs(20), "never judged as one: {:?}", workerd.lines());
            std::thread::sleep(Duration::from_millis(400));
        }
    }
    sent.elapsed()
}

fn complaints(workerd: &Workerd) -> Vec<String> {
    workerd.lines().into_iter().filter(|line| line.contains("weir: ") && !line.contains("in use")).collect()
}

#[test]
fn isolates_of_one_shard_judge_a_client_as_one() {
    let share = json!({ "shards": 1, "seconds": 1 });
    let options = options(&[share.clone(), share, Value::Null]);
    let Some(workerd) = Workerd::start(&options) else { return };
    eprintln!("one shard: seen as one {:?} after the last page", seen_as_one(&workerd));
    assert_eq!(complaints(&workerd), Vec::<String>::new());
    assert!(options.kv.writes().is_empty(), "a shard alone writes nothing");
    for number in 0..EACH {
        assert_eq!(visit(&workerd, 2, number), 200, "page {number}: too few at one isolate");
    }
}

/// An isolate that hears everything said twice, or itself, would count its own pages double.
#[test]
fn nobody_hears_himself() {
    let share = |shard: u32| json!({ "shards": 2, "shard": shard, "seconds": 1 });
    for other in [0, 1] {
        let options = options(&[share(0), share(other)]);
        let Some(workerd) = Workerd::start(&options) else { return };
        for number in 0..EACH + 10 {
            assert_eq!(visit(&workerd, 0, number), 200);
        }
        for number in 0..12 {
            std::thread::sleep(Duration::from_millis(300));
            visit(&workerd, 1, 0);
            if number % 4 == 3 {
                assert_eq!(visit(&workerd, 0, 0), 200, "its own pages are counted once");
            }
        }
        assert_eq!(complaints(&workerd), Vec::<String>::new());
    }
}

#[test]
fn isolates_of_two_shards_meet_on_the_board() {
    let share = |shard: u32| json!({ "shards": 2, "shard": shard, "seconds": 1 });
    let options = options(&[share(0), share(1)]);
    let Some(workerd) = Workerd::start(&options) else { return };
    eprintln!("two shards: seen as one {:?} after the last page", seen_as_one(&workerd));
    assert_eq!(complaints(&workerd), Vec::<String>::new());
    let writes = options.kv.writes();
    assert!(!writes.is_empty() && writes.iter().all(|(key, _)| key == "board"), "{writes:?}");
    for pair in writes.windows(2) {
        let gap = pair[1].1 - pair[0].1;
        assert!(gap >= Duration::from_millis(900), "a key takes one write a second: {gap:?}");
    }
}

#[test]
fn without_kv_isolates_hear_their_own_shard_no_longer_and_go_on() {
    let share = json!({ "shards": 2, "shard": 0, "seconds": 1 });
    let options = options(&[share]);
    let Some(workerd) = Workerd::start(&options) else { return };
    assert_eq!(visit(&workerd, 0, 0), 200);
    for fault in [Fault::Status(500), Fault::Slow(Duration::from_secs(5))] {
        options.kv.fail(fault);
        std::thread::sleep(Duration::from_millis(1_200));
        let started = Instant::now();
        for number in 0..5 {
            assert_eq!(visit(&workerd, 0, number), 200);
        }
        assert!(started.elapsed() < Duration::from_secs(2), "nobody waits for it");
    }
    workerd.wait_for("its complaint", |workerd| (!complaints(workerd).is_empty()).then_some(())).unwrap();
    let complaints = complaints(&workerd);
    assert!(complaints.iter().any(|line| line.contains("this one judges by what it sees itself")), "{complaints:?}");
}
