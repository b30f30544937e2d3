//! A candidate beside the active bundle in a real workerd: what it would have done leaves as lines of the log, and no client notices it.

use serde_json::json;
use std::time::Duration;
use wasm_tests::bundles;
use wasm_tests::client::{request, send};
use wasm_tests::cloudflare::{Build, Options, Workerd, wire};
use wasm_tests::origin::Origin;
use weir::shadow;

fn options(share: u32) -> Options {
    let active = bundles::that_blocks(&["gone"], 1);
    let mut options = Options::new(Build::Seam, Origin::start().unwrap().address, &active);
    options.knobs["memory"] = json!(true);
    options.settings = Some(json!({
        "poll": { "store": "WEIR", "key": "default" }, "allow_unsigned": true,
        "candidate": { "poll": { "store": "WEIR", "key": "candidate", "interval": 1 }, "share": share, "goals": ["login"] },
    }));
    options
}

/// Holds the active bundle, and this candidate in its compact form.
fn hold(options: &Options, candidate: Option<&str>) {
    let mut values = bundles::stored(&bundles::that_blocks(&["gone"], 1), true).unwrap();
    values.extend(candidate.map(|text| bundles::stored_as("candidate", text, true).unwrap()).into_iter().flatten());
    options.kv.hold(values.into_iter().collect());
}

fn status(workerd: &Workerd, method: &str, path: &str, seam: &str) -> u16 {
    let mut headers = vec![("host", &b"shop.example"[..]), ("cf-connecting-ip", &b"203.0.113.9"[..])];
    if !seam.is_empty() {
        headers.push((wire::SEAM, seam.as_bytes()));
    }
    send(workerd.address, &request(method, path, &headers, b"")).unwrap().status
}

fn says(workerd: &Workerd, text: &str) -> usize {
    workerd.lines().iter().filter(|line| line.contains(text)).count()
}

fn told(workerd: &Workerd) -> Vec<String> {
    workerd.lines().into_iter().filter(|line| line.starts_with("{\"candidate\":")).collect()
}

/// Asks until the Worker says so much.
fn wait_for(workerd: &Workerd, text: &str) {
    workerd
        .wait_for(text, |workerd| {
            status(workerd, "GET", "/", "");
            std::thread::sleep(Duration::from_millis(100));
            (says(workerd, text) > 0).then_some(())
        })
        .unwrap();
}

#[test]
fn disagreements_are_told_and_clients_get_what_the_active_bundle_says() {
    let options = options(1_000_000);
    hold(&options, Some(&bundles::that_blocks(&["secret", "login"], 2)));
    let Some(workerd) = Workerd::start(&options) else { return };
    wait_for(&workerd, "serial 2 is tried");
    for (method, path, expected) in
        [("GET", "/gone", 403), ("GET", "/secret", 200), ("POST", "/login", 200), ("GET", "/", 200)]
    {
        assert_eq!(status(&workerd, method, path, ""), expected, "{path}");
    }
    // Two of them are told again when their answers came.
    workerd.wait_for("lines of a candidate", |workerd| (told(workerd).len() >= 5).then_some(())).unwrap();
    let log = tempfile::NamedTempFile::new().unwrap();
    std::fs::write(log.path(), workerd.lines().join("\n")).unwrap();
    let reports = shadow::read(&[log.path().display().to_string()]).unwrap();
    let [report] = &reports[..] else { panic!("{reports:?}") };
    assert_eq!((report.disagreements, report.harder, report.softer), (3, 2, 1), "{report:?}");
    assert_eq!((report.clients.touched, report.clients.good, report.clients.harmed), (1, 1, 1));
    let row =
        |rule: &str| report.rows.iter().find(|row| row.active.rule == rule || row.candidate.rule == rule).unwrap();
    assert_eq!((row("gone").turnouts.answered, row("secret").turnouts.succeeded), (1, 1));
    assert_eq!((row("login").endpoint.as_deref(), row("login").turnouts.succeeded), (Some("log-in"), 1));
    assert!(row("login").samples[0].client.is_some());

    // Taken away, it is not tried any more; another is, and one that is broken is not.
    let before = told(&workerd).len();
    hold(&options, Some(&bundles::tested(3, "allow")));
    wait_for(&workerd, "the candidate is not tried");
    assert_eq!((status(&workerd, "GET", "/gone", ""), status(&workerd, "GET", "/secret", "")), (403, 200));
    assert_eq!(told(&workerd).iter().skip(before).filter(|line| line.contains("\"rule\":\"secret\"")).count(), 0);
    hold(&options, Some(&bundles::that_blocks(&["other"], 4)));
    wait_for(&workerd, "serial 4 is tried");
    assert_eq!(status(&workerd, "GET", "/other", ""), 200);
    workerd.wait_for("its line", |workerd| (says(workerd, "\"rule\":\"other\"") > 0).then_some(())).unwrap();
}

#[test]
fn with_a_share_of_nothing_only_what_the_active_bundle_blocks_is_looked_at() {
    let options = options(0);
    hold(&options, Some(&bundles::that_blocks(&["secret", "login"], 2)));
    let Some(workerd) = Workerd::start(&options) else { return };
    wait_for(&workerd, "serial 2 is tried");
    assert_eq!((status(&workerd, "GET", "/secret", ""), status(&workerd, "GET", "/gone", "")), (200, 403));
    workerd.wait_for("lines of a candidate", |workerd| (!told(workerd).is_empty()).then_some(())).unwrap();
    let lines = told(&workerd);
    assert!(lines.len() == 1 && lines[0].contains(r#""did":{"action":"block","rule":"gone"}"#), "{lines:?}");
}

#[test]
fn a_candidate_that_traps_harms_nobody_and_does_not_come_again() {
    let options = options(1_000_000);
    hold(&options, Some(&bundles::that_blocks(&["secret"], 2)));
    let Some(workerd) = Workerd::start(&options) else { return };
    wait_for(&workerd, "serial 2 is tried");
    let traps = r#"{"candidate_panics":true}"#;
    assert_eq!(status(&workerd, "GET", "/gone", traps), 403, "the client has its answer");
    for _ in 0..3 {
        assert_eq!((status(&workerd, "GET", "/gone", traps), status(&workerd, "GET", "/secret", traps)), (403, 200));
    }
    assert_eq!(says(&workerd, "the candidate trapped"), 1, "{:?}", workerd.lines());
    assert_eq!(told(&workerd).len(), 0, "{:?}", workerd.lines());
}

/// Prints what workerd takes for requests that pass: without a candidate, with a share of nothing, and with all clients.
#[test]
#[ignore = "measures; run with --ignored --nocapture on a quiet machine"]
fn what_a_candidate_costs() {
    const REQUESTS: u32 = 2_000;
    let ticks = |workerd: &Workerd| -> u64 {
        let stat = std::fs::read_to_string(format!("/proc/{}/stat", workerd.id())).unwrap();
        let fields: Vec<&str> = stat.rsplit(')').next().unwrap().split_whitespace().collect();
        fields[11].parse::<u64>().unwrap() + fields[12].parse::<u64>().unwrap()
    };
    let shares = [None, Some(0), Some(1_000_000)];
    let options: Vec<Options> = shares
        .iter()
        .map(|share| {
            let mut options = options(share.unwrap_or(0));
            hold(&options, Some(&bundles::that_blocks(&["secret", "login"], 2)));
            if let (None, Some(settings)) = (share, &mut options.settings) {
                settings.as_object_mut().unwrap().remove("candidate");
            }
            options
        })
        .collect();
    let Some(hosts) = options.iter().map(Workerd::start).collect::<Option<Vec<_>>>() else { return };
    hosts.iter().skip(1).for_each(|workerd| wait_for(workerd, "serial 2 is tried"));
    let mut sums = [0; 3];
    for round in 0..6 {
        for (workerd, sum) in hosts.iter().zip(&mut sums) {
            let mut connection = wasm_tests::client::Connection::open(workerd.address).unwrap();
            let headers = [("host", &b"shop.example"[..]), ("cf-connecting-ip", &b"203.0.113.9"[..])];
            let before = ticks(workerd);
            for number in 0..REQUESTS / 5 {
                connection.send(&request("GET", &format!("/page/{round}/{number}"), &headers, b"")).unwrap();
            }
            *sum += if round == 0 { 0 } else { ticks(workerd) - before };
        }
    }
    eprintln!("{REQUESTS} requests: ticks of 10 ms by share {shares:?}: {sums:?}");
}
