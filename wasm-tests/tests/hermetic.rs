//! The built Envoy module on the hermetic host: what it does with each action, and that no host can make it trap.

use serde_json::{Value, json};
use wasm_tests::bundles;
use wasm_tests::host::{Process, Request, Seen, Vm};
use weir::bundle::{Lines, SigningKey, Terms, seal};

const CHROME: &str = "t13d1516h2_8daaf6152771_02713d6af862";

fn process() -> Process {
    Process::envoy().unwrap()
}

/// A worker with this bundle, and its root context.
fn worker(process: &Process, bundle: &str) -> (Vm, u32) {
    let mut vm = process.vm().unwrap();
    let root = vm.configure(&bundles::settings(bundle)).unwrap().unwrap_or_else(|| panic!("{:?}", process.world().log));
    (vm, root)
}

fn get(path: &str) -> Request {
    Request::get(path).state(CHROME, "203.0.113.7", "TLSv1.3", "HTTP/2").header("x-request-id", "r-1")
}

fn events(process: &Process) -> Vec<Value> {
    let world = process.world();
    world.logged("\"action\"").iter().map(|line| serde_json::from_str(line).unwrap()).collect()
}

fn has_weir_header(seen: &Seen) -> bool {
    seen.headers.iter().any(|(name, _)| name.starts_with(b"x-weir-"))
}

#[test]
fn each_action_is_carried_out() {
    let process = process();
    let (mut vm, root) = worker(&process, &bundles::by_path(7));

    let allowed = vm.request(root, get("/other")).unwrap();
    assert!(allowed.continued && allowed.reply.is_none() && !has_weir_header(&allowed) && allowed.set.is_empty());
    assert!(events(&process).is_empty(), "{:?}", events(&process));

    let blocked = vm.request(root, get("/block/1")).unwrap();
    let reply = blocked.reply.unwrap();
    assert!(!blocked.continued);
    assert_eq!((reply.status, reply.details.as_str(), reply.grpc_status), (403, "weir_block{rule=block}", -1));
    assert!(!reply.body.is_empty());
    let verdict = String::from_utf8(blocked.set["weir.verdict"].clone()).unwrap();
    assert!(verdict.starts_with("action=block;rule=block;class="), "{verdict}");

    let tagged = vm.request(root, get("/tag/1")).unwrap();
    assert!(tagged.continued && tagged.reply.is_none());
    for name in ["x-weir-score", "x-weir-class", "x-weir-bundle", "x-weir-signature"] {
        assert!(tagged.header(name).is_some(), "{name} is missing: {:?}", tagged.headers);
    }

    let monitored = vm.request(root, get("/monitor/1")).unwrap();
    assert!(monitored.continued && !has_weir_header(&monitored));

    let shadowed = vm.request(root, get("/shadow/1")).unwrap();
    assert!(shadowed.continued && shadowed.reply.is_none());

    let actions: Vec<String> = events(&process).iter().map(|e| e["action"].as_str().unwrap().to_owned()).collect();
    assert_eq!(actions, ["block", "tag", "monitor", "allow"]);
    assert!(events(&process).iter().all(|event| event["id"] == "r-1"));
}

#[test]
fn a_grpc_caller_is_told_in_its_own_way() {
    let process = process();
    let (mut vm, root) = worker(&process, &bundles::by_path(7));
    let blocked = vm.request(root, get("/block/1").header("content-type", "application/grpc")).unwrap();
    assert_eq!(blocked.reply.unwrap().grpc_status, 7);
}

#[test]
fn forged_headers_never_reach_the_origin() {
    let process = process();
    let (mut vm, root) = worker(&process, &bundles::by_path(7));
    for path in ["/other", "/monitor/1", "/tag/1", "/shadow/1"] {
        let forged =
            get(path).header("x-weir-score", "0").header("x-weir-class", "human").header("x-weir-odd", b"\xff");
        let seen = vm.request(root, forged.header("x-weir-score", "1")).unwrap();
        assert!(seen.header("x-weir-odd").is_none(), "{path}");
        assert_eq!(has_weir_header(&seen), path == "/tag/1", "{path}");
        let scores = seen.headers.iter().filter(|(name, _)| name == b"x-weir-score").count();
        assert_eq!(scores, usize::from(path == "/tag/1"), "{path}");
    }
}

#[test]
fn a_passing_request_costs_few_host_calls() {
    let process = process();
    let (mut vm, root) = worker(&process, &bundles::by_path(7));
    for _ in 0..2 {
        vm.request(root, get("/other")).unwrap(); // metrics are defined once
    }
    let seen = vm.request(root, get("/other")).unwrap();
    let mut calls = seen.calls;
    calls.retain(|call| call != "proxy_increment_metric");
    assert_eq!(
        calls,
        ["proxy_get_header_map_pairs", "proxy_get_property", "proxy_get_current_time_nanoseconds"],
        "one map, one property, one look at the clock"
    );
}

/// Whether the module was built to remember (feature `memory`); says so where it was not.
fn remembers(process: &Process) -> bool {
    let remembers = !process.world().logged("weir: records take").is_empty();
    if !remembers {
        eprintln!("SKIPPED: the module was built without the feature `memory`");
    }
    remembers
}

#[test]
fn an_answer_costs_two_host_calls_when_it_is_logged() {
    let process = process();
    let (mut vm, root) = worker(&process, &bundles::by_path(7));
    if !remembers(&process) {
        return;
    }
    vm.request(root, get("/other").answered(200, &[("set-cookie", "a=1")])).unwrap();
    let seen = vm.request(root, get("/other").answered(404, &[])).unwrap();
    assert_eq!(seen.log_calls, ["proxy_get_current_time_nanoseconds", "proxy_get_header_map_pairs"]);
    let blocked = vm.request(root, get("/block/1")).unwrap();
    assert!(blocked.log_calls.is_empty(), "our own answers are not looked at: {:?}", blocked.log_calls);
}

/// Clients that the VM remembers; looked at once in 16 answers.
fn clients(process: &Process, vm: &mut Vm, root: u32, addresses: std::ops::Range<u8>) -> i64 {
    for last in addresses {
        let from = Request::get("/other").state(CHROME, &format!("203.0.113.{last}"), "TLSv1.3", "HTTP/2");
        vm.request(root, from.answered(200, &[])).unwrap();
    }
    process.world().metric("weir_clients").unwrap()
}

#[test]
fn records_outlive_bundles_and_configurations() {
    let process = process();
    let (mut vm, old) = worker(&process, &bundles::by_path(7));
    if !remembers(&process) {
        return;
    }
    assert_eq!(process.world().logged("weir: records take").len(), 1, "the size is told at load");
    let size = vm.memory().unwrap();
    assert_eq!(clients(&process, &mut vm, old, 0..17), 17);
    let new = vm.configure(&bundles::settings(&bundles::by_path(8))).unwrap().unwrap();
    vm.delete(old).unwrap();
    assert_eq!(process.world().logged("weir: records take").len(), 1);
    assert_eq!(clients(&process, &mut vm, new, 10..26), 26, "those of before are still known");
    // Another size begins anew.
    let content = serde_json::json!({ "settings": { "limits": { "clients": 80 } }, "otherwise": "allow" });
    let other = vm.configure(&bundles::settings(&bundles::of(content, 9))).unwrap().unwrap();
    assert_eq!(process.world().logged("weir: records take").len(), 2);
    assert_eq!(clients(&process, &mut vm, other, 0..16), 16);
    assert!(vm.memory().unwrap() < size + (20 << 20));
}

#[test]
fn without_room_nothing_is_remembered() {
    let process = process();
    let none = ["clients", "details", "addresses", "networks", "tools", "accounts", "endpoints", "sites"];
    let limits: serde_json::Map<_, _> = none.map(|kind| (kind.to_owned(), 0.into())).into_iter().collect();
    let content = serde_json::json!({ "settings": { "limits": limits }, "otherwise": "allow" });
    let (mut vm, root) = worker(&process, &bundles::of(content, 1));
    let seen = vm.request(root, get("/other").answered(200, &[])).unwrap();
    assert!(seen.log_calls.is_empty() && process.world().metric("weir_clients").is_none());
    assert!(process.world().logged("weir: records take").is_empty());
}

#[test]
fn requests_are_counted_by_class_action_and_rule() {
    let process = process();
    let (mut vm, root) = worker(&process, &bundles::by_path(7));
    for path in ["/block/1", "/block/2", "/shadow/1", "/other"] {
        vm.request(root, get(path)).unwrap();
    }
    let world = process.world();
    let sum = |text: &str| -> i64 {
        let names = world.metric_names().into_iter().filter(|name| name.contains(text));
        names.filter_map(|name| world.metric(name)).sum()
    };
    assert_eq!(sum("weir_action=block;weir_rule=block;"), 2);
    assert_eq!(sum("weir_action=allow;weir_rule=none;"), 2);
    assert_eq!(sum("weir_shadow_total.weir_rule=shadow;"), 1);
    assert_eq!(sum("weir_bundle_in_use."), 1);
    assert_eq!(world.metric("weir_bundle_serial"), Some(7));
    assert_eq!(world.samples("weir_decision_microseconds").len(), 1);
}

#[test]
fn every_host_call_may_refuse_with_any_status() {
    const CALLS: [&str; 17] = [
        "proxy_log",
        "proxy_get_log_level",
        "proxy_get_current_time_nanoseconds",
        "proxy_set_tick_period_milliseconds",
        "proxy_get_buffer_bytes",
        "proxy_get_header_map_pairs",
        "proxy_remove_header_map_value",
        "proxy_replace_header_map_value",
        "proxy_get_property",
        "proxy_set_property",
        "proxy_get_shared_data",
        "proxy_set_shared_data",
        "proxy_send_local_response",
        "proxy_define_metric",
        "proxy_increment_metric",
        "proxy_record_metric",
        "proxy_http_call",
    ];
    for call in CALLS {
        for status in 1..=13 {
            let process = process();
            process.world_mut().clusters.push("bundles".into());
            let (mut vm, root) = worker(&process, &bundles::by_path(7));
            process.world_mut().refusals.insert(call.into(), status);
            for path in ["/other", "/block/1", "/tag/1", "/monitor/1", "/shadow/1"] {
                let seen = vm.request(root, get(path).header("x-weir-score", "0")).unwrap();
                let answered = seen.reply.is_some();
                assert_ne!(seen.continued, answered, "{call} {status} {path}: neither passed nor answered");
            }
            // Configuring under refusal may fail, but not trap; what was polled is another test's.
            if call != "proxy_http_call" {
                let configured = vm.configure(&bundles::polling("bundles", "/b", Some(&bundles::by_path(8)))).unwrap();
                if let Some(root) = configured {
                    vm.tick(root).unwrap();
                    if let Some(question) = vm.pending_call() {
                        vm.answer(&question, &[(":status", "200")], bundles::by_path(9).as_bytes()).unwrap();
                    }
                    vm.request(root, get("/other")).unwrap();
                }
            }
        }
    }
}

#[test]
fn a_host_that_forbids_calls_is_told_so_when_polling_is_asked_for() {
    let process = process();
    process.world_mut().refusals.insert("proxy_http_call".into(), 12);
    let mut vm = process.vm().unwrap();
    assert_eq!(vm.configure(&bundles::polling("bundles", "/b", None)).unwrap(), None);
    assert_eq!(process.world().logged("/poll: the host allows no HTTP calls").len(), 1);
}

#[test]
fn headers_that_are_not_text_or_not_few_are_judged() {
    let process = process();
    let (mut vm, root) = worker(&process, &bundles::by_path(7));
    let odd = get("/block/1").header("user-agent", b"\xff\xfe").header("x-request-id", b"\xff").header("cookie", b"");
    assert!(vm.request(root, odd).unwrap().reply.is_some());
    let mut many = get("/block/1");
    for number in 0..3000 {
        many = many.header(&format!("x-many-{number}"), "v");
    }
    assert!(vm.request(root, many).unwrap().reply.is_some());
    let large = get("/block/1").header("x-large", vec![b'a'; 2 * 1024 * 1024]);
    assert!(vm.request(root, large).unwrap().reply.is_some());
    let nothing = Request::default();
    assert!(vm.request(root, nothing).unwrap().continued);
}

#[test]
fn memory_does_not_grow_with_requests() {
    let process = process();
    let (mut vm, root) = worker(&process, &bundles::by_path(7));
    let round = |vm: &mut Vm| {
        for number in 0..500 {
            let path = ["/other", "/block/1", "/tag/1", "/monitor/1"][number % 4];
            vm.request(root, get(path).header("user-agent", format!("agent {number}"))).unwrap();
            process.world_mut().log.clear();
        }
        vm.memory().unwrap()
    };
    let warm = round(&mut vm);
    assert_eq!((round(&mut vm), round(&mut vm)), (warm, warm));
}

#[test]
fn bad_configurations_are_refused_with_every_problem() {
    let process = process();
    let mut vm = process.vm().unwrap();
    let cases = ["", "{", "[]", "{}", r#"{"bundle":"","allow_unsigned":true}"#, r#"{"bundel":"x"}"#];
    for text in cases {
        process.world_mut().log.clear();
        assert_eq!(vm.configure(text).unwrap(), None, "{text}");
        assert!(process.world().log.iter().any(|line| line.level == 4), "{text} is refused without a word");
    }
    // The worker goes on with the next configuration.
    let root = vm.configure(&bundles::settings(&bundles::by_path(1))).unwrap().unwrap();
    assert!(vm.request(root, get("/block/1")).unwrap().reply.is_some());
}

#[test]
fn only_bundles_of_trusted_keys_are_taken() {
    let (ours, other) = (SigningKey::generate(), SigningKey::generate());
    let lines = Lines::read(&bundles::by_path(1)).unwrap();
    let signed = |key| seal(&lines, &Terms::default(), key).unwrap();
    let settings = |bundle: &str| {
        let secret = "correct horse battery staple, thirty-two bytes";
        serde_json::json!({ "bundle": bundle, "trusted_keys": [ours.public().to_string()], "secret": secret })
            .to_string()
    };
    let process = process();
    let mut vm = process.vm().unwrap();
    let good = signed(Some(&ours));
    let refused = [
        (signed(None), "the bundle is not signed"),
        (signed(Some(&other)), "is not trusted here"),
        (good.replacen("\"serial\":1", "\"serial\":2", 1), "the signature is not that of key"),
        (good.replacen("/block", "/other", 1), "/manifest/id"),
    ];
    for (bundle, why) in refused {
        process.world_mut().log.clear();
        assert_eq!(vm.configure(&settings(&bundle)).unwrap(), None, "{why}");
        assert!(!process.world().logged(why).is_empty(), "{why}: {:?}", process.world().log);
    }
    let root = vm.configure(&settings(&good)).unwrap().unwrap();
    assert!(vm.request(root, get("/block/1")).unwrap().reply.is_some());
}

#[test]
fn a_refused_update_leaves_the_old_configuration_at_work() {
    let process = process();
    let (mut vm, old) = worker(&process, &bundles::by_path(1));
    assert_eq!(vm.configure("{}").unwrap(), None);
    assert!(vm.request(old, get("/block/1")).unwrap().reply.is_some());
    // A good update works beside the old one until that is deleted.
    let nothing = bundles::with_rules(serde_json::json!([]), 2);
    let new = vm.configure(&bundles::settings(&nothing)).unwrap().unwrap();
    assert!(vm.request(old, get("/block/1")).unwrap().reply.is_some());
    vm.delete(old).unwrap();
    assert!(vm.request(new, get("/block/1")).unwrap().continued);
}

#[test]
fn each_request_is_judged_by_its_own_configuration() {
    let process = process();
    let (mut vm, by_path) = worker(&process, &bundles::by_path(7));
    let lets_all = vm.configure(&bundles::settings(&bundles::with_rules(json!([]), 8))).unwrap().unwrap();
    // Headers that never come leave a note behind: they may not crowd out those that do.
    for number in 0..3_000 {
        assert!(vm.begin(if number % 2 == 0 { by_path } else { lets_all }).is_ok());
    }
    for _ in 0..2 {
        assert!(!vm.request(by_path, get("/block/1")).unwrap().continued);
        assert!(vm.request(lets_all, get("/block/1")).unwrap().continued);
    }
    vm.delete(by_path).unwrap();
    for _ in 0..100 {
        assert!(vm.request(lets_all, get("/block/1")).unwrap().continued);
    }
}

#[test]
fn configurations_that_are_gone_leave_nothing_behind() {
    let process = process();
    let (mut vm, mut root) = worker(&process, &bundles::by_path(1));
    let mut after = Vec::new();
    for serial in 2..40 {
        let next = vm.configure(&bundles::settings(&bundles::by_path(serial))).unwrap().unwrap();
        vm.delete(root).unwrap();
        root = next;
        assert!(!vm.request(root, get("/block/1")).unwrap().continued);
        after.push(vm.memory().unwrap());
    }
    assert_eq!(after[4], after[37], "{after:?}");
}

#[test]
fn workers_say_the_same() {
    let process = process();
    let bundle = bundles::by_path(1);
    let mut lines = Vec::new();
    for _ in 0..3 {
        let (mut vm, root) = worker(&process, &bundle);
        process.world_mut().log.clear();
        for path in ["/block/1", "/tag/1", "/monitor/1", "/shadow/1"] {
            vm.request(root, get(path).header("user-agent", "evilbot/1.0")).unwrap();
        }
        lines.push(process.world().log.clone());
    }
    assert_eq!(lines[0].len(), 4);
    assert!(lines.iter().all(|other| *other == lines[0]));
}

#[test]
fn trailers_lose_what_only_we_may_say() {
    let process = Process::envoy().unwrap();
    let mut vm = process.vm().unwrap();
    let root = vm.configure(&bundles::settings(&bundles::by_path(1))).unwrap().unwrap();
    for path in ["/", "/tag"] {
        let request =
            get(path).trailer("x-weir-class", "human").trailer("x_weir_score", "0").trailer("x-checksum", "a");
        let seen = vm.request(root, request).unwrap();
        assert_eq!(seen.trailers, [(b"x-checksum".to_vec(), b"a".to_vec())], "{path}");
    }
}

#[test]
fn rules_see_the_user_agent_behind_two_hundred_lines() {
    let process = Process::envoy().unwrap();
    let mut vm = process.vm().unwrap();
    let rules = serde_json::json!([
        { "id": "agent", "when": { "header": { "name": "user-agent", "value": { "contains": "sqlmap" } } }, "then": { "block": {} } },
        { "id": "odd", "when": { "header": { "name": "x-odd", "value": { "is": "1" } } }, "then": { "block": {} } },
    ]);
    let root = vm.configure(&bundles::settings(&bundles::with_rules(rules, 1))).unwrap().unwrap();
    let padded =
        |lines: usize| (0..lines).fold(get("/"), |request, line| request.header(&format!("x-pad-{line}"), "x"));
    for (name, value) in [("user-agent", "sqlmap/1.7"), ("x-odd", "1")] {
        for (lines, expected) in [(3, true), (200, true), (1000, true), (2000, false)] {
            let seen = vm.request(root, padded(lines).header(name, value)).unwrap();
            assert_eq!(seen.reply.is_some(), expected, "{name} behind {lines}");
        }
    }
}
