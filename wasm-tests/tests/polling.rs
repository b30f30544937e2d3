//! Bundles fetched by the filter itself, on the hermetic host.

use wasm_tests::bundles;
use wasm_tests::host::{Call, Process, Request, Vm};

struct Polled {
    process: Process,
    vm: Vm,
    root: u32,
}

impl Polled {
    fn start(start: Option<&str>) -> Self {
        let process = Process::envoy().unwrap();
        process.world_mut().clusters.push("bundles".into());
        let mut vm = process.vm().unwrap();
        let root = vm.configure(&bundles::polling("bundles", "/default.json", start)).unwrap().unwrap();
        Polled { process, vm, root }
    }

    fn ask(&mut self) -> Call {
        assert!(self.vm.tick(self.root).unwrap());
        self.vm.pending_call().expect("a question")
    }

    fn blocks(&mut self) -> bool {
        self.vm.request(self.root, Request::get("/block/1")).unwrap().reply.is_some()
    }
}

fn header<'a>(call: &'a Call, name: &str) -> Option<&'a str> {
    call.headers.iter().find(|(n, _)| n == name.as_bytes()).map(|(_, v)| std::str::from_utf8(v).unwrap())
}

/// Headers and body.
type Answer<'a> = (&'a [(&'a str, &'a str)], &'a [u8]);

#[test]
fn a_bundle_is_fetched_and_asked_for_by_its_tag_from_then_on() {
    let mut polled = Polled::start(None);
    assert!(!polled.blocks(), "nothing is judged before there is a bundle");
    let first = polled.ask();
    assert_eq!((first.cluster.as_str(), header(&first, ":path")), ("bundles", Some("/default.json")));
    assert_eq!(header(&first, "if-none-match"), None);
    let bundle = bundles::by_path(1);
    polled.vm.answer(&first, &[(":status", "200"), ("etag", "\"one\"")], bundle.as_bytes()).unwrap();
    assert!(polled.blocks());
    let second = polled.ask();
    assert_eq!(header(&second, "if-none-match"), Some("\"one\""));
    polled.vm.answer(&second, &[(":status", "304")], b"").unwrap();
    assert!(polled.blocks());
    assert_eq!(polled.process.world().metric("weir_bundle_loads_total.weir_result=ok;"), Some(1));
    assert_eq!(polled.process.world().metric("weir_not_judged_total.weir_why=no_bundle;"), Some(1));
}

/// A large one comes a piece a tick: the last one serves in between, and nothing is asked.
#[test]
fn a_compact_bundle_is_taken_in_pieces() {
    let mut polled = Polled::start(Some(&bundles::with_rules(serde_json::json!([]), 1)));
    let (question, bundle) = (polled.ask(), bundles::packed(&bundles::with_ranges(&bundles::by_path(2), 60_000)));
    polled.vm.answer(&question, &[(":status", "200"), ("etag", "\"two\"")], &bundle).unwrap();
    let mut ticks = 0;
    while !polled.blocks() {
        assert_eq!(polled.vm.tick_period(), Some(1));
        assert!(polled.vm.tick(polled.root).unwrap());
        assert!(polled.vm.pending_call().is_none());
        ticks += 1;
        assert!(ticks < 100, "it never serves");
    }
    // Two of the hash, two of the ranges, and what is left.
    assert!(ticks >= 5, "{ticks} ticks");
    assert_eq!(polled.process.world().metric("weir_bundle_serial"), Some(2));
    assert_eq!(header(&polled.ask(), "if-none-match"), Some("\"two\""));
}

/// What is wrong with it shows in some piece, and the last one stays.
#[test]
fn a_compact_bundle_that_is_not_whole_is_refused() {
    let mut polled = Polled::start(Some(&bundles::by_path(1)));
    let question = polled.ask();
    let mut bundle = bundles::packed(&bundles::with_rules(serde_json::json!([]), 2));
    bundle.pop();
    polled.vm.answer(&question, &[(":status", "200")], &bundle).unwrap();
    assert!(polled.vm.tick(polled.root).unwrap());
    assert!(polled.blocks());
    assert_eq!(polled.process.world().metric("weir_bundle_loads_total.weir_result=failed;"), Some(1));
    polled.ask();
}

#[test]
fn whatever_goes_wrong_the_last_good_bundle_stays() {
    let mut polled = Polled::start(Some(&bundles::by_path(5)));
    let older = bundles::with_rules(serde_json::json!([]), 4);
    let answers: [Answer<'_>; 6] = [
        (&[], b""),
        (&[(":status", "503")], b"no healthy upstream"),
        (&[(":status", "200")], b""),
        (&[(":status", "200")], b"{}\n{}\n"),
        (&[(":status", "200"), ("etag", "\"\u{fc}\"")], b"\xff\xff"),
        (&[(":status", "200")], older.as_bytes()),
    ];
    let failures = answers.len() as i64;
    for (headers, body) in answers {
        let question = polled.ask();
        polled.process.world_mut().log.clear();
        polled.vm.answer(&question, headers, body).unwrap();
        assert!(polled.blocks(), "{headers:?}");
        assert!(!polled.process.world().logged("the last good one stays").is_empty(), "{headers:?}");
    }
    assert_eq!(polled.process.world().metric("weir_bundle_loads_total.weir_result=failed;"), Some(failures));
    let question = polled.ask();
    let newer = bundles::with_rules(serde_json::json!([]), 6);
    polled.vm.answer(&question, &[(":status", "200")], newer.as_bytes()).unwrap();
    assert!(!polled.blocks());
}

#[test]
fn a_bundle_that_fails_its_own_golden_test_is_refused() {
    let mut polled = Polled::start(Some(&bundles::tested(5, "block")));
    assert!(polled.blocks(), "one that passes serves");
    let question = polled.ask();
    polled.vm.answer(&question, &[(":status", "200")], bundles::tested(6, "allow").as_bytes()).unwrap();
    assert!(polled.blocks());
    let world = polled.process.world();
    let said = "golden test `what is blocked` fails: action is `block`, expected `allow`";
    assert_eq!(world.logged(said).len(), 1);
    assert_eq!(world.metric("weir_bundle_loads_total.weir_result=failed;"), Some(1));
    assert_eq!(world.metric("weir_bundle_serial"), Some(5));
}

#[test]
fn a_lasting_failure_is_one_line_in_the_log() {
    let mut polled = Polled::start(None);
    for _ in 0..5 {
        let question = polled.ask();
        polled.vm.answer(&question, &[(":status", "503")], b"").unwrap();
    }
    assert_eq!(polled.process.world().logged("the last good one stays").len(), 1);
}

#[test]
fn a_new_worker_starts_with_the_last_good_bundle() {
    let mut polled = Polled::start(None);
    let question = polled.ask();
    polled.vm.answer(&question, &[(":status", "200"), ("etag", "\"one\"")], bundles::by_path(1).as_bytes()).unwrap();
    // As after a trap: a new VM with the same configuration, and no answer yet.
    polled.vm = polled.process.vm().unwrap();
    polled.root = polled.vm.configure(&bundles::polling("bundles", "/default.json", None)).unwrap().unwrap();
    assert!(polled.blocks());
    assert_eq!(header(&polled.ask(), "if-none-match"), Some("\"one\""));
}

#[test]
fn no_worker_goes_back_behind_another() {
    let mut first = Polled::start(None);
    let mut vm = first.process.vm().unwrap();
    let root = vm.configure(&bundles::polling("bundles", "/default.json", None)).unwrap().unwrap();
    assert!(vm.tick(root).unwrap());
    let (late, question) = (vm.pending_call().unwrap(), first.ask());
    let nothing = bundles::with_rules(serde_json::json!([]), 7);
    first.vm.answer(&question, &[(":status", "200"), ("etag", "\"seven\"")], nothing.as_bytes()).unwrap();
    // The second worker's answer comes from a cache that is behind: it never saw seven itself.
    vm.answer(&late, &[(":status", "200"), ("etag", "\"six\"")], bundles::by_path(6).as_bytes()).unwrap();
    assert_eq!(first.process.world().logged("serial 6 is older than 7, which served already").len(), 1);
    assert!(vm.request(root, Request::get("/block/1")).unwrap().reply.is_none(), "it took nothing");
    // After a reload the newer one is there, and its tag.
    let mut fresh = first.process.vm().unwrap();
    let root =
        fresh.configure(&bundles::polling("bundles", "/default.json", Some(&bundles::by_path(5)))).unwrap().unwrap();
    assert!(
        fresh.request(root, Request::get("/block/1")).unwrap().reply.is_none(),
        "seven, not the bundle to start with"
    );
    assert!(fresh.tick(root).unwrap());
    let question = fresh.pending_call().unwrap();
    assert_eq!(header(&question, "if-none-match"), Some("\"seven\""));
    fresh.answer(&question, &[(":status", "200")], bundles::by_path(6).as_bytes()).unwrap();
    assert!(
        fresh.request(root, Request::get("/block/1")).unwrap().reply.is_none(),
        "six is refused after the reload too"
    );
    let question = {
        assert!(fresh.tick(root).unwrap());
        fresh.pending_call().unwrap()
    };
    fresh.answer(&question, &[(":status", "200")], bundles::by_path(8).as_bytes()).unwrap();
    assert!(fresh.request(root, Request::get("/block/1")).unwrap().reply.is_some());
}

#[test]
fn a_cluster_that_is_not_there_is_said_and_asked_again() {
    let process = Process::envoy().unwrap();
    let mut vm = process.vm().unwrap();
    let root = vm.configure(&bundles::polling("bundles", "/b", None)).unwrap().unwrap();
    vm.tick(root).unwrap();
    assert!(vm.pending_call().is_none());
    assert_eq!(process.world().logged("cluster `bundles` cannot be asked").len(), 1);
    process.world_mut().clusters.push("bundles".into());
    vm.tick(root).unwrap();
    assert!(vm.pending_call().is_some());
}

#[test]
fn what_others_write_beside_the_kept_bundle_is_not_believed() {
    let mut polled = Polled::start(None);
    let question = polled.ask();
    polled.vm.answer(&question, &[(":status", "200"), ("etag", "\"one\"")], bundles::by_path(1).as_bytes()).unwrap();
    // The last one says, as an earlier version kept it, that the highest serial of all was seen.
    let serial_of_all = [&[0xff; 8][..], &[b'a'; 64], b"\"tag\"\n{}\n{}\n"].concat();
    let forged: [&[u8]; 4] = [b"", b"\n", b"\"tag\"\n{}\n{}\n", &serial_of_all];
    for (serial, forged) in (2..).zip(forged) {
        for (key, value) in &mut polled.process.world_mut().shared {
            if key.starts_with(b"weir/") && key.ends_with(b"/default.json") {
                value.0 = forged.to_vec();
            }
        }
        let question = polled.ask();
        let bundle = bundles::by_path(serial);
        polled.vm.answer(&question, &[(":status", "200")], bundle.as_bytes()).unwrap();
        assert_eq!(polled.process.world().metric("weir_bundle_serial"), Some(serial as i64), "{forged:?}");
        // It was kept in place of what was forged.
        let mut fresh = polled.process.vm().unwrap();
        let root = fresh.configure(&bundles::polling("bundles", "/default.json", None)).unwrap().unwrap();
        assert!(fresh.request(root, Request::get("/block/1")).unwrap().reply.is_some(), "{forged:?}");
    }
}

#[test]
fn a_host_that_starts_anew_takes_nothing_below_its_lowest_serial() {
    let process = Process::envoy().unwrap();
    process.world_mut().clusters.push("bundles".into());
    let mut vm = process.vm().unwrap();
    let mut settings: serde_json::Value =
        serde_json::from_str(&bundles::polling("bundles", "/default.json", None)).unwrap();
    settings["min_serial"] = 7.into();
    let root = vm.configure(&settings.to_string()).unwrap().unwrap();
    let mut taken = |serial| {
        assert!(vm.tick(root).unwrap());
        let question = vm.pending_call().unwrap();
        vm.answer(&question, &[(":status", "200")], bundles::by_path(serial).as_bytes()).unwrap();
        vm.request(root, Request::get("/block/1")).unwrap().reply.is_some()
    };
    assert!(!taken(6), "signed once, and old");
    assert!(taken(7));
    assert_eq!(process.world().logged("serial 6 is below 7, which `min_serial` asks for").len(), 1);
}
